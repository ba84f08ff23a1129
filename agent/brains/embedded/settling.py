"""A machine that is named, and beside it words that fit another."""

from __future__ import annotations

from typing import Any

from agent.brains.embedded import replies
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.phrases import PLACES
from agent.brains.embedded.picking import Picker
from agent.brains.embedded.questioning import Doubt
from tools.selector import Selector

_WHICH = frozenset({"which", "any", "many", "who", "ones"})
"""With which it is asked for some of several: none of them is an answer too."""


class Settling(Picker):
    """Decides what a name and the words around it mean together."""

    def _settle_named(
        self, picked: dict[str, Any], frame: Frame, args: dict[str, Any]
    ) -> dict[str, Any]:
        """A machine that is named, and beside it words that fit another: the name decides.

        Where it is said to be in a place that it is not in, that place is where it shall go, if it
        shall be moved; otherwise it is asked about.

        Raises:
            Doubt: the named machine is somewhere else than it is said to be.
        """
        if picked.get("ids") and not frame.changes and not set(picked) & {"limit", "exclude"}:
            plain = {"ids": picked["ids"]}
            if len(picked["ids"]) > 1 and _WHICH.intersection(frame.clause.words[:6]):
                return picked
            return picked if self.inventory.select_ids(Selector.parse(picked)) else plain
        extra = {k: v for k, v in picked.items() if k not in ("names", "exclude")}
        names = picked.get("names", ())
        plain = names and not any(mark in n for n in names for mark in "*?[")
        if not plain or not extra or set(extra) & {"order_by", "limit", "all", "ids"}:
            return picked
        like = any(n.last == "stem" and "tags.role" in n.fields for n in frame.chosen.real)
        fit = self.inventory.select(Selector.parse(picked))
        stray = [n for n in names if all(vm.name != n for vm in fit)]
        if (fit and not (stray and PLACES & set(extra))) or (like and frame.changes):
            return picked
        names = stray
        named = self.inventory.select(Selector(names=tuple(names)))
        if not named or (not fit and len(named) > len(set(names))):
            return picked
        places = {k: v for k, v in extra.items() if k in PLACES}
        only = {k: v for k, v in picked.items() if k in ("names", "exclude")}
        if fit and not frame.changes:
            return picked
        if places and frame.tool == "migrate_vms" and not {"host", "region"} & set(args):
            for field in ("region", "host"):
                if len(places.get(field, ())) == 1:
                    args[field] = places[field][0]
                    return only
        if places and frame.changes:
            where = replies.listed([str(x) for value in places.values() for x in value])
            there = replies.listed(sorted({vm.host or vm.region for vm in named}))
            raise Doubt(
                replies.ask(
                    f"{replies.listed(list(names))} is on {there}, not {where}. Is it meant?"
                )
            )
        return only

    def _excludes_itself(self, picked: dict[str, Any]) -> bool:
        return {k: v for k, v in picked.items() if k != "exclude"} == picked["exclude"]
