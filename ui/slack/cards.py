"""A plan as a message: all that a person is to see before a yes, its buttons, what became of it.

The words are the web card's own (`ui.web.cards`): a plan reads the same wherever it is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tools.identity import User
from tools.plan import Plan
from ui.format import span
from ui.serve.accounts import Accounts
from ui.serve.hub import Hub
from ui.slack.blocks import Block, Blocks, actions, button, facts, lines, quiet, words
from ui.slack.people import SURFACE
from ui.slack.results import File, as_lines
from ui.slack.wording import clipped
from ui.text import clean, counted
from ui.web.cards import plan_card

SHOWN_MACHINES = 15
"""So many machines of a call stand on its card; a longer list comes as a file beside it."""
SHOWN_STEPS = 10
_MOST_CALLS = 8
_MOST_FACTS = 14
_LONGEST_NAME = 60
_MARKS = {
    "done": "✓", "failed": "✗", "unknown": "?", "running": "…", "pending": "·",
    "skipped": "–", "cancelled": "–",
}  # fmt: skip
_ENDS = {
    "done": "Done", "partial": "Done in part", "failed": "Failed", "cancelled": "Stopped",
    "unknown": "Could not tell", "running": "Running",
}  # fmt: skip

Card = Mapping[str, Any]


def card_of(hub: Hub, accounts: Accounts, plan: Plan) -> Card:
    """A plan as it is now, with what the policies say of who asked for it."""
    asker = accounts.user(plan.asked_by, SURFACE)
    if asker is None or asker.tenant != plan.tenant:
        asker = User(plan.asked_by, surface=SURFACE, tenant=plan.tenant)
    return plan_card(hub, plan.id, asker)


def is_expired(hub: Hub, plan: Plan) -> bool:
    """Whether it was shown too long ago for a yes of now."""
    control = hub.control
    lifetime = timedelta(minutes=control.settings.approval_minutes)
    return control.clock() - plan.created_at > lifetime and not control.approvals.given(plan.id)


def plan_blocks(card: Card, plan: Plan, expired: str | None = None) -> Blocks:
    """The whole message."""
    head = words(f"{card['title']}  ({card['risk']})", bold=True)
    if card["operation"] is not None:
        return [head, *_ran(card)]
    blocks = [head, *_asked(card)]
    if card["status"] == "cancelled" or expired:
        return [*blocks, quiet(f"{expired or 'Called off.'} Nothing was changed.")]
    blocks += _waiting(card)
    if card["decision"]["effect"] != "deny":
        blocks.append(_buttons(card, plan))
    return blocks


def summary(card: Card) -> str:
    """The card in a line, for notifications."""
    if card["operation"] is not None:
        return f"{_ENDS[card['operation']['status']]}: {card['title']}"
    return f"{card['title']} ({card['risk']}): waits for a yes"


def machines_file(card: Card, plan: Plan) -> File | None:
    """All machines of a plan of which the card shows only the first."""
    long = any(len(vm.name) > _LONGEST_NAME for call in plan.calls for vm in call.vms)
    if not long and all(call["count"] <= SHOWN_MACHINES for call in card["calls"]):
        return None
    rows = [
        "\t".join((call.tool, clean(vm.name), vm.id, vm.state.value, vm.provider, vm.region))
        for call in plan.calls
        for vm in call.vms
    ]
    return File(f"plan-{card['short']}.txt", "\n".join(rows) + "\n")


def _asked(card: Card) -> Blocks:
    blocks: Blocks = []
    for call in card["calls"][:_MOST_CALLS]:
        if len(card["calls"]) > 1:
            blocks.append(words(call["act"], bold=True))
        blocks += _call(call)
    if (more := len(card["calls"]) - _MOST_CALLS) > 0:
        blocks.append(words(f"… and {counted(more, 'more act')}", bold=True))
    return [*blocks, facts([("Cost", card["cost"]), ("Asked by", _asker(card))])]


def _asker(card: Card) -> str:
    return f"{card['asked_by']} ({card['asked_on']}), {card['made']}"


def _call(call: Card) -> Blocks:
    known = [("Effect", call["effect"])]
    if call["when"]:
        known.append(("When", call["when"]))
    if call["loses"]:
        known.append(("Lost for good", call["loses"]))
    known.append(("Undo" if call["undo"]["possible"] else "No undo", call["undo"]["how"]))
    for left in call["left_out"]:
        more = f" and {left['more']:,} more" if left["more"] else ""
        known.append(("Left out", f"{', '.join(left['names'])}{more} ({left['reason']})"))
    known += [("Note", note) for note in call["notes"]]
    if (more := len(known) - _MOST_FACTS) > 0:
        known = [*known[:_MOST_FACTS], ("", f"… and {more} more notes: the web chat has them all")]
    return [_machines(call), facts(known)]


def _machines(call: Card) -> Block:
    if not call["machines"]:
        labels = call["steps"][:SHOWN_MACHINES]
        more = call["step_count"] - len(labels)
        return lines(", ".join(labels) + (f" and {more:,} more" if more > 0 else ""))
    shown = call["machines"][:SHOWN_MACHINES]
    rows = [[_name(m), m["state"], m["place"], m["size"]] for m in shown]
    if (more := call["count"] - len(shown)) > 0:
        rows.append([f"… and {more:,} more: see the file", "", "", ""])
    return as_lines(["machine", "state", "where", "size"], rows)


def _name(machine: Card) -> str:
    guarded = " (protected)" if machine["protected"] else ""
    return clipped(machine["name"], _LONGEST_NAME) + guarded


def _waiting(card: Card) -> Blocks:
    decision = card["decision"]
    rules = ", ".join(decision["rules"]) or decision["reason"]
    said = f"Decided by {rules}. A yes holds {card['lifetime']}, for this plan alone, once."
    if card["waits"]:
        return [words(card["waits"], bold=True), quiet(said)]
    return [quiet(said)]


def _buttons(card: Card, plan: Plan) -> Block:
    value = {"p": plan.id, "d": plan.digest}
    hint = f"Approve: {card['title']}"
    if plan.to_type is not None:
        yes = button("Approve…", "plan_type", value, "danger", hint)
    else:
        yes = button("Approve", "plan_approve", value, "primary", hint)
    return actions(yes, button("Cancel", "plan_cancel", value, hint=f"Cancel: {card['title']}"))


def _ran(card: Card) -> Blocks:
    operation = card["operation"]
    status, total = operation["status"], operation["total"]
    settled = total - sum(operation["counts"].get(s, 0) for s in ("pending", "running"))
    people = ", ".join(operation["approved_by"])
    ended = f" in {operation['took']}" if operation["took"] else ""
    how_far = f": {settled:,} of {total:,}" if total else ""
    blocks = [
        words(f"{_ENDS[status]}{how_far}{ended}", bold=True),
        *_steps(operation),
        quiet(f"{_asker(card)}. Approved by {people}. Operation {operation['id']}."),
    ]
    if status == "running":
        stop = button("Stop", "plan_stop", {"o": operation["id"]}, "danger", "Begin nothing more")
        return [*blocks, actions(stop)]
    if operation["undo"]:
        blocks.append(actions(button("Undo", "plan_undo", {"o": operation["id"]}, hint="Undo it")))
    return blocks


def _steps(operation: Card) -> Blocks:
    steps: Sequence[Card] = operation["steps"]
    if not steps:
        return [words("Scheduled.")] if operation["schedules"] else []
    trouble = [s for s in steps if s["status"] not in ("done", "pending")]
    shown = (trouble or list(steps))[:SHOWN_STEPS]
    rows = [f"{_MARKS[s['status']]} {s['label']}  {s['seen']}".rstrip() for s in shown]
    if (more := operation["total"] - len(shown)) > 0:
        rows.append(f"… and {more:,} more")
    return [lines("\n".join(rows))]


def lifetime_text(hub: Hub) -> str:
    """How long a plan that is shown may be said yes to."""
    return span(hub.control.settings.approval_minutes * 60)
