// A plan as a card: what will happen, the yes, how far it is, what came of it.
// The server looks the plan up and checks who, what and what was typed; the card only asks.
(() => {
  "use strict";
  const nova = window.nova;
  const { el, icon } = nova;
  const SETTLED = ["done", "failed", "unknown", "skipped", "cancelled"];
  const MARKS = { done: "check", failed: "cross", unknown: "question", skipped: "dash", cancelled: "dash", pending: "dot" };
  const SAYS = {
    pending: "Waits for you", started: "Running", running: "Running", done: "Done", partial: "Partly done",
    failed: "Failed", unknown: "Could not tell", cancelled: "Called off", gone: "Not there any more",
  };
  const said = ({ status, may_approve: may }) => (status === "pending" && !may ? "Waits for somebody else" : SAYS[status] || status);
  const SHOWN = 8;
  const FAST_MS = 600;
  const SLOW_MS = 8000;

  class PlanCard {
    // act(name, payload) gives {ok} or {error, hint}; fold: only what ran, without the plan.
    constructor(props, act, { fold = false, level = 3 } = {}) {
      this.act = act;
      this.fold = fold;
      this.level = level;
      this.node = el("section.nova-plan", { "aria-label": `Plan ${props.short}`, "aria-live": "off" });
      this.busy = false;
      this.update(props);
      this.watch();
    }

    update(props) {
      const before = this.props && this.props.status;
      this.props = props;
      this.node.dataset.status = props.status;
      this.node.dataset.risk = props.risk || "";
      const typed = this.input ? this.input.value : "";
      const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.part : null;
      const opened = new Set([...this.node.querySelectorAll("details[open]")].map((one) => one.dataset.part));
      this.node.replaceChildren(...this.parts());
      if (this.input && typed) { this.input.value = typed; this.input.dispatchEvent(new Event("input")); }
      for (const part of opened) this.node.querySelector(`details[data-part="${part}"]`)?.setAttribute("open", "");
      if (focused) this.node.querySelector(`[data-part="${focused}"]`)?.focus();
      if (before !== props.status) nova.recount?.();
      if (before && before !== props.status && !["started", "running"].includes(props.status) && this.changed) this.changed(props);
    }

    parts() {
      const props = this.props;
      if (props.status === "gone") return [el("p.nova-quiet", {}, `Plan ${props.short} is not there any more.`)];
      const running = ["started", "running"].includes(props.status);
      const parts = this.fold ? [] : [this.head(), ...props.calls.map((call, at) => this.call(call, at))];
      if (!this.fold) parts.push(this.facts());
      if (props.operation) parts.push(this.progress(props.operation));
      else if (running) parts.push(el("p.nova-quiet", { role: "status" }, "Starting …"));
      if (props.status === "pending" && !this.fold) parts.push(this.gate());
      return parts;
    }

    head() {
      const { title, status, risk } = this.props;
      const destroys = risk === "destroy";
      return el("header.nova-plan-head", {},
        el("div.nova-plan-title", {}, destroys ? icon("warn") : null, el(`h${this.level}`, {}, title)),
        el("div.nova-chips", {},
          el("span.nova-chip", { "data-risk": risk }, { change: "changes", disrupt: "interrupts", destroy: "destroys data" }[risk] || risk),
          el("span.nova-chip", { "data-status": status, role: "status" }, said(this.props))));
    }

    call(call, at) {
      const many = this.props.calls.length > 1;
      const open = this.props.status === "pending";
      const machines = call.machines.length && !open ? this.folded(call, at) : call.machines.length ? this.machines(call, at)
        : call.steps.length ? el("p.nova-steps", {}, call.steps.slice(0, 12).join(", "), call.step_count > 12 ? ` and ${nova.number(call.step_count - 12)} more` : "")
        : null;
      const facts = [];
      const fact = (name, value, tone) => facts.push(el("dt", {}, name), el("dd", { "data-tone": tone }, value));
      if (call.when) fact("When", call.when);
      if (call.loses) fact("Lost for good", call.loses, "bad");
      for (const out of call.left_out) {
        fact("Left out", `${out.names.join(", ")}${out.more ? ` and ${nova.number(out.more)} more` : ""} (${out.reason})`);
      }
      for (const note of call.notes) fact("Note", note, "warn");
      if (many) fact(call.undo.possible ? "Undo" : "No undo", call.undo.how);
      return el("div.nova-call", {},
        many ? el(`h${this.level + 1}`, {}, `${at + 1}. ${call.act}`) : null,
        el("p.nova-lead", {}, call.effect, el("span.nova-mono.nova-tool", {}, call.tool)),
        machines, facts.length ? el("dl.nova-facts", {}, facts) : null);
    }

    // Once it runs, its progress names the machines.
    folded(call, at) {
      return el("details.nova-fold", { "data-part": `machines${at}` }, el("summary", {}, nova.counted(call.count, "machine")), this.machines(call, at));
    }

    machines(call, at) {
      const line = (vm) => el("li", { title: vm.id },
        el("span.nova-name", {}, vm.name, vm.protected ? el("span.nova-lock", { title: "protected" }, icon("lock"), el("span.nova-unseen", {}, "protected")) : null),
        nova.state(vm.state), el("span.nova-dim", {}, vm.place), el("span.nova-dim.nova-wide", {}, vm.size), el("span.nova-dim.nova-right", {}, vm.cost));
      const first = call.machines.slice(0, SHOWN).map(line);
      const rest = call.machines.slice(SHOWN);
      const parts = [
        el("ul.nova-machines", { "aria-label": nova.counted(call.count, "machine") }, first),
      ];
      if (rest.length) {
        const hidden = call.count - call.machines.length;
        parts.push(el("details.nova-fold", { "data-part": `rest${at}` },
          el("summary", {}, `${nova.number(call.count - SHOWN)} more`),
          el("ul.nova-machines.nova-long", { tabindex: "0", "aria-label": "More machines" }, rest.map(line)),
          hidden > 0 ? el("p.nova-quiet", {}, `and ${nova.number(hidden)} more, all in `,
            el("a", { href: `/api/plans/${this.props.id}`, target: "_blank" }, "the plan's record")) : null));
      }
      return el("div", {}, parts);
    }

    facts() {
      const { calls, cost, cost_sign: sign, decision, undo, approved_by: yeses, status, asked_by: by, asked_on: on } = this.props;
      const facts = [];
      const fact = (name, value, tone) => facts.push(el("dt", {}, name), el("dd", { "data-tone": tone }, value));
      fact("Cost", cost, sign < 0 ? "good" : sign > 0 ? "warn" : undefined);
      if (calls.length === 1) fact(undo === "can" ? "Undo" : "No undo", calls[0].undo.how, undo === "can" ? undefined : "bad");
      fact("Decided by", decision.rules.join(", ") || decision.reason);
      fact("Asked by", `${by}${on ? ` · ${on}` : ""}`);
      if (yeses.length && status === "pending") fact("Said yes", yeses.join(", "));
      return el("dl.nova-facts", {}, facts);
    }

    gate() {
      const { waits, to_type: word, to_type_what: what, may_approve: may, lifetime, risk } = this.props;
      this.trouble = el("p.nova-trouble", { role: "alert" });
      const parts = [];
      if (waits) parts.push(el("p.nova-waits", {}, waits));
      if (!may) {
        this.input = null;
        if (!waits) parts.push(el("p.nova-quiet", {}, "Somebody else's yes is needed."));
        if (this.props.may_cancel !== false) parts.push(el("div.nova-buttons", {}, this.button("cancel", "Call it off", "cancel", "plain")));
        return el("div.nova-gate", {}, parts, this.trouble);
      }
      const approve = this.button("approve", word ? "Delete for good" : "Approve", "approve", risk === "destroy" ? "danger" : "primary");
      const { calls } = this.props;
      if (word && (calls.length > 1 || calls[0].tool !== "delete_vms")) approve.textContent = "Go ahead";
      this.input = null;
      if (word) {
        const id = `type-${this.props.id}`;
        this.input = el("input.nova-type", {
          id, type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "data-part": "type",
          oninput: () => { approve.disabled = !this.fits(); },
          onkeydown: (event) => { if (event.key === "Enter" && this.fits()) { event.preventDefault(); this.send("approve"); } },
        });
        approve.disabled = true;
        parts.push(el("label.nova-typed", { for: id }, "To go ahead, type ", what, ": ", el("code", {}, word)), this.input);
      }
      parts.push(el("div.nova-buttons", {}, approve, this.button("cancel", "Call it off", "cancel", "plain"),
        el("span.nova-quiet.nova-fill", {}, `Holds ${lifetime}, for this plan alone, once.`)));
      return el("div.nova-gate", {}, parts, this.trouble);
    }

    fits() {
      return this.input.value.trim().toLowerCase() === this.props.to_type.toLowerCase();
    }

    button(part, label, name, kind) {
      return el(`button.nova-button.${kind}`, { type: "button", "data-part": part, disabled: this.busy, onclick: () => this.send(name) }, label);
    }

    async send(name) {
      if (this.busy) return;
      this.busy = true;
      this.node.setAttribute("aria-busy", "true");
      for (const button of this.node.querySelectorAll("button")) button.disabled = true;
      let trouble = null;
      try {
        const { id, digest, to_type: word, operation } = this.props;
        const given = { plan: id, digest, typed: word ? this.input?.value.trim() : undefined, operation: operation?.id };
        const answer = await this.act(name, given);
        if (answer && answer.error) trouble = [answer.error, answer.hint].filter(Boolean).join(" ");
      } catch (error) {
        trouble = [error.message, error.hint].filter(Boolean).join(" ");
      }
      this.busy = false;
      this.node.removeAttribute("aria-busy");
      if (!trouble && name === "approve") this.expecting = Date.now() + 4000;
      await this.look();
      if (trouble) {
        this.update(this.props);
        this.fail(trouble);
      }
      this.watch();
    }

    fail(trouble) {
      if (!this.trouble || !this.trouble.isConnected) this.node.append((this.trouble = el("p.nova-trouble", { role: "alert" })));
      this.trouble.textContent = trouble;
    }

    progress(operation) {
      const { counts, total, steps, status } = operation;
      const settled = SETTLED.reduce((sum, one) => sum + (counts[one] || 0), 0);
      const running = status === "running";
      const failed = (counts.failed || 0) + (counts.unknown || 0);
      const words = [`${nova.number(settled)} of ${nova.counted(total, "step")}`];
      for (const one of ["failed", "unknown", "skipped", "cancelled"]) if (counts[one]) words.push(`${counts[one]} ${one}`);
      if (operation.took) words.push(`in ${operation.took}`);
      if (operation.schedules) words.push(nova.counted(operation.schedules, "schedule"));
      const bar = el("div.nova-bar", {
        role: "progressbar", "aria-label": "Progress", "aria-valuemin": "0", "aria-valuemax": String(total), "aria-valuenow": String(settled),
        "data-tone": failed ? "bad" : undefined,
      }, el("span", { style: `width:${total ? (100 * settled) / total : 100}%` }));
      const head = el("p.nova-lead", {}, el("strong", {}, SAYS[status] || status), total ? ` · ${words.join(", ")}` : operation.schedules ? ` · ${words.slice(1).join(", ")}` : "");
      const line = (step) => el("li", { "data-status": step.status },
        el("span.nova-mark", { "data-status": step.status, role: "img", "aria-label": step.status }, MARKS[step.status] ? icon(MARKS[step.status]) : el("span.nova-spin")),
        el("span.nova-name", {}, step.label), el("span.nova-dim", {}, step.seen || step.status, step.attempts > 1 ? ` (attempt ${step.attempts})` : ""));
      if (!this.fold && !running) return el("div.nova-operation", {}, head);
      const first = steps.slice(0, SHOWN * 2);
      const rest = steps.slice(SHOWN * 2);
      const buttons = [];
      if (running) buttons.push(this.button("stop", "Stop: begin nothing more", "stop", "plain"));
      if (operation.undo && this.fold) {
        const undo = this.button("undo", "Undo", "undo", "plain");
        undo.prepend(icon("undo"));
        buttons.push(undo);
      }
      return el("div.nova-operation", {}, head, total > 1 || running ? bar : null,
        el("ul.nova-progress", {}, first.map(line)),
        rest.length ? el("details.nova-fold", { "data-part": "steps" }, el("summary", {}, `${nova.number(total - first.length)} more`),
          el("ul.nova-progress.nova-long", { tabindex: "0", "aria-label": "More steps" }, rest.map(line))) : null,
        buttons.length ? el("div.nova-buttons", {}, buttons) : null);
    }

    // Look again while it may change: often while it runs, seldom while it waits.
    watch() {
      clearTimeout(this.timer);
      const { status } = this.props;
      const soon = ["started", "running"].includes(status) || Date.now() < (this.expecting || 0);
      if (!soon && status !== "pending") return;
      this.timer = setTimeout(async () => {
        if (this.node.isConnected && document.visibilityState === "visible" && !this.busy) await this.look();
        this.watch();
      }, soon ? FAST_MS : SLOW_MS);
    }

    async look() {
      try {
        const found = await nova.ask(`/api/web/plans/${this.props.id}`);
        if (JSON.stringify(found) !== JSON.stringify(this.props)) this.update(found);
      } catch {
        return; // the server is away for a moment: the card stays as it is
      }
    }
  }

  nova.PlanCard = PlanCard;
})();
