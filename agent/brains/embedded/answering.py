"""Answers to NovaCron's own question, however roundabout."""

from __future__ import annotations

import re
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.clauses import Clause, split
from agent.brains.embedded.frames import QUESTION, Frame, Reading
from agent.brains.embedded.missing import MissingArgument
from agent.brains.embedded.numbers import ONES
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from tools.calls import Call
from tools.errors import NovaError
from tools.machine import VM
from tools.names import told_apart
from tools.selector import Selector

_NOT_A_PLACE = frozenset({"the", "one", "in", "on", "at", "that", "is", "it", "please", "of", "a"})

_AROUND_A_NUMBER = frozenset(
    {"i", "meant", "mean", "no", "sorry", "it", "is", "it's", "its", "number", "oops", "wait",
     "ah", "the", "make", "that", "should", "be", "actually", "please", "one", "ok"}
)  # fmt: skip
_DIGITS = {"oh": "0", "o": "0", "zero": "0", "nought": "0"}


def _places_of(vm: VM) -> set[str]:
    """The words by which a machine is told from its like: where it is and what its tags say."""
    said = (vm.region, vm.zone, vm.host, vm.provider, vm.os, vm.group, *vm.tags.values())
    return {p for s in said if s for p in (s.casefold(), *re.split(r"[^a-z0-9]+", s.casefold()))}


class Answering(MissingArgument):
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
        made = [
            answer if k == index else self._sibling(c, call, answer) for k, c in enumerate(calls)
        ]
        return Understanding("calls", tuple(made))

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
                    )
                    return not fits
                if (
                    frame.tool in ("resize_vms", "resize_disk", "scale_group", "attach_disk")
                    and call.tool in ("resize_vms", "resize_disk", "attach_disk", "scale_group")
                    and not frame.chosen.real
                ):
                    return False
                if (
                    frame.tool == "create_vms"
                    and not frame.chosen.real
                    and call.tool == "create_vms"
                ):
                    return False
                if frame.tool == "migrate_vms" and call.tool == "migrate_vms":
                    return False
                return not (
                    frame.clause.verb is None
                    and frame.tool in ("resize_vms", "migrate_vms", "tag_vms")
                    and not frame.args
                )
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

    def _choice_ids(self) -> list[str]:
        return [c for c in self.frame.get("choices") or self.asked.options if "/" in c]

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

    def _is_open_still(self, picked: list[str], chosen: Chosen, words: set[str]) -> bool:
        """Whether one is meant and several of those offered fit: their common name said again."""
        if len(picked) < 2 or words & {"all", "both", "two", "pair", "each", "every"}:
            return False
        by_name = bool(chosen.real) and all(n.named_only and not n.plural for n in chosen.real)
        names = {vm.name for vm in self.builder.inventory.get(picked).values()}
        return "one" in words or (by_name and len(names) == 1)

    def _alike(self, reading: Reading) -> list[str]:
        """ "I meant oh six", of a name that no machine bears: the one like it of that number."""
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

    def _by_place(self, choices: list[str], words: tuple[str, ...]) -> str | None:
        """ "the eu one": the only one of those offered that is told apart so."""
        said = [w for w in words if w not in _NOT_A_PLACE]
        fitting = [
            vm.id
            for vm in self.builder.inventory.get(choices).values()
            if said and all(any(p.startswith(w) for p in _places_of(vm)) for w in said)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _offered(self, chosen: Chosen) -> list[str]:
        """Of the names that the question offers, those that the answer describes."""
        if any((n.names and n.last != "stem") or n.ids for n in chosen.real):
            return []
        inventory = self.builder.inventory
        found = {i for n in chosen.real for i in inventory.select_ids(Selector.parse(n.selector()))}
        return [
            name
            for name in self.asked.options
            if any(vm.id in found for vm in inventory.named(name))
        ]

    def _which_of(self, call: Call, picked: list[str]) -> Understanding:
        """One was spoken of, and several of those offered fit."""
        vms = list(self.builder.inventory.get(picked).values())
        names = [vm.name for vm in vms]
        said = told_apart(vms) if len(set(names)) < len(names) else replies.listed(names)
        frame = {
            "from": "brain",
            "kind": "machines",
            "choices": picked,
            "call": call.to_dict(),
        }
        return replies.ask(f"Which one: {said}?", picked, frame)

    def _among(
        self, choices: list[str], chosen: Any, fragment: Frame, words: set[str]
    ) -> list[str] | None:
        inventory = self.builder.inventory
        if chosen.ordinal is not None:
            start, many = chosen.ordinal
            return choices[start - 1 : start - 1 + many] if start > 0 else choices[start:][:many]
        if chosen.exclude and any(not n.empty for n in chosen.exclude):
            gone = {
                i
                for n in chosen.exclude
                if not n.empty
                for i in inventory.select_ids(Selector.parse(n.selector()))
            }
            return [c for c in choices if c not in gone]
        if chosen.real:
            fitting: list[str] = []
            for noun in chosen.real:
                found = set(inventory.select_ids(Selector.parse(noun.selector())))
                fitting.extend(c for c in choices if c in found and c not in fitting)
            if chosen.order is not None:
                return self._ordered(fitting, chosen)
            return fitting
        if chosen.order is not None:
            return self._ordered(choices, chosen)
        if words & {"all", "both", "every", "everything", "each"} or chosen.whole:
            return list(choices)
        return None

    def _ordered(self, ids: list[str], chosen: Any) -> list[str]:
        order, descending = chosen.order
        made = {"ids": ids, "order_by": order, "descending": descending, "limit": chosen.limit or 1}
        return self.builder.inventory.select_ids(Selector.parse(made))

    def _chosen_selector(self, call: Call, picked: list[str]) -> Selector:
        """The chosen machines in place of the ambiguous ones; others of the call stay."""
        offered = set(self._choice_ids())
        if call.selector is None:
            return Selector(ids=tuple(picked))
        before = self.builder.inventory.select_ids(call.selector)
        kept = [i for i in before if i not in offered]
        return (
            Selector(ids=tuple(dict.fromkeys([*kept, *picked])))
            if self.frame.get("code") == "ambiguous"
            else Selector(ids=tuple(picked))
        )

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
        if len(found) > 1 and "one" in words and not words & {"all", "both", "each", "every"}:
            return self._which_of(call, found)
        args = {**call.args, **{k: v for k, v in fragment.args.items() if not k.startswith("_")}}
        return call.model_copy(
            update={"selector": Selector.parse(picked), "outright": outright, "args": args}
        )

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
