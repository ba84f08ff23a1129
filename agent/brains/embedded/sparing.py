"""What a turn leaves out of the plan that waits, or only tells of a machine in it."""

from __future__ import annotations

import re

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.correcting import Corrections
from agent.brains.embedded.dialogue_acts import leaves_out
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.merging import leave_out
from agent.dialogue import reads
from tools.selector import Selector

_STAYS = re.compile(
    r"\b(has|have|had|needs?|must|should|ought|can|may|is|are|supposed|got|'s|could|better)( to)? "
    r"(stay|stays|remain|keep (running|going|on)|be (left|kept|spared))\b|"
    r"\b(stays|remains) (on|up|running|online|put|as|where)\b|"
    r"\b(?:can|could|may|should|must|let|would like|want|need|please)\b(?: [\w.-]+){1,4}? (?:to )?"
    r"(?:stay|remain|be (?:left|kept|spared)|keep (?:running|going|on))\b",
    re.IGNORECASE,
)
_LEFT_AS_IT_IS = re.compile(
    r"\bkeep\b.*\bas (it|they) (is|are)\b|"
    r"\b(?:keep|leave|let)\b.*\b(?:as|where|how|the way) (?:it|they|he|she|those|these) "
    r"(?:is|are|stands?)\b|"
    r"\bkeep\b.*\b(untouched|as is|running|going|alive|online)\b|"
    r"\b(stays?|remains?)( (as|where|how) (it|they) (is|are)| (there|untouched|alone))?[.!]*$|"
    r"^(?:(?:ok(?:ay)?|and|but|oh|no|actually|please|pls|hm+)[, ]*)*"
    r"(?:drop|remove|take|strike|scratch|cross|kick|delete|pull)\b.{2,60}\b(?:from|out of|off) "
    r"(?:that|this|it|there|(?:the|this|that|your) (?:list|plan|set|batch|lot|selection|run))\b|"
    r"^(?:(?:ok(?:ay)?|and|but|oh|no|actually|please|pls|hm+)[, ]*)*drop [\w.-]+"
    r"(?: (?:please|pls|too|as well|though))?[.!]*$",
    re.IGNORECASE,
)
"""Words that take a machine out of the plan that waits, whatever its act."""

_PLEADS = re.compile(
    r"(?:(?:ok(?:ay)?|and|but|oh|wait|please|hm+|actually|so)[, ]+)*"
    r"(?:can|could|may|might|should)\b",
    re.IGNORECASE,
)
""" "could web-02 stay up?": asked for, though it is a question."""

_STOPPING = frozenset(
    {"stop_vms", "restart_vms", "suspend_vms", "delete_vms", "migrate_vms", "resize_vms"}
)
"""Acts from which a machine that "has to stay" is spared."""

_TELLING = (("is",), ("was",), ("has",), ("needs",), ("runs",), ("belongs",), ("hosts",), ("are",))


_NOT_THE = re.compile(
    r"(?:(?:no|nah|wait|ok(?:ay)?|oh|um+|uh+|e[ru]+h?|hm+|sorry|but|and|actually|please|hang on|"
    r"hold on|stop)[,.! ]+)*(?:but )?(?:not|except|without|minus|excluding)(?: for)? "
    r"(?:the|this|that|those|these|any|his|her|their)\b(?! *(?:ones? *)?(?:[,.;!-]|but\b|$))",
    re.IGNORECASE,
)
_MEANS_OTHERS = re.compile(
    r"\b(?:instead|rather|meant|mean|only|just|other|rest|but (?!not))\b", re.IGNORECASE
)


