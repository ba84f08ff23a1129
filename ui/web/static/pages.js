// The pages beside the chat: the cards of the inbox, the theme, signing out.
(() => {
  "use strict";
  const nova = window.nova;

  const act = (id) => async (name, given) => {
    if (name === "approve") return nova.ask(`/api/web/plans/${id}/approve`, { digest: given.digest, typed: given.typed ?? null });
    return nova.ask(`/api/web/plans/${id}/${name}`, {});
  };
  for (const place of document.querySelectorAll("[data-plan]")) {
    const props = JSON.parse(place.querySelector("script").textContent);
    const card = new nova.PlanCard(props, act(props.id));
    place.replaceChildren(card.node);
  }

  // A link to a plan that waits no more, or for others: it is shown as well, above the rest.
  const linked = async () => {
    const id = location.hash.match(/^#plan-([0-9a-f]{32})$/)?.[1];
    const place = id && document.getElementById(`plan-${id}`);
    if (place) place.scrollIntoView({ block: "center" });
    if (!id || place || !document.querySelector(".inbox")) return;
    try {
      const card = new nova.PlanCard(await nova.ask(`/api/web/plans/${id}`), act(id));
      document.querySelector("h1").after(nova.el("div.plan", { id: `plan-${id}` }, card.node));
    } catch {
      document.querySelector("h1").after(nova.el("p.empty", { role: "status" }, "The plan of this link is not there."));
    }
  };
  addEventListener("hashchange", linked);
  linked();

  const theme = document.querySelector("#theme");
  const name = () => { theme.textContent = window.novaTheme.get() === "dark" ? "Light" : "Dark"; };
  name();
  theme.addEventListener("click", () => {
    window.novaTheme.set(window.novaTheme.get() === "dark" ? "light" : "dark");
    name();
  });
  document.querySelector("#sign-out").addEventListener("click", async () => {
    await fetch("/logout", { method: "POST" });
    location.href = "/auth/login";
  });
  document.querySelector("#filters")?.addEventListener("change", (event) => {
    if (event.target.tagName === "SELECT") event.currentTarget.requestSubmit();
  });
})();
