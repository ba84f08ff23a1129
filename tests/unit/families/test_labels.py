"""Tags and protection."""

from typing import Any

import pytest

from tests.unit.families.world import Bench
from tools.errors import InvalidRequest


def test_tags_are_set_on_the_whole_set_and_put_back(bench: Bench) -> None:
    selector = {"names": ["stg-*"]}
    before = [bench.vm(n).tags for n in ("stg-1", "stg-2")]
    planned = bench.plan("tag_vms", selector, tags={"owner": "lena", "cost-center": "qa-22"})
    assert [vm.name for vm in planned.vms] == ["stg-1", "stg-2"]
    undo = bench.carry_out(planned)
    assert bench.vm("stg-1").tags == {"env": "staging", "owner": "lena", "cost-center": "qa-22"}
    bench.undo(undo)
    assert [bench.vm(n).tags for n in ("stg-1", "stg-2")] == before


def test_a_tag_is_taken_away_where_it_is_and_put_back(bench: Bench) -> None:
    planned = bench.plan("untag_vms", {"names": ["stg-*"]}, keys=["owner"])
    assert [vm.name for vm in planned.vms] == ["stg-1"]
    assert planned.left_out[0].reason == "without the tag owner"
    undo = bench.carry_out(planned)
    assert "owner" not in bench.vm("stg-1").tags
    bench.undo(undo)
    assert bench.vm("stg-1").tags["owner"] == "dana"


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("tag_vms", {}),
        ("tag_vms", {"tags": {}}),
        ("tag_vms", {"tags": {"": "x"}}),
        ("untag_vms", {"keys": []}),
    ],
)
def test_tags_must_be_given(bench: Bench, tool: str, args: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        bench.plan(tool, "stg-1", **args)


@pytest.mark.parametrize(
    ("tool", "meant", "left_out"),
    [("protect_vms", ["db-2"], "already protected"), ("unprotect_vms", ["db-1"], "not protected")],
)
def test_protection_changes_where_it_is_not_so_already(
    bench: Bench, tool: str, meant: list[str], left_out: str
) -> None:
    planned = bench.plan(tool, {"names": ["db-*"]})
    assert [vm.name for vm in planned.vms] == meant
    assert left_out in planned.left_out[0].reason
    before = bench.vm(meant[0]).protected
    undo = bench.carry_out(planned)
    assert bench.vm(meant[0]).protected is not before
    bench.undo(undo)
    assert bench.vm(meant[0]).protected is before
