"""Keeps which capabilities of each provider the contract's own run proved: docs/providers.json.

A test that proves capabilities bears the mark `proves`. At the end of a run of the whole contract
each capability that a provider claims must have been proved by a test that passed, and what was
proved must be what docs/providers.json says, of which docs/providers.md is made; else the run
fails. `NOVACRON_RECORD=1 pytest tests/contract` writes the file anew; with the name of a kind in
place of the 1, any run writes that kind alone: `NOVACRON_RECORD=aws pytest tests/contract -k aws`.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
KEPT = FOLDER.parents[1] / "docs" / "providers.json"
KINDS = ("aws", "azure", "gcp", "vsphere", "proxmox", "libvirt")
_FILE = re.compile(rf"contract/test_({'|'.join(KINDS)})(?:_\w+)?\.py::")

Names = Mapping[str, set[str]]


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and begin to keep."""
    config.addinivalue_line("markers", "proves(*capabilities): what a provider is shown to do")
    config.pluginmanager.register(Proofs(config), "novacron-proofs")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the process that keeps what a test proves and what its provider claims."""
    if call.when == "call":
        proves = [name for mark in item.iter_markers("proves") for name in mark.args]
        item.user_properties.append(("proves", proves))
        bench: Any = getattr(item, "funcargs", {}).get("bench")
        has = bench.provider.capabilities if hasattr(bench, "provider") else ()
        claims = sorted(capability.value for capability in has)
        item.user_properties.append(("claims", claims))
    return (yield)


class Proofs:
    """What passed in this run, by kind of provider; it lives where reports come together."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.proved: dict[str, set[str]] = defaultdict(set)
        self.claimed: dict[str, set[str]] = defaultdict(set)
        self._said: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test that passed proves."""
        found = _FILE.search(report.nodeid)
        if found is None or report.when != "call":
            return
        told: dict[str, Any] = dict(report.user_properties)
        self.claimed[found[1]].update(told.get("claims", ()))
        if report.passed:
            self.proved[found[1]].update(told.get("proves", ()))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write down what was proved, or hold the run to what is written."""
        if hasattr(self._config, "workerinput"):
            return
        record = os.environ.get("NOVACRON_RECORD", "")
        if record in KINDS:
            write({record: self.claimed[record]}, self.proved)
        if record in KINDS or not is_whole(self._config):
            return
        if record:
            write(self.claimed, self.proved)
            return
        committed = json.loads(KEPT.read_text(encoding="utf-8"))
        is_ci = os.environ.get("CI") == "true"
        self._said = complaints(self.claimed, self.proved, committed, is_ci=is_ci)
        if self._said and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what does not agree."""
        if self._said:
            terminalreporter.section("what providers claim and what was proved", red=True)
            for line in self._said:
                terminalreporter.line(line)


def is_whole(config: pytest.Config) -> bool:
    """Whether nothing of the contract was left out of this run."""
    option: Any = config.option
    narrowed = option.keyword or option.markexpr or getattr(option, "lf", False) or option.deselect
    collecting = getattr(option, "collectonly", False)
    places = [Path(config.invocation_params.dir, arg) for arg in config.args if "::" not in arg]
    holds = any(place.resolve() in (FOLDER, *FOLDER.parents) for place in places)
    return holds and not narrowed and not collecting and not getattr(option, "ignore", None)


def shown(claimed: Names, proved: Names) -> dict[str, list[str]]:
    """What each provider was shown to do: what it claims, and what every provider must do."""
    capabilities = _capabilities()
    return {
        kind: sorted(n for n in proved[kind] if n in claimed[kind] or n not in capabilities)
        for kind in KINDS
        if claimed.get(kind)
    }


def complaints(
    claimed: Names, proved: Names, committed: Mapping[str, list[str]], *, is_ci: bool
) -> list[str]:
    """What was claimed and not proved, and what docs/providers.json says otherwise."""
    said: list[str] = []
    for kind in KINDS:
        if not claimed.get(kind):
            if is_ci:
                said.append(f"{kind}: nothing of it ran")
            continue
        unproved = sorted(claimed[kind] - proved.get(kind, set()))
        said += [
            f"{kind}: it claims {name}, and no test that proves it passed" for name in unproved
        ]
    for kind, names in shown(claimed, defaultdict(set, proved)).items():
        if names != committed.get(kind):
            differ = sorted(set(names) ^ set(committed.get(kind, ())))
            said.append(
                f"{kind}: docs/providers.json is old ({', '.join(differ)}): run "
                "NOVACRON_RECORD=1 pytest tests/contract, then make docs"
            )
    return said


def write(claimed: Names, proved: Names) -> None:
    """Write down what was proved; a kind of which nothing ran stays as it was."""
    before = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    found = {**before, **shown(claimed, proved)}
    ordered = {kind: found[kind] for kind in KINDS if kind in found}
    KEPT.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def _capabilities() -> set[str]:
    from tools.providers.base import Capability

    return {capability.value for capability in Capability}
