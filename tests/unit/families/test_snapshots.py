"""Taking, restoring and deleting snapshots."""

from typing import Any

import pytest

from tests.unit.families.world import Bench
from tools.errors import InvalidRequest, NotFound
from tools.plan import NothingToDo

ALL = {"all": True}


def names_on(bench: Bench, machine: str) -> list[str]:
    return [s.name for s in bench.vm(machine).snapshots]


def test_a_snapshot_is_taken_of_the_whole_set_and_deleted_by_undo(bench: Bench) -> None:
    planned = bench.plan("snapshot_vms", {"names": ["stg-*"]}, name="before")
    assert [vm.name for vm in planned.vms] == ["stg-1", "stg-2"]
    undo = bench.carry_out(planned)
    assert names_on(bench, "stg-2") == ["before"]
    bench.undo(undo)
    assert names_on(bench, "stg-1") == names_on(bench, "stg-2") == []


def test_a_snapshot_without_a_name_gets_the_time(bench: Bench) -> None:
    assert bench.plan("snapshot_vms", "stg-1").args == {"name": "nova-20261123-1000"}


def test_a_name_that_is_taken_is_refused(bench: Bench) -> None:
    with pytest.raises(InvalidRequest, match="already"):
        bench.plan("snapshot_vms", "db-1", name="s1")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (None, "s3"),
        ("latest", "s3"),
        ("newest", "s3"),
        ("oldest", "s1"),
        ("s2", "s2"),
        ("S2", "s2"),
    ],
)
def test_which_snapshot_is_put_back(bench: Bench, said: str | None, meant: str) -> None:
    planned = bench.plan("restore_snapshot", "dev-a", **({"snapshot": said} if said else {}))
    assert planned.args == {"snapshot": meant}
    assert planned.steps[0].args == {"snapshot": meant}


def test_each_machine_is_put_back_to_its_own_newest(bench: Bench) -> None:
    planned = bench.plan("restore_snapshot", {"names": ["db-1", "db-2"]})
    assert [step.args["snapshot"] for step in planned.steps] == ["s2", "s1"]
    oldest = bench.plan("restore_snapshot", {"names": ["dev-a", "db-1"]}, snapshot="oldest")
    assert [step.args["snapshot"] for step in oldest.steps] == ["s1", "s1"]


def test_a_machine_without_the_snapshot(bench: Bench) -> None:
    with pytest.raises(NotFound) as caught:
        bench.plan("restore_snapshot", "dev-a", snapshot="s9")
    assert "s1" in caught.value.choices
    with pytest.raises(NotFound, match="no snapshot"):
        bench.plan("restore_snapshot", "stg-1")
    assert bench.names("restore_snapshot", {"tags": {"env": ["dev"]}}) == ["dev-a"]


def test_a_restore_is_done_and_says_what_is_lost(bench: Bench) -> None:
    planned = bench.plan("restore_snapshot", "dev-a")
    assert planned.loses is not None
    assert "2026-11-21" in planned.loses
    assert not planned.undo.possible
    assert bench.carry_out(planned) == []


@pytest.mark.parametrize(
    ("selector", "args", "meant"),
    [
        pytest.param(
            ALL, {"older_than_days": 30}, {"db-1": ["s1"], "dev-a": ["s1", "s2"]}, id="age"
        ),
        pytest.param(ALL, {"snapshot": "s3"}, {"dev-a": ["s3"]}, id="name"),
        pytest.param(
            ALL,
            {"snapshot": "oldest", "older_than_days": 30},
            {"db-1": ["s1"], "dev-a": ["s1"]},
            id="oldest and age",
        ),
        pytest.param({"names": ["db-*"]}, {}, {"db-1": ["s1", "s2"], "db-2": ["s1"]}, id="all"),
        pytest.param({"names": ["dev-a"]}, {"snapshot": "latest"}, {"dev-a": ["s3"]}, id="latest"),
    ],
)
def test_which_snapshots_are_deleted(
    bench: Bench, selector: dict[str, Any], args: dict[str, Any], meant: dict[str, list[str]]
) -> None:
    planned = bench.plan("delete_snapshots", selector, **args)
    assert {step.label: step.args["snapshots"] for step in planned.steps} == meant
    kept = {vm.name: [s.name for s in vm.snapshots] for vm in planned.vms}
    assert bench.carry_out(planned) == []
    for name, gone in meant.items():
        assert names_on(bench, name) == [s for s in kept[name] if s not in gone]


def test_where_no_snapshot_fits_there_is_nothing_to_do(bench: Bench) -> None:
    with pytest.raises(NothingToDo):
        bench.plan("delete_snapshots", ALL, older_than_days=400)


def test_a_machine_named_outright_stays_even_without_a_fitting_snapshot(bench: Bench) -> None:
    planned = bench.plan("delete_snapshots", "db-2", older_than_days=30)
    assert planned.notes == ("db-2 is without such a snapshot.",)
    with pytest.raises(NotFound):
        bench.plan("delete_snapshots", "db-2", snapshot="nope")


def test_a_snapshot_that_is_gone_already_is_no_failure(bench: Bench) -> None:
    planned = bench.plan("delete_snapshots", "db-1")
    bench.sandbox.delete_snapshot(bench.vm("db-1").id, "elsewhere", snapshot="s1")
    bench.carry_out(planned)
    assert names_on(bench, "db-1") == []
