// Before anything is drawn: the theme, and what the chat's program expects of its page.
(() => {
  "use strict";
  const key = "vite-ui-theme";
  window.global = window;
  window.transports = ["websocket"];
  let theme = null;
  try {
    theme = localStorage.getItem(key);
    if (!["light", "dark", "system"].includes(theme)) {
      localStorage.setItem(key, "system");
      theme = "system";
    }
  } catch {
    theme = "system";
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    document.documentElement.classList.remove("light", "dark");
    document.documentElement.classList.add(chosen);
  };
  apply();
  window.novaTheme = {
    get: () => (document.documentElement.classList.contains("dark") ? "dark" : "light"),
    set: (next) => {
      theme = next;
      localStorage.setItem(key, next);
      apply();
    },
  };
  dark.addEventListener("change", () => theme === "system" && apply());
})();
