"""The machines that noun phrases describe: one, several, and those left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.phrases import Chosen, Noun
from agent.brains.embedded.questioning import Doubt, Questioner
from agent.brains.embedded.shares import share_of
from tools.calls import Call
from tools.catalog import Change
from tools.machine import VM
from tools.names import told_apart
from tools.selector import Selector

Picked = tuple[dict[str, Any] | None, bool | None]
"""A selector as JSON (None: nothing was said), and whether the machines are named outright."""


class Described(Questioner):
    """Finds the machines of noun phrases."""

    def _described(self, noun: Noun, chosen: Chosen, frame: Frame) -> Picked:
        picked = noun.selector()
        stem = noun.last == "stem" and noun.named_only
        one = stem and not noun.plural and len(noun.names) > 1
        if one and (frame.changes or frame.tool == "diagnose_vms"):
            return self._single(picked, noun, chosen, frame)
        if noun.named_only:
            return picked, False if stem or (
                noun.plural and any("*" in n for n in noun.names)
            ) else None
        if len(noun.names) > 1 and noun.last != "stem" and not noun.plural:
            return picked, None  # "web-01 and web-02 in us-east-1"
        several = noun.plural or chosen.whole or chosen.any_of or frame.tool == "scale_group"
        if not frame.changes or several:
            return picked, False if frame.changes else None
        if not (noun.head or noun.determined) or (chosen.limit or 0) > 1:
            return picked, False
        return self._single(picked, noun, chosen, frame)

    def _single(self, picked: dict[str, Any], noun: Noun, chosen: Chosen, frame: Frame) -> Picked:
        """ "bob's box": one machine; where several fit, the question is which."""
        if chosen.order is not None:
            return picked, True
        if chosen.exclude:
            return picked, False
        found = self.inventory.select(Selector.parse(picked))
        if len(found) == 1:
            return picked, True
        if not found or not (noun.head or noun.last == "stem"):
            return picked, False
        narrowed = self._in_described_state(found, frame.tool)
        if len(narrowed) == 1 and frame.tool in ("start_vms", "resume_vms"):
            return {"ids": [narrowed[0].id]}, True
        names = [vm.name for vm in found]
        call = Call(
            tool=frame.tool,
            selector=Selector.parse(picked),
            args={k: v for k, v in frame.args.items() if not k.startswith("_")},
        )
        raise Doubt(
            replies.ask(
                f"{len(found)} machines fit that: {replies.listed(names)}. "
                "Which one, or all of them?",
                [vm.id for vm in found[:20]],
                {
                    "from": "brain",
                    "kind": "machines",
                    "call": call.to_dict(),
                    "choices": [vm.id for vm in found],
                },
            )
        )

    def _in_described_state(self, vms: Sequence[VM], tool: str) -> list[VM]:
        handler = self.context.catalog[tool].handler if tool in self.context.catalog else None
        states = handler.described_states if isinstance(handler, Change) else None
        return [vm for vm in vms if states is None or vm.state in states]

    def _union(self, nouns: Sequence[Noun], frame: Frame) -> list[str]:
        """The machines of any of these phrases; a described one gives those that the act is for."""
        ids: list[str] = []
        for noun in nouns:
            found = self.inventory.select(Selector.parse(noun.selector()))
            if frame.changes and not noun.named_only and noun.plural:
                found = self._in_described_state(found, frame.tool)
            if frame.changes and noun.named_only:
                self._check_ambiguous(noun, found, frame)
            ids.extend(vm.id for vm in found)
        if not ids:
            raise Doubt(replies.ask("No machine fits that. Which ones do you mean?"))
        return list(dict.fromkeys(ids))

    def _check_ambiguous(self, noun: Noun, found: Sequence[VM], frame: Frame) -> None:
        for name in noun.names:
            same = [vm for vm in found if vm.name == name]
            if len(same) > 1:
                raise Doubt(
                    replies.ask(
                        f"{len(same)} machines are called {name}: {told_apart(same)}. Which one?",
                        [vm.id for vm in same],
                        {
                            "from": "brain",
                            "kind": "which",
                            "choices": [vm.id for vm in same],
                            "text": frame.clause.text,
                        },
                    )
                )

    def _leave_out(self, picked: dict[str, Any], nouns: Sequence[Noun]) -> None:
        if not nouns:
            return
        if "exclude" in picked:
            first = self.inventory.select_ids(Selector.parse(picked["exclude"]))
            rest = [
                i for n in nouns for i in self.inventory.select_ids(Selector.parse(n.selector()))
            ]
            picked["exclude"] = {"ids": [*first, *rest]}
        elif len(nouns) == 1:
            picked["exclude"] = nouns[0].selector()
        else:
            ids = [
                i for n in nouns for i in self.inventory.select_ids(Selector.parse(n.selector()))
            ]
            if ids:
                picked["exclude"] = {"ids": list(dict.fromkeys(ids))}

    def _check_count(self, chosen: Chosen, picked: dict[str, Any], frame: Frame) -> None:
        """ "the two web servers" must be two."""
        if not frame.changes or frame.tool in ("create_vms", "scale_group"):
            return
        if chosen.count is None:
            if share := share_of(frame.clause):
                raise Doubt(self._which_share(share, picked, frame))
            return
        if chosen.order is not None or "limit" in picked:
            picked.setdefault("limit", chosen.count)
            return
        found = self.inventory.select(Selector.parse(picked))
        if (
            len(found) == chosen.count
            or len(self._in_described_state(found, frame.tool)) == chosen.count
        ):
            return
        raise Doubt(self._which_of(f"You speak of {chosen.count}, and", found, picked, frame))

    def _which_share(self, share: str, picked: dict[str, Any], frame: Frame) -> Understanding:
        found = self.inventory.select(Selector.parse(picked))
        fitting = self._in_described_state(found, frame.tool) or found
        return self._which_of(f"You speak of “{share}”, and", fitting, picked, frame)

    def _which_of(
        self, lead: str, found: Sequence[VM], picked: dict[str, Any], frame: Frame
    ) -> Understanding:
        """Ask which of the machines that fit are meant."""
        call = Call(
            tool=frame.tool,
            selector=Selector.parse(picked),
            args={k: v for k, v in frame.args.items() if not k.startswith("_")},
        )
        return replies.ask(
            f"{lead} {len(found)} machines fit: "
            f"{replies.listed([vm.name for vm in found])}. Which ones?",
            [vm.id for vm in found[:20]],
            {
                "from": "brain",
                "kind": "machines",
                "call": call.to_dict(),
                "choices": [vm.id for vm in found],
            },
        )
