"use strict";
// Puts a button below each picture that saves it as PNG, with its title, as it looks on the page. Nothing is fetched.
(() => {
  const LOOKS = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap",
    "font-family", "font-size", "font-weight", "text-anchor"];
  const EDGE = 16, HEAD = 44, SCALE = 2;

  function drawn(figure) {
    const svg = figure.querySelector("svg"), copy = svg.cloneNode(true), box = svg.viewBox.baseVal;
    const ours = [svg, ...svg.querySelectorAll("*")], theirs = [copy, ...copy.querySelectorAll("*")];
    ours.forEach((one, place) => {
      const style = getComputedStyle(one);
      for (const name of LOOKS) theirs[place].setAttribute(name, style.getPropertyValue(name));
    });
    const size = [box.width + 2 * EDGE, box.height + HEAD + EDGE];
    copy.setAttribute("viewBox", [-EDGE, -HEAD, ...size].join(" "));
    copy.setAttribute("width", SCALE * size[0]);
    copy.setAttribute("height", SCALE * size[1]);
    const card = getComputedStyle(figure.closest(".card") || document.body);
    const paper = part("rect", { x: -EDGE, y: -HEAD, width: size[0], height: size[1], fill: card.backgroundColor });
    const title = part("text", { x: 0, y: 14 - HEAD / 2, fill: card.color, "font-family": card.fontFamily,
      "font-size": 15, "font-weight": 600 });
    title.textContent = figure.dataset.name;
    copy.prepend(paper, title);
    return copy;
  }

  function part(name, values) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
    return made;
  }

  function save(figure) {
    const svg = drawn(figure), image = new Image();
    image.addEventListener("load", () => {
      const canvas = document.createElement("canvas"), link = document.createElement("a");
      canvas.width = svg.getAttribute("width");
      canvas.height = svg.getAttribute("height");
      canvas.getContext("2d").drawImage(image, 0, 0);
      link.href = canvas.toDataURL("image/png");
      link.download = figure.dataset.file + ".png";
      link.click();
    });
    image.src = "data:image/svg+xml," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
  }

  for (const figure of document.querySelectorAll("figure[data-png]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet no-print";
    button.textContent = figure.dataset.png;
    button.setAttribute("aria-label", figure.dataset.png + " – " + figure.dataset.name);
    button.addEventListener("click", () => save(figure));
    figure.append(button);
  }
})();
