"""Answers to NovaCron's own question, however roundabout."""

from __future__ import annotations

import re
from itertools import takewhile

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.choosing import Choosing
from agent.brains.embedded.clauses import Clause, split
from agent.brains.embedded.frames import QUESTION, Frame, Reading
from agent.brains.embedded.merging import leave_out, unite
from agent.brains.embedded.numbers import ONES
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from tools.calls import Call
from tools.errors import NovaError
from tools.selector import Selector

_SHOWS = re.compile(
    r"\W*(?:(?:please|first|only|just|ok(?:ay)?|can you|could you|well)[, ]+)*"
    r"(?:show me|list|display|let me see)\b",
    re.IGNORECASE,
)
""" "just show me …": a look, and no answer."""
_MANY = frozenset({"all", "both", "every", "everything", "each", "ones", "them"})
_AROUND_A_NUMBER = frozenset(
    {"i", "meant", "mean", "no", "sorry", "it", "is", "it's", "its", "number", "oops", "wait",
     "ah", "the", "make", "that", "should", "be", "actually", "please", "one", "ok"}
)  # fmt: skip
_DIGITS = {"oh": "0", "o": "0", "zero": "0", "nought": "0"}


_LEFT_OUT = frozenset({"not", "except", "without", "leave", "skip", "minus", "excluding"})
_ANOTHER = frozenset({"no", "not", "instead", "meant", "rather", "actually", "wrong", "sorry"})
_SPARED = frozenset({"not", "except", "without", "leave", "skip", "but", "like", "as", "same"})


def _only(answer: Call, names: set[str], call: Call) -> bool:
    """Whether an answer is of the machines asked about, or of these names alone."""
    return answer.selector == call.selector or (
        answer.selector is not None and set(answer.selector.names or ()) <= names
    )


