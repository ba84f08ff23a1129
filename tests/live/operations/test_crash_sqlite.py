"""Kill -9 on SQLite: whoever dies and whenever, no act is lost and none doubled."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.live.operations.fleet import (
    ADA,
    Site,
    acts_on_each,
    ledger,
    plan_all,
    start,
    wait_for,
)
from tools.calls import Call
from tools.control import Control
from tools.database import reading, steps
from tools.errors import NovaError
from tools.machine import State
from tools.plan import Plan
from tools.selector import Selector

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

MACHINES = 200
STARTED = 15
KILLS = 5
"""In each of two tests: every takeover waits for a lease of 5 s, so ten take a minute."""
TAKEN_OVER_S = 10

RUN = """
from tools.control import connect
from tools.settings import load_settings
connect(load_settings())[0].operations.run({operation!r})
"""
TAKE_OVER = """
from tools.control import connect
from tools.queue import run_worker
from tools.settings import load_settings
control = connect(load_settings())[0]
run_worker(control, until=lambda: control.operations.get({operation!r}).status != "running")
"""
CLICK = """
import time
from pathlib import Path
from tests.live.operations.fleet import ADA
from tools.control import connect
from tools.errors import NovaError
from tools.settings import load_settings
control = connect(load_settings())[0]
Path({ready!r}).touch()
while not Path({go!r}).exists():
    time.sleep(0.001)
try:
    control.approvals.approve({plan!r}, ADA, digest={digest!r})
    operation = control.operations.start({plan!r}, control.approvals.given({plan!r}))
    control.operations.run(operation.id)
    print("ran", flush=True)
except NovaError as error:
    print("refused", error.code, flush=True)
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """More machines than are acted on: some are asleep or in error."""
    made = Site(f"sqlite:///{tmp_path / 'novacron.db'}", tmp_path, machines=320)
    yield made
    made.close()


@dataclass(frozen=True)
class Pace:
    """How an operation over all machines goes: in so many calls, each killed soon after an act."""

    seed: int
    delays: bool
    calls: int
    longest_pause_s: float
    last_kill: int
    """The most acts that are waited for before a kill: the rest is left for who takes over."""


SLOW = Pace(2026, delays=True, calls=5, longest_pause_s=2.5, last_kill=160)
"""Machines take 3 to 4 s: most kills fall while machines are on their way."""
FAST = Pace(2027, delays=False, calls=20, longest_pause_s=0.02, last_kill=100)
"""Machines take no time: kills fall between claim, act, reading and journal."""


def plan_all_machines(control: Control, calls: int) -> tuple[Plan, dict[str, State]]:
    """Start some machines and stop the others: the plan, and how each shall be afterwards."""
    by_state: dict[State, list[str]] = {}
    for vm in control.inventory.all():
        by_state.setdefault(vm.state, []).append(vm.id)
    size = MACHINES // calls
    off = by_state[State.STOPPED][: min(size, STARTED)]
    on = by_state[State.RUNNING][: MACHINES - len(off)]
    parts = [off, *(on[first : first + size] for first in range(0, len(on), size))]
    planned = [
        Call(tool="stop_vms" if number else "start_vms", selector=Selector.parse({"ids": ids}))
        for number, ids in enumerate(parts)
    ]
    wanted = dict.fromkeys(off, State.RUNNING) | dict.fromkeys(on, State.STOPPED)
    assert len(wanted) == MACHINES
    return control.plan(planned, ADA), wanted


