"""Noun phrases, and what a clause says of its machines by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.brains.embedded.scan import Item

Fields = dict[str, list[str]]

PLACES = frozenset({"provider", "region", "zone", "host"})
"""The fields that say where a machine stands."""


@dataclass
class Noun:
    """One noun phrase: what must hold of its machines.

    Attributes:
        rest: the others of them.
        by_stem: its names come from a stem: the machines are described, not named.
    """

    names: list[str] = field(default_factory=list[str])
    ids: list[str] = field(default_factory=list[str])
    fields: Fields = field(default_factory=dict[str, list[str]])
    bounds: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    metric: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    flags: dict[str, bool] = field(default_factory=dict[str, bool])
    missing: list[str] = field(default_factory=list[str])
    head: bool = False
    plural: bool = False
    determined: bool = False
    last: str = ""
    trailing: set[str] = field(default_factory=set[str])
    apart: bool = False
    not_states: list[str] = field(default_factory=list[str])
    rest: bool = False
    by_stem: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing narrows it."""
        return not (
            self.names
            or self.ids
            or self.fields
            or self.bounds
            or self.metric
            or self.flags
            or self.missing
            or self.not_states
        )

    @property
    def named_only(self) -> bool:
        """Whether it is names and nothing else."""
        return bool(self.names or self.ids) and not (self.fields or self.bounds or self.metric)

    def selector(self) -> dict[str, Any]:
        """The conditions as the contract's JSON."""
        made: dict[str, Any] = {}
        if self.names:
            made["names"] = list(dict.fromkeys(self.names))
        if self.ids:
            made["ids"] = list(self.ids)
        tags: dict[str, list[str]] = {}
        for name, values in self.fields.items():
            if name.startswith("tags."):
                tags[name[5:]] = list(dict.fromkeys(values))
            else:
                made[name] = list(dict.fromkeys(values))
        if tags:
            made["tags"] = tags
        made.update(self.bounds)
        made.update(self.flags)
        if self.missing:
            made["missing_tags"] = list(dict.fromkeys(self.missing))
        if self.metric:
            made["metric"] = self.metric if len(self.metric) > 1 else self.metric[0]
        if self.not_states and not made:
            made["all"] = True
        if self.not_states:
            made["exclude"] = {"state": list(dict.fromkeys(self.not_states))}
        return made


@dataclass
class Chosen:
    """What a clause says of its machines.

    Attributes:
        include, exclude: the noun phrases; the machines of any of them are meant.
        whole: "all", "everything" was said.
        refers: a pronoun or another reference to machines of before.
        unknown: names that no machine bears.
        strangers: words of the noun phrases that were not understood.
        count: how many machines were said to be meant.
        besides: those of before are not meant again: "what else runs there?".
        owned: a thing of a named machine that is not known, such as its neighbour.
    """

    include: list[Noun] = field(default_factory=list[Noun])
    exclude: list[Noun] = field(default_factory=list[Noun])
    whole: bool = False
    refers: Item | None = None
    ordinal: tuple[int, int] | None = None
    places: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    other: bool = False
    unknown: list[str] = field(default_factory=list[str])
    unknown_values: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    strangers: list[str] = field(default_factory=list[str])
    count: int | None = None
    order: tuple[str, bool] | None = None
    limit: int | None = None
    window: str | None = None
    aggregate: str | None = None
    any_of: bool = False
    only: bool = False
    excepting: bool = False
    besides: bool = False
    owned: str = ""

    def at_place(self, place: tuple[int, int]) -> None:
        """One more place in the list of before: "the first and the third"."""
        self.places.append(place)
        self.ordinal = place

    def placed(self, ids: Sequence[str]) -> list[str]:
        """Those of a list that stand at the places said."""
        places = self.places or ([self.ordinal] if self.ordinal is not None else [])
        found = [
            i
            for start, many in places
            for i in (ids[start - 1 : start - 1 + many] if start > 0 else ids[start:][:many])
        ]
        return list(dict.fromkeys(found))

    @property
    def says_machines(self) -> bool:
        """Whether any machine is named, described or referred to."""
        return bool(
            self.real or self.whole or self.refers or self.ordinal or self.other or self.unknown
        )

    @property
    def real(self) -> list[Noun]:
        """The noun phrases that narrow anything."""
        return [n for n in self.include if not n.empty]

    @property
    def plural(self) -> bool:
        """Whether several machines may be meant."""
        return any(n.plural for n in self.include) or self.whole or len(self.real) > 1
