"""What opens a sentence and is no part of its request: a topic, a label, what is supposed."""

from __future__ import annotations

import dataclasses

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.clause import CHANGING
from agent.brains.embedded.scan import Item


def supposed_until(items: list[Item]) -> int:
    """ "should web-01 be slow, restart it": where what is supposed ends."""
    if len(items) < 4 or items[0].words != ("should",) or items[1].words[:1] in _ASKERS:
        return 0
    return next((k + 1 for k, i in enumerate(items[:-1]) if i.has("comma")), 0)


_ASKERS = (("i",), ("we",), ("you",))
_ABOUT = (("about",), ("regarding",), ("concerning",), ("re",), ("as", "for"), ("with",))
_FURTHEST_TOPIC = 6


def with_topic(items: list[Item]) -> list[Item]:
    """ "about kafka-2, it is strange": what is spoken of belongs to what is said of it."""
    end = next((k for k, i in enumerate(items) if i.has("comma", "colon")), 0)
    if not 2 <= end <= _FURTHEST_TOPIC or items[0].words not in _ABOUT or items[0].is_entity:
        return items
    topic, rest = items[1:end], items[end + 1 :]
    plain = all(i.is_entity or i.has("det", "noun", "object", "in", "for") for i in topic)
    if not plain or not rest or any(i.is_entity for i in rest):
        return items
    return [*topic, *rest]


def without_label(items: list[Item]) -> list[Item]:
    """ "preserve evidence: snapshot web-02": what stands before the colon only says why."""
    for k, item in enumerate(items[:-1]):
        if item.has("colon") and not item.is_entity:
            label = items[:k]
            if (acts := _under_heading(label, items[k + 1 :])) is not None:
                return acts
            plain = not any(
                i.has("names", "stem", "glob", "pron", "not", "noun", "time", "cancel")
                for i in label
            )
            asks = items[k + 1].has("wh") and items[k + 1].words[0] in (
                "which",
                "what",
                "who",
                "how",
            )
            if asks and not any(i.is_entity or i.has("noun", "pron", "not") for i in label):
                return items[k + 1 :]
            counts = items[k + 1].has("verb") and items[k + 1].action == "count"
            if (asks or counts) and _says_why(label):
                return items[k + 1 :]
            says = any(is_action(label, n) or i.has("be") for n, i in enumerate(label))
            if says and plain and is_action(items, k + 1) and any(i.is_entity for i in items[k:]):
                return items[k + 1 :]
    return items


_STATES = frozenset(
    {"is", "are", "was", "were", "does", "do", "did", "has", "have", "had", "will", "would", "can",
     "could", "keeps", "keep", "goes", "went", "needs", "got", "gets", "refuses"}
)  # fmt: skip


def tells_before_it_asks(items: list[Item], k: int) -> bool:
    """ "web-02 is not coming up: restart it": a colon between what is told and what is asked."""
    if not items[k].has("colon") or items[k].is_entity:
        return False
    told, acts = items[:k], items[k + 1 :]
    first = next((n for n, i in enumerate(acts) if not i.has("ask", "comma", "then")), len(acts))
    if first == len(acts) or acts[first].form != "base" or not is_action(acts, first):
        return False
    says = next((n for n, i in enumerate(told) if i.words and i.words[0] in _STATES), 0)
    if not says or told[0].has("wh", "ask") or set(told[0].words) & _OPENS:
        return False
    return any(i.is_entity or i.has("noun") for i in told[:says])


_OPENS = frozenset({"if", "when", "once", "unless", "after", "before", "whenever", "except"})
_AHEAD = frozenset({"prep", "prepare", "preparation", "preparations", "ahead"})
_THESE = frozenset({"these", "this", "those", "following", "things"})


def _under_heading(label: list[Item], acts: list[Item]) -> list[Item] | None:
    """ "Patch window for ERP: snapshot erp-prod-1": the acts, which name machines of their own."""
    first = next((k for k, i in enumerate(acts) if not i.has("ask", "comma", "then")), len(acts))
    begins = first < len(acts) and acts[first].form == "base" and is_action(acts, first)
    if not label or not begins or not _names_its_own(acts, first):
        return None
    if any(i.has("names", "glob", "not", "cancel", "wh", "except") for i in label):
        return None
    if any(i.has("pron") and not _THESE & set(i.words) for i in label):
        return None
    if set(label[0].words) & _OPENS or any(is_action(label, n) for n in range(len(label))):
        return None
    return [*_times_of(label, acts), *acts]


def _names_its_own(acts: list[Item], first: int) -> bool:
    """Whether the first act names a machine or a group itself."""
    end = next((k for k in range(first + 1, len(acts)) if is_action(acts, k)), len(acts))
    named = any(i.has("names", "glob") for i in acts[first:end])
    return named or any(n == "group" for i in acts[first:end] for n, _ in i.get("value") or ())


def _times_of(label: list[Item], acts: list[Item]) -> list[Item]:
    """The time of a heading, where it is that of its acts: they have none, or only hours of it."""
    times = [i.get("time") for i in acts if i.has("time") and not i.is_entity]
    at_once = any(i.words[:1] == ("now",) for i in acts)
    if at_once or any(t.day is not None or t.recurs or t.after is not None for t in times):
        return []
    if _AHEAD & {w for i in label for w in i.words}:
        return []
    led = [i for i in label if i.has("time") and not i.is_entity and i.words[-1].isalpha()]
    if any(t.clock for t in times):
        led = [_its_day(i) for i in led]
    gone = {"today", "tonight"} if times else {"today"}
    return [i for i in led if not gone & set(i.words)]


def _its_day(item: Item) -> Item:
    """ "Demo tomorrow at 3pm: start it at 2pm": of the event's time its day alone."""
    time = item.get("time")
    if time.clock is None or time.day is None or time.recurs:
        return item
    return dataclasses.replace(item, kinds={"time": dataclasses.replace(time, clock=None)})


def _says_why(label: list[Item]) -> bool:
    """ "I prepare the data residency form: …", "for the finance audit: …": no machines."""
    led = label[0].words[:1] in (("i",), ("we",), ("for",), ("re",)) or label[-1].words == ("day",)
    ends = label[-1].has("plain", "tech", "filler", "time") and not label[-1].is_entity
    return led and ends and not any(i.has("names", "noun", "stem", "not") for i in label)


def each_before_its_act(items: list[Item], k: int) -> bool:
    """ "web-02 restart, web-03 stop": a joint between machines that stand before their acts."""
    if not items[k].has("comma", "and") or items[k].is_entity or k < 2:
        return False
    if not _machines_then_act(items[:k], at_end=True):
        return False
    return _machines_then_act(items[k + 1 :], at_end=False)


def _machines_then_act(items: list[Item], *, at_end: bool) -> bool:
    """Whether names and then a verb in its base form stand there, and nothing after it."""
    named = 0
    while named < len(items) and items[named].has("names") and not items[named].possessive:
        named += 1
    if named and named + 1 < len(items) and items[named].has("colon", "dash", "to"):
        items = [*items[:named], *items[named + 1 :]]  # "web-02: restart"
    if not named or named >= len(items) or not items[named].has("verb"):
        return False
    verb, after = items[named], items[named + 1 :]
    ends = not after or (not at_end and after[0].has("comma", "and", "ask", "time"))
    return verb.form == "base" and not verb.is_entity and verb.action in CHANGING and ends
