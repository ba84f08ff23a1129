"""Microsoft's own validator, `oav`, as a judge of exchanges with Azure Compute.

It comes from npm into a cache folder, once; the published description lies beside the checkout.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY

VERSION = "4.0.3"
DESCRIPTION = "azure-compute-2022-11-01.tar.gz"
SCRIPT = Path(__file__).with_name("oav.mjs")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "novacron-tests"


def concerns(exchange: Mapping[str, Any]) -> bool:
    """Whether the description speaks of it: Compute, but not the addresses of operations."""
    path = exchange["path"].lower()
    others = ("/operations/", "/providers/microsoft.resources/")
    return "/providers/microsoft.compute/" in path and not any(o in path for o in others)


def _is_a_known_gap(exchange: Mapping[str, Any], said: str) -> bool:
    """The description of disks and snapshots has no errors at all; Azure's form holds for them."""
    error = (exchange["response"] or {}).get("error", {})
    of_disks = re.search("/(disks|snapshots)(/|$)", exchange["path"], re.IGNORECASE)
    sound = exchange["status"] >= 400 and error.get("code") and error.get("message")
    return bool(of_disks and sound and said.startswith("response: INVALID_RESPONSE_CODE"))


def complaints(exchanges: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """What in each exchange is not as Microsoft describes it."""
    tools, description = _tools(), _description()
    lines = "\n".join(json.dumps(_live(exchange)) for exchange in exchanges)
    done = subprocess.run(
        ["node", str(SCRIPT), str(tools), str(description)],
        input=lines, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    # The validator's own library writes to standard output too.
    parts = [line.partition("FOUND ") for line in done.stdout.splitlines()]
    found: list[list[str]] = [json.loads(text) for _, mark, text in parts if mark]
    assert len(found) == len(exchanges)
    return [
        [one for one in said if not _is_a_known_gap(exchange, one)]
        for exchange, said in zip(exchanges, found, strict=True)
    ]


def _live(exchange: Mapping[str, Any]) -> dict[str, Any]:
    """An exchange in the form that the validator takes."""
    request: dict[str, Any] = {
        "headers": {"Content-Type": "application/json"},
        "method": exchange["method"],
        "url": f"https://management.azure.com{exchange['url']}",
    }
    response: dict[str, Any] = {
        "statusCode": str(exchange["status"]),
        "headers": {"content-type": "application/json", **exchange["headers"]},
    }
    if exchange["request"] is not None:
        request["body"] = exchange["request"]
    if exchange["response"] is not None:
        response["body"] = exchange["response"]
    return {"liveRequest": request, "liveResponse": response}


def _missing(what: str) -> None:
    """A part that is not here fails in CI, and elsewhere skips with its reason."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def _tools() -> Path:
    """The folder with the validator, installed on first use."""
    folder = _CACHE / f"oav-{VERSION}"
    if (folder / "node_modules" / "oav" / "package.json").exists():
        return folder
    if shutil.which("npm") is None or shutil.which("node") is None:
        _missing("node and npm are not installed (see requirements/system.sh)")
    made = folder.with_name(f"{folder.name}-{os.getpid()}")
    made.mkdir(parents=True, exist_ok=True)
    (made / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"oav@{VERSION}"]
    done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    if done.returncode:
        _missing(f"oav cannot be installed: {(done.stderr or done.stdout)[-300:]}")
    try:
        made.rename(folder)
    except OSError:  # another test process was first
        shutil.rmtree(made)
    return folder


def _description() -> Path:
    """The published description, unpacked once."""
    packed = REPOSITORY.parent / "shared" / "specs" / DESCRIPTION
    if not packed.exists():
        _missing(f"{DESCRIPTION} is not in shared/specs beside the checkout")
    folder = _CACHE / DESCRIPTION.removesuffix(".tar.gz")
    if not folder.exists():
        made = folder.with_name(f"{folder.name}-{os.getpid()}")
        with tarfile.open(packed) as archive:
            archive.extractall(made, filter="data")
        try:
            made.rename(folder)
        except OSError:
            shutil.rmtree(made)
    return folder / "specs"
