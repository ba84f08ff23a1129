"""Holds the cases' conversations, in several processes, each on a fresh copy of its fleet."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from agent.rehearsal import Rehearsal
from evals.case import Case
from evals.fleet import moment_of
from tools.errors import NovaError
from ui.planning import open_rehearsal, turn_to_dict

FEW = 60
"""So few conversations are held in this process: starting others takes longer."""

Plans = dict[str, dict[str, Any]]
"""What came of each case in one run, by its id: as `novacron plan --jsonl --explain` prints it."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation to hold."""

    case_id: str
    run: int
    fleet: Path
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What came of it."""

    case_id: str
    run: int
    plan: dict[str, Any]


def run_cases(
    cases: Sequence[Case],
    brain: str,
    *,
    runs: int = 1,
    jobs: int | None = None,
    on_done: Callable[[], None] | None = None,
) -> list[Plans]:
    """Hold every case in each of the runs; `on_done` is called after each conversation.

    Raises:
        NovaError: a fleet or the brain cannot be opened.
    """
    talks = [
        Talk(case.id, run, case.fleet, tuple(turn.say for turn in case.turns))
        for run in range(runs)
        for case in cases
    ]
    plans: list[Plans] = [{} for _ in range(runs)]
    wanted = jobs or (1 if len(talks) <= FEW else min(os.cpu_count() or 1, 8))
    with _holder(brain, wanted) as hold:
        for held in hold(talks):
            plans[held.run][held.case_id] = held.plan
            if on_done is not None:
                on_done()
    return plans


Holder = Callable[[Sequence[Talk]], Iterator[Held]]


@contextmanager
def _holder(brain: str, jobs: int) -> Generator[Holder]:
    if jobs == 1:
        stages = Stages(brain)
        yield lambda talks: map(stages.hold, talks)
        return
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_open, initargs=(brain,))
    with pool:
        yield lambda talks: pool.map(_hold_opened, talks, chunksize=8)


class Stages:
    """One brain on every fleet that conversations take place on, each opened when it is needed."""

    def __init__(self, brain: str) -> None:
        self._brain = brain
        self._opened: dict[Path, Rehearsal] = {}

    def hold(self, talk: Talk) -> Held:
        """Hold one conversation; one that breaks NovaCron is wrong, not the end."""
        stage = self._stage(talk.fleet)
        try:
            turns, changes = stage.hold(talk.says)
        except NovaError as error:
            plan: dict[str, Any] = {"turns": [], "error": error.as_dict()}
        except Exception as error:
            broken = {"code": "bug", "message": f"{type(error).__name__}: {error}"}
            plan = {"turns": [], "error": broken}
        else:
            shown = [turn_to_dict(turn, explain=True) for turn in turns]
            plan = {"turns": shown, "changes": changes}
        return Held(talk.case_id, talk.run, {"id": talk.case_id, **plan})

    def _stage(self, fleet: Path) -> Rehearsal:
        if fleet not in self._opened:
            self._opened[fleet] = open_rehearsal(fleet, moment_of(fleet), self._brain)
        return self._opened[fleet]


_stages: list[Stages] = []
"""The one of a worker process; filled by the process's initializer."""


def _open(brain: str) -> None:
    _stages.append(Stages(brain))


def _hold_opened(talk: Talk) -> Held:
    return _stages[0].hold(talk)
