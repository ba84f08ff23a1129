// Where the conversation is looked at: at what is new, from its beginning, unless the person reads
// further up. Chainlit's own way reckons heights before a card has been drawn.
(() => {
  "use strict";
  const FOLLOWED_MS = 6000;
  const ABOVE = 16;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let log = null;
  let count = 0;
  let until = 0;

  // The end, or the beginning of what is new where it is longer than the page.
  const settle = (smooth) => {
    const box = log?.parentElement;
    const newest = log?.lastElementChild;
    if (!box || !newest || Date.now() > until) return;
    const asked = newest.previousElementSibling;
    const first = asked?.dataset.stepType === "user_message" ? asked : newest;
    const begins = first.getBoundingClientRect().top - box.getBoundingClientRect().top - ABOVE;
    const top = box.scrollTop + Math.min(begins, box.scrollHeight - box.clientHeight - box.scrollTop);
    box.scrollTo({ top, behavior: smooth && !calm.matches ? "smooth" : "auto" });
  };

  const look = () => {
    const found = document.querySelector(".step")?.parentElement ?? null;
    if (found !== log) {
      if (log) sizes.unobserve(log);
      log = found;
      count = 0;
      if (log) sizes.observe(log);
    }
    const now = log ? log.childElementCount : 0;
    if (now > count) {
      until = Date.now() + FOLLOWED_MS;
      settle(count > 0);
    }
    count = now;
  };

  const sizes = new ResizeObserver(() => settle(false));
  const mine = (event) => {
    if (log?.parentElement.contains(event.target)) until = 0;
  };
  for (const name of ["wheel", "touchmove", "pointerdown"]) document.addEventListener(name, mine, { passive: true });
  document.addEventListener("keydown", (event) => {
    if (["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown", "Tab"].includes(event.key)) mine(event);
  });
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
})();
