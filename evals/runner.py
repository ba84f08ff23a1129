"""Holds the cases' conversations, in several processes, each on fresh copies of the fleet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from agent.rehearsal import Rehearsal
from evals.case import Case
from tools.errors import NovaError
from ui.planning import open_rehearsal, turn_to_dict

FEW = 60
"""So few cases are held in this process: starting others takes longer."""

Plans = dict[str, dict[str, Any]]
"""What came of each case, by its id: as `novacron plan --jsonl --explain` prints it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where conversations are held, and by which brain."""

    fleet: Path
    now: datetime
    brain: str


def run_cases(
    cases: Sequence[Case],
    stage: Stage,
    jobs: int | None = None,
    on_done: Callable[[], None] | None = None,
) -> Plans:
    """Hold every case; `on_done` is called after each.

    Raises:
        NovaError: the fleet or the brain cannot be opened.
    """
    plans: Plans = {}
    wanted = jobs or min(os.cpu_count() or 1, 8)
    with _holder(stage, 1 if len(cases) <= FEW and jobs is None else wanted) as hold:
        for held in hold([(case.id, [turn.say for turn in case.turns]) for case in cases]):
            plans[held["id"]] = held
            if on_done is not None:
                on_done()
    return plans


Talk = tuple[str, list[str]]


@contextmanager
def _holder(stage: Stage, jobs: int) -> Iterator[Callable[[Sequence[Talk]], Iterator[dict[str, Any]]]]:
    if jobs == 1:
        rehearsal = open_rehearsal(stage.fleet, stage.now, stage.brain)
        yield lambda talks: (_hold(rehearsal, talk) for talk in talks)
        return
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_open, initargs=(stage,))
    with pool:
        yield lambda talks: pool.map(_hold_opened, talks, chunksize=8)


_opened: list[Rehearsal] = []
"""The one rehearsal of a worker process; filled by the process's initializer."""


def _open(stage: Stage) -> None:
    _opened.append(open_rehearsal(stage.fleet, stage.now, stage.brain))


def _hold_opened(talk: Talk) -> dict[str, Any]:
    return _hold(_opened[0], talk)


def _hold(rehearsal: Rehearsal, talk: Talk) -> dict[str, Any]:
    case_id, says = talk
    try:
        turns, changes = rehearsal.hold(says)
    except NovaError as error:
        return {"id": case_id, "turns": [], "error": error.as_dict()}
    except Exception as error:  # a conversation that breaks NovaCron is wrong, not the end
        broken = {"code": "error", "message": f"{type(error).__name__}: {error}"}
        return {"id": case_id, "turns": [], "error": broken}
    return {
        "id": case_id,
        "turns": [turn_to_dict(turn, explain=True) for turn in turns],
        "changes": changes,
    }
