"""Words that mean "cancel" as well as "delete", said while a plan waits: "scrap that", "drop 1".

They are meant for the plan, or asked about; they never make a deletion of its machines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.correction_words import LEAVES
from agent.brains.embedded.fragments import only_number
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.halving import halved
from agent.brains.embedded.items import Item
from agent.brains.embedded.merging import intersect, leave_out, numbered_names
from agent.brains.embedded.timed_apart import TimedApart
from tools.calls import Call
from tools.selector import Selector

_LIGHT = r"drop|scrap|bin|ditch|dump|nix|axe|scratch|toss|chuck|strike|trash|junk|can|cut|lose|pull"
"""Said of an idea as of a machine; "remove it" and "kill it" are said of machines first."""

_HEAVY = r"kill|nuke|wipe|remove|get rid of|take|throw|kick|leave out|forget|exclude|skip"
_LEAD = re.compile(
    r"^(?:(?:no|nah|nope|ok(?:ay)?|wait|actually|sorry|oh|hm+|well|please|pls|then|just|and|but|so|"
    r"right|yeah|ah|oops|hang on|hold on|on second thoughts?|let'?s|lets|can you|could you|you can|"
    r"we can|we should|better|rather|maybe|go|tell you what|cheers|thanks|now|let me|i'll|i'd|"
    r"i would|i will|want to|we)[,.! ]+)*",
    re.IGNORECASE,
)
_DROPS = re.compile(rf"(?P<verb>{_LIGHT}|{_HEAVY})\s+(?P<rest>\S.*)$", re.IGNORECASE | re.DOTALL)
_CANCELS = re.compile(
    r"(?:cancel|call off|abort|scrub|withdraw|retract|revoke|disregard|ignore|take back|forget) "
    r"(?:(?:the|my|our|that) (?:request|order|plan|part|bit|one|change|thing|ask) (?:for|about|on|"
    r"with|of) )?(?P<rest>(?!it\b|that\b|this\b|everything\b|all\b)\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
""" "cancel web-02": of the machines that wait, it alone."""
_THE_PLAN = re.compile(
    r"(?:(?:all (?:of )?)?(?:it|that|this|them|those|these)(?: all| lot| both)?|the (?:whole )?"
    r"(?:thing|lot|plan|idea|request|job|change)|everything|the (?:whole )?(?:thing|lot))"
    r"(?: (?:off|out|away))?"
    r"(?=\s*(?:$|[.,;!\u2026-]|please|pls|then|for now|altogether|after all|actually|because|cos|"
    r"cause|since|as\b|mate|thanks|ta\b|instead|too|for good|now|completely|entirely|off|out|"
    r"idea|plan|again|anyway|nobody|no one|we|i|it|he|she|they|there|too))",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(
    r"\b(?:instead|for good|for ever|forever|permanently|altogether|entirely|completely|anyway|"
    r"nobody (?:uses|needs)|no ?one (?:uses|needs)|unused|not used|wipe|delete|the (?:vm|machine|"
    r"box|server))\b",
    re.IGNORECASE,
)
_TO_A_FIGURE = re.compile(
    r"(?:it|that|this|them|the \w+)(?: (?:back|down))* (?:to|by) (?=\d|an? |one|two|three|four|"
    r"five|six|seven|eight|nine|ten|twelve|sixteen|half)",
    re.IGNORECASE,
)
""" "drop it to 4": another figure."""

_KEEPS = frozenset({"only", "just", "keep", "do"})
_JOINED = ("names", "number", "and", "comma", "det", "filler", "or", "stem", "noun", "value")


_TO_ANOTHER = frozenset(
    {"only", "just", "instead", "meant", "mean", "rather", "too", "also", "add", "number", "and"}
)


class Dropping(TimedApart):
    """Reads what is dropped of the plan that waits."""

    def _dropped(self, reading: Reading) -> Understanding | None:
        """What a "drop …" makes of the plan, or None where it is not about the plan."""
        pending = self.memory.pending
        assert pending is not None
        text = reading.text.strip()
        found = _DROPS.match(text, _LEAD.match(text).end())  # type: ignore[union-attr]
        if found is None or "?" in text:
            return None
        verb, rest = found["verb"].casefold(), found["rest"]
        if figured := _TO_A_FIGURE.match(rest):
            anew = self.reader.read(f"make it {rest[figured.end() :].strip()}")
            return self.corrected(anew) or replies.ask("What shall be how much? Say it anew.")
        others = [f for f in reading.frames[1:] if f.changes and not (f.negated or f.about)]
        if _THE_PLAN.match(rest):
            if any(f.tool != "delete_vms" for f in others):
                return None
            return self._all_of_it(reading, verb)
        aside = verb in ("forget", "exclude", "skip", "leave out")
        return self._some_of_it(reading, found.start("rest"), aside=aside)

    def _cancelled_some(self, reading: Reading) -> Understanding | None:
        """ "cancel web-02", of several that wait: the others stay."""
        text = reading.text.strip()
        found = _CANCELS.match(text, _LEAD.match(text).end())  # type: ignore[union-attr]
        if found is None or "?" in text:
            return None
        return self._some_of_it(reading, found.start("rest"), aside=True)

    def _all_of_it(self, reading: Reading, verb: str) -> Understanding | None:
        pending = self.memory.pending
        assert pending is not None
        deletes = any(c.tool == "delete_vms" for c in pending.calls)
        light = re.fullmatch(_LIGHT, verb) is not None or verb in ("forget", "skip")
        if deletes:
            calls_off = verb in ("drop", "scrap", "scratch", "forget", "skip", "nix", "strike")
            return Understanding("cancel") if calls_off else None
        if light and not _FOR_GOOD.search(reading.text):
            return Understanding("cancel")
        if verb in ("take", "throw", "kick", "leave out", "exclude"):
            return None
        machines = [i for t in pending.targets for i in t]
        names = [vm.name for vm in self.builder.inventory.get(machines[:6]).values()]
        which = replies.listed(names) if names else "the machine"
        return replies.ask(
            f"Shall I call the plan off, or delete {which}? Say “cancel”, or “delete” and the name."
        )

    def _is_its_number(self, reading: Reading) -> bool:
        """ "hmm ok 2", of a deletion of two: how many they are, and no other machine."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        figure = only_number(reading)
        if call.tool != "delete_vms" or figure is None or len(pending.calls) > 1:
            return False
        turns = LEAVES.search(reading.text) or set(reading.words) & _TO_ANOTHER
        named = self._has_entities(reading) or any(w.startswith("0") for w in reading.words)
        return figure == len(self._pending_targets(call)) and not turns and not named

    def _halved(self, reading: Reading) -> Understanding | None:
        """ "03 ok, 04 not yet": those with a no are left out, others are asked about."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        if len(pending.calls) > 1 or call.selector is None:
            return None
        known = self.builder.inventory.get(self._pending_targets(call)[:500])
        planned = [vm.name for vm in known.values()]
        agreed, refused = halved(reading, planned, self.site)
        if not agreed:
            return None
        if set(planned) - {*agreed, *refused}:
            return replies.ask("Which machines shall stay in the plan? Name them all, please.")
        return self._revised(call, leave_out(call, [{"names": refused}], self.builder.inventory))

    def _some_of_it(self, reading: Reading, at: int, *, aside: bool) -> Understanding | None:
        """ "drop kafka-1, only do kafka-3": those named are left out.

        Args:
            reading: the turn.
            at: where in its text that begins which is dropped.
            aside: whether the word for it can do nothing to a machine.
        """
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        if any(c.selector is None or c.selector != call.selector for c in pending.calls):
            return None
        items = _items_after(reading, at)
        end = next((k for k, i in enumerate(items) if not i.has(*_JOINED) or _turns(i)), len(items))
        known = self.builder.inventory.get(list(self._pending_targets(call))[:500])
        planned = [vm.name for vm in known.values()]
        gone = self._names(items[:end], planned)
        ends = end == len(items) or items[end].has("verb", "stop")
        ends = ends and not any(i.get("object") == "schedule" for i in items[end:])
        orders = any(f.changes for f in reading.frames) and not aside
        if gone and ends and not set(gone) & set(planned) and not orders:
            listed = replies.listed(gone)
            return replies.ask(f"The plan does not touch {listed}. What shall be otherwise?")
        if not gone or not set(gone) <= set(planned):
            return None
        others = [i for i in items[:end] if i.has("value", "stem") and not i.has("names")]
        rest = self._names(items[end:], planned)
        if others or not set(rest) <= set(planned) or set(rest) & set(gone):
            return replies.ask("Which machines shall stay in the plan, and which shall not?")
        changed = any(i.has("time", "amount", "tag") for i in items[end:])
        if changed or (rest and not _KEEPS & {w for i in items[end:] for w in i.words}):
            return replies.ask(f"I leave out {replies.listed(gone)}. What else shall be otherwise?")
        if set(planned) <= set(gone):
            return self._all_of_it(reading, "drop")
        made = leave_out(call, [{"names": gone}], self.builder.inventory)
        if rest:
            made = self._only(made, rest, sorted(set(planned) - set(gone)))
        return self._revised(call, made)

    def _only(self, call: Call, names: Sequence[str], planned: Sequence[str]) -> Call:
        ids = [vm.id for n in planned for vm in self.builder.inventory.named(n)]
        narrowed: list[dict[str, Any]] = [{"names": list(names)}]
        made = intersect(call, narrowed, self.builder.inventory, ids)
        kept = Selector(names=tuple(names))
        return made if made.selector is not None else made.model_copy(update={"selector": kept})

    def _names(self, items: Sequence[Item], planned: Sequence[str]) -> list[str]:
        named = [n for i in items if i.has("names") for n in i.get("names")]
        part = Reading("", list(items), words=tuple(w for i in items for w in i.words))
        return list(dict.fromkeys([*named, *numbered_names(part, planned, self.reader.site)]))


def _turns(item: Item) -> bool:
    return item.words[:1] in (("only",), ("just",), ("keep",), ("do",), ("but",), ("because",))


def _items_after(reading: Reading, at: int) -> list[Item]:
    """The items whose words stand after a place of the text."""
    before = len(re.findall(r"[\w'\u2019]+(?:[-.][\w]+)*", reading.text[:at]))
    seen = 0
    for k, item in enumerate(reading.items):
        if seen >= before:
            return list(reading.items[k:])
        seen += len(item.words) if not item.has("comma", "stop", "dash") else 0
    return []
