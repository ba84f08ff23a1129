"""Requests of the cases over several machines, with one of them left out in many words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from evals.case import load_cases
from tests.unit.brain.conftest import Hold

CASES = Path(__file__).resolve().parents[3] / "evals" / "cases" / "look"
_EXCEPTS = re.compile(r"except|but |not |apart|leave|exclud|other|without|spare|skip|[.!?,;:]")
_TOOLS = {"stop_vms", "start_vms", "restart_vms", "suspend_vms", "delete_vms", "tag_vms"}

LEFT_OUT: dict[str, Callable[[str, str], str]] = {
    "except": lambda s, x: f"{s} except {x}",
    "but not": lambda s, x: f"{s}, but not {x}",
    "leave alone": lambda s, x: f"{s} but leave {x} alone",
    "apart from": lambda s, x: f"{s} apart from {x}",
    "excluded": lambda s, x: f"{s}, {x} excluded",
    "not": lambda s, x: f"{s}, not {x}",
    "skip": lambda s, x: f"{s}, skip {x}",
    "in brackets": lambda s, x: f"{s} (not {x})",
    "another sentence": lambda s, x: f"{s}. Not {x} though",
    "don't touch": lambda s, x: f"{s}. Don't touch {x}",
    "stays": lambda s, x: f"{s}. {x} stays as it is",
    "first": lambda s, x: f"apart from {x}, {s[0].lower() + s[1:]}",
}
LATER = (
    "not {x}", "except {x}", "leave {x} out", "skip {x}", "{x} stays", "remove {x} from that",
    "take {x} out of the list", "don't touch {x}", "keep {x} as it is", "drop {x}",
)  # fmt: skip

Request = tuple[str, tuple[str, ...]]


def planned(hold: Hold, *says: str) -> set[str] | None:
    """The names in the plan of the last turn, or None."""
    plan = hold(*says)[-1].plan
    return {vm.name for call in plan.calls for vm in call.vms} if plan is not None else None


@cache
def requests(hold: Hold) -> tuple[Request, ...]:
    """Sentences that describe several machines, with the names of these."""
    found: dict[str, tuple[str, ...]] = {}
    for case in load_cases([CASES]):
        turn = case.turns[0]
        said = turn.say.strip().rstrip(".! ")
        one = all(len(way.calls) == 1 and way.outcomes == ("confirm",) for way in turn.ways)
        if case.fleet.name != "contract" or not one or _EXCEPTS.search(said.casefold()):
            continue
        plan = hold(said)[0].plan
        if plan is None or plan.calls[0].tool not in _TOOLS:
            continue
        names = tuple(vm.name for vm in plan.calls[0].vms)
        alone = len(set(names)) == len(names) and not any(n in said.casefold() for n in names)
        spelt = re.search(r"\b(one|two|three|four|\d) ", said + " ")
        if alone and not spelt and 2 <= len(names) <= 20:
            found[said] = names
    return tuple(found.items())


def test_there_are_enough(hold: Hold) -> None:
    assert len(requests(hold)) >= 30


@pytest.mark.parametrize("way", LEFT_OUT)
def test_what_is_left_out_is_not_in_the_plan(hold: Hold, way: str) -> None:
    wrong, asked = list[str](), 0
    for said, names in requests(hold):
        spared = names[len(names) // 2]
        words = LEFT_OUT[way](said, spared)
        got = planned(hold, words)
        asked += got is None
        if got is not None and got != set(names) - {spared}:
            wrong.append(words)
    assert wrong == []
    assert asked <= 0.25 * len(requests(hold))


@pytest.mark.parametrize("words", LATER)
def test_what_a_later_turn_leaves_out(hold: Hold, words: str) -> None:
    for said, names in requests(hold):
        spared = names[len(names) // 2]
        assert planned(hold, said, words.format(x=spared)) == set(names) - {spared}, said
