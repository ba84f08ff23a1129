"""What an answer offers to do next, and which of it a person takes by its number.

A runbook offers sentences; a saving offers calls that were worked out for its machine. Either way
what is taken goes the way of every wish: it is planned, and a person is asked about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent.brains.base import Memory, NextStep
from tools.calls import Call
from tools.catalog import Result

MOST = 9
"""So many are numbered: one digit says which."""
_NUMBER = re.compile(
    r"\s*(?:(?:number|option|offer|no\.?)\s*)?#?\s*([1-9])\s*[.)!]?\s*", re.IGNORECASE
)


def next_steps(results: Iterable[Result]) -> tuple[NextStep, ...]:
    """What these results offer, in their order."""
    found = [step for result in results for step in steps_in(result.rows, result.data)]
    return tuple(found[:MOST])


def steps_in(rows: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> list[NextStep]:
    """What one result offers: the sentences of its data, then the calls of its rows."""
    said = [NextStep(str(sentence)) for sentence in data.get("offers", ())]
    return [*said, *(step for row in rows if (step := step_of(row)) is not None)]


def step_of(row: Mapping[str, Any]) -> NextStep | None:
    """What a row offers, or None."""
    calls = tuple(Call.parse(call) for call in row.get("calls") or ())
    return NextStep(str(row["action"]), calls) if calls else None


def taken(text: str, memory: Memory) -> NextStep | None:
    """The offer that a bare number takes; None where a question is open or it takes none."""
    said = _NUMBER.fullmatch(text)
    if said is None or memory.asked is not None:
        return None
    number = int(said[1])
    return memory.offers[number - 1] if number <= len(memory.offers) else None
