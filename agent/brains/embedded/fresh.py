"""A turn that stands on its own: requests, small talk, and what is not ours to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.frames import QUESTION, Frame, Reading, speaks_of_trade
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.questions import named_in
from tools.calls import Call
from tools.selector import Selector

_BYPASS = re.compile(
    r"\b(ignore|forget|disregard|override|bypass|skip|disable) (all |any |your |the |my |these |"
    r"those |previous |prior |every )*"
    r"(rules?|instructions?|polic(y|ies)|safety|guardrails?|restrictions?|safeguards?|confirmations?|approvals?|prompts?|gate)\b",
    re.IGNORECASE,
)


_QUOTED = re.compile(r"\"[^\"]*\"|`[^`]*`")


_SCOPE = re.compile(
    r"\b(weather|forecast for (the )?(weekend|tomorrow)|stock|share price|shares|football|"
    r"soccer|recipe|poem|haiku|joke|song|movie|flight|hotel|"
    r"restaurant|coffee|pizza|lunch|dinner|breakfast|meeting|calendar|mtg|email to|news|"
    r"translate|translation|president|python|javascript|"
    r"script|essay|story|lottery|horoscope|taxi|uber|birthday|vacation|holidays?|salary|bitcoin|"
    r"crypto|homework|csv|excel|powerpoint|slide deck|"
    r"capital of|novel|chess|sing|dance|marry|love me|meaning of life|temperature in|"
    r"traffic on the|train to|tickets?|jira|book a|"
    r"desk|chair|linkedin|laptops?|iphones?|headset|tweet|instagram|facebook|youtube|netflix|spotify|groceries|beer|doctor|dentist|haircut)\b",
    re.IGNORECASE,
)


def fresh(builder: Builder, reading: Reading) -> Understanding:
    """A turn that stands on its own."""
    entities = any(i.is_entity for i in reading.items)
    if (
        not entities
        and (said := replies.social(reading.text))
        and not reading.has_change
        and not _asks_much(reading)
    ):
        return said
    if replies.acts_elsewhere(reading.text):
        return replies.out_of_scope()
    wished = [f for f in reading.frames if not f.negated]
    if not wished:
        return _nothing(builder, reading)
    if (
        _SCOPE.search(reading.text)
        and not any(i.has("names", "noun", "group") for i in reading.items)
        and not any(f.tool == "search_runbooks" for f in wished)
    ):
        return replies.out_of_scope()
    if _BYPASS.search(_QUOTED.sub(" ", reading.text)):
        return Understanding(
            "decline",
            text="I always show the plan and wait for a person's yes; that cannot be turned "
            "off. Nothing was changed.",
        )
    if reading.conditional and any(f.changes for f in wished):
        return replies.ask(
            "I cannot wait for a condition. Shall I do it now, or at a time?",
            frame={"from": "brain", "kind": "condition"},
        )
    about = [f for f in wished if f.about and f.changes]
    reads = [f for f in wished if not f.changes and f.strength >= QUESTION]
    if about and not any(f.changes and not f.about for f in wished) and not reads:
        return _about(builder, about)
    try:
        calls = builder.calls([f for f in wished if not (f.about and f.changes)], reading)
    except Doubt as doubt:
        return doubt.understanding
    return Understanding("calls", tuple(calls))


def _nothing(builder: Builder, reading: Reading) -> Understanding:
    """Nothing was asked for in so many words."""
    if reading.frames:
        return replies.not_wished()
    for clause in reading.fragments:
        if howto := clause.first("howto"):
            if not speaks_of_trade(
                Reading(reading.text, [i for i in reading.items if i is not howto])
            ):
                return replies.out_of_scope()
            call = Call(tool="search_runbooks", args={"question": reading.text.strip()[:1000]})
            return Understanding("calls", (call,))
    if said := replies.social(reading.text):
        return said
    unknown = [i.get("unknown_name") for i in reading.items if i.has("unknown_name")]
    names = [n for i in reading.items if i.has("names") for n in i.get("names")]
    if names:
        return replies.ask(
            f"What shall I do with {replies.listed(names)}?",
            frame={"from": "brain", "kind": "tool", "names": names},
        )
    if unknown and len(reading.items) <= 6:
        return builder.unknown_name(unknown[0], None)
    if len(reading.items) <= 6 and any(i.has("pron", "same") for i in reading.items):
        return replies.ask("What shall I do, and with which machines?")
    if any(i.has("value", "stem", "noun", "pron") for i in reading.items) and _our_words(reading):
        return replies.ask("What would you like to know or do about them?")
    return replies.out_of_scope()


def _about(builder: Builder, frames: Sequence[Frame]) -> Understanding:
    """A question about a change: look at the machines, plan nothing."""
    for frame in frames:
        try:
            picked, _ = builder.machines(frame, [])
        except Doubt as doubt:
            return doubt.understanding
        if picked is not None and not picked.get("all"):
            selector = Selector.parse(picked)
            tool = "describe_vms" if selector.is_by_name() else "list_vms"
            return Understanding("calls", (Call(tool=tool, selector=selector),))
    return Understanding(
        "reply",
        text="Ask for it and I show exactly what would happen, to which machines, and "
        "whether it can be undone, "
        "before anything is done. Nothing was changed.",
    )


def _asks_much(reading: Reading) -> bool:
    """Whether more than politeness is in the turn."""
    return any(
        f.strength >= QUESTION and f.tool not in ("list_vms", "describe_vms")
        for f in reading.frames
    ) and not _short_help(reading)


def _short_help(reading: Reading) -> bool:
    return len(reading.items) <= 8 and not any(named_in(f.clause) for f in reading.frames)


def _our_words(reading: Reading) -> bool:
    return sum(1 for i in reading.items if i.has("word", "plain")) * 2 <= len(reading.items)
