"""What the arguments of a clause are put into."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from agent.brains.embedded.moments import Time


@dataclass
class Said:
    """The arguments of one clause, and what was asked for that does not exist.

    Attributes:
        time: when it shall happen.
        lasts: for how long; the opposite act follows.
        until: the moment at which the opposite act follows.
        ask: the argument that has to be asked for.
    """

    args: dict[str, Any] = field(default_factory=dict[str, Any])
    time: Time | None = None
    lasts: timedelta | None = None
    until: Time | None = None
    ask: str = ""
