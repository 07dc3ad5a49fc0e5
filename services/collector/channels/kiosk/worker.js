// Brings the kiosk's page up after a restart without a network: the page as it was last fetched.
const CACHE = "etincelle-kiosk", PATIENCE_MS = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", event => {
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  const fetched = fetch(request).then(async reply => {
    if (reply.ok) await cache.put(request.url, reply.clone());
    return reply;
  });
  const late = new Promise(resolve => setTimeout(resolve, PATIENCE_MS));
  const reply = await Promise.race([fetched, late]).catch(() => null);
  // what a closed link answers is shown; a portal's redirection, an error or silence is not
  if (reply && (reply.ok || reply.status === 404 || reply.status === 410)) return reply;
  return (await cache.match(request.url)) || fetched;
}
