// Small things that every card needs. Text is only ever set as text: nothing here reads markup.
(() => {
  "use strict";
  const nova = (window.nova = window.nova || {});

  // el("button.primary", { type: "button", onclick }, "Approve"): a node with its children.
  nova.el = (kind, attributes = {}, ...children) => {
    const [tag, ...classes] = kind.split(".");
    const node = document.createElement(tag || "div");
    if (classes.length) node.className = classes.join(" ");
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name in node && typeof value !== "string") node[name] = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  };

  const SVG = "http://www.w3.org/2000/svg";
  const ICONS = {
    check: "M4 12.5l5 5L20 6.5",
    cross: "M6 6l12 12M18 6L6 18",
    question: "M9 9a3 3 0 1 1 4.5 2.6c-.9.5-1.5 1.2-1.5 2.4M12 18h.01",
    dash: "M6 12h12",
    dot: "M12 12h.01",
    up: "M7 14l5-5 5 5",
    down: "M7 10l5 5 5-5",
    left: "M14 7l-5 5 5 5",
    right: "M10 7l5 5-5 5",
    warn: "M12 8v5M12 16.5h.01M10.3 3.9L2.4 18a2 2 0 0 0 1.7 3h15.8a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0z",
    undo: "M4 9h10a6 6 0 0 1 0 12h-3M4 9l4-4M4 9l4 4",
    lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    machines: "M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01",
    inbox: "M4 13l3-8h10l3 8v6H4zM4 13h5l1.5 2.5h3L15 13h5",
    chat: "M5 5h14v10H10l-5 4z",
    search: "M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM16 16l4 4",
  };
  nova.icon = (name) => {
    const svg = document.createElementNS(SVG, "svg");
    const path = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "nova-icon");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  };

  const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
  const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const number = (value) => plain.format(value);
  const FORMATS = {
    gib: (value) => `${number(value)} GiB`,
    usd_hour: (value) => `$${value.toFixed(3)}/h`,
    usd: (value) => `$${money.format(value)}`,
    percent: (value) => `${value.toFixed(1)} %`,
  };
  nova.isFigure = (unit) => ["gib", "usd_hour", "usd", "percent", "count"].includes(unit);

  // A value of a result as text.
  nova.text = (value, unit) => {
    if (value === null || value === undefined || value === "") return "–";
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (typeof value === "number") return (FORMATS[unit] || number)(value);
    if (unit === "time") {
      const at = new Date(String(value).replace(/T(\d\d)([+-])/, "T$1:00$2"));
      return isNaN(at) ? String(value) : at.toISOString().slice(0, 16).replace("T", " ") + " UTC";
    }
    if (Array.isArray(value)) {
      return value.map((one) => (typeof one === "object" ? one.name || JSON.stringify(one) : one)).join(", ") || "–";
    }
    if (typeof value === "object") {
      return Object.entries(value).map(([key, one]) => `${key}=${one}`).join(", ") || "–";
    }
    return String(value);
  };

  nova.state = (state) => nova.el("span.nova-state", { "data-state": state }, state);
  nova.counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
  nova.number = number;

  // Ask our own server; what comes back is its JSON, an error is thrown with its message.
  nova.ask = async (path, body) => {
    const given = body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(path, { credentials: "same-origin", ...given });
    const found = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(found.message || "No answer."), { hint: found.hint });
    return found;
  };
})();
