// Keeps the page itself on the telephone, so that it opens on a bad link. Never what the service
// says: nothing below /api is looked at here, and nothing of anybody stays on the device.
const SHELL = "standex-shell";
const PAGE = "/responder";
const SLOW_MS = 3000;
const FIXED = ["/icon.svg", "/standex.webmanifest"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((kept) => kept.addAll([PAGE, ...FIXED])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// The page came before the worker did: it tells which of its own files it was made of.
self.addEventListener("message", (event) => {
  const files = Array.isArray(event.data) ? event.data.filter(isAsset) : [];
  event.waitUntil(
    caches.open(SHELL).then(async (kept) => {
      for (const file of files) if (!(await kept.match(file))) await kept.add(file).catch(() => undefined);
    }),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && !address.pathname.startsWith("/api/")) {
    event.respondWith(page(request));
  } else if (isAsset(address.pathname)) {
    event.respondWith(asset(request));
  } else if (FIXED.includes(address.pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});

function isAsset(path) {
  return typeof path === "string" && path.startsWith("/assets/");
}

// From the service where it answers soon: a new version must not wait for an old one.
async function page(request) {
  const kept = await caches.open(SHELL);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok) await renew(kept, answer.clone());
    // What stands in front of a service that is away says so with one of these.
    return answer.status >= 500 ? ((await kept.match(PAGE)) ?? answer) : answer;
  });
  const slow = new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  const answer = await Promise.race([fresh.catch(() => undefined), slow]);
  return answer ?? (await kept.match(PAGE)) ?? fresh;
}

// Files of an old version go when there is a new one.
async function renew(kept, answer) {
  const old = await kept.match(PAGE);
  const text = await answer.clone().text();
  if (old !== undefined && (await old.text()) !== text) {
    for (const one of await kept.keys()) if (isAsset(new URL(one.url).pathname)) await kept.delete(one);
  }
  await kept.put(PAGE, answer);
}

// Their names change with what is in them: a kept one is the right one.
async function asset(request) {
  const kept = await caches.open(SHELL);
  const known = await kept.match(request);
  if (known !== undefined) return known;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(request, answer.clone());
  return answer;
}
