// An answer: its words, tables, plan, and how it came about. Kept by its id, because Chainlit
// draws its elements anew at every change, which would lose a filter, a page, a half-typed name.
(() => {
  "use strict";
  const nova = window.nova;
  const { el } = nova;
  const kept = new Map();
  const MOST = 400;
  const TRIES = 8;
  const AGAIN_MS = 1000;

  const paragraphs = (text) => text.split(/\n{2,}/).map((part) => el("p", {}, part));

  const BLOCKS = {
    text: (block) => el("div.nova-text", { "data-tone": block.tone }, paragraphs(block.text)),
    table: (block, calls) => new nova.Table(block, (row) => offer(block, row, calls)).node,
    facts: (block) => el("dl.nova-facts.nova-sheet", {}, block.columns
      .filter((column) => !["", "–"].includes(nova.text(block.row[column.key])))
      .map((column) => [el("dt", {}, column.title), el("dd", {}, column.key === "state" ? nova.state(block.row.state) : nova.text(block.row[column.key], column.unit))])),
    notes: (block) => el("div.nova-notes", {}, block.notes.map((note) => el("p", {}, note)),
      block.source ? el("p", {}, `Source: ${block.source}`) : null),
    options: (block, calls) => el("div.nova-options", { role: "group", "aria-label": "Answers" }, block.options.map((option) =>
      el("button.nova-button.plain", { type: "button", onclick: () => calls.say(option) }, option))),
    refused: (block) => el("div.nova-refused", { role: "note" }, nova.icon("lock"),
      block.rules.length ? el("span", {}, "Refused by the policy ", el("strong", {}, block.rules.join(", ")), ".")
        : el("span", {}, `No policy permits ${block.tools.join(", ")} to you. Your roles: ${block.roles.join(", ") || "none"}.`)),
    plan: (block, calls) => plan(block, calls, false),
    result: (block, calls) => plan(block.plan, calls, true),
  };

  // A server that was started anew knows this page again as soon as its socket is back.
  const patiently = async (ask) => {
    for (let left = TRIES; ; left -= 1) {
      try {
        return await ask();
      } catch (error) {
        if (!left) throw Object.assign(new Error("NovaCron does not answer."), { hint: "Load the page again.", cause: error });
        await new Promise((done) => { setTimeout(done, AGAIN_MS); });
      }
    }
  };

  const acting = (calls) => async (name, payload) => {
    const answer = await patiently(() => calls.act({ name: `nova_${name}`, payload }));
    return answer && answer.response;
  };

  // Ask for what a row offers: it comes back as a plan, which waits like any other.
  const offer = (block, row, calls) => acting(calls)("offer", { ...block.offers, row });

  const plan = (props, calls, fold) => {
    const act = acting(calls);
    const card = new nova.PlanCard(props, act, { fold, level: 2 });
    card.changed = () => act("sync", {}).catch(() => {});
    return card.node;
  };

  const how = (steps) => steps.length ? el("details.nova-how", {}, el("summary", {}, "How I got there"),
    el("dl", {}, steps.map((step) => [el("dt", {}, step.title), el("dd", {}, step.pairs.map(([what, became]) =>
      el("div", {}, el("code", {}, what), became ? el("span", {}, ` ${became}`) : null)))]))) : null;

  class Answer {
    constructor(props, calls) {
      this.calls = { ...calls };
      const live = { act: (...given) => this.calls.act(...given), say: (...given) => this.calls.say(...given) };
      this.node = el(`div.nova-answer${props.after ? ".nova-after" : ""}`, { "data-outcome": props.outcome },
        props.blocks.map((block) => BLOCKS[block.kind]?.(block, live)), how(props.how));
    }
  }

  // Put an answer into its place; gives what React calls when it takes the place away.
  nova.show = (host, props, calls) => {
    let answer = kept.get(props.id);
    if (!answer) {
      answer = new Answer(props, calls);
      kept.set(props.id, answer);
      if (kept.size > MOST) kept.delete(kept.keys().next().value);
    }
    answer.calls = calls;
    host.replaceChildren(answer.node);
    if (answer.focused) answer.focused.focus({ preventScroll: true });
    return () => {
      answer.focused = answer.node.contains(document.activeElement) ? document.activeElement : null;
    };
  };
})();