_NOT_NEEDED = re.compile(
    r"\b(?:no need (?:for|to)|(?:do|does|did|need|should|must|is|are|ca|wo)(?:n[o'\u2019]?t|n)\b|"
    r"(?:do|does|need|should|must|is|are|has|have) not\b|cannot|never)"
    r"(?: (?:really|actually|even|have|to|be|going|supposed|meant))*"
    r"(?: (?:need|want|includ\w+|bother\w*|touch\w*|belong|require|care about|add|put|in|part|"
    r"there|on|among|worry|mess|go|come|concern|involve\w*)\b| [\w.-]+\d\b)",
    re.IGNORECASE,
)
_ANY_MORE = re.compile(r"\bany ?more\b|\b(?:running|up|on|online|alive)[.! ]*$", re.IGNORECASE)
"""What is not needed so may be why it goes."""


_LEAVES_IT = re.compile(
    r"[,.;:! -]+(?:so |and |please |just |better |pls )*(?:leave|skip|spare|keep|drop|omit|"
    r"exclude) "
    r"(?:it|that|that one|this one|him|her|them|those)"
    r"(?: (?:alone|be|out|on|running|up|as (?:it|they) (?:is|are)|please|pls|for now|then))*"
    r"[.! ]*$",
    re.IGNORECASE,
)
_TELLING_MORE = ("time", "number", "amount", "tag", "unknown_name")


