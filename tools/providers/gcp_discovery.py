"""Which projects this machine's own Google credentials name; imports no SDK, sends nothing."""

from __future__ import annotations

import configparser
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PROJECT = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")
_DEFAULT_FILE = "application_default_credentials.json"


def find_project(environment: Mapping[str, str]) -> str | None:
    """The project that the credentials found here belong to; None where there are none.

    Looked at are, in the order in which Google's own chain takes them: the file that
    GOOGLE_APPLICATION_CREDENTIALS names, and the one that gcloud keeps.
    """
    folder = gcloud_folder(environment)
    named = environment.get("GOOGLE_APPLICATION_CREDENTIALS")
    file = Path(named) if named else folder / _DEFAULT_FILE
    found = _json(file)
    if not found:
        return None
    given = next((environment[name] for name in _PROJECT if environment.get(name)), None)
    own = found.get("project_id") or found.get("quota_project_id")
    return given or (str(own) if own else None) or _configured(folder, environment)


def gcloud_folder(environment: Mapping[str, str]) -> Path:
    """Where gcloud keeps what it knows."""
    if folder := environment.get("CLOUDSDK_CONFIG"):
        return Path(folder)
    if appdata := environment.get("APPDATA"):
        return Path(appdata) / "gcloud"
    return Path(environment.get("HOME") or Path.home()) / ".config" / "gcloud"


def _configured(folder: Path, environment: Mapping[str, str]) -> str | None:
    """The project of gcloud's active configuration."""
    name = environment.get("CLOUDSDK_ACTIVE_CONFIG_NAME")
    try:
        name = name or (folder / "active_config").read_text(encoding="utf-8").strip()
    except OSError:
        name = "default"
    parser = configparser.ConfigParser()
    try:
        parser.read(folder / "configurations" / f"config_{name}", encoding="utf-8")
    except configparser.Error:
        return None
    return parser.get("core", "project", fallback=None)


def _json(file: Path) -> dict[str, Any]:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(found) if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
