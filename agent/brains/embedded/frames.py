"""What a turn asks for: a frame for each request, and the reading of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.brains.embedded.arguments import Said
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questions import tech_in
from agent.brains.embedded.scan import Item
from agent.brains.embedded.tools import CHANGES

NOMINAL, QUESTION, CHANGE = 1, 2, 3
"""How strongly a clause asks: by its nouns alone, as a question, or for a change."""


@dataclass
class Frame:
    """What one clause asks for."""

    tool: str
    clause: Clause
    said: Said
    chosen: Chosen
    strength: int = QUESTION
    about: bool = False
    negated: bool = False

    @property
    def args(self) -> dict[str, Any]:
        """The arguments."""
        return self.said.args

    @property
    def changes(self) -> bool:
        """Whether it would change something."""
        return self.tool in CHANGES or self.tool in ("undo", "cancel_schedule")


@dataclass
class Reading:
    """What a whole turn says.

    Attributes:
        frames: what is asked for, in order.
        fragments: the clauses without a request: a topic, a correction, an answer.
        conditional: something must hold first ("if cpu is high, …").
    """

    text: str
    items: list[Item] = field(default_factory=list[Item])
    frames: list[Frame] = field(default_factory=list[Frame])
    fragments: list[Clause] = field(default_factory=list[Clause])
    conditional: bool = False
    words: tuple[str, ...] = ()

    @property
    def has_change(self) -> bool:
        """Whether a change is asked for."""
        return any(f.changes and not f.negated and not f.about for f in self.frames)


def speaks_of_trade(reading: Reading) -> bool:
    """Whether any word belongs to machines at all."""
    return any(tech_in(Clause([i])) or i.is_entity for i in reading.items)
