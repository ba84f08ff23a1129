"""Proxmox VE tells how it stands: fakepve knows root alone, so the wire answers for others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.contract.standing import StandingBench, StandingContract, kept_in
from tests.contract.test_proxmox import opened
from tests.contract.wire import Answer, Way, WireFault
from tests.live.fakepve.world import PASSWORD, TOKEN, Cluster, PveWire, cluster, needed
from tools.errors import NotAllowed
from tools.providers.base import Capability

pytestmark = [pytest.mark.live]

ALL = (
    "VM.Audit", "VM.PowerMgmt", "VM.Clone", "VM.Allocate", "VM.Config.CPU", "VM.Config.Memory",
    "VM.Config.Network", "VM.Config.Options", "VM.Config.Disk", "VM.Snapshot", "VM.Migrate",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needed()
    return tmp_path_factory.mktemp("fakepve")


@pytest.fixture(scope="module")
def pve(folder: Path) -> Iterator[Cluster]:
    with cluster(folder) as running:
        running.begin_anew()
        yield running


@pytest.fixture
def wire(pve: Cluster, folder: Path) -> Iterator[PveWire]:
    made = PveWire(pve, folder)
    yield made
    made.let_go()


def holding(wire: PveWire, held: dict[str, dict[str, int]]) -> AbstractContextManager[object]:
    """Let `/access/permissions` say this, as Proxmox words it."""
    body = json.dumps({"data": held}).encode()
    answer = Answer(200, body, {"Content-Type": "application/json;charset=UTF-8"})
    return wire.faulty(
        WireFault(Way.ANSWERED, lambda r: r.path.endswith("/access/permissions"), answer=answer)
    )


def but(*rights: str) -> dict[str, int]:
    """Every right of a machine, without these."""
    return {right: 1 for right in ALL if right not in rights}


STORAGE = {"Datastore.AllocateSpace": 1}


@pytest.fixture
def stood(wire: PveWire) -> Iterator[StandingBench]:
    provider = opened(wire)
    lesser = {"/vms": but("VM.Snapshot"), "/storage": STORAGE}
    yield StandingBench(
        provider, wire, lambda: holding(wire, lesser), "VM.Snapshot", Capability.RESTORE,
        "3 machines", secrets=(PASSWORD,),
    )  # fmt: skip
    provider.close()


class TestProxmoxStanding(StandingContract):
    """The group."""


def test_rights_on_some_machines_are_told_by_their_number(
    stood: StandingBench, wire: PveWire
) -> None:
    held = {"/vms/100": but(), "/vms/101": but("VM.PowerMgmt"), "/storage/local-lvm": STORAGE}
    with holding(wire, held):
        found = stood.provider.examine()
    where = {lack.right: lack.where for lack in found.lacks}
    assert where["VM.PowerMgmt"] == "2 machines"
    assert where["VM.Audit"] == "1 machines"
    assert "Datastore.AllocateSpace" not in where


def test_a_right_at_the_top_that_does_not_reach_down_counts_for_nothing(
    stood: StandingBench, wire: PveWire
) -> None:
    top = {**dict.fromkeys(but(), 0), **STORAGE}
    with holding(wire, {"/": top}):
        found = stood.provider.examine()
    assert {lack.right for lack in found.lacks} == set(ALL)


def test_a_password_that_was_replaced_in_its_store_is_met_without_a_restart(
    wire: PveWire,
) -> None:
    provider = opened(wire, password=kept_in("old-password", PASSWORD))
    assert "Proxmox VE" in provider.check()
    provider.close()
    with pytest.raises(NotAllowed) as caught:
        opened(wire, password=kept_in("old-password", "another-one"))
    assert "another-one" not in repr(caught.value.as_dict())


def test_a_token_that_was_replaced_in_its_store_is_met_without_a_restart(wire: PveWire) -> None:
    old = TOKEN.partition("=")[0] + "=old-secret"
    provider = opened(wire, password="", token=kept_in(old, TOKEN))
    assert "Proxmox VE" in provider.check()
    provider.close()
