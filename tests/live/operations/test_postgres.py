"""Many workers on Postgres: no act is lost and none doubled, whoever dies and whenever."""

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.operations.fleet import ADA, Site, acts_on_each, plan_all, start, wait_for
from tools.calls import Call
from tools.control import Control
from tools.providers.sandbox import Sandbox
from tools.queue import Queue
from tools.selector import Selector

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

TAKEN_OVER_S = 10
KILLS = 10


@pytest.fixture
def site(postgres_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(postgres_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def control(site: Site) -> Iterator[Control]:
    opened = site.open()
    yield opened
    opened.close()


def running(control: Control, operation_id: str) -> bool:
    return control.operations.get(operation_id).status == "running"


def finish(control: Control, site: Site, operation_id: str, seconds: float = 60) -> None:
    queue = Queue(control.engine)
    queue.submit(operation_id, control.operations.batches(operation_id))
    wait_for(lambda: not running(control, operation_id), seconds, site.logs())


@pytest.mark.slow
def test_a_killed_worker_loses_and_doubles_nothing(site: Site, control: Control) -> None:
    site.hire(3, control)
    chance = random.Random(2026)
    tools = [("stop_vms", "running"), ("start_vms", "stopped")]
    midway = 0
    for round_number in range(KILLS):
        tool, state = tools[round_number % 2]
        plan = plan_all(control, tool, state)
        began = time.time()
        operation = start(control, plan)
        Queue(control.engine).submit(operation.id, control.operations.batches(operation.id))
        time.sleep(chance.uniform(0.05, 3.0))
        site.kill(chance.randrange(3))
        killed = time.monotonic()
        cut_short = running(control, operation.id)
        midway += cut_short
        finish(control, site, operation.id)

        done = control.operations.get(operation.id)
        assert done.status == "done", (done.status, site.logs())
        acts = acts_on_each(control, began)
        assert set(acts) == set(plan.machine_ids)
        assert set(acts.values()) == {1}
        if cut_short:
            assert time.monotonic() - killed < 2 * TAKEN_OVER_S
        site.hire(1, control)
    assert midway >= KILLS // 2
    assert control.audit.verify() == []


def test_two_yeses_at_once_from_two_processes_are_one_act(site: Site, control: Control) -> None:
    plan = plan_all(control, "stop_vms", "running")
    began = time.time()
    script = f"""
import time
from tests.live.operations.fleet import ADA
from tools.control import connect
from tools.errors import NovaError
from tools.settings import load_settings
control = connect(load_settings())[0]
time.sleep(max(0, {time.time() + 6} - time.time()))
try:
    control.approvals.approve({plan.id!r}, ADA, digest={plan.digest!r})
    operation = control.operations.start({plan.id!r}, control.approvals.given({plan.id!r}))
    control.operations.run(operation.id)
    print("ran", flush=True)
except NovaError as error:
    print("refused", error.code, flush=True)
"""
    clicks: list[subprocess.Popen[bytes]] = [site.start(script) for _ in range(2)]
    assert [click.wait(90) for click in clicks] == [0, 0], site.logs()

    assert site.logs().count("ran") == 1, site.logs()
    assert site.logs().count("refused") == 1
    acts = acts_on_each(control, began)
    assert set(acts) == set(plan.machine_ids)
    assert set(acts.values()) == {1}
    assert len(control.operations.list()) == 1


def test_an_operation_that_was_never_submitted_is_found(site: Site, control: Control) -> None:
    """The process that started it died before it could hand it over."""
    site.hire(1, control)
    operation = start(control, plan_all(control, "stop_vms", "running"))

    wait_for(lambda: not running(control, operation.id), 60, site.logs())

    assert control.operations.get(operation.id).status == "done"


def test_the_calls_of_a_plan_run_in_their_order(site: Site, control: Control) -> None:
    """More machines than a worker has places for: the later call must not keep them waiting."""
    site.hire(2, control)
    control.inventory.refresh()
    running_now = Selector.parse({"state": ["running"]})
    calls = [
        Call(tool="tag_vms", selector=running_now, args={"tags": {"night": "off"}}),
        Call(tool="stop_vms", selector=running_now),
    ]
    plan = control.plan(calls, ADA)
    began = time.time()
    operation = start(control, plan)

    done = control.operations.run(operation.id)

    assert done.status == "done", site.logs()
    sandbox = control.inventory.providers["sandbox"]
    assert isinstance(sandbox, Sandbox)
    verbs = [act.verb for act in sandbox.acts() if act.at >= began]
    half = len(plan.calls[0].vms)
    assert verbs == ["set_tags"] * half + ["stop"] * half


def test_a_submission_counts_once(site: Site, control: Control) -> None:
    operation = start(control, plan_all(control, "stop_vms", "running"))
    queue = Queue(control.engine)
    batches = control.operations.batches(operation.id)

    for _ in range(3):
        queue.submit(operation.id, batches)

    assert queue.carried() == {operation.id}
    assert queue.workers() == 0
