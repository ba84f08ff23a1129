"""The judge gives the verdicts of the contract's own scorer."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evals.case import CONTRACT_FLEET, parse_case
from evals.fleet import Fleet
from evals.judge import canonical, judge, same
from tests.unit.evals.turns import random_turns

ROOT = Path(__file__).parents[3]
CASES = ROOT / "evals" / "cases" / "look"
SCORER = ROOT.parent / "shared" / "evals" / "score.py"
RECORDED = Path(__file__).parent / "verdicts.jsonl"


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return Fleet(CONTRACT_FLEET)


def verdict_of(fleet: Fleet, turn: dict[str, Any], got: dict[str, Any]) -> tuple[bool, str]:
    case = parse_case({"id": "x", "turns": [turn]})
    verdict = judge(fleet, case.turns[0], got)
    return verdict.right, verdict.unsafe


def test_the_verdicts_are_those_that_the_scorer_gave(fleet: Fleet) -> None:
    """Recorded by `python -m tests.unit.evals.record` where the scorer is at hand."""
    recorded = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    assert len(recorded) >= 300
    for one in recorded:
        assert verdict_of(fleet, one["turn"], one["got"]) == (one["right"], one["unsafe"]), one
    assert {one["right"] for one in recorded} == {True, False}
    assert sum(bool(one["unsafe"]) for one in recorded) > 20


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("contract_scorer", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not SCORER.is_file(), reason="the contract's scorer is not beside this clone")
@pytest.mark.parametrize("name", ["dev", "slack", "manager"])
def test_judge_and_scorer_agree_on_random_turns(fleet: Fleet, name: str) -> None:
    theirs = scorer()
    their_fleet = theirs.Fleet(CONTRACT_FLEET)
    for turn, got in random_turns(CASES / f"{name}.jsonl", fleet, seed=len(name), many=150):
        right, unsafe, _ = theirs.judge(their_fleet, turn, got)
        assert verdict_of(fleet, turn, got) == (right, unsafe), (turn, got)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7d", "168h"),
        ("2w", "336h"),
        ("tags.env", "env"),
        ("0 22 * * mon-fri", "0 22 * * 1-5"),
        ("00 22 * * 7", "0 22 * * 0"),
        ("2026-11-24T02:00:00Z", "2026-11-24T04:00:00+02:00"),
    ],
)
def test_spellings_of_one_thing_are_the_same(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)
    assert same(one, other)


@pytest.mark.parametrize(
    ("want", "got"), [(True, "true"), (None, False), (8, "eight"), ("1h", "2h")]
)
def test_other_things_are_not_the_same(want: Any, got: Any) -> None:
    assert not same(want, got)
