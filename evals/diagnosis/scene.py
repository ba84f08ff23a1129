"""One scenario: a simulated fleet with a trouble in it, and what NovaCron says is wrong."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from knowledge.diagnosis import Diagnosis, gather, judge
from tools.calls import Call
from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES, Control
from tools.database import open_database
from tools.identity import User
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Fault, FaultKind, Sandbox
from tools.providers.sandbox_troubles import BOOK, Done, Planned, plan_trouble, trouble_names
from tools.settings import load_settings

NOW = datetime(2026, 11, 23, 10, 20, tzinfo=UTC)
MACHINES = 60
HELD_OUT = Path(__file__).parent / "held_out.json"
"""Wordings that were written apart from the causes, which are not tuned to them."""

_VERBS = {"start_vms": "start", "migrate_vms": "migrate", "stop_vms": "stop"}


@dataclass(frozen=True, slots=True)
class Scene:
    """A scenario to be played: a trouble of a book, with a seed for its wording and figures."""

    name: str
    seed: int
    book: Path = BOOK
    complained: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said of a scenario.

    Attributes:
        named: the causes in the order in which they were ranked.
        verdict: `cause`, `healthy` or `unknown`.
        seconds: how long gathering and judging took.
    """

    scene: Scene
    planned: Planned
    named: tuple[str, ...]
    verdict: str
    seconds: float

    @property
    def rank(self) -> int | None:
        """The place of the true cause, from 1; None where it is not named."""
        cause = self.planned.cause
        return self.named.index(cause) + 1 if cause in self.named else None


def scenes(seeds: Sequence[int], book: Path = BOOK, *, complained: bool = False) -> list[Scene]:
    """Every trouble of a book with every seed; with a complaint in every second one, or in all."""
    return [
        Scene(name, seed, book, complained or seed % 2 == 1)
        for name in trouble_names(book)
        for seed in seeds
    ]


def play(scene: Scene) -> Outcome:
    """Plant the trouble, let NovaCron look, and give what it says."""
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox.generated(None, MACHINES, seed=scene.seed + 1, clock=_clock, delays=False)
        control = _control(sandbox, Path(folder))
        try:
            planned = _plant(scene, sandbox, control)
            symptom = planned.symptom if scene.complained else None
            began = time.perf_counter()
            found = look(control, planned, symptom)
            seconds = time.perf_counter() - began
        finally:
            control.close()
    named = tuple(finding.cause.name for finding in found.findings)
    return Outcome(scene, planned, named, found.verdict, seconds)


def look(control: Control, planned: Planned, symptom: str | None) -> Diagnosis:
    """What is said of the machine that ails."""
    vm = control.inventory.get([planned.vm.id])[planned.vm.id]
    (seen,) = gather(control.world, [vm])
    return judge(seen, symptom)


def _plant(scene: Scene, sandbox: Sandbox, control: Control) -> Planned:
    fleet = sandbox.list_machines()
    planned = plan_trouble(scene.name, fleet, scene.seed, NOW, book=scene.book)
    sandbox.fall_ill(*planned.ills)
    control.inventory.refresh()
    for done in planned.done:
        _do(done, planned, sandbox, control)
    for fault in planned.faults:
        sandbox.inject(fault)
    control.inventory.refresh()
    return planned


def _do(done: Done, planned: Planned, sandbox: Sandbox, control: Control) -> None:
    """What somebody did through NovaCron, as an operation with its plan and its yes."""
    if done.fails is not None:
        verb = _VERBS[done.tool]
        sandbox.inject(Fault(FaultKind.REFUSED, planned.vm.id, verb, None, error=done.fails))
    person = User(done.by, frozenset({"operator", "admin"}))
    selector = {"ids": [planned.vm.id]}
    call = Call.parse({"tool": done.tool, "selector": selector, "args": dict(done.args)})
    plan = control.plan([call], person)
    control.approvals.approve(plan.id, person, digest=plan.digest, typed=plan.to_type)
    operation = control.operations.start(plan.id, control.approvals.given(plan.id))
    control.operations.run(operation.id)


def _control(sandbox: Sandbox, folder: Path) -> Control:
    settings = load_settings(data_dir=folder, sandbox=True, libvirt_uris="none")
    metrics = Metrics(sample_source([sandbox]), _clock)
    control = Control(open_database("sqlite://"), [sandbox], metrics, _catalog(), settings, _clock)
    control.inventory.refresh()
    return control


@cache
def _catalog() -> Catalog:
    return Catalog.load(TOOL_PACKAGES)


def _clock() -> datetime:
    return NOW
