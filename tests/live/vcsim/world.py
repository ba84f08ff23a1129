"""A vCenter simulator as a process, and a witness that reads it past the provider."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import pytest

from tests.live.vcsim import build

USER, PASSWORD = "user", "0pen-Sesame-7"
GIB = 1 << 30


@dataclass
class Vcenter:
    """A running simulator and raw clients of its own."""

    host: str
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """Its SDK's address."""
        return f"http://{self.host}:{self.port}/sdk"

    @cached_property
    def raw(self) -> Any:
        """A session of the witness's own."""
        from pyVim.connect import SmartConnect

        return SmartConnect(
            protocol="http", host=self.host, port=self.port, user=USER, pwd=PASSWORD
        )

    @cached_property
    def rest(self) -> httpx.Client:
        """A session on the REST interface."""
        client = httpx.Client(base_url=f"http://{self.host}:{self.port}/rest/com/vmware/cis/")
        session = client.post("session", auth=(USER, PASSWORD)).json()["value"]
        client.headers["vmware-api-session-id"] = session
        return client

    def machines(self) -> dict[str, Any]:
        """Every machine and template by name."""
        from pyVmomi import vim

        content = self.raw.RetrieveContent()
        view = content.viewManager.CreateContainerView(
            content.rootFolder, [vim.VirtualMachine], True
        )
        return {machine.name: machine for machine in view.view}

    def properties(self, ref: Any, *paths: str) -> dict[str, Any]:
        """Properties that may be unset."""
        from pyVmomi import vmodl

        query = vmodl.query.PropertyCollector
        spec = query.FilterSpec(
            objectSet=[query.ObjectSpec(obj=ref)],
            propSet=[query.PropertySpec(type=type(ref), pathSet=list(paths))],
        )
        collector = self.raw.content.propertyCollector
        found = collector.RetrievePropertiesEx([spec], query.RetrieveOptions())
        values = {prop.name: prop.val for one in found.objects for prop in one.propSet}
        return {path: values.get(path) for path in paths}

    def tags(self, moid: str) -> dict[str, str]:
        """A machine's tags over REST."""
        body = {"object_id": {"id": moid, "type": "VirtualMachine"}}
        ids = self.rest.post(
            "tagging/tag-association?~action=list-attached-tags", json=body
        ).json()["value"]
        found: dict[str, str] = {}
        for tag_id in ids or ():
            tag = self.rest.get(f"tagging/tag/id:{tag_id}").json()["value"]
            category = self.rest.get(f"tagging/category/id:{tag['category_id']}").json()["value"]
            found[category["name"]] = tag["name"]
        return found

    def attributes(self, ref: Any) -> dict[str, str]:
        """A machine's custom attributes."""
        names = {f.key: f.name for f in self.raw.content.customFieldsManager.field or ()}
        values = self.properties(ref, "customValue")["customValue"] or ()
        return {names[value.key]: value.value for value in values if value.value}

    def do(self, task: Any) -> Any:
        """Wait for a task."""
        from pyVim.task import WaitForTask

        WaitForTask(task, si=self.raw)
        return task.info.result

    def end_sessions(self) -> int:
        """End every session but the witness's own, as vCenter does with idle ones."""
        manager = self.raw.content.sessionManager
        others = [s.key for s in manager.sessionList if s.key != manager.currentSession.key]
        manager.TerminateSession(others)
        return len(others)

    def close(self) -> None:
        """End it, and let go of the witness's sessions."""
        if "raw" in self.__dict__:
            self.raw._stub.DropConnections()
        if "rest" in self.__dict__:
            self.rest.close()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def needed() -> None:
    """Skip where the simulator cannot be built; never in CI."""
    package = build.missing()
    if package is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"the Debian package {package} is missing")
        pytest.skip(f"the Debian package {package} is missing")


@contextmanager
def vcenter(*options: str) -> Iterator[Vcenter]:
    """A simulator of its own, with two datacenters, for a while."""
    process = subprocess.Popen(
        [str(build.binary()), "-datacenters", "2", "-password", PASSWORD, *options],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    host, _, port = process.stdout.readline().strip().rpartition(":")
    running = Vcenter(host, int(port), process)
    try:
        yield running
    finally:
        running.close()


def flattened(trees: Sequence[Any]) -> list[Any]:
    """A tree of snapshots as a list."""
    return [item for t in trees for item in [t, *flattened(t.childSnapshotList or ())]]
