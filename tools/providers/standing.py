"""How a connection stands: what is reached and as whom, which rights it lacks, its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TypeVar

C = TypeVar("C", bound=StrEnum)
"""Capabilities. What maps them to rights has the rights for looking at machines under None."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A right that a connection does not have.

    Attributes:
        right: its name in the vendor's words.
        needed_for: the capabilities that take it; none: looking at machines.
        where: the account, subscription, project or machines where it is missing.
    """

    right: str
    needed_for: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a connection is found to be, for `novacron doctor`.

    Attributes:
        reached: a line: what is reached and as whom.
        lacks: the rights that are missing.
        advice: how they are given, in the vendor's words.
        unsure: what could not be told, and why; empty: everything could.
        clock_off_s: how far the vendor's clock is ahead of this machine's, in seconds; None: it
            does not say.
    """

    reached: str
    lacks: tuple[Lack, ...] = ()
    advice: str = ""
    unsure: str = ""
    clock_off_s: float | None = None


def lacking(
    needed: Mapping[C | None, Sequence[str]],
    capabilities: frozenset[C],
    granted: Callable[[str], bool],
    where: str = "",
) -> tuple[Lack, ...]:
    """The rights that are not granted, each with all that it is needed for."""
    missing: dict[str, list[str]] = {}
    for capability, rights in needed.items():
        if capability is not None and capability not in capabilities:
            continue
        for right in rights:
            if not granted(right):
                missing.setdefault(right, []).append(capability.value if capability else "")
    return tuple(
        Lack(right, () if "" in uses else tuple(uses), where) for right, uses in missing.items()
    )


def wanted(needed: Mapping[C | None, Sequence[str]], capabilities: frozenset[C]) -> list[str]:
    """Every right that these capabilities take, once, in order."""
    chosen = (rights for use, rights in needed.items() if use is None or use in capabilities)
    return list(dict.fromkeys(right for rights in chosen for right in rights))


def clock_off_s(said: str | datetime | None, asked: datetime, answered: datetime) -> float | None:
    """How far a clock is ahead of ours, by what it said between two moments of ours.

    Args:
        said: the moment, or the header `Date` of an answer.
        asked, answered: when it was asked and when the answer was there.
    """
    if not said:
        return None
    try:
        moment = parsedate_to_datetime(said) if isinstance(said, str) else said
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - asked - (answered - asked) / 2).total_seconds()


def farthest(offs: Sequence[float | None]) -> float | None:
    """Of several clocks the one that is farthest off; None where none is known."""
    return max((off for off in offs if off is not None), key=abs, default=None)
