"""The table of tools and providers says nothing that the code and the last run do not."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.contract import proofs
from tests.contract.proofs import KEPT, KINDS, complaints, shown
from tools.catalog import Change
from tools.providers.base import Capability
from ui.commands.typed import catalog
from ui.provider_docs import OWN, TITLES, proved, provider_class, rows, table


@pytest.mark.parametrize("kind", TITLES)
def test_what_a_vendor_does_not_do_has_a_reason_and_a_source(kind: str) -> None:
    reasons = provider_class(kind).unsupported
    assert reasons
    for capability, reason in reasons.items():
        assert reason.why.endswith("."), capability
        assert reason.source.startswith("https://"), capability
        assert capability.value not in proved()[kind]


@pytest.mark.parametrize("kind", TITLES)
def test_every_capability_that_is_declared_was_proved(kind: str) -> None:
    declared = {capability.value for capability in provider_class(kind).capabilities}
    assert declared - proved()[kind] == set()
    assert {"list", "offers"} <= proved()[kind]


def test_every_tool_has_its_lines() -> None:
    headings, lines, notes = table()
    assert headings == ["tool", *TITLES.values()]
    shown_tools = {line[0].partition("`")[2].partition("`")[0] for line in lines}
    assert shown_tools | OWN == set(catalog())
    cells = {cell.partition(" (")[0] for line in lines for cell in line[1:]}
    assert cells <= {"works", "unsupported by the vendor", "not yet"}
    assert len(notes) == len(set(notes)) > 0


def test_every_capability_of_a_change_has_a_line() -> None:
    asked = {capability for _, capability in rows(list(catalog().values()))}
    taken = {
        tool.change.capability
        for tool in catalog().values()
        if isinstance(tool.handler, Change) and tool.change.capability
    }
    assert {capability.value for capability in taken} <= asked


CLAIMS = {"aws": {"start", "stop"}}
PROVED = {"aws": {"start", "stop", "list", "resize"}}


def test_a_run_that_shows_what_is_claimed_and_written_is_well() -> None:
    committed = {"aws": ["list", "start", "stop"]}
    assert shown(CLAIMS, defaultdict(set, PROVED)) == committed
    assert complaints(CLAIMS, PROVED, committed, is_ci=False) == []


def test_a_claim_that_no_passed_test_shows_is_told() -> None:
    (said, _) = complaints(
        CLAIMS, {"aws": {"start", "list"}}, {"aws": ["list", "start", "stop"]}, is_ci=False
    )
    assert "aws: it claims stop" in said


def test_a_table_that_is_old_is_told_with_what_to_do() -> None:
    (said,) = complaints(CLAIMS, PROVED, {"aws": ["list", "start"]}, is_ci=False)
    assert "docs/providers.json is old (stop)" in said
    assert "NOVACRON_RECORD=1" in said


def test_a_kind_that_did_not_run_is_told_in_ci_alone() -> None:
    committed = {"aws": ["list", "start", "stop"]}
    missing = [f"{kind}: nothing of it ran" for kind in KINDS if kind != "aws"]
    assert complaints(CLAIMS, PROVED, committed, is_ci=True) == missing


def test_the_file_names_nothing_but_capabilities_and_what_every_provider_does() -> None:
    assert KEPT.exists()
    known = {capability.value for capability in Capability} | {"list", "offers", "loose_disks"}
    for names in proved().values():
        assert set(names) <= known


def reported(*, passed: bool) -> Any:
    """A report of a test of AWS that proves `start`, of a provider that claims it."""
    told = [("proves", ["start"]), ("claims", ["start"])]
    return SimpleNamespace(
        nodeid="tests/contract/test_aws_own.py::TestAws::test_it", when="call", passed=passed,
        user_properties=told,
    )  # fmt: skip


@pytest.mark.parametrize(("passed", "status"), [(True, 0), (False, 1)])
def test_a_whole_run_fails_where_a_claim_is_not_shown(
    passed: bool, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "providers.json"
    kept.write_text('{"aws": ["start"]}')
    monkeypatch.setattr(proofs, "KEPT", kept)
    monkeypatch.setattr(proofs, "is_whole", lambda config: True)
    monkeypatch.delenv("NOVACRON_RECORD", raising=False)
    monkeypatch.delenv("CI", raising=False)
    session: Any = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    run = proofs.Proofs(SimpleNamespace())  # type: ignore[arg-type]
    run.pytest_runtest_logreport(reported(passed=passed))
    run.pytest_sessionfinish(session)
    assert session.exitstatus == status


@pytest.mark.parametrize(
    ("args", "more", "whole"),
    [
        (["tests"], {}, True),
        (["tests/contract"], {}, True),
        (["."], {}, True),
        (["tests/contract/test_aws.py"], {}, False),
        (["tests/unit"], {}, False),
        (["tests"], {"keyword": "aws"}, False),
        (["tests"], {"markexpr": "live"}, False),
        (["tests"], {"deselect": ["x"]}, False),
        (["tests"], {"collectonly": True}, False),
    ],
)
def test_a_run_of_a_part_is_not_judged(args: list[str], more: dict[str, Any], whole: bool) -> None:
    option = SimpleNamespace(**{"keyword": "", "markexpr": "", "deselect": None, **more})
    config: Any = SimpleNamespace(
        option=option, args=args, invocation_params=SimpleNamespace(dir=REPOSITORY)
    )
    assert proofs.is_whole(config) is whole
