"""Builds the vCenter simulator from Debian's govmomi, with what it does wrong mended.

The sources under /usr/share stay as they are: an overlay renames the methods that `mended.go`
takes the place of. The binary is kept in `build/`, outside of git, by the hash of all that it is
made of.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE.parents[2] / "build"
SIMULATOR = Path("/usr/share/gocode/src/github.com/vmware/govmomi/simulator")
MENDED = {
    "custom_fields_manager.go": ("SetField",),
    "property_collector.go": ("RetrievePropertiesEx",),
    "snapshot.go": ("RevertToSnapshotTask",),
    "task.go": ("Run",),
    "virtual_machine.go": (
        "CloneVMTask", "CreateSnapshotTask", "ReconfigVMTask", "ResetVMTask", "ShutdownGuest",
        "SuspendVMTask",
    ),
}  # fmt: skip
"""The methods whose place is taken, by file."""

_ENVIRONMENT = {
    "GO111MODULE": "off",
    "GOPATH": "/usr/share/gocode",
    "GOPROXY": "off",
    "GOFLAGS": "",
    "CGO_ENABLED": "0",
}


def missing() -> str | None:
    """The Debian package without which it cannot be built."""
    if not SIMULATOR.is_dir():
        return "golang-github-vmware-govmomi-dev"
    return None if Path("/usr/bin/go").exists() else "golang-go"


def binary() -> Path:
    """The simulator; built first where this one never was."""
    BUILT.mkdir(exist_ok=True)
    made = BUILT / f"vcsim-{_stamp()}"
    with open(BUILT / "vcsim.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # workers of one run wait for the first
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=BUILT) as scratch:
                _build(Path(scratch)).replace(made)
    return made


def _stamp() -> str:
    digest = hashlib.sha256()
    for file in (HERE / "main.go", HERE / "mended.go", Path(__file__)):
        digest.update(file.read_bytes())
    for name in sorted(MENDED):
        digest.update((SIMULATOR / name).read_bytes())
    return digest.hexdigest()[:16]


def _build(scratch: Path) -> Path:
    replaced = {str(SIMULATOR / "mended.go"): str(HERE / "mended.go")}
    for name, methods in MENDED.items():
        text = (SIMULATOR / name).read_text()
        for method in methods:
            assert text.count(f") {method}(") >= 1, f"{name} has no method {method}"
            head, tail = text.split(f") {method}(", 1)
            text = f"{head}) stock{method}({tail}"
        # The machine, not the snapshot, is what a snapshot's task is about.
        text = text.replace("CreateTask(v, ", "CreateTask(Map.Get(v.Vm), ")
        (scratch / name).write_text(text)
        replaced[str(SIMULATOR / name)] = str(scratch / name)
    overlay = scratch / "overlay.json"
    overlay.write_text(json.dumps({"Replace": replaced}))
    program = scratch / "vcsim"
    program.mkdir()
    (program / "main.go").write_bytes((HERE / "main.go").read_bytes())
    command = ["go", "build", "-overlay", str(overlay), "-ldflags", "-s -w"]
    environment = {**os.environ, **_ENVIRONMENT, "GOCACHE": str(BUILT / "go-cache")}
    done = subprocess.run(
        [*command, "-o", str(scratch / "made"), "."],
        cwd=program, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return scratch / "made"
