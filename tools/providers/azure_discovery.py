"""Which subscriptions this machine's own Azure sign-in names; imports no SDK, sends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def find_subscriptions(environment: Mapping[str, str]) -> list[str] | None:
    """The subscriptions of the sign-in found here; empty: all it sees. None: there is no sign-in.

    Looked at are the AZURE_ variables of a service principal or a workload's identity, and what
    `az login` keeps.
    """
    named = environment.get("AZURE_SUBSCRIPTION_ID")
    if _in_variables(environment):
        return [named] if named else []
    kept = _kept(environment)
    if kept is None:
        return None
    return [named] if named else kept


def _in_variables(environment: Mapping[str, str]) -> bool:
    needed = ("AZURE_CLIENT_ID", "AZURE_TENANT_ID")
    proofs = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
    given = {name for name in (*needed, *proofs) if environment.get(name)}
    return given >= set(needed) and bool(given & set(proofs))


def _kept(environment: Mapping[str, str]) -> list[str] | None:
    """The enabled subscriptions of `az login`, the default one first."""
    folder = environment.get("AZURE_CONFIG_DIR")
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    file = (Path(folder) if folder else home / ".azure") / "azureProfile.json"
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8-sig"))
        rows: list[dict[str, Any]] = list(found["subscriptions"])
        usable = [row for row in rows if row.get("state", "Enabled") == "Enabled"]
        usable.sort(key=lambda row: not row.get("isDefault"))
        return list(dict.fromkeys(str(row["id"]) for row in usable)) or None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
