"""Ports, public addresses and networks: what is planned, said, carried out and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.families.world import Bench
from tools.calls import Call
from tools.errors import InvalidRequest, NotAllowed
from tools.networks import with_machines
from tools.plan import NothingToDo
from tools.ports import Opening, PortRule
from tools.selector import Selector
from tools.world import World

SSH = PortRule("tcp", 22, 22, "10.0.0.0/8")
WEB = PortRule("tcp", 443, 443, "192.168.0.0/16")


def let_in(bench: Bench, name: str) -> set[PortRule]:
    vm = bench.vm(name)
    return {opening.rule for opening in bench.sandbox.openings([vm.id])[vm.id]}


def test_a_port_is_opened_for_the_set_and_for_no_other_and_undo_closes_it(bench: Bench) -> None:
    planned = bench.plan("open_port", {"names": ["stg-*"]}, port=443, source="192.168.0.0/16")
    assert planned.effect == "tcp 443 opened to 192.168.0.0/16"
    undo = bench.carry_out(planned)
    assert let_in(bench, "stg-1") == let_in(bench, "stg-2") == {SSH, WEB}
    assert let_in(bench, "web-01") == {SSH}
    assert {call.tool for call in undo} == {"close_port"}
    bench.undo(undo)
    assert let_in(bench, "stg-1") == let_in(bench, "stg-2") == {SSH}


def test_what_was_open_before_is_not_closed_by_undo(bench: Bench) -> None:
    planned = bench.plan("open_port", "stg-1", port=22, source="10.0.0.0/8,192.168.0.0/16")
    assert "already" in planned.notes[0]
    undo = bench.carry_out(planned)
    assert [call.args["source"] for call in undo] == ["192.168.0.0/16"]
    bench.undo(undo)
    assert let_in(bench, "stg-1") == {SSH}


@pytest.mark.parametrize("source", ["0.0.0.0/0", "anywhere", "10.0.0.0/8, 0.0.0.0/0"])
def test_opening_to_everybody_is_said_loudly(bench: Bench, source: str) -> None:
    planned = bench.plan("open_port", "stg-1", port="3389", source=source)
    assert "OPENED TO THE WHOLE INTERNET" in planned.effect
    assert "0.0.0.0/0" in planned.effect


@pytest.mark.parametrize(
    "args",
    [
        {"port": 443},
        {"source": "10.0.0.0/8"},
        {"port": 0, "source": "10.0.0.0/8"},
        {"port": 70000, "source": "10.0.0.0/8"},
        {"port": "90-80", "source": "10.0.0.0/8"},
        {"port": "http please", "source": "10.0.0.0/8"},
        {"port": 443, "source": "the office"},
        {"port": 443, "source": "10.1.2.3/8"},
        {"port": 443, "source": "2001:db8::/32"},
        {"port": 443, "source": "10.0.0.0/8", "protocol": "icmp"},
    ],
)
def test_port_and_source_are_never_guessed(bench: Bench, args: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        bench.plan("open_port", "stg-1", **args)
    assert let_in(bench, "stg-1") == {SSH}


def test_a_port_is_closed_to_all_ranges_and_undo_opens_the_same(bench: Bench) -> None:
    bench.carry_out(bench.plan("open_port", "stg-1", port="ssh", source="203.0.113.7"))
    planned = bench.plan("close_port", "stg-1", port=22)
    assert "stg-1: tcp 22 from 10.0.0.0/8" in planned.notes[0]
    undo = bench.carry_out(planned)
    assert let_in(bench, "stg-1") == set()
    bench.undo(undo)
    assert let_in(bench, "stg-1") == {SSH, PortRule("tcp", 22, 22, "203.0.113.7/32")}


def test_only_the_range_that_is_named_is_closed(bench: Bench) -> None:
    bench.carry_out(bench.plan("open_port", "stg-1", port=22, source="203.0.113.7"))
    planned = bench.plan("close_port", "stg-1", port=22, source="203.0.113.7")
    assert "still lets tcp 22 from 10.0.0.0/8 in" in " ".join(planned.notes)
    bench.carry_out(planned)
    assert let_in(bench, "stg-1") == {SSH}


def test_what_is_not_open_cannot_be_closed_and_a_wider_rule_is_named(bench: Bench) -> None:
    with pytest.raises(NothingToDo, match="No rule of its own lets tcp 443 in"):
        bench.plan("close_port", "stg-1", port=443)
    bench.carry_out(bench.plan("open_port", "stg-1", port="8000-9000", source="10.0.0.0/8"))
    with pytest.raises(NothingToDo, match=r"tcp 8000-9000 from 10\.0\.0\.0/8"):
        bench.plan("close_port", "stg-1", port=8443)


def test_machines_without_the_rule_get_no_step(bench: Bench) -> None:
    bench.carry_out(bench.plan("open_port", "stg-1", port=443, source="10.0.0.0/8"))
    planned = bench.plan("close_port", {"names": ["stg-*"]}, port=443)
    assert [step.label for step in planned.steps] == ["stg-1"]
    assert "stg-2 has no such rule." in planned.notes


Openings = dict[str, tuple[Opening, ...]]


def answering(shared: Openings) -> Callable[[Sequence[str]], Openings]:
    """A provider whose rules several machines share."""

    def openings(wanted: Sequence[str]) -> Openings:
        return {machine_id: shared[machine_id] for machine_id in wanted}

    return openings


def test_a_rule_that_is_shared_with_others_is_not_closed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {name: bench.vm(name).id for name in ("web-01", "web-02")}
    shared = {
        ids["web-01"]: (Opening(SSH, "web", shared_with=(ids["web-02"], "a printer")),),
        ids["web-02"]: (Opening(SSH, "web", shared_with=(ids["web-01"], "a printer")),),
    }
    monkeypatch.setattr(bench.sandbox, "openings", answering(shared))
    with pytest.raises(NotAllowed, match="web-02, a printer"):
        bench.plan("close_port", "web-01", port=22)
    with pytest.raises(NotAllowed, match="to a printer too"):
        bench.plan("close_port", {"names": ["web-01", "web-02"]}, port=22)


def test_a_machine_that_may_not_be_seen_is_not_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = bench.vm("stg-1").id, bench.vm("db-1").id
    shared = {mine: (Opening(SSH, "all", shared_with=(other,)),)}
    monkeypatch.setattr(bench.sandbox, "openings", answering(shared))
    world: World = bench.world.within('{"names": ["stg-*"]}')
    monkeypatch.setattr(bench.planner, "world", world)
    with pytest.raises(NotAllowed) as caught:
        bench.planner.planned(_close("stg-1"))
    assert "1 machine not seen here" in caught.value.message
    assert "db-1" not in caught.value.message


def _close(name: str) -> Call:
    return Call(tool="close_port", selector=Selector.parse({"names": [name]}), args={"port": 22})


def test_open_ports_are_listed_and_what_everybody_reaches_is_named(bench: Bench) -> None:
    bench.carry_out(bench.plan("open_port", "stg-1", port=80, source="anywhere"))
    result = bench.read("list_open_ports", {"names": ["stg-*"]})
    assert [(r["machine"], r["traffic"], r["source"]) for r in result.rows] == [
        ("stg-1", "tcp 22", "10.0.0.0/8"),
        ("stg-1", "tcp 80", "0.0.0.0/0"),
        ("stg-2", "tcp 22", "10.0.0.0/8"),
    ]
    assert "Open to the whole internet: stg-1." in result.text


def test_a_public_address_is_given_and_undo_takes_it(bench: Bench) -> None:
    undo = bench.carry_out(bench.plan("assign_public_address", {"names": ["stg-*"]}))
    given = [bench.vm(name).public_ip for name in ("stg-1", "stg-2")]
    assert None not in given
    assert len(set(given)) == 2
    bench.undo(undo)
    assert [bench.vm(name).public_ip for name in ("stg-1", "stg-2")] == [None, None]


def test_a_machine_that_has_an_address_is_left_out_of_a_described_set(bench: Bench) -> None:
    bench.carry_out(bench.plan("assign_public_address", "stg-1"))
    planned = bench.plan("assign_public_address", {"names": ["stg-*"]})
    assert [vm.name for vm in planned.vms] == ["stg-2"]
    planned = bench.plan("release_public_address", {"names": ["stg-*"]})
    assert [vm.name for vm in planned.vms] == ["stg-1"]
    undo = bench.carry_out(planned)
    assert bench.vm("stg-1").public_ip is None
    bench.undo(undo)
    assert bench.vm("stg-1").public_ip is not None


def network(name: str, cidr: str | None, **more: Any) -> dict[str, Any]:
    row = {"name": name, "provider": "aws", "region": "us-east-1", "cidr": cidr, "part_of": None}
    return {**row, **more}


def test_networks_count_the_machines_whose_address_is_in_them(bench: Bench) -> None:
    vms = [
        replace(bench.vm("web-01"), private_ip="10.1.0.5"),
        replace(bench.vm("web-02"), private_ip="10.1.1.5"),
        replace(bench.vm("web-03"), private_ip=None),
        replace(bench.vm("dev-a"), private_ip="10.1.0.6"),
    ]
    rows = with_machines(
        [
            network("main", "10.1.0.0/16"),
            network("a", "10.1.0.0/24", part_of="main"),
            network("far", "10.1.0.0/16", region="us-west-2"),
            network("bare", None),
        ],
        vms,
    )
    assert [row["machines"] for row in rows] == [2, 1, 0, None]


def test_networks_with_the_same_addresses_are_not_told_apart(bench: Bench) -> None:
    vm = replace(bench.vm("web-01"), private_ip="10.1.0.5")
    rows = with_machines([network("one", "10.1.0.0/16"), network("two", "10.1.0.0/16")], [vm])
    assert [row["machines"] for row in rows] == [None, None]
