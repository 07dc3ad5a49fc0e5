// The score in the address becomes the person's at their first real movement on the page. Events that a script
// makes are not trusted; some browsers without a person make one trusted pointermove of no distance as they start.
(() => {
const form = document.forms[0], note = document.getElementById("kept"), began = performance.now()
let moves = 0, times = 0, sent, last = Promise.resolve()
const keep = () => {
const score = new FormData(form).get("score")
// whoever plays with the scores shall have requests left for Send: a link takes a few an hour
if (navigator.webdriver || !document.hasFocus() || score == sent || ++times > 4) return
sent = score
const options = {method: "POST", body: new URLSearchParams({score}), keepalive: true}
// one after the other, so that the score chosen last is the one that stays
last = last.then(() => fetch(location.pathname + "/seen?lang=" + document.documentElement.lang, options))
.then(reply => { if (reply.status == 201) note.textContent = note.dataset.text })
.catch(() => { sent = 0 })
}
const hear = event => {
if (!event.isTrusted) return
if (event.type == "pointermove") {
if (performance.now() - began < 400 || !(event.movementX || event.movementY) || ++moves < 4) return
// a hand on a score is about to choose it: its click tells which
} else if (event.target.closest?.(".tile") && event.type != "wheel") return
keep()
}
for (const kind of ["pointerdown", "touchstart", "keydown", "wheel", "pointermove"]) addEventListener(kind, hear, {passive: true})
form.addEventListener("click", event => { if (event.isTrusted && event.target.name == "score") keep() })
})()
