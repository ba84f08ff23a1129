"""What is vSphere's own: templates, hot-add, guests that do not listen, tags in two places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.test_vsphere import built, fault, id_of, opened, vc, witness
from tests.contract.wire import Answer, Request, Way, Wire, WireFault
from tests.live.vcsim.world import Vcenter, vcenter
from tools.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    ProviderError,
)
from tools.machine import State
from tools.providers.base import NewMachine, Provider
from tools.times import utc_now

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]  # the first one builds it
__all__ = ["built", "vc"]


@pytest.fixture
def wire(vc: Vcenter) -> Iterator[Wire]:
    made = Wire(vc.host, vc.port)
    yield made
    made.close()


@pytest.fixture
def provider(vc: Vcenter, wire: Wire) -> Iterator[Provider]:
    made = opened(vc, wire)
    yield made
    made.close()


@pytest.fixture
def web(vc: Vcenter) -> str:
    return id_of(vc, "web-01")


def reconfigure(vc: Vcenter, name: str, **changes: Any) -> None:
    """Change a machine past the provider."""
    from pyVmomi import vim

    vc.do(vc.machines()[name].ReconfigVM_Task(vim.vm.ConfigSpec(**changes)))


def behave(vc: Vcenter, how: str) -> None:
    """Let the guest of web-01 behave so."""
    from pyVmomi import vim

    reconfigure(vc, "web-01", extraConfig=[vim.option.OptionValue(key="vcsim.guest", value=how)])


def sent(requests: list[Request], *methods: str) -> list[str]:
    """The SOAP methods and REST paths of requests, or those of them that are named."""
    found: list[str] = []
    for request in requests:
        body = request.body.decode()
        start = body.find("Body>")
        name = body[start + 6 :].split(" ")[0] if start >= 0 else request.path
        found.append(name)
    return [name for name in found if not methods or name in methods]


def before(method: str, act: Callable[[], object]) -> WireFault:
    """Something that somebody else does just before this request is carried out."""
    done: list[object] = []

    def matches(request: Request) -> bool:
        if f"<{method} ".encode() in request.body and not done:
            done.append(act())
        return False

    return WireFault(Way.LOST, matches)


def test_a_template_is_an_image_and_no_machine(vc: Vcenter, provider: Provider) -> None:
    assert "debian-12" not in {vm.name for vm in provider.list_machines()}
    assert provider.get_machines([id_of(vc, "debian-12")]) == {}
    (offer,) = provider.offers()
    assert offer.images == ("debian-12",)
    assert offer.regions == ("DC0", "DC1")
    wanted = NewMachine("new", "DC0", "debian-11", 1, 1)
    with pytest.raises(NotFound) as missing:
        provider.create(wanted, "t1")
    assert missing.value.choices == ("debian-12",)


def test_many_machines_are_read_in_pages_and_never_one_by_one() -> None:
    with vcenter("-machines", "25") as many:
        wire = Wire(many.host, many.port)
        provider = opened(many, wire, page_size=40)
        with wire.counted() as requests:
            listed = provider.list_machines()
        assert len(listed) == 100
        names = sent(requests)
        assert names.count("RetrievePropertiesEx") == 1
        assert names.count("ContinueRetrievePropertiesEx") == 3
        assert len(names) == 7, names  # and a view made and gone, and one batch of tags
        with wire.counted() as requests:
            provider.get_machines([vm.id for vm in listed[:100]])
        assert len(requests) == 2
        since = utc_now() - timedelta(minutes=50)
        with wire.counted() as requests:
            samples = provider.samples([vm.id for vm in listed[:10]], since)
        assert len(sent(requests, "QueryPerf")) == 1
        assert {sample.machine_id for sample in samples} <= {vm.id for vm in listed[:10]}
        provider.close()
        wire.close()


def test_an_act_takes_four_requests(provider: Provider, web: str, wire: Wire) -> None:
    provider.list_machines()
    with wire.counted() as requests:
        provider.stop(web, "t1", force=True)
    assert sent(requests) == [
        "RetrievePropertiesEx",
        "PowerOffVM_Task",
        "RetrievePropertiesEx",
        "SetField",
    ]


def test_a_session_that_ended_is_renewed(vc: Vcenter, provider: Provider, web: str) -> None:
    assert vc.end_sessions() == 1
    assert len(provider.list_machines()) == 7
    vc.end_sessions()
    provider.stop(web, "t1", force=True)
    assert vc.machines()["web-01"].runtime.powerState == "poweredOff"


def test_a_session_of_the_tags_that_ended_is_renewed(
    provider: Provider, wire: Wire, vc: Vcenter, web: str
) -> None:
    provider.set_tags(web, "t1", {"env": "dev"})
    ended = WireFault(Way.ANSWERED, lambda r: "tag-association" in r.path, 1, Answer(401, b"ended"))
    with wire.faulty(ended):
        assert provider.get_machine(web).tags == {"env": "dev"}
    assert ended.met == 1


@pytest.mark.parametrize(
    ("vcpus", "memory_gib", "obstacle"),
    [
        (2, 1, "hot-add of its vCPUs"),
        (1, 2, "hot-add of its memory"),
        (1, 0.5, "cannot give memory back"),
    ],
)
def test_what_hot_add_does_not_allow_needs_a_stop(
    vc: Vcenter, provider: Provider, web: str, vcpus: int, memory_gib: float, obstacle: str
) -> None:
    reconfigure(vc, "web-01", cpuHotAddEnabled=False, memoryHotAddEnabled=False)
    with pytest.raises(Conflict, match=obstacle):
        provider.resize(web, "t1", vcpus=vcpus, memory_gib=memory_gib, size=None)
    provider.stop(web, "t2")
    provider.resize(web, "t3", vcpus=vcpus, memory_gib=memory_gib, size=None)
    seen = witness(vc, web)
    assert seen is not None
    assert (seen["vcpus"], seen["memory_gib"]) == (vcpus, memory_gib)


def test_a_change_that_somebody_made_in_between_is_not_overwritten(
    vc: Vcenter, provider: Provider, web: str, wire: Wire
) -> None:
    other = before("ReconfigVM_Task", lambda: reconfigure(vc, "web-01", numCPUs=4))
    with wire.faulty(other), pytest.raises(Conflict) as refused:
        provider.resize(web, "t1", vcpus=2, memory_gib=1, size=None)
    assert refused.value.vendor_code == "ConcurrentAccess"
    assert vc.machines()["web-01"].config.hardware.numCPU == 4


def test_a_guest_that_does_not_listen_still_runs_after_its_time(
    vc: Vcenter, provider: Provider, web: str
) -> None:
    behave(vc, "deaf")
    with pytest.raises(Conflict, match="did not shut down within 1 s") as refused:
        provider.stop(web, "t1")
    assert "force" in refused.value.hint
    assert vc.machines()["web-01"].runtime.powerState == "poweredOn"
    provider.stop(web, "t2", force=True)
    assert vc.machines()["web-01"].runtime.powerState == "poweredOff"


def test_a_guest_without_tools_needs_force(vc: Vcenter, provider: Provider, web: str) -> None:
    behave(vc, "no-tools")
    for act in (provider.stop, provider.restart):
        with pytest.raises(Conflict) as refused:
            act(web, "t1")
        assert refused.value.vendor_code == "ToolsUnavailable"
        assert "force" in refused.value.hint
    provider.restart(web, "t3", force=True)
    assert provider.get_machine(web).state is State.RUNNING


def test_a_restart_whose_answer_was_lost_is_never_repeated(
    vc: Vcenter, provider: Provider, web: str, wire: Wire
) -> None:
    dropped = WireFault(Way.DROPPED, lambda r: b"<RebootGuest " in r.body)
    with wire.faulty(dropped), pytest.raises(OutcomeUnknown):
        provider.restart(web, "t1")
    with pytest.raises(OutcomeUnknown, match="had begun"):
        provider.restart(web, "t1")
    events = str(provider.console_log(web))
    assert events.count("rebooted") + events.count("reboot") == 1, events
    provider.restart(web, "t2")


def test_a_restart_that_was_refused_can_be_asked_for_again(
    provider: Provider, web: str, wire: Wire
) -> None:
    refused = WireFault(
        Way.ANSWERED, lambda r: b"<RebootGuest " in r.body, 1, fault("TaskInProgress")
    )
    with wire.faulty(refused), pytest.raises(Conflict):
        provider.restart(web, "t1")
    provider.restart(web, "t1")
    assert provider.get_machine(web).state is State.RUNNING


def test_snapshots_of_one_name_are_told_apart(vc: Vcenter, provider: Provider, web: str) -> None:
    machine = vc.machines()["web-01"]
    for name in ("daily", "daily", "other"):
        vc.do(machine.CreateSnapshot_Task(name, "by hand", False, False))
    names = [snapshot.name for snapshot in provider.get_machine(web).snapshots]
    assert names[0] == "daily"
    assert names[1].startswith("daily #")
    provider.delete_snapshot(web, "t1", snapshot=names[1])
    assert [s.name for s in provider.get_machine(web).snapshots] == ["daily", "other"]


def test_a_restored_machine_has_its_hardware_back(
    vc: Vcenter, provider: Provider, web: str
) -> None:
    provider.snapshot(web, "t1", name="before")
    provider.set_tags(web, "t2", {"env": "dev"})
    provider.resize(web, "t3", vcpus=4, memory_gib=2, size=None)
    provider.stop(web, "t4")
    provider.restore(web, "t5", snapshot="before")
    after = provider.get_machine(web)
    assert (after.vcpus, after.memory_gib, after.state) == (1, 1, State.RUNNING)
    assert after.tags == {"env": "dev"}


def test_a_machine_that_does_not_come_back_from_a_snapshot_is_told(
    vc: Vcenter, provider: Provider, web: str
) -> None:
    provider.snapshot(web, "t1", name="before")
    behave(vc, "lost-at-revert")
    with pytest.raises(ProviderError, match="it is stopped and was running then"):
        provider.restore(web, "t2", snapshot="before")


def test_a_disk_with_snapshots_does_not_grow(vc: Vcenter, provider: Provider, web: str) -> None:
    provider.snapshot(web, "t1", name="before")
    with pytest.raises(Conflict, match="has snapshots"):
        provider.resize_disk(web, "t2", size_gib=8)


def test_a_slow_task_is_waited_for_and_one_that_is_too_slow_is_unknown() -> None:
    with vcenter("-task-time", "600ms") as slow:
        provider = opened(slow)
        machine_id = id_of(slow, "DC0_H0_VM0")
        begun = utc_now()
        provider.snapshot(machine_id, "t1", name="one")
        assert utc_now() - begun > timedelta(seconds=0.6)
        hasty = opened(slow, task_limit_s=0.2)
        with pytest.raises(OutcomeUnknown, match="still runs after"):
            hasty.snapshot(machine_id, "t2", name="two")
        hasty.snapshot(machine_id, "t2", name="two")
        names = [snapshot.name for snapshot in provider.get_machine(machine_id).snapshots]
        assert names == ["one", "two"]
        hasty.close()
        provider.close()


def test_a_machine_whose_files_are_gone_is_in_error(provider: Provider, wire: Wire) -> None:
    rewritten = WireFault(
        Way.REWRITTEN,
        lambda r: b"Retrieve" in r.body,
        rewrite=lambda body: body.replace(b">connected<", b">inaccessible<"),
    )
    with wire.faulty(rewritten):
        assert {vm.state for vm in provider.list_machines()} == {State.ERROR}


@pytest.mark.proves("metrics")
def test_counters_come_in_our_units(provider: Provider, web: str, wire: Wire) -> None:
    import re

    rewritten = WireFault(
        Way.REWRITTEN,
        lambda r: b"<QueryPerf " in r.body,
        rewrite=lambda body: re.sub(rb"<value>-?\d+</value>", b"<value>2500</value>", body),
    )
    with wire.faulty(rewritten):
        samples = provider.samples([web], utc_now() - timedelta(minutes=59))
    assert samples
    for sample in samples:
        assert (sample.cpu, sample.memory, sample.network) == (25.0, 25.0, 20.48)
        assert sample.disk is None


def test_a_machine_goes_with_its_disks_where_the_host_cannot_reach_them(
    vc: Vcenter, provider: Provider, web: str, wire: Wire
) -> None:
    with wire.counted() as requests:
        provider.migrate(web, "t1", host="DC1_H0")
    (move,) = [r.body.decode() for r in requests if b"<RelocateVM_Task " in r.body]
    assert "<datastore " in move
    assert "<pool " in move
    assert "<folder " in move
    seen = witness(vc, web)
    assert seen is not None
    assert (seen["host"], seen["region"], seen["state"]) == ("DC1_H0", "DC1", "running")


def test_a_host_in_maintenance_takes_no_machines(
    vc: Vcenter, provider: Provider, web: str, wire: Wire
) -> None:
    hosts = [h for h in vc.machines()["web-01"].runtime.host.parent.host]
    other = next(host for host in hosts if host != vc.machines()["web-01"].runtime.host)
    vc.do(other.EnterMaintenanceMode_Task(0))
    with wire.counted() as requests, pytest.raises(Conflict, match="is in maintenance"):
        provider.migrate(web, "t1", host=other.name)
    assert sent(requests, "RelocateVM_Task") == []
