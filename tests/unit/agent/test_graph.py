"""LangGraph changes nothing: the open cases come out the same over it and step by step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest

from agent.brains.embedded import EmbeddedBrain
from agent.memory import memory_from_dict, memory_to_dict
from agent.turns import Turn, Turns
from evals.case import Case, load_cases
from tests.conftest import REPOSITORY, FrozenClock
from tests.unit.agent.talks import Direct, OverGraph, open_control
from tools.providers.sandbox import Sandbox

CASES = load_cases([REPOSITORY / "evals" / "cases" / "open" / "dev.jsonl"])


@dataclass(frozen=True)
class Seen:
    """What a talk came to: each turn, what it remembered, and the fleet at its end."""

    turns: list[str]
    fleet: dict[str, Any]
    acts: list[tuple[str, str, bool]]


@pytest.fixture(scope="module")
def pristine(fleet_folder: Path) -> Sandbox:
    return Sandbox.from_fleet(fleet_folder, clock=FrozenClock(), delays=False)


@pytest.fixture(scope="module")
def embedded() -> EmbeddedBrain:
    return EmbeddedBrain()


def hold(
    says: Sequence[str], over: type[Direct | OverGraph], pristine: Sandbox, folder: Path, brain: Any
) -> Seen:
    sandbox = pristine.copy()
    control = open_control(sandbox, FrozenClock(), folder)
    talk = over(Turns(control, brain))
    turns = [talk.say(text) for text in says]
    if isinstance(talk, OverGraph):
        talk.close()
    control.engine.dispose()
    fleet = {vm.id: vm.to_dict() for vm in sandbox.list_machines()}
    return Seen(
        without_ids(turns), fleet, [(a.machine_id, a.verb, a.changed) for a in sandbox.acts()]
    )


def without_ids(turns: Sequence[Turn]) -> list[str]:
    """Turns as text without what is new each time: the ids of plans and operations."""
    texts = [pformat(as_seen(turn), width=100) for turn in turns]
    new = [made.id for turn in turns for made in (turn.plan, turn.operation) if made]
    for made_id in new:
        texts = [text.replace(made_id, "(id)") for text in texts]
    return texts


def as_seen(turn: Turn) -> dict[str, Any]:
    """All of a turn but how long it took, and the digest: an undo's stands on a new id."""
    operation, plan = turn.operation, turn.plan
    return {
        "outcome": turn.outcome,
        "reply": turn.reply,
        "calls": [call.to_dict() for call in turn.calls],
        "results": [answered.result for answered in turn.answered],
        "options": turn.options,
        "plan": plan and (plan.tools, plan.machine_ids, plan.asked_by, plan.to_type),
        "decision": turn.decision,
        "operation": operation and [(s.label, s.status, s.seen) for s in operation.steps],
        "trace": turn.trace,
        "error": turn.error and turn.error.as_dict(),
        "memory": memory_to_dict(turn.memory),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_comes_out_the_same_on_both_paths(
    case: Case, pristine: Sandbox, embedded: EmbeddedBrain, tmp_path: Path
) -> None:
    says = [turn.say for turn in case.turns]

    direct = hold(says, Direct, pristine, tmp_path, embedded)
    over_graph = hold(says, OverGraph, pristine, tmp_path, embedded)

    assert over_graph == direct
    assert len(direct.turns) == len(case.turns)


def test_the_cases_read_plan_ask_cancel_and_act() -> None:
    outcomes = {
        outcome
        for case in CASES
        for turn in case.turns
        for way in turn.ways
        for outcome in way.outcomes
    }
    assert outcomes >= {"answer", "confirm", "clarify", "done", "cancelled"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_is_remembered_survives_as_json(
    case: Case, pristine: Sandbox, embedded: EmbeddedBrain, tmp_path: Path
) -> None:
    control = open_control(pristine.copy(), FrozenClock(), tmp_path)
    talk = Direct(Turns(control, embedded))
    for turn in case.turns:
        memory = talk.say(turn.say).memory
        kept = json.dumps(memory_to_dict(memory), allow_nan=False)
        assert memory_from_dict(json.loads(kept)) == memory
    control.engine.dispose()