def taken(control: Control, operation_id: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has had a step, or there was none left to have."""
    query = sa.select(steps.c.owner).where(
        steps.c.operation_id == operation_id, steps.c.owner.contains(f"/{process.pid}/")
    )
    with reading(control.engine) as db:
        found = db.scalar(query.limit(1))
    return found is not None or control.operations.get(operation_id).status != "running"


def kill_again_and_again(site: Site, control: Control, operation_id: str, pace: Pace) -> None:
    """Kill whoever works, soon after a random act of each fifth of them; another takes over.

    A kill that comes after the last machine is none: most must have fallen midway.
    """
    chance = random.Random(pace.seed)
    process = site.start(RUN.format(operation=operation_id))
    site.workers.append(process)
    share = pace.last_kill // KILLS
    midway = 0
    for kill in range(KILLS):
        point = chance.randrange(kill * share, (kill + 1) * share) + 1
        pause = chance.uniform(0, pace.longest_pause_s)
        wait_for(lambda n=point: len(ledger(control)) >= n, 30, site.logs(), 0.002)
        time.sleep(pause)
        site.kill(0)
        killed = time.monotonic()
        found = control.operations.get(operation_id)
        counts = dict(Counter(step.status for step in found.steps))
        sent = len(ledger(control))
        at = f"seed {pace.seed}, {pause:.3f} s after act {point}"
        sys.stdout.write(f"{at}: {sent} sent, {counts}\n")
        if found.status == "running":
            midway += 1
        process = site.start(TAKE_OVER.format(operation=operation_id))
        site.workers.append(process)
        wait_for(lambda p=process: taken(control, operation_id, p), 30, site.logs())
        assert time.monotonic() - killed < TAKEN_OVER_S
    assert process.wait(30) == 0, site.logs()
    assert midway > KILLS // 2


@pytest.mark.slow
@pytest.mark.parametrize("pace", [SLOW, FAST], ids=["slow", "fast"])
def test_kills_at_random_points_lose_and_double_nothing(site: Site, pace: Pace) -> None:
    site.delays = pace.delays
    control = site.open()
    plan, wanted = plan_all_machines(control, pace.calls)
    operation = start(control, plan)

    kill_again_and_again(site, control, operation.id, pace)

    done = control.operations.get(operation.id)
    assert done.status == "done", [step for step in done.steps if step.status != "done"]
    assert Counter(step.status for step in done.steps) == {"done": MACHINES}
    verbs = {State.RUNNING: "start", State.STOPPED: "stop"}
    acts = Counter((act.machine_id, act.verb) for act in ledger(control))
    assert acts == Counter([(machine_id, verbs[state]) for machine_id, state in wanted.items()])
    machines = control.inventory.providers["sandbox"].get_machines(list(wanted))
    assert {vm.id: vm.state for vm in machines.values()} == wanted
    assert control.approvals.status(plan.id) == "done"
    assert control.audit.verify() == []
    kinds = Counter(entry.kind for entry in control.audit.entries())
    assert (kinds["started"], kinds["acted"], kinds["finished"]) == (1, MACHINES, 1)
    control.close()


@pytest.fixture
def control(site: Site) -> Iterator[Control]:
    site.delays = False
    opened = site.open()
    yield opened
    opened.close()


def click(control: Control, plan: Plan, at_once: threading.Barrier, ran: list[str]) -> None:
    """Say yes, at the same instant as another."""
    at_once.wait(10)
    try:
        control.approvals.approve(plan.id, ADA, digest=plan.digest)
        operation = control.operations.start(plan.id, control.approvals.given(plan.id))
        ran.append(control.operations.run(operation.id).id)
    except NovaError as error:
        ran.append(error.code)


def test_two_yeses_at_once_in_one_process_are_one_operation(control: Control) -> None:
    ids = [vm.id for vm in control.inventory.all() if vm.state is State.RUNNING]
    for first in range(0, 100, 10):
        selector = Selector.parse({"ids": ids[first : first + 10]})
        plan = control.plan([Call(tool="stop_vms", selector=selector)], ADA)
        at_once = threading.Barrier(2)
        ran: list[str] = []
        people = [
            threading.Thread(target=click, args=(control, plan, at_once, ran)) for _ in range(2)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join(30)
        operation = control.operations.of_plan(plan.id)
        assert operation is not None
        assert ran.count(operation.id) == 1, ran
        assert set(ran) - {operation.id} <= {"conflict", "not_allowed"}
        assert len(ran) == 2

    assert len(control.operations.list()) == 10
    assert acts_on_each(control) == dict.fromkeys(ids[:100], 1)
    assert control.audit.verify() == []


def test_two_yeses_at_once_in_two_processes_are_one_operation(
    site: Site, control: Control, tmp_path: Path
) -> None:
    plan = plan_all(control, "stop_vms", "running")
    go = tmp_path / "go"
    ready = [tmp_path / f"ready-{number}" for number in range(2)]
    for path in ready:
        script = CLICK.format(ready=str(path), go=str(go), plan=plan.id, digest=plan.digest)
        site.workers.append(site.start(script))
    wait_for(lambda: all(path.exists() for path in ready), 30, site.logs())
    go.touch()
    assert [process.wait(30) for process in site.workers] == [0, 0], site.logs()

    assert site.logs().count("ran") == 1, site.logs()
    assert site.logs().count("refused") == 1
    assert len(control.operations.list()) == 1
    assert acts_on_each(control) == dict.fromkeys(plan.machine_ids, 1)
    assert control.audit.verify() == []
