"""docs/providers.md: which tool works with which provider, by what the contract's run proved."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.catalog import Change, Tool
from tools.providers.base import Capability, Provider, Reason
from ui.commands.typed import catalog

KEPT = Path(__file__).parent.parent / "docs" / "providers.json"
"""What the contract's last run proved: `tests/contract/proofs.py` writes it."""

TITLES = {
    "aws": "AWS",
    "azure": "Azure",
    "gcp": "Google Cloud",
    "vsphere": "vSphere",
    "proxmox": "Proxmox VE",
    "libvirt": "libvirt",
}

LIST = "list"
_READS = {
    "query_metrics": Capability.METRICS.value,
    "find_anomalies": Capability.METRICS.value,
    "forecast_metric": Capability.METRICS.value,
    "list_catalog": "offers",
    "list_open_ports": Capability.PORTS.value,
    "delete_disks": "loose_disks",
}
"""What is asked of a provider where no capability of the tool says it."""
_VARIANTS: Mapping[str, Mapping[str, Capability]] = {
    "stop_vms": {"": Capability.STOP, "by force": Capability.FORCE_STOP},
    "resize_vms": {"": Capability.RESIZE, "while it runs": Capability.RESIZE_RUNNING},
    "migrate_vms": {
        "to a host": Capability.MIGRATE_HOST,
        "to a region": Capability.MIGRATE_REGION,
    },
}
"""Tools that take another capability with another argument."""
OWN = frozenset({
    "cancel_schedule", "list_operations", "list_schedules", "search_runbooks", "undo",
})  # fmt: skip
"""Tools that ask no provider: they look at NovaCron's own records, or call other tools."""


def proved() -> dict[str, set[str]]:
    """What each provider was shown to do."""
    kept: dict[str, list[str]] = json.loads(KEPT.read_text(encoding="utf-8"))
    return {kind: set(names) for kind, names in kept.items()}


def provider_class(kind: str) -> type[Provider]:
    """The class of a kind of provider; no SDK is loaded."""
    module = importlib.import_module(f"tools.providers.{kind}")
    return next(
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Provider) and found.__module__ == module.__name__
    )


def rows(tools: Sequence[Tool[Any]]) -> Iterator[tuple[str, str]]:
    """Each line of the table: its heading, and what it asks of a provider."""
    for tool in tools:
        if tool.name in OWN:
            continue
        for variant, capability in (_VARIANTS.get(tool.name) or {"": _asked(tool)}).items():
            name = f"[`{tool.name}`](tools.md#{tool.name})"
            yield f"{name} {variant}".strip(), str(capability)


def _asked(tool: Tool[Any]) -> str:
    if isinstance(tool.handler, Change):
        capability = tool.change.capability
        if capability is None and tool.name in _READS:
            return _READS[tool.name]
        if capability is None:
            raise ValueError(f"{tool.name} declares no capability: name it in ui/provider_docs.py")
        return capability.value
    return _READS.get(tool.name, LIST)


def table() -> tuple[list[str], list[list[str]], list[str]]:
    """Headings, lines and notes: a cell says works, unsupported by the vendor, or not yet."""
    shown, lines = proved(), list[list[str]]()
    notes: list[tuple[str, Reason]] = []
    for heading, asked in rows(list(catalog().values())):
        lines.append(
            [heading, *(_cell(kind, asked, shown.get(kind, set()), notes) for kind in TITLES)]
        )
    said = [f"{i}. {why.why} [{title}]({why.source})" for i, (title, why) in enumerate(notes, 1)]
    return ["tool", *TITLES.values()], lines, said


def _cell(kind: str, asked: str, works: set[str], notes: list[tuple[str, Reason]]) -> str:
    if asked in works:
        return "works"
    reasons = {c.value: why for c, why in provider_class(kind).unsupported.items()}
    if asked not in reasons:
        return "not yet"
    note = (TITLES[kind], reasons[asked])
    if note not in notes:
        notes.append(note)
    return f"unsupported by the vendor ({notes.index(note) + 1})"
