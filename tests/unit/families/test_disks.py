"""Disks that no machine uses: found with what they cost, gone only by a plan, and only those."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.families.world import DANA, NOW, Bench, make_bench
from tools.calls import Call
from tools.catalog import Risk
from tools.errors import NotAllowed, NotFound
from tools.identity import User
from tools.machine import LooseDisk
from tools.policy import Policy, load_policies
from tools.providers.sandbox_disks import keep, made_up

BIG = LooseDisk(
    "aws/us-east-1/vol-1", "old-web-data", "aws", "us-east-1", 500, NOW - timedelta(days=90),
    NOW - timedelta(days=30), 40.0, {"env": "prod"},
)  # fmt: skip
SMALL = LooseDisk("libvirt/fra1/img-2", "scratch", "libvirt", "fra1", 50, NOW - timedelta(days=9))
NEW = LooseDisk("aws/us-east-1/vol-3", "just-made", "aws", "us-east-1", 900, NOW)


def bench_with(folder: Path, disks: Sequence[LooseDisk]) -> Bench:
    bench = make_bench(folder)
    store = bench.sandbox._store  # pyright: ignore[reportPrivateUsage]
    keep(store, disks)
    return bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return bench_with(tmp_path, [SMALL, BIG, NEW])


def test_each_is_a_saving_with_its_evidence_and_one_made_today_is_not(bench: Bench) -> None:
    rows = [r for r in bench.read("recommend_savings").rows if r["kind"] == "orphaned disk"]
    assert [(r["name"], r["saving_usd_month"], r["risk"]) for r in rows] == [
        ("old-web-data", 40.0, "high"), ("scratch", 4.0, "high"),
    ]  # fmt: skip
    assert "no machine since 2026-10-24" in rows[0]["evidence"]
    planned = bench.planner.plan([Call.parse(c) for c in rows[0]["calls"]], DANA)
    assert planned.risk is Risk.DESTROY
    assert (planned.to_type, planned.what_to_type) == ("old-web-data", "the disk's name")
    assert planned.cost_change_usd == pytest.approx(-40 / 730)


def test_only_that_disk_goes(bench: Bench) -> None:
    machines = bench.sandbox.list_machines()
    bench.carry_out(bench.plan("delete_disks", disks=["old-web-data"]))
    assert [disk.id for disk in bench.sandbox.loose_disks()] == [SMALL.id, NEW.id]
    assert bench.sandbox.list_machines() == machines


def test_all_of_them_are_counted_for_what_must_be_typed(bench: Bench) -> None:
    plan = bench.planner.plan([Call(tool="delete_disks")], DANA)
    assert (plan.to_type, plan.what_to_type) == ("3", "the number of disks")
    assert plan.calls[0].loses == "all data on 3 disks"


def test_a_kind_alone_is_told(bench: Bench) -> None:
    rows = bench.read("recommend_savings", kind="orphaned disk").rows
    assert {row["kind"] for row in rows} == {"orphaned disk"}
    assert len(rows) == 2


def test_a_question_about_some_machines_is_not_about_every_disk(bench: Bench) -> None:
    def disks(selector: dict[str, object]) -> set[str]:
        rows = bench.read("recommend_savings", selector).rows
        return {row["name"] for row in rows if row["kind"] == "orphaned disk"}

    assert disks({"provider": ["libvirt"]}) == {"scratch"}
    assert disks({"provider": ["aws"]}) == {"old-web-data"}
    assert disks({"names": ["web-01"]}) == set()


def test_who_sees_some_machines_sees_no_disk(bench: Bench) -> None:
    seer = User("eve", sees=json.dumps({"provider": ["aws", "libvirt", "gcp"]}))
    world = bench.world.of(seer)
    found = dataclasses.replace(bench, world=world).read("recommend_savings").rows
    assert not [row for row in found if row["kind"] == "orphaned disk"]
    with pytest.raises((NotFound, NotAllowed)):
        bench.planner.plan([Call(tool="delete_disks", args={"disks": [BIG.id]})], seer)


@pytest.mark.parametrize("named", ["web-01", "no-such", "aws/us-east-1/i-web-01"])
def test_what_is_no_loose_disk_is_not_planned(bench: Bench, named: str) -> None:
    with pytest.raises(NotFound, match="attached to nothing"):
        bench.plan("delete_disks", disks=[named])


def test_none_and_too_many_are_said(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, [])
    with pytest.raises(NotFound, match="used by a machine"):
        bench.plan("delete_disks")
    many = [dataclasses.replace(SMALL, id=f"d{n}", name=f"d{n}") for n in range(51)]
    keep(bench.sandbox._store, many)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(NotAllowed, match="at most 50"):
        bench.plan("delete_disks")


def test_a_production_disk_takes_two_people_in_a_team(bench: Bench) -> None:
    policy = Policy(load_policies(["default", "team"]), dict)

    def effect(disk: LooseDisk) -> str:
        call = Call(tool="delete_disks", args={"disks": [disk.id]})
        return policy.decide(bench.planner.plan([call], DANA), DANA).effect

    assert effect(BIG) == "ask_two"
    assert effect(SMALL) == "ask"


def test_a_made_up_fleet_has_some_and_the_same_again() -> None:
    disks = made_up(60, 1, NOW)
    assert len(disks) == 4
    assert disks == made_up(60, 1, NOW)
    assert len({disk.id for disk in made_up(100_000, 1, NOW)}) == 200
    assert all(disk.created_at and disk.created_at < NOW for disk in disks)
