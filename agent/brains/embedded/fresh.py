"""A turn that stands on its own: requests, small talk, and what is not ours to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.doubtful import unknown_act
from agent.brains.embedded.frames import QUESTION, Frame, Reading, speaks_of_trade
from agent.brains.embedded.items import Item
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.questions import named_in
from agent.dialogue import reads
from tools.calls import Call
from tools.selector import Selector

_OFF = re.compile(
    r"(?:(?:actually|oh|hm+|wait|sorry|ah|eh|well|ok|okay|um|uh),? )*"
    r"(nah|no|nope|never ?mind|nvm|forget (it|that)|scratch that|actually,? (no|forget)|"
    r"on second thoughts?|ah no|oh no|hm+,? no)\b",
    re.IGNORECASE,
)


def _called_off(reading: Reading) -> bool:
    """ "restart x... nah, forget it": the turn takes its own request back, and asks no other."""
    parts = [p.strip() for p in re.split(r"[.!?;]+|, | - ", reading.text) if p.strip()]
    off = next((k for k, part in enumerate(parts) if k and _OFF.match(part)), None)
    if off is None or reads(parts[off]) != "no":
        return False
    kinds = ("names", "value", "stem", "number", "verb")
    return not any(i.has(*kinds) for i in _after(reading, parts[off]))


def _after(reading: Reading, part: str) -> list[Item]:
    """The items of a turn that come after a part of its text."""
    words = len(re.findall(r"\w+", reading.text[: reading.text.rfind(part)]))
    return [i for i in reading.items if i.start > words + 2]


_BYPASS = re.compile(
    r"\b(ignore|forget|disregard|override|bypass|skip|disable) (all |any |your |the |my |these |"
    r"those |previous |prior |every )*"
    r"(rules?|instructions?|polic(y|ies)|safety|guardrails?|restrictions?|safeguards?|confirmations?|approvals?|prompts?|gate)\b",
    re.IGNORECASE,
)


_VAGUE_CHANGE = re.compile(
    r"^(?:(?:please|kindly|could|can|would|you|we|i|need|want|to|i'd|like|hey|hi|ok|so)[\s,]+)*"
    r"(?:(?:edit|change|modify|adjust|alter|tweak|reconfigure|update) (?:the |some |its )?"
    r"(?:settings?|config(?:uration)?|specs?|parameters?|something)\b|"
    r"(?:have |get )?[\w.-]+ (?:changed|modified|adjusted|reconfigured)[.!]?$)",
    re.IGNORECASE,
)


_OTHER_THING = re.compile(
    r"\b(passwords?|passphrase|mailbox|outlook|printer|monitor|keyboard|mouse|phone|badge|"
    r"vpn|wi-?fi|license|licence|browser|account)\b",
    re.IGNORECASE,
)
"""What "reset it" may be about that is no machine of ours."""


_QUOTED = re.compile(r"\"[^\"]*\"|`[^`]*`")


_SCOPE = re.compile(
    r"\b(weather|rain|snow(ing)?|sunny|"
    r"forecast for (the )?(weekend|tomorrow)|stock|share price|shares|football|"
    r"soccer|recipe|poem|haiku|joke|song|movie|flight|hotel|"
    r"restaurant|coffee|pizza|lunch|dinner|breakfast|meeting|calendar|mtg|email to|news|"
    r"translate|translation|president|python|javascript|"
    r"script|essay|story|lottery|horoscope|taxi|uber|birthday|vacation|holidays?|salary|bitcoin|"
    r"crypto|homework|csv|excel|powerpoint|slide deck|"
    r"capital of|novel|chess|sing|dance|marry|love me|meaning of life|temperature in|"
    r"re-?book(?:ed|ing)?|book (?:me|us)|"
    r"traffic (jam|on the (way|road|motorway|highway))|train to|tickets?|jira|book a|"
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
    elsewhere = replies.acts_elsewhere(reading.text) and not reading.items[0].has("names")
    if elsewhere and not (reading.frames and _is_label(reading)):
        return replies.out_of_scope()
    wished = [f for f in reading.frames if not (f.negated or _leaves_alone(f))]
    if _only_tells_beside(reading, wished):
        return replies.out_of_scope()
    if _VAGUE_CHANGE.search(reading.text) and not any(f.changes for f in wished):
        return replies.ask("What exactly shall I change?", frame={"from": "brain", "kind": "tool"})
    if not wished:
        return _nothing(builder, reading)
    if (
        _SCOPE.search(_asked_in(wished))
        and not any(i.has("names", "noun", "group") for i in reading.items)
        and not any(f.changes and f.chosen.real for f in wished)
        and not any(f.tool in ("search_runbooks", "tag_vms", "untag_vms") for f in wished)
    ):
        return replies.out_of_scope()
    bypassed = _BYPASS.search(_QUOTED.sub(" ", reading.text))
    if bypassed is not None and not _only_hurries(bypassed, wished):
        return Understanding(
            "decline",
            text="I always show the plan and wait for a person's yes; that cannot be turned "
            "off. Nothing was changed.",
        )
    acts = [f for f in wished if f.changes and f.tool != "undo"]
    pointing = [f for f in acts if f.chosen.refers and not f.chosen.real]
    told = [clause for clause in reading.fragments if not clause.has("names")]
    if pointing and any(_OTHER_THING.search(clause.text) for clause in told):
        return replies.out_of_scope()
    if any(_is_of_another_thing(f) for f in acts):
        return replies.out_of_scope()
    if any(f.changes for f in wished) and _called_off(reading):
        return replies.not_wished()
    if reading.conditional and any(f.changes for f in wished):
        return replies.ask(
            "I cannot wait for a condition. Shall I do it now, or at a time?",
            frame={"from": "brain", "kind": "condition"},
        )
    if (question := unknown_act(reading)) is not None:
        return question
    about = [f for f in wished if f.about and f.changes]
    reads = [f for f in wished if not f.changes and f.strength >= QUESTION]
    if about and not any(f.changes and not f.about for f in wished) and not reads:
        return _about(builder, about, reading)
    try:
        calls = builder.calls([f for f in wished if not (f.about and f.changes)], reading)
    except Doubt as doubt:
        return doubt.understanding
    return Understanding("calls", tuple(calls))


def _only_hurries(bypassed: re.Match[str], wished: Sequence[Frame]) -> bool:
    """ "Restart worker-3. Skip confirmation, no time.": the plan is shown, and waits for a yes."""
    named = all(_names_what(f) for f in wished if f.changes)
    return (
        bypassed[1].casefold() in ("skip", "forget", "bypass")
        and re.match(r"confirm|approv|prompt", bypassed[3], re.IGNORECASE) is not None
        and any(f.changes for f in wished)
        and named
        and not any(f.tool in _LOSES_DATA for f in wished)
    )


_LOSES_DATA = ("delete_vms", "delete_snapshots", "restore_snapshot", "unprotect_vms")


def _names_what(frame: Frame) -> bool:
    return any(i.has("names", "group") for i in frame.clause.items) or bool(
        frame.said.args.get("group")
    )


def _only_tells_beside(reading: Reading, wished: Sequence[Frame]) -> bool:
    """ "Canteen's shut. Order me a pizza.": what is asked for is not ours, and the rest tells."""
    elsewhere = any(replies.acts_elsewhere(clause.text) for clause in reading.fragments)
    spoken = any(f.changes or f.strength >= QUESTION or _says_which(f) for f in wished)
    return elsewhere and not spoken


def _says_which(frame: Frame) -> bool:
    """Whether machines are spoken of, and not only a state."""
    return any(i.is_entity or i.has("noun", "wh", "pron") for i in frame.clause.items)


def _is_of_another_thing(frame: Frame) -> bool:
    """ "reset Nadia's mailbox password": whose it is, not which machine."""
    items = frame.clause.items
    named = any(i.has("names", "noun", "stem", "tag", "quote", "unknown_name") for i in items)
    return not named and _OTHER_THING.search(frame.clause.text) is not None


def _is_label(reading: Reading) -> bool:
    """ "patch day, snap both", "patch window: …": the first words say what it is about."""
    lead = [i for i in reading.items[:3] if i.end <= reading.frames[0].clause.items[0].start]
    if not reading.frames[0].changes:
        return False
    first = reading.frames[0].clause.items[0]
    headed = any(i.has("colon") and i.end <= first.start for i in reading.items)
    return headed or (bool(lead) and "day" in lead[-1].words)


def _asked_in(frames: Sequence[Frame]) -> str:
    """The words of the requests, each from its verb or question word on."""
    parts: list[str] = []
    for frame in frames:
        items = frame.clause.items
        led = (k for k, i in enumerate(items) if i is frame.clause.verb or i.has("wh"))
        parts += [i.text for i in items[next(led, 0) :]]
    return " ".join(parts)


def _leaves_alone(frame: Frame) -> bool:
    """ "don't touch anything", "hands off the databases": nothing is asked for."""
    items = frame.clause.items
    first = next((i for i in items if i.has("except") or not i.has("ask", "comma", "filler")), None)
    if first is None or not first.has("except") or frame.clause.action is not None:
        return False
    forbids = bool({"touch", "touching", "hands", "away", "alone"} & set(frame.clause.words))
    kept = first.words[:1] in (("leave",), ("keep",))
    if kept and {"running", "on", "up", "alone", "be"} & set(frame.clause.words[1:]):
        return frame.tool in ("describe_vms", "list_vms")
    return frame.strength < QUESTION and forbids


def _nothing(builder: Builder, reading: Reading) -> Understanding:
    """Nothing was asked for in so many words."""
    if reading.frames:
        return _about(builder, reading.frames, reading) if _asks(reading) else replies.not_wished()
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


def _asks(reading: Reading) -> bool:
    """Whether a turn that wishes nothing is a question about machines: "is it true that …?"."""
    said = any(frame.chosen.says_machines for frame in reading.frames)
    return said and reading.text.rstrip().endswith("?")


def _about(builder: Builder, frames: Sequence[Frame], reading: Reading) -> Understanding:
    """A question about a change: look at the machines, plan nothing."""
    for frame in frames:
        try:
            picked, _ = builder.machines(frame, [], builder.topics(frame, reading))
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