class Sparing(Corrections):
    """Makes the plan that waits smaller."""

    def _left(self, reading: Reading) -> Understanding | None:
        """ "leave dns-1 where it is": machines of the plan that are left out by name."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        if len(pending.calls) > 1 or call.selector is None:
            return None
        targets = self._pending_targets(call)
        known = self.builder.inventory.get(targets[:500])
        spared = leaves_out(reading, {vm.name for vm in known.values()})
        if not spared:
            return None
        if {vm.name for vm in known.values()} <= set(spared):
            return Understanding("cancel")
        return self._revised(call, leave_out(call, [{"names": spared}], self.builder.inventory))

    def _told_then_left(self, reading: Reading) -> Understanding | None:
        """ "vdi-103's user is still working, leave it": the one that was told of is left out."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        said = _LEAVES_IT.search(reading.text)
        if said is None or "?" in reading.text or call.selector is None or len(pending.calls) > 1:
            return None
        named = {n for i in reading.items if i.has("names") for n in i.get("names")}
        named |= set(self._bare_numbers(reading, call))
        known = self.builder.inventory.get(self._pending_targets(call)[:500])
        planned = {vm.name for vm in known.values()}
        entities = [i for i in reading.items if i.is_entity and not i.has("names")]
        if not named or not named < planned or any(i.has("tag", "glob") for i in entities):
            return None
        gone = [{"names": sorted(named)}]
        return self._revised(call, leave_out(call, gone, self.builder.inventory))

    def _denied(self, reading: Reading) -> Understanding | None:
        """ "we don't need web-02 in there", "web-02 does not need one": it is left out."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        if call.selector is None or "?" in reading.text or not _NOT_NEEDED.search(reading.text):
            return None
        named = list(
            dict.fromkeys(n for i in reading.items if i.has("names") for n in i.get("names"))
        )
        known = self.builder.inventory.get(self._pending_targets(call)[:500])
        planned = {vm.name for vm in known.values()}
        if not named or not set(named) <= planned:
            return None
        telling = [i for i in reading.items if i.has(*_TELLING_MORE) and not i.has("names")]
        if any(i.words != ("one",) for i in telling):
            return None
        if (
            len(pending.calls) > 1
            or _MEANS_OTHERS.search(reading.text)
            or _ANY_MORE.search(reading.text)
        ):
            return replies.ask(f"What of {replies.listed(named)}: in the plan, or left out of it?")
        if planned <= set(named):
            return Understanding("cancel")
        return self._revised(call, leave_out(call, [{"names": named}], self.builder.inventory))

    def _described_out(self, reading: Reading) -> Understanding | None:
        """ "no wait, not this one owned by tomas": what is described so is left out."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        lead = _NOT_THE.match(reading.text.strip())
        if lead is None or len(pending.calls) > 1 or call.selector is None:
            return None
        if "?" in reading.text or _MEANS_OTHERS.search(reading.text):
            return None
        chosen = self._as_fragment(reading, call).chosen
        nouns = [n.selector() for n in (*chosen.real, *chosen.exclude) if not n.empty]
        if chosen.unknown or chosen.strangers or len(nouns) != 1 or "names" in nouns[0]:
            return None
        targets = self._pending_targets(call)
        gone = set(self.builder.inventory.select_ids(Selector.parse(nouns[0]))) & set(targets)
        if not gone:
            return replies.ask("No machine of the plan is like that. Which shall be left out?")
        if gone == set(targets):
            return Understanding("cancel")
        made = leave_out(call, [{"ids": sorted(gone)}], self.builder.inventory)
        return self._revised(call, made)

    def _spared(self, reading: Reading) -> Understanding | None:
        """ "worker-3 has to stay", "hers can stay on": those machines are left out."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        stays = _STAYS.search(reading.text) and call.tool in _STOPPING
        stays = stays or _LEFT_AS_IT_IS.search(reading.text)
        pleads = _PLEADS.match(reading.text.strip()) is not None
        if not stays or ("?" in reading.text and not pleads) or call.selector is None:
            return None
        chosen = self._as_fragment(reading, call).chosen
        spared = [n.selector() for n in (*chosen.real, *chosen.exclude) if not n.empty]
        if not spared and (numbers := self._bare_numbers(reading, call)):
            spared = [{"names": numbers}]
        if not spared or chosen.unknown:
            return None
        targets = set(self._pending_targets(call))
        gone = {i for s in spared for i in self.builder.inventory.select_ids(Selector.parse(s))}
        if not targets & gone:
            return None
        if targets <= gone:
            return Understanding("cancel")
        return self._revised(call, leave_out(call, spared, self.builder.inventory))

    def _remark(self, reading: Reading) -> Understanding | None:
        """ "oh, worker-3 is dana's": what is told of a machine of the plan may be meant to spare
        it; a yes after it is not taken for the plan.
        """
        pending = self.memory.pending
        assert pending is not None
        named = {n for i in reading.items if i.has("names") for n in i.get("names")}
        planned = self.builder.inventory.get([i for t in pending.targets for i in t][:500])
        ours = sorted(named & {vm.name for vm in planned.values()})
        told = any(
            i.words[:1] in _TELLING and not i.is_entity for i in reading.items[1:]
        ) and not self._is_correction(reading)
        asks = "?" in reading.text or any(
            i.has("wh", "time", "tag", "except") for i in reading.items
        )
        listing = any(i.has("verb") and i.action in ("list", "describe") for i in reading.items)
        if not ours or not told or asks or listing or reads(reading.text) is not None:
            return None
        names = replies.listed(ours)
        return replies.ask(
            f"{names} is in the plan. Say “without {names}” to leave it out; or yes, to see the "
            "plan again."
        )

    def _is_correction(self, reading: Reading) -> bool:
        words = set(reading.words)
        return bool(
            words
            & {
                "instead",
                "actually",
                "only",
                "just",
                "meant",
                "except",
                "too",
                "also",
                "rather",
                "not",
                "leave",
                "skip",
                "exclude",
                "without",
                "spare",
                "omit",
            }
        ) and not any(f.clause.has("wh") for f in reading.frames)

    def _negated(self, reading: Reading) -> Understanding | None:
        """ "don't stop web-03" while a plan waits: leave it out, or drop the plan."""
        frame = reading.frames[0]
        pending = self.memory.pending
        assert pending is not None
        if frame.chosen.says_machines and frame.chosen.real:
            call = pending.calls[-1]
            if call.selector is None:
                return Understanding("cancel")
            targets = set(pending.targets[-1] if pending.targets else ())
            gone = {
                vm.id
                for n in frame.chosen.real
                for vm in self.builder.inventory.select(Selector.parse(n.selector()))
            }
            if targets and targets <= gone:
                return Understanding("cancel")
            return self._revised(
                call,
                leave_out(call, [n.selector() for n in frame.chosen.real], self.builder.inventory),
            )
        return Understanding("cancel")
