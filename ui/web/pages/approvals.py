"""The inbox: plans that wait for this person, those that wait for others, and what ran lately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo

from fastapi.responses import Response

from tools.identity import User
from tools.journal import Operation
from ui.format import moment, span, zone_of
from ui.serve.hub import Hub
from ui.text import counted
from ui.web.cards import Card, find_plan_card
from ui.web.pages.html import Markup, data, join, page, tag

_HEADS = ("When", "What", "Machines", "Outcome", "Asked by", "Approved by", "Took")
LATELY = 15
SHOWN = 50
_WORDS = {
    "running": "Running", "done": "Done", "partial": "Partly done", "failed": "Failed",
    "cancelled": "Called off", "unknown": "Could not tell",
}  # fmt: skip


def approvals_page(hub: Hub, user: User) -> Response:
    """The plans as cards, and the operations of late."""
    pending = hub.control.approvals.pending(user.tenant)[:SHOWN]
    cards = [find_plan_card(hub, plan.id, user) for plan in pending]
    mine = [card for card in cards if card.get("may_approve")]
    others = [card for card in cards if not card.get("may_approve") and _is_of(card, user)]
    body = join(
        tag("h1", "Approvals"),
        _section("Waits for you", mine, "Nothing waits for your yes."),
        _section("Waits for others", others, "") if others else None,
        _lately(hub, hub.operations(user, limit=LATELY)),
    )
    return page("Approvals", body, user, "/approvals")


def _is_of(card: Card, user: User) -> bool:
    return user.name in (card.get("asked_by"), *card.get("approved_by", ()))


def _section(title: str, cards: Sequence[Card], empty: str) -> Markup:
    items = [_card(card) for card in cards] or [tag("p", empty, class_="empty")]
    return tag("section", tag("h2", title), *items, class_="inbox", aria_label=title)


def _card(card: Card) -> Markup:
    """A card that the page's script draws; without it, what it is about."""
    words = tag("p", f"{card['title']} (asked by {card['asked_by']}). The buttons need JavaScript.")
    anchor = f"plan-{card['id']}"
    return tag(
        "div", data(card), tag("noscript", words), class_="plan", id=anchor, data_plan=card["id"]
    )


def _lately(hub: Hub, operations: Sequence[Operation]) -> Markup:
    if not operations:
        return tag("section", tag("h2", "Lately"), tag("p", "Nothing ran yet.", class_="empty"))
    zone = zone_of(hub.control.settings.zone)
    heads = [tag("th", tag("span", name, class_="head"), scope="col") for name in _HEADS]
    body = tag("tbody", *(_row(one, zone) for one in operations))
    caption = tag("caption", "Operations", class_="nova-unseen")
    table = tag("table", caption, tag("thead", tag("tr", *heads)), body)
    scroll = tag(
        "div", table, class_="nova-scroll", tabindex="0", role="region", aria_label="Operations"
    )
    return tag("section", tag("h2", "Lately"), tag("div", scroll, class_="nova-table"))


def _row(one: Operation, zone: tzinfo) -> Markup:
    counts = Counter(step.status for step in one.steps)
    bad = counts["failed"] + counts["unknown"]
    outcome = _WORDS[one.status] + (f", {bad} in trouble" if bad and one.status != "done" else "")
    took = span((one.finished_at - one.created_at).total_seconds()) if one.finished_at else "–"
    labels = [step.label for step in one.steps]
    cells = (
        ", ".join(one.tools) or counted(len(one.schedules), "schedule"),
        ", ".join(labels[:3]) + (f" and {len(labels) - 3:,} more" if len(labels) > 3 else "")
        or "–",
        tag("span", outcome, class_="nova-chip", data_status=one.status),
        one.asked_by,
        ", ".join(one.approved_by) or "–",
        took,
    )
    at = tag("th", moment(one.created_at, zone), scope="row")
    return tag("tr", at, *(tag("td", cell) for cell in cells))
