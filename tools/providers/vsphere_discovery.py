"""Which vCenter the environment of this process names; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_VARIABLES = (
    ("GOVC_URL", "GOVC_USERNAME", "GOVC_PASSWORD", "GOVC_INSECURE"),
    ("VSPHERE_SERVER", "VSPHERE_USER", "VSPHERE_PASSWORD", "VSPHERE_ALLOW_UNVERIFIED_SSL"),
)
"""Those of govc, then those of Terraform's provider."""


def find_keys(environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """The settings of the connection that the variables name, if they do."""
    for url, user, password, insecure in _VARIABLES:
        if environment.get(url):
            found = {
                "url": environment[url],
                "user": environment.get(user, ""),
                "password": environment.get(password, ""),
                "insecure": environment.get(insecure, "").lower() in {"1", "true", "yes"},
                "ca_file": environment.get("GOVC_TLS_CA_CERTS"),
            }
            return [found]
    return []
