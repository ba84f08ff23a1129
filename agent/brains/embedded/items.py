"""Items: runs of words of a sentence, each with what it may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Kinds = dict[str, Any]
"""Kind, such as verb or names, → what the words stand for as that kind."""


_ENTITIES = ("names", "glob", "value", "unknown_name", "tag", "stem", "id")


@dataclass(slots=True)
class Item:
    """A run of words and what it may be.

    Attributes:
        kinds: kind → value; several where the words have several meanings.
        start, end: the tokens.
        used: what it was taken for, in words, once it is accounted for.
    """

    text: str
    start: int
    end: int
    kinds: Kinds
    plural: bool = False
    possessive: bool = False
    quoted: bool = False
    used: str = ""
    words: tuple[str, ...] = field(default_factory=tuple)

    def has(self, *kinds: str) -> bool:
        """Whether it may be one of these."""
        mine = self.kinds
        for kind in kinds:  # noqa: SIM110 - asked hundreds of times a turn, and any() is slower
            if kind in mine:
                return True
        return False

    def get(self, kind: str) -> Any:
        """What it stands for as this kind, or None."""
        return self.kinds.get(kind)

    @property
    def action(self) -> str | None:
        """The action of a verb."""
        verb = self.kinds.get("verb")
        return verb[0] if verb else None

    @property
    def form(self) -> str:
        """base, s, past or ing, of a verb."""
        verb = self.kinds.get("verb")
        return verb[1] if verb else ""

    @property
    def is_entity(self) -> bool:
        """Whether it stands for machines or a value of one of their fields."""
        return not self.kinds.keys().isdisjoint(_ENTITIES)
