"""The machines that a pronoun or a place in a list stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.brains.embedded import replies
from agent.brains.embedded.described import Described, Picked
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.tools import CHANGES
from tools.calls import Call
from tools.selector import Selector

NO_SELECTOR = frozenset(
    {
        "create_vms",
        "scale_group",
        "list_catalog",
        "list_operations",
        "list_schedules",
        "search_runbooks",
        "recommend_placement",
        "undo",
        "cancel_schedule",
    }
)


_PAIR = frozenset({"both", "latter", "former"})
_SEVERAL = frozenset({"both", "them", "those", "these", "they", "all", "two", "three", "their"})
"""Words of a pronoun that stands for more than one machine."""


def _both(chosen: Chosen) -> bool:
    return chosen.refers is not None and "both" in chosen.refers.words


def _is_one(chosen: Chosen) -> bool:
    return chosen.refers is not None and chosen.refers.words[:1] in (("it",), ("that",), ("this",))


class References(Described):
    """Finds the machines of before."""

    def _referred(self, chosen: Chosen, frame: Frame, made: Sequence[Call]) -> Picked | None:
        """The machines that a pronoun or a place in a list stands for."""
        last = next((c for c in reversed(made) if c.selector is not None), None)
        plain = chosen.refers is not None and chosen.ordinal is None and not chosen.other
        if last is not None and last.selector is not None and plain:
            if not chosen.real:
                assert chosen.refers is not None
                several = self._all_of(chosen.refers.words, made)
                return several or (last.selector.to_dict(), last.outright)
            return None
        if chosen.real and any(n.named_only and n.last != "stem" for n in chosen.real):
            return None
        ids = list(self.memory.targets)
        if _PAIR & set(frame.clause.words) and (chosen.ordinal or _both(chosen)):
            ids = self._pair(ids)
        if chosen.other:
            ids = self._others()
        elif chosen.ordinal is not None:
            ids = chosen.placed(ids) or self._placed_in_the_list(chosen, ids)
        ids = [i for i in ids if i in self.inventory.get(ids)] if ids else []
        if not ids and plain and frame.changes and _is_one(chosen) and not made:
            ids = self._named_just_before()
        if not ids:
            if frame.tool in NO_SELECTOR or chosen.real:
                return None
            if (
                frame.tool == "list_vms"
                and chosen.refers is not None
                and chosen.refers.words[0] == "the"
            ):
                return None
            if (
                plain
                and made == []
                and frame.changes is False
                and frame.tool not in ("describe_vms", "diagnose_vms", "query_metrics", "list_vms")
            ):
                return None
            raise Doubt(self._which(frame))
        picked: dict[str, Any] = {"ids": ids}
        if chosen.real:
            narrowing = chosen.real[0].selector()
            picked = (
                {**narrowing, "ids": ids}
                if len(chosen.real) == 1
                else {"ids": [i for i in self._union(chosen.real, frame) if i in ids]}
            )
            return picked, len(ids) == 1
        singular = (
            chosen.refers is not None
            and chosen.refers.words[0] in ("it", "that", "this", "its")
            and chosen.refers.words[-1] not in ("lot", "bunch")
        )
        if frame.changes and singular and len(ids) > 1 and (named := self._described_last()):
            return {"ids": named}, True
        if frame.changes and singular and len(ids) > 1 and not self._one_thing(chosen):
            names = [vm.name for vm in self.inventory.get(ids).values()]
            raise Doubt(
                replies.ask(
                    f"Which one: {replies.listed(names)}?",
                    ids,
                    {
                        "from": "brain",
                        "kind": "machines",
                        "choices": ids,
                        "call": Call(
                            tool=frame.tool, selector=Selector(ids=tuple(ids)), args=frame.args
                        ).to_dict(),
                    },
                )
            )
        return picked, (len(ids) == 1 or self._last_outright())

    def _placed_in_the_list(self, chosen: Chosen, ids: Sequence[str]) -> list[str]:
        """ "and the second", after the first of a list was acted on."""
        listed = self.memory.listed
        acted = bool(ids) and set(ids) < set(listed) and self.memory.pending is None
        return chosen.placed(listed) if acted else []

    def _named_just_before(self) -> list[str]:
        """ "is x on a schedule?": the one machine asked about, where the answer showed none."""
        memory = self.memory
        if memory.pending is not None or memory.targets:
            return []
        text = next((text for who, text in reversed(memory.said) if who == "user"), "")
        items = self.reader.read(text).items
        names = {n for i in items if i.has("names") for n in i.get("names")}
        found = [vm.id for n in names for vm in self.inventory.named(n)]
        described = any(i.has("stem", "unknown_name") for i in items)
        return found if len(found) == 1 and not described else []

    def _all_of(self, words: Sequence[str], made: Sequence[Call]) -> Picked | None:
        """ "stop a, start b, tag both": a word for several, after acts on one machine each."""
        several = _SEVERAL & set(words)
        selectors = [c.selector for c in made if c.selector is not None]
        if not several or len(selectors) < 2:
            return None
        found = [self.inventory.select_ids(selector) for selector in selectors]
        if len(found[-1]) != 1:
            return None
        ids = list(dict.fromkeys(i for some in found for i in some))
        if "both" in words and len(ids) != 2:
            ids = list(dict.fromkeys(i for some in found[-2:] for i in some))
        return ({"ids": ids}, True) if len(ids) > 1 else None

    def _described_last(self) -> list[str]:
        """ "would anything go down if I stopped x?": the one machine that was told of at last."""
        last = self.memory.calls[-1] if self.memory.calls else None
        if last is None or last.tool != "describe_vms" or last.selector is None:
            return []
        found = self.inventory.select_ids(last.selector) if last.selector.names else []
        return found if len(found) == 1 else []

    def _pair(self, ids: list[str]) -> list[str]:
        """The two of "both" and "the latter": those shown, listed, or named in turn before; none
        where it is not clear that there are two.
        """
        if len(ids) == 2:
            return ids
        if len(self.memory.listed) == 2:
            return list(self.memory.listed)
        named: list[str] = []
        for who, text in reversed(self.memory.said):
            said = self.reader.read(text).items if who == "user" else ()
            names = [n for i in said if i.has("names") for n in i.get("names")]
            found = [vm.id for n in names for vm in self.inventory.named(n)]
            if len(found) > 1:
                break
            named.extend(i for i in found if i not in named)
            if len(named) == 2:
                return named[::-1] if set(named) & set(ids) else []
        return []

    def _one_thing(self, chosen: Chosen) -> bool:
        """ "do it again", "that" for what was just planned over several machines is them all."""
        return bool(
            self.memory.calls
            and chosen.refers is not None
            and chosen.refers.words[0] in ("it", "that")
            and self.memory.calls[-1].tool in CHANGES
        )

    def _last_outright(self) -> bool:
        last = self.memory.calls[-1] if self.memory.calls else None
        return last is not None and last.is_outright

    def _others(self) -> list[str]:
        """The siblings of the last machines: of the same name, else of the same stem."""
        known = self.inventory.get(list(self.memory.targets))
        if not known:
            return []
        names = {vm.name for vm in known.values()}
        listed = [i for i in self.memory.listed if i not in known]
        if listed and set(known) & set(self.memory.listed):
            return listed
        same = [vm.id for n in names for vm in self.inventory.named(n) if vm.id not in known]
        if same:
            return same
        stems: list[str] = []
        for name in names:
            key = tuple(name.rstrip("0123456789").rstrip("-_. "))
            stems.extend(
                n
                for n, _ in self.inventory.names()
                if tuple(n.rstrip("0123456789").rstrip("-_. ")) == key and n not in names
            )
        return [vm.id for n in dict.fromkeys(stems) for vm in self.inventory.named(n)]
