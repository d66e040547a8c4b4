// What a page has and node has not: the event of a rejection that nobody handles. Loaded before a bundle that was made for pages.

const page = new EventTarget();
Object.assign(globalThis, {
  addEventListener: page.addEventListener.bind(page),
  removeEventListener: page.removeEventListener.bind(page),
});

process.on("unhandledRejection", (reason) => {
  const event = Object.assign(new Event("unhandledrejection", { cancelable: true }), { reason });
  if (page.dispatchEvent(event)) throw reason;
});
