"""moto as a separate process, and what it lacks, added on the wire before it.

The layer knows EC2's query protocol only: it adds the states in between, client tokens,
hibernation and the refusals that moto does not make. Each has a line in the ledger of
`test_aws.py`.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest

from tests.conftest import REPOSITORY
from tests.contract.wire import Answer, Request, Wire

SERVER = REPOSITORY / ".venv" / "servers" / "bin" / "moto_server"
ACCESS_KEY, SECRET_KEY = "AKIDTESTONLY", "the-secret-that-must-not-show"
XML = {"Content-Type": "text/xml;charset=UTF-8"}


def ami(number: int, owner: str, name: str, **more: Any) -> dict[str, Any]:
    """An image of a vendor's."""
    return {
        "ami_id": f"ami-{number:017x}", "name": name, "owner_id": owner, "state": "available",
        "public": True, "virtualization_type": "hvm", "architecture": "x86_64",
        "hypervisor": "xen", "image_location": f"{owner}/{name}", "image_type": "machine",
        "root_device_type": "ebs", "root_device_name": "/dev/sda1", "description": name, **more,
    }  # fmt: skip


UBUNTU = ami(
    1, "099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260901"
)
ARM = ami(
    2, "099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20260901",
    architecture="arm64",
)  # fmt: skip
WINDOWS = ami(
    3, "801119661308", "Windows_Server-2022-English-Full-Base-2026.09.10", platform="windows"
)
IMAGES = [UBUNTU, ARM, WINDOWS]


@contextmanager
def moto_server(folder: Path) -> Iterator[int]:
    """A moto server on a free port, with three images instead of 1,301."""
    if not SERVER.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{SERVER} is missing: run requirements/install.sh dev")
        pytest.skip("moto is not installed: requirements/install.sh dev")
    images = folder / "images.json"
    images.write_text(json.dumps(IMAGES))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ, "MOTO_AMIS_PATH": str(images), "MOTO_ENABLE_KEYPAIR_VALIDATION": "true",
        "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION": "true", "MOTO_ENABLE_AMI_VALIDATION": "true",
    }  # fmt: skip
    command = [str(SERVER), "-H", "127.0.0.1", "-p", str(port)]
    with (folder / "moto.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_ready(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("moto did not start")


def reset(port: int) -> None:
    """Forget everything that moto holds."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")
    urllib.request.urlopen(request, timeout=30).close()


@cache
def session(region: str = "us-east-1") -> Any:
    """A session of the test's own account."""
    return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=region)


