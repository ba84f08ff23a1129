// What Chainlit's page lacks: names on its controls, the way to the other pages, a live region.
(() => {
  "use strict";
  const { el, icon } = window.nova;
  const NAMES = {
    "#sidebar-trigger-button": "Conversations",
    "#new-chat-button": "New conversation",
    "#search-chats-button": "Search conversations",
    "#theme-toggle": "Theme",
    "#user-nav-button": "Account",
    "#chat-submit": "Send",
    "#stop-button": "Stop: begin nothing more",
    "#chat-input": "Message to NovaCron",
  };

  const LEDE = "Ask about your machines, or say what should happen. You see the exact plan first; nothing changes before you say yes.";

  const link = (href, name, label) => el("a.nova-link", { href, "aria-label": label }, icon(name), el("span", {}, label));

  const addLinks = (header) => {
    if (header.querySelector(".nova-links")) return;
    const links = el("nav.nova-links", { "aria-label": "NovaCron" },
      link("/fleet", "machines", "Fleet"), link("/approvals", "inbox", "Approvals"));
    header.lastElementChild?.prepend(links);
    count(links.lastElementChild);
  };

  const count = async (approvals) => {
    try {
      const { plans } = await window.nova.ask("/api/plans");
      approvals.querySelector(".nova-badge")?.remove();
      if (plans.length) approvals.append(el("span.nova-badge", {}, String(plans.length)));
      approvals.setAttribute("aria-label", plans.length ? `Approvals, ${plans.length} waiting` : "Approvals");
    } catch {
      return; // the link does without a number
    }
  };

  const set = (node, values) => {
    for (const [name, value] of Object.entries(values)) if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  };

  // Roles and names that Chainlit's page leaves out, so that it can be used without seeing it.
  const describe = () => {
    for (const bar of document.querySelectorAll('[data-sidebar="sidebar"]')) set(bar, { role: "navigation", "aria-label": "Conversations" });
    for (const list of document.querySelectorAll('ul[data-sidebar="menu"]')) set(list, { role: "group", "aria-label": "Conversations" });
    for (const item of document.querySelectorAll('li[data-sidebar="menu-item"]')) set(item, { role: "none" });
    for (const options of document.querySelectorAll("#thread-options")) {
      const title = options.closest("a, li, button")?.textContent.trim() || "this conversation";
      set(options, { role: "button", tabindex: "0", "aria-label": `Options of ${title}` });
    }
    for (const button of document.querySelectorAll('a > button[data-sidebar="menu-button"]')) set(button, { role: "link", tabindex: "-1" });
    for (const arrow of document.querySelectorAll("button svg.lucide-arrow-down")) set(arrow.closest("button"), { "aria-label": "To the end" });
    const log = document.querySelector(".step")?.parentElement;
    if (log) set(log, { role: "log", "aria-label": "Conversation" });
    const header = document.querySelector("#header");
    const welcome = document.querySelector("#welcome-screen");
    if (welcome && !welcome.querySelector(".nova-lede")) welcome.querySelector("img.logo")?.after(el("p.nova-lede", {}, LEDE));
    if (header && !document.querySelector("h1")) header.prepend(el("h1.nova-unseen", {}, "NovaCron"));
  };

  const mend = () => {
    for (const [selector, name] of Object.entries(NAMES)) {
      for (const node of document.querySelectorAll(`${selector}:not([aria-label])`)) node.setAttribute("aria-label", name);
    }
    const header = document.querySelector("#header");
    if (header) addLinks(header);
    describe();
    for (const logo of document.querySelectorAll('img.logo[alt="logo"]')) logo.alt = "NovaCron";
    for (const picture of document.querySelectorAll('img[alt^="Avatar for"]')) picture.alt = "";
  };

  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; mend(); });
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.nova.recount = () => {
    const approvals = document.querySelector(".nova-links a[href='/approvals']");
    if (approvals && document.visibilityState === "visible") count(approvals);
  };
  setInterval(window.nova.recount, 15000);
})();