class Answering(Choosing):
    """Reads a turn as the answer to the open question."""

    def understand(self, reading: Reading) -> Understanding | None:
        """What the answer makes of the call in question, or None where it is no answer."""
        calls, index = self._calls()
        if not calls:
            return None
        call = calls[index]
        if self._stands_alone(reading, call) or (
            self.frame.get("looked") and self._moved_on(reading)
        ):
            return None
        answer = self._as_answer(reading, call)
        if answer is None:
            return None
        if isinstance(answer, Understanding):
            return answer
        answer = self._with_the_asked(reading, call, answer)
        if isinstance(answer, Understanding):
            return answer
        made = [
            answer if k == index else self._sibling(c, call, answer) for k, c in enumerate(calls)
        ]
        return Understanding("calls", tuple(made))

    def _with_the_asked(self, reading: Reading, call: Call, answer: Call) -> Call | Understanding:
        """ "to 8 cores, and web-06", "only web-06, 8 cores": a machine named beside the argument
        comes to those that were asked about, or is the one of them that is meant.
        """
        names = {str(n) for i in reading.items if i.has("names") for n in i.get("names")}
        if call.selector is None or not names or self._about_machines():
            return answer
        known = self.builder.inventory.get(self.builder.inventory.select_ids(call.selector)[:500])
        asked = {vm.name for vm in known.values()}
        words = set(reading.words)
        if names < asked and words & _LEFT_OUT and answer.selector == call.selector:
            return leave_out(answer, [{"names": sorted(names)}], self.builder.inventory)
        if names < asked and not words & _SPARED and answer.selector == call.selector:
            return answer.model_copy(update={"selector": Selector(names=tuple(sorted(names)))})
        k = next((k for k, i in enumerate(reading.items) if i.has("names")), 0)
        led = k > 0 and reading.items[k - 1].has("and", "also", "plus_sign")
        added = led or words & {"too", "also", "plus"} or "as well" in reading.text.casefold()
        another = not added and not names & asked and not words & {"as", "like", "same"}
        if another and answer.selector == call.selector:
            meant = Selector(names=tuple(sorted(names)))
            if not words & _ANOTHER:
                said = replies.listed([*sorted(asked), *sorted(names)])
                frame = {"from": "brain", "kind": "machines", "call": answer.to_dict()}
                return replies.ask(f"Which machine do you mean: {said}?", (), frame)
            return answer.model_copy(update={"selector": meant, "outright": None})
        if not added or names & asked or not _only(answer, names, call):
            return answer
        both = unite(call, [{"names": sorted(names)}], self.builder.inventory)
        return answer.model_copy(update={"selector": both.selector, "outright": both.outright})

    def _moved_on(self, reading: Reading) -> bool:
        """Whether a turn after a look in between goes on from what was shown."""
        calls, index = self._calls()
        selector = calls[index].selector
        if "?" in reading.text or reading.words[:1] in (("and",), ("or",), ("also",)):
            return True
        meant = self.builder.inventory.select_ids(selector) if selector is not None else []
        return bool(self.memory.targets) and set(meant) != set(self.memory.targets)

    def _sibling(self, other: Call, old: Call, new: Call) -> Call:
        """Another call of the same turn on the same machines follows the answer."""
        if other.selector is not None and other.selector == old.selector:
            return other.model_copy(update={"selector": new.selector, "outright": new.outright})
        return other

    def _calls(self) -> tuple[list[Call], int]:
        frame = self.frame
        try:
            if "calls" in frame:
                return [Call.parse(c) for c in frame["calls"]], int(frame.get("index", 0))
            if "call" in frame:
                return [Call.parse(frame["call"])], 0
        except NovaError:
            return [], 0
        return [], 0

    def _stands_alone(self, reading: Reading, call: Call) -> bool:
        """Whether the turn is a request of its own."""
        for frame in reading.frames:
            if frame.negated:
                continue
            if frame.about:
                return True
            if frame.changes:
                if frame.tool == call.tool:
                    fits = (
                        not frame.chosen.says_machines
                        or self._about_machines()
                        or frame.chosen.refers is not None
                        or (frame.clause.verb is None and reading.words[:1] == ("to",))
                    )
                    return not fits
                if (
                    frame.tool in ("resize_vms", "resize_disk", "scale_group", "attach_disk")
                    and call.tool in ("resize_vms", "resize_disk", "attach_disk", "scale_group")
                    and not frame.chosen.real
                ):
                    return False
                if call.tool == "create_vms" and self._tells_of_the_new(frame):
                    return False
                if frame.tool == "migrate_vms" and call.tool == "migrate_vms":
                    return False
                return not (
                    frame.clause.verb is None
                    and frame.tool in ("resize_vms", "migrate_vms", "tag_vms")
                    and not frame.args
                )
            if _SHOWS.match(reading.text) is not None and not frame.changes:
                return True
            if frame.strength >= QUESTION and (
                frame.clause.first("wh") is not None or frame.clause.words[:2] == ("how", "many")
            ):
                return True
            if frame.strength >= QUESTION and frame.tool not in (
                "list_vms",
                "describe_vms",
                "query_metrics",
                "count_vms",
            ):
                return True
            if (
                frame.strength >= QUESTION
                and any(
                    i.has("verb") and i.action in ("list", "count") for i in frame.clause.items[:3]
                )
                and not frame.chosen.real
            ):
                return True
        return False

    def _tells_of_the_new(self, frame: Frame) -> bool:
        """ "four cores and 8 gigs in frankfurt", "put it on kvm-01": of what shall be made."""
        if frame.clause.has("names") or frame.chosen.unknown:
            return False
        if frame.tool == "create_vms":
            return not frame.chosen.real
        points = frame.chosen.refers is not None and not frame.chosen.real
        fits = frame.tool in ("resize_vms", "resize_disk", "migrate_vms", "tag_vms", "attach_disk")
        return fits and (points or frame.clause.verb is None)

    def _about_arguments(self) -> bool:
        """Whether the options are sizes, hosts, regions, images or groups."""
        site = self.reader.site
        options = [o.casefold() for o in (self.frame.get("choices") or self.asked.options)]
        known = {
            *site.sizes,
            *site.hosts,
            *site.regions,
            *site.images,
            *(g.casefold() for g in site.groups),
            *site.providers,
        }
        return bool(options) and all(o in known and o not in site.names.exact for o in options)

    def _about_machines(self) -> bool:
        if self._about_arguments() and self.frame.get("from") == "planner":
            return False
        code, kind = self.frame.get("code"), self.frame.get("kind")
        return (
            kind in ("machines", "name", "which", "stranger")
            or code in ("not_found", "ambiguous")
            or bool(self._choice_ids())
        )

    def _as_answer(self, reading: Reading, call: Call) -> Call | Understanding | None:
        fragment = self._fragment(reading, call)
        args = {k: v for k, v in fragment.args.items() if not k.startswith("_")}
        kind = self.frame.get("kind")
        if (
            kind == "argument"
            or (self.frame.get("code") == "invalid" and not self._choice_ids())
            or call.tool in NO_SELECTOR
        ) and (made := self._argument(call, fragment, args, reading)):
            return made
        if self._about_machines():
            made = self._machines(reading, call, fragment)
            if made is not None:
                return made
        made = self._argument(call, fragment, args, reading)
        of_the_new = call.tool == "create_vms" and any(map(self._tells_of_the_new, reading.frames))
        if made is None and of_the_new:
            return replies.ask(self.asked.text, self.asked.options, self.frame)
        if kind == "machines" and isinstance(made, Call) and made.selector == call.selector:
            frame = {**self.frame, "call": made.to_dict()}
            return replies.ask(self.asked.text, self.asked.options, frame)
        return made

    def _fragment(self, reading: Reading, call: Call) -> Frame:
        clause = Clause([i for c in split(reading.items) for i in c.items])
        for item in clause.items:
            item.used = ""
            if item.has("verb") and not item.is_entity:
                clause.action = clause.action or item.action
        return self.reader.framed(call.tool, clause)

    def _machines(
        self, reading: Reading, call: Call, fragment: Frame
    ) -> Call | Understanding | None:
        """Which machines: one of those offered, or names."""
        choices = self._choice_ids()
        chosen = fragment.chosen
        words = set(reading.words)
        if choices:
            if numbered := self._by_number(choices, reading):
                return call.model_copy(
                    update={
                        "selector": self._chosen_selector(call, numbered),
                        "outright": len(numbered) == 1 or None,
                    }
                )
            picked = self._among(choices, chosen, fragment, words)
            if picked and self._is_open_still(picked, chosen, words):
                return self._which_of(call, picked)
            if picked:
                return call.model_copy(
                    update={
                        "selector": self._chosen_selector(call, picked),
                        "outright": len(picked) == 1 or None,
                    }
                )
            if named := self._by_place(choices, reading.words):
                return call.model_copy(
                    update={"selector": self._chosen_selector(call, [named]), "outright": True}
                )
            if picked == [] and chosen.real and self._in_full(chosen, reading):
                return self._named(call, fragment)
            return None
        if (
            words
            <= {"yes", "y", "yep", "yeah", "right", "correct", "that", "one", "please", "it", "is"}
            and len(self.asked.options) == 1
        ):
            return self._with_names(call, [self.asked.options[0]])
        if chosen.real and (fitting := self._offered(chosen)):
            if len(fitting) == 1:
                return self._with_names(call, fitting)
            if "one" in words:
                ids = [vm.id for n in fitting for vm in self.builder.inventory.named(n)]
                return self._which_of(call, ids)
        if alike := self._alike(reading):
            return self._with_names(call, alike)
        named = self._option(reading, self.asked.options)
        if named is not None and not chosen.real:
            return self._with_names(call, [named])
        return self._named(call, fragment)

    def _alike(self, reading: Reading) -> list[str]:
        """ "I meant oh six", of a name that no machine bears: the one like it of that number."""
        head = takewhile(lambda i: not i.has("comma", "stop", "dash"), reading.items)
        said_first = [w for i in head for w in i.words]
        words = [w for w in said_first if w.isalnum() and w not in _AROUND_A_NUMBER]
        if not any(w.isdigit() or w in ONES or w in _DIGITS for w in words):
            words = [w for w in reading.words if w.isalnum() and w not in _AROUND_A_NUMBER]
        spoken = [_DIGITS.get(w, w if w.isdigit() else str(ONES.get(w, "?"))) for w in words]
        said = "".join(spoken)
        if self.frame.get("kind") != "name" or not said.isdigit():
            return []
        return self.reader.site.names.numbered(str(self.frame.get("name", "")), said)

    def _in_full(self, chosen: Chosen, reading: Reading) -> bool:
        """Whether a machine that was not offered is named as it is written, or described."""
        names = [name for noun in chosen.real for name in noun.names]
        text = reading.text.casefold()
        return not names or any(name.casefold() in text for name in names)

    def _named(self, call: Call, fragment: Frame) -> Call | Understanding | None:
        chosen = fragment.chosen
        if chosen.unknown:
            return (
                self.builder.unknown_name(chosen.unknown[0], fragment)
                if not self._keeps_call(call)
                else self._unknown_again(call, chosen.unknown[0])
            )
        if not (chosen.real or chosen.whole):
            return None
        others = list(self.frame.get("with") or ())
        names = (
            [n for noun in chosen.real for n in noun.names]
            if all(n.named_only for n in chosen.real)
            else []
        )
        if names and others:
            return self._with_names(call, [*others, *names])
        try:
            picked, outright = self.builder.pick(chosen, fragment)
        except Doubt as doubt:
            return doubt.understanding
        if picked is None:
            return None
        found = self.builder.inventory.select_ids(Selector.parse(picked))
        words = set(fragment.clause.words)
        if len(found) > 1 and self._is_of_one_name(chosen, words):
            return self._which_of(call, found)
        if len(found) > 1 and "one" in words and not words & {"all", "both", "each", "every"}:
            return self._which_of(call, found)
        args = {**call.args, **{k: v for k, v in fragment.args.items() if not k.startswith("_")}}
        return call.model_copy(
            update={"selector": Selector.parse(picked), "outright": outright, "args": args}
        )

    def _is_of_one_name(self, chosen: Chosen, words: set[str]) -> bool:
        """ "frankfurt", where one name was not known: a place or a tag is not all that is there."""
        plural = any(n.plural or n.names for n in chosen.real) or bool(words & _MANY)
        return self.frame.get("kind") == "name" and not (plural or chosen.whole)

    def _keeps_call(self, call: Call) -> bool:
        return bool(call.tool)

    def _unknown_again(self, call: Call, name: str) -> Understanding:
        closest = self.reader.site.names.closest(name)
        hint = f" Did you mean {replies.listed(closest)}?" if closest else ""
        frame = {
            "from": "brain",
            "kind": "name",
            "name": name,
            "choices": closest,
            "call": call.to_dict(),
        }
        return replies.ask(f"No machine is called “{name}” either.{hint}", closest, frame)

    def _with_names(self, call: Call, names: list[str]) -> Call:
        old = call.selector.to_dict() if call.selector is not None else {}
        missing = {n for n in old.get("names", ()) if not self.builder.inventory.named(n)}
        kept = [n for n in old.get("names", ()) if n not in missing] if missing else []
        return call.model_copy(
            update={
                "selector": Selector(names=tuple(dict.fromkeys([*kept, *names]))),
                "outright": None,
            }
        )
