"""What `novacron doctor` looks at: each part on its own, so that one failing hides no other."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from agent.assembly import open_brain
from tools.control import libvirt_uris, open_providers
from tools.database import open_database
from tools.errors import NovaError
from tools.inventory import Inventory
from tools.policy import Policy, load_policies
from tools.providers.base import Provider
from tools.settings import Settings
from tools.times import utc_now
from ui.format import span
from ui.text import counted

Status = Literal["ok", "missing", "problem"]
LOW_SPACE_MIB = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part: `missing` is something that NovaCron can do without."""

    part: str
    status: Status
    text: str
    hint: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def check_up(settings: Settings) -> list[Finding]:
    """Every part, looked at in turn."""
    checks: list[tuple[str, Check]] = [
        ("data folder", _data_folder),
        ("database", _database),
        ("policies", _policies),
        ("connections", _connections),
        ("libvirt", _libvirt),
        ("brain", _brain),
        ("terminal", _terminal),
    ]
    findings: list[Finding] = []
    for part, check in checks:
        try:
            findings += check(settings)
        except NovaError as error:
            findings.append(Finding(part, "problem", error.message, error.hint))
        except OSError as error:
            findings.append(Finding(part, "problem", f"{error.strerror}: {error.filename}"))
    return findings


def _data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"novacron")
    free = shutil.disk_usage(folder).free // 2**20
    if free < LOW_SPACE_MIB:
        yield Finding("data folder", "problem", f"{folder}: {free} MiB free", "Free some space.")
    else:
        yield Finding("data folder", "ok", f"{folder}, {free / 1024:,.0f} GiB free")


def _database(settings: Settings) -> Iterator[Finding]:
    engine = open_database(settings.database)
    try:
        inventory = Inventory(engine, (), _no_metrics, utc_now)
        shown = sa.make_url(settings.database).render_as_string(hide_password=True)
        yield Finding("database", "ok", f"{shown}, {counted(inventory.count(), 'machine')} known")
    finally:
        engine.dispose()


def _no_metrics(metric: str, aggregate: str, window: str) -> dict[str, float]:
    return {}


def _policies(settings: Settings) -> Iterator[Finding]:
    texts = load_policies(settings.policies)
    Policy(texts, dict, environment_tag=settings.environment_tag, production=settings.production)
    rules = sum(text.count("@id(") for text in texts)
    yield Finding("policies", "ok", f"{', '.join(settings.policies)}: {counted(rules, 'rule')}")


def _connections(settings: Settings) -> Iterator[Finding]:
    providers, skipped = open_providers(settings, utc_now)
    engine = open_database(settings.database)
    try:
        inventory = Inventory(engine, providers, _no_metrics, utc_now)
        inventory.refresh()
        known = inventory.connections_of([machine_id for _, machine_id in inventory.names()])
        counts = Counter(known.values())
        for connected in inventory.connected():
            provider = inventory.providers[connected.name]
            yield _connection(provider, counts[connected.name], connected.refreshed_at)
    finally:
        engine.dispose()
        for provider in providers:
            provider.close()
    for one in skipped:
        yield Finding(one.name, "problem", one.error.message, one.error.hint)


def _connection(provider: Provider, machines: int, refreshed_at: float | None) -> Finding:
    name = provider.name
    try:
        reached = provider.check()
    except NovaError as error:
        seen = "never read" if refreshed_at is None else f"last read {_ago(refreshed_at)} ago"
        known = f"{counted(machines, 'machine')} known, {seen}"
        return Finding(name, "problem", f"{error.message} ({known})", error.hint)
    simulated = ", simulated" if provider.kind == "sandbox" else ""
    return Finding(name, "ok", f"{reached}{simulated}")


def _ago(refreshed_at: float) -> str:
    return span(max(0.0, utc_now().timestamp() - refreshed_at))


def _libvirt(settings: Settings) -> Iterator[Finding]:
    if settings.libvirt_uris == "none":
        yield Finding("libvirt", "missing", "switched off", "Unset NOVACRON_LIBVIRT_URIS.")
    elif importlib.util.find_spec("libvirt") is None:
        yield Finding(
            "libvirt",
            "missing",
            "libvirt-python is not installed",
            "Install libvirt's headers (Debian: libvirt-dev), then run make install again.",
        )
    elif not libvirt_uris(settings):
        yield Finding(
            "libvirt",
            "missing",
            "no hypervisor was found on this machine",
            "Name one: NOVACRON_LIBVIRT_URIS=qemu+ssh://host/system.",
        )


def _brain(settings: Settings) -> Iterator[Finding]:
    brain = open_brain(settings)
    model = f", model {settings.model}" if settings.model else ""
    offline = ", needs no network" if settings.brain == "embedded" else ""
    yield Finding("brain", "ok", f"{brain.name}{model}{offline}")


def _terminal(settings: Settings) -> Iterator[Finding]:
    width = shutil.get_terminal_size().columns
    kind = "interactive" if sys.stdout.isatty() else "not a terminal: plain output"
    encoding = (sys.stdout.encoding or "").casefold()
    if not encoding.startswith("utf"):
        yield Finding("terminal", "problem", f"{encoding} cannot show all", "Set LANG=C.UTF-8.")
    else:
        colour = ", NO_COLOR" if os.environ.get("NO_COLOR") else ""
        yield Finding("terminal", "ok", f"{kind}, {width} columns{colour}")
