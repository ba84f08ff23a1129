"""The catalogue against the contract: every tool, its risk, and what may be called."""

from collections import Counter
from typing import Any

import pytest

from tests.unit.families.world import NOW, Bench
from tools.catalog import Catalog, Read, Risk, Targets, Tool
from tools.providers.sandbox_disks import keep, made_up

HISTORY = {"undo", "cancel_schedule", "list_operations", "list_schedules"}
RISKS = {
    Risk.READ: "list_vms count_vms describe_vms query_metrics cost_report list_snapshots "
    "list_catalog forecast_metric find_anomalies recommend_savings recommend_placement "
    "search_runbooks diagnose_vms list_open_ports",
    Risk.CHANGE: "start_vms resume_vms create_vms clone_vm snapshot_vms tag_vms untag_vms "
    "protect_vms attach_disk",
    Risk.DISRUPT: "unprotect_vms stop_vms restart_vms suspend_vms resize_vms resize_disk "
    "migrate_vms scale_group open_port close_port assign_public_address release_public_address",
    Risk.DESTROY: "delete_vms restore_snapshot delete_snapshots delete_disks",
}
CATALOG = Catalog.load(("tools.families", "knowledge.families"))
TOOLS = [tool for tool in CATALOG.values() if tool.name not in HISTORY]


def test_the_tools_and_their_risks_are_those_of_the_contract() -> None:
    assert {tool.name: tool.risk for tool in TOOLS} == {
        name: risk for risk, names in RISKS.items() for name in names.split()
    }


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_is_described_and_asks_for_no_approval(tool: Tool[Any]) -> None:
    assert tool.summary.endswith(".")
    assert len(tool.says) >= 3
    for name, field in tool.arguments.model_fields.items():
        assert field.description, name
        assert name not in {"confirm", "confirmed", "approve", "approved", "yes", "sure"}
    assert isinstance(tool.handler, Read) is tool.reads


def test_no_two_tools_share_an_example() -> None:
    said = Counter(sentence.casefold() for tool in CATALOG.values() for sentence in tool.says)
    assert [sentence for sentence, times in said.items() if times > 1] == []


def test_the_tools_that_take_no_selector() -> None:
    without = {tool.name for tool in TOOLS if tool.targets is Targets.NONE}
    assert without == {
        "create_vms", "scale_group", "list_catalog", "recommend_placement", "search_runbooks",
        "delete_disks",
    }  # fmt: skip


def test_every_change_says_what_happens_and_whether_it_can_be_undone(bench: Bench) -> None:
    args: dict[str, dict[str, object]] = {
        "resize_vms": {"size": "m6i.large"},
        "resize_disk": {"size_gib": 200},
        "attach_disk": {"size_gib": 10},
        "tag_vms": {"tags": {"a": "b"}},
        "untag_vms": {"keys": ["env"]},
        "migrate_vms": {"region": "us-west-2"},
        "create_vms": {"region": "us-east-1", "size": "t3.medium"},
        "scale_group": {"group": "web", "count": 4},
        "open_port": {"port": 443, "source": "10.0.0.0/8"},
        "close_port": {"port": "ssh"},
    }
    keep(bench.sandbox._store, made_up(60, 1, NOW))  # pyright: ignore[reportPrivateUsage]
    for tool in TOOLS:
        if tool.reads:
            continue
        machine = {"restore_snapshot": "db-2", "delete_snapshots": "db-2"}.get(tool.name, "stg-1")
        selector = None if tool.targets is Targets.NONE else machine
        planned = bench.plan(tool.name, selector, **args.get(tool.name, {}))
        assert planned.effect, tool.name
        assert planned.undo.how, tool.name
        assert planned.steps, tool.name
        assert tool.risk is not Risk.DESTROY or planned.loses, tool.name
