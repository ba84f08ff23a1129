"""Five places at once, each over its vendor's own protocol, with witnesses past NovaCron."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.contract import azure_bench, gcp_bench
from tests.contract.aws_bench import REGION, Raw
from tests.contract.moto_world import MotoWire, moto_server
from tests.contract.wire import Answer, Request, Wire
from tests.live.vcsim.world import PASSWORD, USER, Vcenter, vcenter
from tests.servers.running import Running, running
from tools.machine import VM, State

IDLE, BUSY = 1.5, 60.0
"""Percent of CPU."""
STOPS = {"aws": b"Action=StopInstances", "azure": b"/deallocate", "gcp": b"/stop",
         "vsphere": b"<ShutdownGuest "}  # fmt: skip
"""What a request to stop a machine has in it."""


class Failing(Wire):
    """A wire that goes down with the first stop that comes over it: the answer never arrives."""

    armed = False

    def forward(self, request: Request) -> Answer:
        """The answer, unless the place goes down with it."""
        answer = super().forward(request)
        if self.armed and STOPS["azure"] in request.path.encode():
            self.armed = False
            self.close()
        return answer


class Quiet(Wire):
    """A wire to vcsim, whose figures are those of one busy machine; some are idle over it."""

    idle: frozenset[str] = frozenset()

    def forward(self, request: Request) -> Answer:
        """vcsim's answer, with a tenth of the use for those that are idle."""
        answer = super().forward(request)
        if b"<QueryPerf " not in request.body:
            return answer
        parts = re.split(rb"(?=<returnval)", answer.body)
        quiet = [self._quieter(part) for part in parts]
        return Answer(answer.status, b"".join(quiet), answer.headers)

    def _quieter(self, part: bytes) -> bytes:
        if not any(f">{moid}</entity>".encode() in part for moid in self.idle):
            return part
        return re.sub(
            rb"<value>(\d+)</value>",
            lambda found: b"<value>%d</value>" % (int(found[1]) // 10),
            part,
        )


@dataclass
class Places:
    """What runs, and how it is looked at."""

    aws: Raw
    azure: Running
    gcp: Running
    vsphere: Vcenter
    wires: Mapping[str, Wire]
    azure_ids: Mapping[str, str]
    gcp_ids: Mapping[str, str]
    aws_ids: Mapping[str, str]
    sandbox: Path

    @property
    def connections(self) -> list[dict[str, Any]]:
        """The setting."""
        azure = azure_bench.settings(self.azure, endpoint=self.wires["azure"].url, limit_s=5)
        gcp = gcp_bench.settings(self.gcp, endpoint=self.wires["gcp"].url)
        return [
            {"kind": "aws", "regions": [REGION], "endpoint_url": self.wires["aws"].url,
             "prices": "table"},
            azure.model_dump(mode="json"),
            gcp.model_dump(mode="json"),
            {"kind": "vsphere", "url": f"{self.wires['vsphere'].url}/sdk", "user": USER,
             "password": PASSWORD, "name": "vsphere", "stop_limit_s": 5},
        ]  # fmt: skip

    def running(self) -> set[str]:
        """The machines that run, past NovaCron; the sandbox's are its own business."""
        found = {
            name
            for name, instance in self.aws_ids.items()
            if (self.aws.instance(instance) or {})["State"]["Name"] == "running"
        }
        for name, machine in self.azure_ids.items():
            if (azure_bench.witness(self.azure, machine) or {})["state"] == "running":
                found.add(name)
        for name, machine in self.gcp_ids.items():
            if (gcp_bench.witness(self.gcp, machine) or {})["state"] == "running":
                found.add(name)
        for name, machine in self.vsphere.machines().items():
            if name.startswith("vsphere-") and machine.runtime.powerState == "poweredOn":
                found.add(name)
        return found

    def stops(self) -> dict[str, int]:
        """How many requests to stop a machine came over each wire."""
        return {
            name: sum(
                STOPS[name] in request.body or STOPS[name] in request.path.encode()
                for request in wire.requests
            )
            for name, wire in self.wires.items()
        }


@contextmanager
def five_places(folder: Path) -> Generator[Places]:
    """Two idle dev machines and a busy one in each place, and an idle one of production."""
    with ExitStack() as stack:
        port = stack.enter_context(moto_server(folder))
        azure = stack.enter_context(running("tests.servers.azure"))
        gcp = stack.enter_context(running("tests.servers.gcp"))
        vc = stack.enter_context(vcenter())
        wires: dict[str, Wire] = {
            "aws": MotoWire(port, looks=1),
            "azure": Failing(*_address(azure.url)),
            "gcp": Wire(*_address(gcp.url)),
            "vsphere": (quiet := Quiet(vc.host, vc.port)),
        }
        for wire in wires.values():
            stack.callback(wire.close)
        raw = Raw(port)
        quiet.idle = _fill_vsphere(vc)
        yield Places(
            raw, azure, gcp, vc, wires, _fill_azure(azure), _fill_gcp(gcp), _fill_aws(raw),
            _fill_sandbox(folder / "fleet"),
        )  # fmt: skip


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.rpartition("//")[2].partition(":")
    return host, int(port)


def machines(place: str) -> dict[str, tuple[str, float]]:
    """The machines of a place: environment and CPU by name."""
    return {
        f"{place}-idle-1": ("dev", IDLE), f"{place}-idle-2": ("dev", IDLE),
        f"{place}-busy": ("dev", BUSY), f"{place}-prod": ("prod", IDLE),
    }  # fmt: skip


def _hours() -> list[datetime]:
    """A few hours of the last day."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return [now - timedelta(hours=n) for n in (4, 3, 2, 1)]


def _fill_aws(raw: Raw) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name, (env, cpu) in machines("aws").items():
        tags = [{"Key": "Name", "Value": name}, {"Key": "env", "Value": env}]
        spec = [{"ResourceType": "instance", "Tags": tags}]
        ids[name] = raw.run(name, TagSpecifications=spec)
        raw.cloudwatch.put_metric_data(
            Namespace="AWS/EC2",
            MetricData=[
                {"MetricName": "CPUUtilization", "Value": cpu, "Timestamp": hour,
                 "Dimensions": [{"Name": "InstanceId", "Value": ids[name]}]}
                for hour in _hours()
            ],
        )  # fmt: skip
    return ids


def _fill_azure(server: Running) -> dict[str, str]:
    azure_bench.fresh(server)
    ids: dict[str, str] = {}
    series: list[dict[str, Any]] = []
    for name, (env, cpu) in machines("azure").items():
        ids[name] = azure_bench.seed(server, [name], tags={"env": env})[0]
        owner = {
            "name": {"value": "Microsoft.ResourceId"}, "value": azure_bench.path_of(ids[name]),
        }  # fmt: skip
        data = [{"timeStamp": f"{h:%Y-%m-%dT%H:%M:%SZ}", "average": cpu} for h in _hours()]
        series.append({"metadatavalues": [owner], "data": data})
    metric = {
        "id": "cpu", "type": "x", "name": {"value": "Percentage CPU"}, "unit": "x",
        "timeseries": series,
    }  # fmt: skip
    server.control("settings", {"metrics": [metric]})
    return ids


def _fill_gcp(server: Running) -> dict[str, str]:
    gcp_bench.fresh(server)
    ids: dict[str, str] = {}
    points: list[dict[str, Any]] = []
    for name, (env, cpu) in machines("gcp").items():
        ids[name] = gcp_bench.seed(server, [name], labels={"env": env})[0]
        points.append({
            "project": gcp_bench.PROJECTS[0], "instance": ids[name].rpartition("/")[2],
            "metric": "compute.googleapis.com/instance/cpu/utilization", "labels": {},
            "hours": {hour.isoformat(): cpu / 100 for hour in _hours()},
        })  # fmt: skip
    server.control("points", points)
    return ids


def _fill_vsphere(vc: Vcenter) -> frozenset[str]:
    """Name four of vcsim's machines; the numbers of those that are idle."""
    from pyVmomi import vim

    manager = vc.raw.content.customFieldsManager
    field = manager.AddFieldDefinition("env", vim.VirtualMachine)
    found = list(vc.machines().values())
    idle: set[str] = set()
    for machine, (name, (env, cpu)) in zip(found, machines("vsphere").items(), strict=False):
        vc.do(machine.Rename_Task(name))
        manager.SetField(machine, field.key, env)
        if cpu == IDLE:
            idle.add(machine._moId)
    return frozenset(idle)


def _fill_sandbox(folder: Path) -> Path:
    folder.mkdir()
    rows: list[list[Any]] = []
    vms: list[dict[str, Any]] = []
    for name, (env, cpu) in machines("onprem").items():
        vm = VM(f"sandbox/hq/{name}", name, "sandbox", "hq", State.RUNNING, vcpus=1,
                memory_gib=2, tags={"env": env})  # fmt: skip
        vms.append(vm.to_dict())
        rows += [[hour.isoformat(), vm.id, cpu, 10, 10, 1, 1] for hour in _hours()]
    (folder / "fleet.json").write_text(json.dumps({"vms": vms}))
    with (folder / "metrics.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["time", "vm_id", "cpu_pct", "memory_pct", "disk_used_pct", "network_mbps", "disk_iops"]
        )
        writer.writerows(rows)
    return folder
