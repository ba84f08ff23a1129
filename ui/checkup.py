"""What `novacron doctor` looks at: each part on its own, so that one failing hides no other."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from agent.assembly import open_brain
from tools.control import libvirt_uris
from tools.database import open_database
from tools.errors import NovaError
from tools.inventory import Inventory
from tools.policy import Policy, load_policies
from tools.settings import Settings
from tools.times import utc_now
from ui.reached import Finding, reached
from ui.text import counted

LOW_SPACE_MIB = 200


Check = Callable[[Settings], Iterator[Finding]]


def check_up(settings: Settings) -> list[Finding]:
    """Every part, looked at in turn."""
    checks: list[tuple[str, Check]] = [
        ("data folder", _data_folder),
        ("database", _database),
        ("policies", _policies),
        ("connections", reached),
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
