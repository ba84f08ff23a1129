"""Amounts that are said outright ("16") or from the present value ("+10", "x2")."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

_RELATIVE = r"^(?:[+-]|x)(?:\d{1,6})(?:\.\d{1,3})?$"

Relative = Annotated[
    str, Field(pattern=_RELATIVE, description='from the present value: "+10", "-2", "x2", "x0.5"')
]
"""A change of what a machine has: so much more or less, or so many times."""


def resolved(amount: float | str | None, present: float) -> float | None:
    """What the amount comes to for a machine that has `present` now."""
    if not isinstance(amount, str):
        return amount
    figure = float(amount[1:])
    if amount[0] == "x":
        return present * figure
    return present + figure if amount[0] == "+" else present - figure


def is_relative(amount: float | str | None) -> bool:
    """Whether it is told from the present value."""
    return isinstance(amount, str) and re.match(_RELATIVE, amount) is not None
