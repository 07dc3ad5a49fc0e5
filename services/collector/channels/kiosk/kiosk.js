// Asks, keeps each answer on the device before it says thanks, and hands the answers in when it can.
(() => {
"use strict";
const config = JSON.parse(document.getElementById("config").textContent);
const THANKS_MS = 3000, IDLE_MS = 30000, MINUTE_MS = 60000, SEND_MS = 15000, SLOWEST_MS = 300000, FRESH_MS = 3600000;
const MOST = 50, address = location.pathname, CACHE = "etincelle-kiosk";
const part = name => document.getElementById(name);
const spoken = config.languages, first = config.first, staff = config.staff;
const memory = new Map();
let lang = first, state = config.state, wait = SEND_MS, taken = [], busy = false, cut = false, base, idle, timer;

// -- what is kept: IndexedDB, so that it outlives the page; memory only where a browser has none

function open() {
  return new Promise(resolve => {
    const request = indexedDB.open("etincelle-kiosk", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("answers", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => resolve(null);
  });
}

function stored(mode, act) {
  return new Promise((resolve, reject) => {
    const transaction = base.transaction("answers", mode, { durability: "strict" });
    const request = act(transaction.objectStore("answers"));
    transaction.oncomplete = () => resolve(request && request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

async function keep(answer) {
  try {
    await stored("readwrite", answers => answers.put(answer));
  } catch {
    memory.set(answer.id, answer);
  }
}

async function waiting() {
  const kept = base ? await stored("readonly", answers => answers.getAll()).catch(() => []) : [];
  return [...kept, ...memory.values()].filter(one => one.touchpoint === config.touchpoint);
}

async function forget(answers) {
  for (const one of answers) memory.delete(one.id);
  if (base) await stored("readwrite", kept => answers.forEach(one => kept.delete(one.id)));
}

// -- handing in: by a timer, since a browser's word that it is online says little

async function send() {
  clearTimeout(timer);
  try {
    while (state !== "gone") {
      const some = (await waiting()).filter(one => !one.aside).slice(0, MOST);
      if (!some.length) break;
      await handIn(some);
    }
    cut = false;
    wait = SEND_MS;
  } catch {
    cut = true;
    wait = Math.min(2 * wait, SLOWEST_MS);
  }
  timer = setTimeout(send, wait);
  tell();
}

async function handIn(some) {
  const body = JSON.stringify({ sent_at: new Date().toISOString(), answers: some });
  const reply = await reach({ method: "POST", headers: { "Content-Type": "application/json" }, body });
  if (reply.status === 404 || reply.status === 410) return rest("gone");
  const said = await reply.json();
  if (reply.ok && said.results.length === some.length) return forget(some);
  const places = (said.errors || []).map(error => +error.pointer.split("/")[2]).filter(place => some[place]);
  if (reply.status !== 422 || !places.length) throw reply;
  // what the server cannot read stays here, and does not hold up the rest
  for (const place of places) await keep({ ...some[place], aside: true });
}

function reach(options) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), 20000);
  return fetch(address, { credentials: "omit", cache: "no-store", redirect: "error", signal: limit.signal, ...options });
}

// -- what is seen

function element(name, text, more) {
  return Object.assign(document.createElement(name), { textContent: text }, more);
}

function within(outer, inner) {
  outer.append(inner);
  return outer;
}

function show(screen) {
  for (const name of ["ask", "thanks", "rest"]) part(name).hidden = name !== screen;
  document.documentElement.dataset.screen = screen;
}

function speak(chosen) {
  const said = spoken[chosen];
  lang = chosen;
  Object.assign(document.documentElement, { lang, dir: said.dir });
  document.title = said.question;
  part("where").textContent = said.where;
  part("question").textContent = said.question;
  part("answers").replaceChildren(...said.choices.map(([score, text, meaning]) => {
    const button = element("button", text, { onclick: () => take(score) });
    return meaning ? within(button, element("span", " " + meaning, { className: "vh" })) : button;
  }));
  part("low").textContent = said.low;
  part("high").textContent = said.high;
  part("thanks-title").textContent = said.thanks_title;
  part("thanks-text").textContent = said.thanks;
  part("languages").ariaLabel = said.languages;
  for (const button of part("languages").children) button.ariaPressed = button.lang === lang;
}

async function tell() {
  const n = (await waiting()).length;
  const line = state === "gone" ? staff.kept : cut ? staff.waiting : "";
  part("status").textContent = n && line ? line.replace("{n}", n) : "";
}

async function take(score) {
  if (busy) return;
  busy = true;
  const now = Date.now();
  taken = taken.filter(time => time <= now && now - time < MINUTE_MS);
  await keep({
    id: uuid(), link: config.link, touchpoint: config.touchpoint, survey: config.survey,
    survey_version: config.version, scale: config.scale, score, lang,
    at: new Date(now).toISOString(), ago_ms: taken.map(time => now - time).slice(-60),
  });
  taken.push(now);
  show("thanks");
  part("thanks-title").focus();
  setTimeout(again, THANKS_MS);
  send();
}

function again() {
  busy = false;
  speak(first);
  if (state !== "ready") {
    part("rest-title").textContent = staff[state + "_title"];
    part("rest-text").textContent = staff[state];
    tell();
  }
  show(state === "ready" ? "ask" : "rest");
  if (taken.length) part("question").focus();
}

function rest(why) {
  state = why;
  if (!busy) again();
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 15 | 64;
  bytes[8] = bytes[8] & 63 | 128;
  return [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("")
    .replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// -- coming back: to the first language when nobody is there; to a fresh page when the server can be reached

function stir() {
  clearTimeout(idle);
  idle = setTimeout(() => { if (!busy && lang !== first) speak(first); }, IDLE_MS);
}

async function refresh() {
  const reply = await reach({}).catch(() => null);
  if (reply && (reply.ok || reply.status === 410) && !busy && lang === first) location.reload();
  else setTimeout(refresh, SLOWEST_MS);
}

async function survive() {
  if (!navigator.serviceWorker) return;
  const ours = () => new URL("worker", location).href;
  const policy = window.trustedTypes && trustedTypes.createPolicy("etincelle-kiosk", { createScriptURL: ours });
  await navigator.serviceWorker.register(policy ? policy.createScriptURL("") : ours(), { scope: address });
  if (state === "ready") await (await caches.open(CACHE)).add(location.href);
}

async function start() {
  base = await open().catch(() => null);
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
  part("languages").replaceChildren(...Object.keys(spoken).map(one =>
    within(element("button", "", { lang: one, onclick: () => speak(one) }), element("span", spoken[one].name))));
  part("languages").hidden = Object.keys(spoken).length < 2;
  again();
  addEventListener("pointerdown", stir);
  addEventListener("keydown", stir);
  setTimeout(refresh, state === "ready" ? FRESH_MS : SLOWEST_MS);
  survive().catch(() => {});
  send();
}

start();
})();