def refusal(code: str, message: str = "refused", status: int = 400, **headers: str) -> Answer:
    """A refusal as EC2 words it."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error>'
        f"<Code>{code}</Code><Message>{message}</Message>"
        "</Error></Errors><RequestID>r-1</RequestID></Response>"
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, text.encode(), {**XML, **named})


def action(request: Request) -> str:
    """Which action of EC2 a request is."""
    return fields(request).get("Action", "")


def fields(request: Request) -> Mapping[str, str]:
    """The fields of a request of the query protocol."""
    kind = {name.lower(): value for name, value in request.headers.items()}.get("content-type", "")
    if "form-urlencoded" not in kind:
        return {}
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


class MotoWire(Wire):
    """The wire to moto, with what moto lacks.

    Attributes:
        looks: how often a machine, a volume, a snapshot or an image that is new or changes is seen
            in the state in between.
    """

    def __init__(self, port: int, looks: int = 0) -> None:
        self.looks = looks
        self._answers: dict[tuple[str, str], tuple[Mapping[str, str], Answer]] = {}
        self._between: dict[str, tuple[str, int]] = {}
        self.hibernated: set[str] = set()
        self.unaddressed: set[str] = set()
        self._layer = threading.RLock()
        super().__init__("127.0.0.1", port)

    def clear(self) -> None:
        """Forget everything."""
        with self._layer:
            self._answers.clear()
            self._between.clear()
            self.hibernated.clear()
            self.unaddressed.clear()
        self.forget()

    def settle(self) -> None:
        """Let everything come to its end."""
        with self._layer:
            self._between.clear()

    def forward(self, request: Request) -> Answer:
        """moto's answer, as AWS would give it."""
        given = fields(request)
        name = given.get("Action", "")
        handle: Callable[[Request, Mapping[str, str]], Answer] | None = {
            "RunInstances": self._once, "CreateVolume": self._once,
            "StartInstances": self._start, "StopInstances": self._stop,
            "ModifyInstanceAttribute": self._modify, "CreateSnapshots": self._make,
            "CreateImage": self._make, "DescribeInstances": self._describe,
            "DescribeVolumes": self._describe, "DescribeSnapshots": self._describe,
            "DescribeImages": self._describe, "DeregisterImage": self._deregister,
            "ModifyNetworkInterfaceAttribute": self._interface, "AssociateAddress": self._address,
        }.get(name)  # fmt: skip
        return handle(request, given) if handle else super().forward(request)

    def _once(self, request: Request, given: Mapping[str, str]) -> Answer:
        """The same client token makes the same thing, and another request with it is refused."""
        key = (given["Action"], given.get("ClientToken", ""))
        asked = {k: v for k, v in given.items() if k not in ("Version", "ClientToken")}
        with self._layer:
            if key[1] and key in self._answers:
                before, answer = self._answers[key]
                same = before == asked
                return answer if same else refusal("IdempotentParameterMismatch")
            answer = self._make(request, given)
            if key[1] and answer.status == 200:
                self._answers[key] = (asked, answer)
            return answer

    def _make(self, request: Request, given: Mapping[str, str]) -> Answer:
        answer = super().forward(request)
        if answer.status == 200 and self.looks:
            thing = _THINGS[given["Action"]]
            with self._layer:
                self._between.update(
                    dict.fromkeys(_made(thing, answer.body), (thing.made, self.looks))
                )
        return answer

    def _start(self, request: Request, given: Mapping[str, str]) -> Answer:
        if given["InstanceId.1"] in self._between:
            return refusal("IncorrectInstanceState", "it is not in a state to be started")
        return self._power(request, given, "pending")

    def _stop(self, request: Request, given: Mapping[str, str]) -> Answer:
        return self._power(request, given, "stopping")

    def _power(self, request: Request, given: Mapping[str, str], word: str) -> Answer:
        answer = super().forward(request)
        if answer.status == 200:
            with self._layer:
                machine = given["InstanceId.1"]
                hibernates = given.get("Hibernate") == "true"
                (self.hibernated.add if hibernates else self.hibernated.discard)(machine)
                if self.looks:
                    self._between[machine] = (word, self.looks)
        return answer

    def _deregister(self, request: Request, given: Mapping[str, str]) -> Answer:
        """The image's snapshots go with it where that is asked for."""
        image = self._asked(request, "DescribeImages", f"ImageId.1={given['ImageId']}")
        answer = super().forward(request)
        if answer.status == 200 and given.get("DeleteAssociatedSnapshots") == "true":
            for snapshot in set(re.findall(rb"<snapshotId>(snap-\w+)<", image)):
                self._asked(request, "DeleteSnapshot", f"SnapshotId={snapshot.decode()}")
        return answer

    def _interface(self, request: Request, given: Mapping[str, str]) -> Answer:
        """An interface gives its subnet's address away."""
        if given.get("AssociatePublicIpAddress") == "false":
            with self._layer:
                self.unaddressed.add(self._wearer(request, given["NetworkInterfaceId"]))
        return super().forward(request)

    def _address(self, request: Request, given: Mapping[str, str]) -> Answer:
        with self._layer:
            self.unaddressed.discard(self._wearer(request, given["NetworkInterfaceId"]))
        return super().forward(request)

    def _wearer(self, request: Request, interface: str) -> str:
        """The machine of an interface."""
        query = f"NetworkInterfaceId.1={interface}"
        found = ET.fromstring(self._asked(request, "DescribeNetworkInterfaces", query))
        return str(found.findtext(".//{*}attachment/{*}instanceId"))

    def _asked(self, request: Request, name: str, query: str) -> bytes:
        """What moto answers to a request of the layer's own."""
        body = f"Action={name}&Version=2016-11-15&{query}".encode()
        return super().forward(Request("POST", request.path, body, request.headers)).body

    def _modify(self, request: Request, given: Mapping[str, str]) -> Answer:
        """A machine that runs keeps its type."""
        if "InstanceType.Value" in given and not self._is_stopped(request, given["InstanceId"]):
            return refusal("IncorrectInstanceState", "the instance is not stopped")
        return super().forward(request)

    def _is_stopped(self, request: Request, machine: str) -> bool:
        found = self._asked(request, "DescribeInstances", f"InstanceId.1={machine}")
        return b"<name>stopped</name>" in found

    def _describe(self, request: Request, given: Mapping[str, str]) -> Answer:
        answer = super().forward(request)
        with self._layer:
            strange = self._between or self.hibernated or self.unaddressed
            if not strange or answer.status != 200:
                return answer
            body = self._as_seen(_THINGS[given["Action"]], answer.body)
        return Answer(answer.status, body, answer.headers)

    def _as_seen(self, thing: Thing, body: bytes) -> bytes:
        root = ET.fromstring(body)
        for item in root.iterfind(".//{*}item"):
            name, state = item.findtext(_path(thing.id)), item.find(_path(thing.state))
            if name is None or state is None:
                continue
            reason = item.find(_path("stateReason/code"))
            if name in self.hibernated and reason is not None:
                reason.text = "Client.UserInitiatedHibernate"
            address = item.find(_path("ipAddress"))
            if name in self.unaddressed and address is not None:
                item.remove(address)
            if name in self._between:
                word, left = self._between.pop(name)
                state.text = word
                if left > 1:
                    self._between[name] = (word, left - 1)
        return ET.tostring(root, encoding="utf-8", xml_declaration=True)


@dataclass(frozen=True)
class Thing:
    """Where its id and its state stand in EC2's answers, and its state while it is made."""

    id: str
    state: str
    made: str


_INSTANCE = Thing("instanceId", "instanceState/name", "pending")
_VOLUME = Thing("volumeId", "status", "creating")
_SNAPSHOT = Thing("snapshotId", "status", "pending")
_IMAGE = Thing("imageId", "imageState", "pending")
_THINGS = {
    "RunInstances": _INSTANCE, "DescribeInstances": _INSTANCE,
    "CreateVolume": _VOLUME, "DescribeVolumes": _VOLUME,
    "CreateSnapshots": _SNAPSHOT, "DescribeSnapshots": _SNAPSHOT,
    "CreateImage": _IMAGE, "DescribeImages": _IMAGE,
}  # fmt: skip


def _path(path: str) -> str:
    return "/".join(f"{{*}}{part}" for part in path.split("/"))


def _made(thing: Thing, body: bytes) -> list[str]:
    """The ids of what an answer says was made."""
    root = ET.fromstring(body)
    return [name for part in root.iter() if (name := part.findtext(_path(thing.id)))]
