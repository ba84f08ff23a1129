"""What is Proxmox's own: tickets and tokens, tasks, pending changes, words for tags, nodes away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.contract.ledger import Deviation, LedgerContract
from tests.contract.test_proxmox import (
    folder,
    id_of,
    installed,
    opened,
    pve,
    refusal,
    shared,
    wire,
)
from tests.contract.wire import Request, Way, WireFault
from tests.live.fakepve.world import TOKEN, USER, Cluster, PveWire
from tools.errors import (
    Conflict,
    InvalidRequest,
    NotAllowed,
    NovaError,
    OutcomeUnknown,
    Unreachable,
)
from tools.machine import State
from tools.providers.base import NewMachine, Provider
from tools.providers.kinds import connections_of
from tools.providers.proxmox import PROVIDER
from tools.providers.proxmox_record import hourly, tags_of, words_of
from tools.times import utc_now

pytestmark = [pytest.mark.live]
__all__ = ["folder", "installed", "pve", "shared", "wire"]

WEB = id_of(100)


@pytest.fixture
def provider(wire: PveWire) -> Iterator[Provider]:
    made = opened(wire)
    yield made
    made.close()


def ends(*paths: str) -> Any:
    """Requests whose path ends so."""
    return lambda request: request.path.partition("?")[0].endswith(paths)


def given(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode()))


def test_a_token_signs_in_without_a_password(wire: PveWire) -> None:
    provider = opened(wire, user="", password="", token=TOKEN)
    assert len(provider.list_machines()) == 3
    provider.stop(WEB, "t1", force=True)
    assert provider.get_machine(WEB).state is State.STOPPED
    assert not [r for r in wire.requests if r.path.endswith("/access/ticket")]
    assert TOKEN.partition("=")[2] not in f"{provider.check()} {provider.name}"
    provider.close()


def test_a_ticket_that_ended_is_renewed(provider: Provider, wire: PveWire) -> None:
    ended = refusal(401, "permission denied - invalid PVE ticket")
    for act in (provider.list_machines, lambda: provider.stop(WEB, "t1", force=True)):
        fault = WireFault(Way.ANSWERED, requests=1, answer=ended)
        with wire.faulty(fault):
            act()
        assert fault.met == 1
    assert provider.get_machine(WEB).state is State.STOPPED


def test_a_refused_password_says_so_and_is_in_no_error(wire: PveWire) -> None:
    with pytest.raises(NotAllowed, match="cannot sign in") as refused:
        opened(wire, password="wr0ng-Sesame")
    said = f"{refused.value!r}{refused.value.as_dict()}{refused.value.__cause__!r}"
    assert "wr0ng-Sesame" not in said
    with pytest.raises(Unreachable) as nobody:
        PROVIDER.open(
            PROVIDER.settings.model_validate({"url": "https://127.0.0.1:9", "password": "p"}),
            utc_now,
        )
    assert nobody.value.hint


def test_a_guest_that_does_not_listen_still_runs_after_its_time(
    provider: Provider, pve: Cluster
) -> None:
    with pytest.raises(Conflict, match="got timeout") as refused:
        provider.stop(id_of(102), "t1")
    assert "force" in refused.value.hint
    assert pve.guests()[102]["status"] == "running"


@pytest.mark.proves("resize")
def test_what_would_stay_pending_is_refused_and_nothing_is_left_pending(
    provider: Provider, pve: Cluster
) -> None:
    with pytest.raises(Conflict, match="no hotplug"):
        provider.resize(WEB, "t1", vcpus=2, memory_gib=1, size=None)
    pending = pve.ask("GET", "nodes/pve1/qemu/100/pending")
    assert not [row for row in pending if "pending" in row]
    provider.stop(WEB, "t2", force=True)
    provider.resize(WEB, "t3", vcpus=2, memory_gib=3, size=None)
    provider.start(WEB, "t4")
    vm = provider.get_machine(WEB)
    assert (vm.vcpus, vm.memory_gib, vm.state) == (2, 3, State.RUNNING)


@pytest.mark.proves("resize_running")
def test_a_guest_with_hotplug_is_asked_to_take_it_while_it_runs(
    provider: Provider, pve: Cluster
) -> None:
    path = _with_hotplug(pve)
    provider.resize(WEB, "t1", vcpus=2, memory_gib=2, size=None)
    assert provider.get_machine(WEB).state is State.RUNNING
    # fakepve keeps it for the next start (see its ledger); Proxmox VE plugs it in
    wanted = {row["key"]: str(row.get("pending")) for row in pve.ask("GET", f"{path}/pending")}
    assert (wanted["cores"], wanted["memory"]) == ("2", "2048")


def _with_hotplug(pve: Cluster) -> str:
    """Let the guest take vCPUs and memory while it runs; its path."""
    path = pve.path(100)
    pve.ask("POST", f"{path}/status/stop")
    pve.ask("PUT", f"{path}/config", hotplug="disk,network,usb,cpu,memory", numa=1)
    pve.ask("POST", f"{path}/status/start")
    return path


def test_a_change_that_somebody_made_in_between_is_not_overwritten(
    provider: Provider, pve: Cluster, wire: PveWire
) -> None:
    done: list[object] = []

    def matches(request: Request) -> bool:
        if request.method == "PUT" and not done:
            done.append(pve.ask("PUT", "nodes/pve1/qemu/100/config", tags="theirs"))
        return False

    with wire.faulty(WireFault(Way.LOST, matches)), pytest.raises(Conflict) as refused:
        provider.set_tags(WEB, "t1", {"env": "prod"})
    assert "Somebody else" in refused.value.hint
    assert provider.get_machine(WEB).tags == {"theirs": ""}


def test_a_copy_and_a_disk_are_made_once_for_a_token(provider: Provider) -> None:
    wanted = NewMachine("new-01", "fakecluster", "debian-12", 1, 1, disk_gib=6)
    made = [provider.create(wanted, "t1") for _ in range(2)]
    copies = [provider.clone(WEB, "copy-01", "t2") for _ in range(2)]
    for _ in range(2):
        provider.attach_disk(WEB, "t3", size_gib=1)
    assert len({*made}) == len({*copies}) == 1
    vms = {vm.name: vm for vm in provider.list_machines()}
    assert set(vms) == {"web-01", "db-01", "deaf-01", "new-01", "copy-01"}
    assert (vms["new-01"].disk_gib, vms["web-01"].disk_gib) == (6, 5)
    with pytest.raises(Conflict, match="is called 'copy-01' already"):
        provider.clone(WEB, "copy-01", "t4")


@pytest.mark.proves("migrate_host")
def test_a_move_names_the_node_and_goes_on_running(provider: Provider, wire: PveWire) -> None:
    with wire.counted() as requests:
        assert provider.migrate(WEB, "t1", host="pve2") == WEB
    (move,) = [r for r in requests if r.path.endswith("/migrate")]
    assert given(move) == {"target": "pve2", "with-local-disks": "1", "online": "1"}


def test_a_task_that_cannot_be_read_is_unknown(provider: Provider, wire: PveWire) -> None:
    lost = WireFault(Way.LOST, lambda r: "/tasks/" in r.path)
    with wire.faulty(lost), pytest.raises(OutcomeUnknown, match="its task cannot be read"):
        provider.stop(WEB, "t1", force=True)


def test_a_node_that_is_away_hides_no_machine(provider: Provider, wire: PveWire) -> None:
    away = WireFault(
        Way.ANSWERED, lambda r: "/nodes/pve2/" in r.path, answer=refusal(595, "No route to host")
    )
    with wire.faulty(away):
        states = {vm.name: vm.state for vm in provider.list_machines()}
        with pytest.raises(Unreachable) as refused:
            provider.start(id_of(101), "t1")
    assert states == {
        "db-01": State.UNKNOWN, "deaf-01": State.UNKNOWN, "web-01": State.RUNNING,
    }  # fmt: skip
    assert "node" in refused.value.hint


def test_machines_are_read_with_one_request_each_and_snapshots_only_when_they_changed(
    provider: Provider, wire: PveWire
) -> None:
    provider.list_machines()
    with wire.counted() as requests:
        provider.list_machines()
    assert len(requests) == 1 + 3
    provider.snapshot(WEB, "t1", name="before")
    with wire.counted() as requests:
        provider.list_machines()
    assert [r.path for r in requests if r.path.endswith("/snapshot")] == [
        "/api2/json/nodes/pve1/qemu/100/snapshot"
    ]


def test_a_name_that_proxmox_cannot_keep_is_refused(provider: Provider) -> None:
    with pytest.raises(InvalidRequest) as refused:
        provider.snapshot(WEB, "t1", name="2026-11-30 21:00")
    assert "Begin with a letter" in refused.value.hint


def test_tags_and_protection_outlive_a_restored_snapshot(provider: Provider) -> None:
    provider.snapshot(WEB, "t1", name="before")
    provider.set_tags(WEB, "t2", {"env": "prod"})
    provider.set_protected(WEB, "t3", True)
    provider.restore(WEB, "t4", snapshot="before")
    vm = provider.get_machine(WEB)
    assert (vm.tags, vm.protected, vm.state) == ({"env": "prod"}, True, State.RUNNING)


def test_proxmox_s_own_protection_holds_too(provider: Provider, pve: Cluster) -> None:
    pve.ask("PUT", "nodes/pve1/qemu/100/config", protection=1)
    assert provider.get_machine(WEB).protected
    with pytest.raises(NotAllowed):
        provider.delete(WEB, "t1")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("VM quit/powerdown failed - got timeout", Conflict),
        ("can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout", Conflict),
        ("cluster not ready - no quorum?", Unreachable),
        ("can't remove VM 100 - protection mode enabled", NotAllowed),
    ],
)
def test_proxmox_s_words_are_ours(
    provider: Provider, wire: PveWire, message: str, kind: type[NovaError]
) -> None:
    fault = WireFault(Way.ANSWERED, ends("/status/stop"), answer=refusal(500, message))
    with wire.faulty(fault), pytest.raises(kind) as refused:
        provider.stop(WEB, "t1", force=True)
    assert type(refused.value) is kind
    assert message in refused.value.message


def test_tags_are_words_of_few_letters() -> None:
    hard = {
        "env": "prod", "a-b": "c--d-", "_é": "-x", "é": "", "Größe": 'x & <b>"y"</b>',
        ".x": "+", "_": "_", "web_01.tier": "7",
    }  # fmt: skip
    words = words_of(hard)
    assert tags_of(words) == hard
    assert all(re.fullmatch(r"[a-z0-9_][a-z0-9_+.-]*", word) for word in words.split(";"))
    assert words.startswith("env--prod;")
    assert tags_of("legacy;web, db") == {"legacy": "", "web": "", "db": ""}


def test_rows_become_hours_in_our_units() -> None:
    hour = datetime(2026, 11, 30, 9, tzinfo=UTC)
    rows: list[dict[str, Any]] = [
        {"time": hour.timestamp() + 60, "cpu": 0.2, "mem": 1, "maxmem": 4, "netin": 1e6},
        {"time": hour.timestamp() + 120, "cpu": 0.4, "mem": 3, "maxmem": 4, "netout": 1e6},
        {"time": hour.timestamp() - 60, "cpu": 0.9},
        {"time": hour.timestamp() + 180},
        {},
    ]
    (sample,) = hourly("m", rows, hour)
    assert (sample.time, sample.cpu, sample.memory, sample.network) == (hour, 30, 50, 8)
    assert (sample.disk, sample.iops) == (None, None)


def test_it_is_found_by_the_variables_of_ansible_and_of_terraform(wire: PveWire) -> None:
    by_ansible = {
        "PROXMOX_URL": wire.url, "PROXMOX_USER": USER, "PROXMOX_TOKEN_ID": "nova",
        "PROXMOX_TOKEN_SECRET": TOKEN.partition("=")[2], "REQUESTS_CA_BUNDLE": wire.trusted,
    }  # fmt: skip
    (settings,) = PROVIDER.discover(by_ansible)
    assert settings.token.get_secret_value() == TOKEN
    by_terraform = {"PROXMOX_VE_ENDPOINT": "https://pve:8006/", "PROXMOX_VE_API_TOKEN": TOKEN}
    assert PROVIDER.discover(by_terraform)[0].token.get_secret_value() == TOKEN
    given = {"kind": "proxmox", "url": wire.url, "token": TOKEN, "verify": wire.trusted}
    (connection,) = connections_of([given], discover=False, environment={})
    provider = connection.open(utc_now)
    assert len(provider.list_machines()) == 3
    provider.close()


def _moves_nothing(pve: Cluster) -> bool:
    pve.ask("POST", "nodes/pve1/qemu/100/migrate", target="pve2", online=1)
    return pve.guests()[100]["node"] == "pve1"


def _grows_nothing(pve: Cluster) -> bool:
    pve.ask("PUT", "nodes/pve1/qemu/100/resize", disk="scsi0", size="9G")
    return "size=9G" not in pve.ask("GET", "nodes/pve1/qemu/100/config")["scsi0"]


def _sleeps_after_a_rollback(pve: Cluster) -> bool:
    path = "nodes/pve1/qemu/100"
    pve.ask("POST", f"{path}/snapshot", snapname="ram", vmstate=1)
    pve.ask("POST", f"{path}/snapshot/ram/rollback")
    return pve.guests()[100]["status"] == "stopped"


def _plugs_in_nothing(pve: Cluster) -> bool:
    pve.ask("PUT", "nodes/pve1/qemu/100/config", scsi5="local-lvm:1")
    return "scsi5" not in pve.ask("GET", "nodes/pve1/qemu/100/config", current=1)


def _plugs_in_no_vcpu(pve: Cluster) -> bool:
    path = _with_hotplug(pve)
    pve.ask("PUT", f"{path}/config", cores=2, memory=2048)
    return str(pve.ask("GET", f"{path}/config", current=1)["cores"]) == "1"


def _makes_no_token(pve: Cluster) -> bool:
    made = pve.ask("POST", f"access/users/{USER}/token/nova", privsep=0)
    headers = {"Authorization": f"PVEAPIToken={USER}!nova={made.get('value')}"}
    import httpx

    answer = httpx.get(
        f"https://127.0.0.1:{pve.port}/api2/json/version", headers=headers, verify=False
    )
    return answer.status_code == 401


def _keeps_no_figures(pve: Cluster) -> bool:
    path = "nodes/pve1/qemu/100/rrddata"
    return "cpu" not in pve.ask("GET", path, timeframe="hour", cf="AVERAGE")[0]


DEVIATIONS = (
    Deviation("fakepve", "a migration moves nothing", _moves_nothing),
    Deviation("fakepve", "a disk that is grown stays as it is", _grows_nothing),
    Deviation("fakepve", "a disk is not plugged in while a guest runs", _plugs_in_nothing),
    Deviation("fakepve", "vCPUs and memory wait in spite of hotplug", _plugs_in_no_vcpu),
    Deviation("fakepve", "a snapshot with memory comes back stopped", _sleeps_after_a_rollback),
    Deviation("fakepve", "a token that is made signs nobody in", _makes_no_token),
    Deviation("fakepve", "no figures are kept of a guest", _keeps_no_figures),
)
"""What fakepve does otherwise; `PveWire` adds disks, tokens and memory that is put back."""


class TestFakepveLedger(LedgerContract):
    """The strict ledger."""

    @pytest.fixture(params=DEVIATIONS, ids=str)
    def deviation(self, request: pytest.FixtureRequest) -> Deviation:
        return request.param

    @pytest.fixture
    def raw(self, pve: Cluster) -> Cluster:
        return pve


@pytest.mark.proves("metrics")
def test_samples_ask_for_the_time_that_is_wanted(provider: Provider, wire: PveWire) -> None:
    for hours, timeframe in ((1, "hour"), (20, "day"), (100, "week"), (400, "month")):
        with wire.counted() as requests:
            provider.samples([WEB], utc_now() - timedelta(hours=hours) + timedelta(seconds=9))
        assert f"timeframe={timeframe}" in requests[-1].path
