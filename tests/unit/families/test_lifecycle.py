"""Creating, cloning and deleting machines."""

from typing import Any

import pytest

from tests.unit.families.world import Bench
from tools.errors import Ambiguous, InvalidRequest, NotAllowed, NotFound
from tools.machine import State
from tools.plan import NothingToDo


def test_what_was_not_said_is_filled(bench: Bench) -> None:
    args = bench.plan("create_vms", count=2, region="us-west-2", vcpus=4, memory_gib=16).args
    expected = {
        "provider": "aws", "region": "us-west-2", "size": "m6i.xlarge", "vcpus": 4,
        "memory_gib": 16, "image": "ubuntu-24.04", "count": 2,
    }  # fmt: skip
    assert {key: args[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("args", "filled"),
    [
        pytest.param({"size": "e2-small"}, ("gcp", "us-central1"), id="the size says where"),
        pytest.param(
            {"provider": "libvirt", "vcpus": 3, "memory_gib": 5},
            ("libvirt", "fra1"),
            id="any shape",
        ),
        pytest.param(
            {"region": "us-east-1", "size": "t3.medium", "image": "ubuntu"},
            ("aws", "us-east-1"),
            id="an image's family",
        ),
    ],
)
def test_where_a_machine_goes(bench: Bench, args: dict[str, Any], filled: tuple[str, str]) -> None:
    settled = bench.plan("create_vms", **args).args
    assert (settled["provider"], settled["region"]) == filled


@pytest.mark.parametrize(
    "args",
    [
        pytest.param({}, id="where"),
        pytest.param({"provider": "aws", "size": "t3.medium"}, id="which region"),
        pytest.param({"region": "us-east-1"}, id="how big"),
        pytest.param({"region": "us-east-1", "vcpus": 4}, id="how much memory"),
        pytest.param({"region": "us-east-1", "vcpus": 3, "memory_gib": 7}, id="no such size"),
    ],
)
def test_what_cannot_be_filled_is_asked_with_choices(bench: Bench, args: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        bench.plan("create_vms", **args)
    assert caught.value.choices


@pytest.mark.parametrize(
    ("wrong", "closest"),
    [
        ({"region": "us-east-2"}, "us-east-1"),
        ({"size": "t3.mediun"}, "t3.medium"),
        ({"image": "ubuntu-24.05"}, "ubuntu-24.04"),
        ({"provider": "asw"}, "aws"),
    ],
)
def test_what_does_not_exist_offers_the_closest(
    bench: Bench, wrong: dict[str, str], closest: str
) -> None:
    good = {"provider": "aws", "region": "us-east-1", "size": "t3.medium"}
    with pytest.raises(NotFound) as caught:
        bench.plan("create_vms", **{**good, **wrong})
    assert caught.value.choices[0] == closest


def test_a_name_that_is_taken_is_refused(bench: Bench) -> None:
    for tool, selector in (("create_vms", None), ("clone_vm", "stg-1")):
        where = {"region": "us-east-1", "size": "t3.medium"} if selector is None else {}
        with pytest.raises(InvalidRequest, match="called 'web-01' already"):
            bench.plan(tool, selector, name="web-01", **where)


def test_made_machines_run_and_are_deleted_again_by_undo(bench: Bench) -> None:
    planned = bench.plan(
        "create_vms", count=2, name="blue", region="us-east-1", size="t3.medium", tags={"env": "qa"}
    )
    assert planned.targets == ()
    assert planned.cost_change_usd == pytest.approx(2 * 0.0416)
    undo = bench.carry_out(planned)
    assert {bench.vm(f"blue-{n}").state for n in (1, 2)} == {State.RUNNING}
    assert bench.vm("blue-1").tags == {"env": "qa"}
    assert {call.tool for call in undo} == {"delete_vms"}
    bench.undo(undo)
    assert not [vm for vm in bench.sandbox.list_machines() if vm.name.startswith("blue")]


def test_a_clone_has_a_name_of_its_own_and_undo_deletes_only_the_copy(bench: Bench) -> None:
    undo = bench.carry_out(bench.plan("clone_vm", "dev-d"))
    assert bench.vm("dev-d-clone").disk_gib == bench.vm("dev-d").disk_gib
    assert bench.plan("clone_vm", "dev-d").args == {"name": "dev-d-clone-2"}
    bench.undo(undo)
    assert bench.vm("dev-d").state is State.RUNNING
    assert "dev-d-clone" not in {vm.name for vm in bench.sandbox.list_machines()}


def test_one_machine_is_cloned_at_a_time(bench: Bench) -> None:
    with pytest.raises(Ambiguous):
        bench.plan("clone_vm", {"group": ["web"]})


def test_a_protected_machine_named_outright_is_refused_with_the_way_out(bench: Bench) -> None:
    with pytest.raises(NotAllowed, match="unprotect it first"):
        bench.plan("delete_vms", "db-1")


def test_a_protected_machine_is_left_out_of_a_described_set(bench: Bench) -> None:
    planned = bench.plan("delete_vms", {"names": ["db-*"]})
    assert [vm.name for vm in planned.vms] == ["db-2"]
    assert "protected" in planned.left_out[0].reason
    with pytest.raises(NothingToDo):
        bench.plan("delete_vms", {"protected": True})


def test_delete_means_the_whole_set_in_every_state(bench: Bench) -> None:
    planned = bench.plan("delete_vms", {"tags": {"env": ["staging"]}})
    assert [vm.name for vm in planned.vms] == ["stg-1", "stg-2"]
    assert planned.loses == "2 machines with 120 GiB of disk"
    assert not planned.undo.possible
    assert bench.carry_out(planned) == []
    assert "stg-1" not in {vm.name for vm in bench.sandbox.list_machines()}


@pytest.mark.parametrize(
    "tool", ["stop_vms", "restart_vms", "resize_vms", "restore_snapshot", "tag_vms"]
)
def test_protection_blocks_nothing_else(bench: Bench, tool: str) -> None:
    args: dict[str, Any] = {
        "resize_vms": {"memory_gib": "x2"}, "tag_vms": {"tags": {"a": "b"}}
    }.get(tool, {})  # fmt: skip
    assert bench.names(tool, "db-1", **args) == ["db-1"]
