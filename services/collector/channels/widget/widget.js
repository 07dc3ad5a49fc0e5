// One question in a corner of somebody else's page.
//
// The server puts the survey, in all its languages, and widget.css in place of SURVEY. What holds throughout:
// nothing is thrown into the page, nothing is read as HTML, nothing is stored unless `data-remember` asks for it,
// and no words leave before Send is pressed.
(survey => {
  // Whatever goes wrong in here stays in here: the promise gives undefined.
  const quiet = act => async (...given) => {
    try {
      return await act(...given);
    } catch {}
  };

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  const button = (act, text, properties) => make("button", { type: "button", onclick: quiet(act), ...properties }, text);

  const press = (buttons, pressed) => {
    for (const each of buttons) each.ariaPressed = each == pressed;
  };

  quiet(() => {
    const script = document.currentScript;
    const options = script.dataset;
    const address = script.src.split("?")[0];
    const stored = "etincelle:" + address.slice(-16);
    const lang = [options.lang, document.documentElement.lang, ...navigator.languages, ...Object.keys(survey.texts)]
      .map(wanted => wanted && wanted.slice(0, 2).toLowerCase())
      .find(wanted => survey.texts[wanted]);
    const text = survey.texts[lang];
    // host: our element, from the wish to ask until the card is closed. target: where the answer goes.
    // opened: whether the card has opened by itself; it does so once.
    let host, card, target = address, opened = 0, close = () => {};

    // Text without credentials needs no preflight; keepalive lets it outlive the page.
    const post = (url, body) =>
      fetch(url, { method: "POST", body: JSON.stringify(body), credentials: "omit", keepalive: true, referrerPolicy: "no-referrer" });

    const mayAsk = quiet(async () => {
      if (options.remember && Date.now() - localStorage[stored] < options.remember * 864e5) return;
      if (!options.token) return 1;
      const reply = await post(address.slice(0, -18) + "ask", { token: options.token });
      const { code } = await reply.json();
      return (target = address.slice(0, -16) + code) && code;
    });

    const show = called => {
      const own = host;
      const before = document.activeElement;
      const shownAt = performance.now();
      // An id that nobody guesses; crypto.randomUUID is for pages under https only.
      const answer = { id: URL.createObjectURL(new Blob()).slice(-36), lang };
      if (options.attributes) answer.attributes = JSON.parse(options.attributes);
      let queue, delivered, choice, follows;

      // One request at a time, so that they arrive as they were pressed; each carries all that was said.
      const send = () =>
        (queue = Promise.resolve(queue).then(quiet(async () => {
          const now = { ...answer };
          if (JSON.stringify(now) == delivered || (await post(target, now)).ok) return (delivered = JSON.stringify(now));
        })));

      const leave = (close = quiet(() => {
        // Focus goes back to whatever had it, unless it has gone elsewhere meanwhile.
        const hadFocus = own.matches(":focus-within");
        own.remove();
        if (host == own) host = 0;
        if (hadFocus) before.focus();
      }));

      const scores = [];
      for (let score = survey.low; score <= survey.high; score++) {
        const face = text.faces ? text.faces[score] : survey.scale == "stars" ? "★" : score;
        const choose = event => {
          press(scores, event.target);
          follows = survey.follows.includes(score);
          asked.hidden = !follows || !text.choices;
          label.textContent = asked.hidden && follows ? text.follow : text.why;
          more.hidden = false;
          answer.score = score;
          answer.after_ms ??= Math.round(event.timeStamp - shownAt);
          answer.automatic ||= !event.isTrusted || navigator.webdriver;
          send();
        };
        scores.push(button(choose, face, { ariaPressed: false, ariaLabel: text.faces ? face : score }));
      }

      const choices = Object.keys(text.choices || {}).map(id => {
        const choose = event => press(choices, (choice = choice == id ? undefined : id) && event.target);
        return button(choose, text.choices[id], { ariaPressed: false });
      });

      const finish = async () => {
        const words = box.value.trim() || undefined;
        const isFollowUp = follows && asked.hidden;
        answer.comment = isFollowUp ? undefined : words;
        answer.follow_up_text = isFollowUp ? words : undefined;
        answer.follow_up = follows ? choice : undefined;
        failed.textContent = "";
        if (!(await send())) return (failed.textContent = text.failed);
        card.replaceChildren(make("p", {}, text.where), make("h2", {}, text.thanks), text.arrived, shut);
        card.ariaLabel = text.thanks + " " + text.arrived;
        card.focus();
        setTimeout(leave, 8e3);
      };

      const shut = button(leave, "×", { className: "close", ariaLabel: text.close });
      const label = make("label", { htmlFor: "c" });
      const box = make("textarea", { id: "c", maxLength: 4000, dir: "auto" });
      const failed = make("b", { role: "alert" });
      const asked = make("div", { className: "list", role: "group", ariaLabel: text.follow }, make("b", {}, text.follow), ...choices);
      const more = make("div", { className: "list", hidden: true }, asked, label, box, button(finish, text.send, { className: "send" }), failed);
      card = make(
        "section",
        { role: "dialog", ariaLabel: text.question, tabIndex: -1, lang, dir: text.dir },
        make("p", {}, text.where),
        make("h2", {}, text.question),
        make("div", { className: survey.scale, role: "group", ariaLabel: text.question, dir: "ltr" }, ...scores),
        make("div", { className: "ends", dir: "ltr" }, ...text.ends.map(end => make("span", {}, end))),
        more,
        shut,
      );
      for (const type of ["keydown", "keyup", "keypress"])
        card.addEventListener(type, event => {
          // The page's own shortcuts would take what is typed in a shadow root for theirs.
          event.stopPropagation();
          if (type == "keydown" && event.key == "Escape") leave();
        });

      const sheet = new CSSStyleSheet();
      sheet.replaceSync(survey.style);
      // Open, so that the host's own accessibility checks see it; closed would keep nobody out who can patch the page.
      const root = own.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(card);
      document.body.append(own);
      if (options.remember) localStorage[stored] = Date.now();
      // Who is in the middle of something is not torn out of it.
      if (called || document.activeElement == document.body) card.focus();
    };

    const open = quiet(async called => {
      if (!host && (called || !opened++)) {
        host = make("etincelle-widget");
        if (await mayAsk()) show(called);
        else host = 0;
      } else if (called) card.focus();
      return !!host;
    });

    const begin = quiet(() => {
      const [, way, value] = /(\w+):?(.*)/.exec(options.open || "delay:5");
      if (way == "delay") setTimeout(open, value * 1e3);
      if (way == "exit") document.addEventListener("mouseout", event => event.relatedTarget || event.clientY > 0 || open());
      if (way == "view")
        new IntersectionObserver(seen => seen.some(each => each.isIntersecting) && open()).observe(document.querySelector(value));
    });

    customElements.get("etincelle-widget") || customElements.define("etincelle-widget", class extends HTMLElement {});
    window.etincelle = { open: () => open(1), close: () => close() };
    if (document.readyState == "loading") document.addEventListener("DOMContentLoaded", begin);
    else begin();
  })();
})(SURVEY);
