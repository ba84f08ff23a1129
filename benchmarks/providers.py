"""How long a listing of AWS takes, beside bare boto3 and Apache Libcloud on the same server.

    python benchmarks/providers.py [MACHINES]

The server is moto, a process of its own. "boto3, machines" asks for the machines alone and gives
what boto3 parsed; "boto3, all" asks the three questions that a record needs, side by side as
NovaCron does: machines, volumes, snapshots. "NovaCron" is the provider's whole listing, checked
records with disks, snapshots, prices and protection. "Libcloud" is its `list_nodes`, which knows
the machines alone. "CPU s" is of this process, so the server is not in it. Every round asks all
four one after the other; the figures are medians, the overhead is the median of the rounds'
ratios, so that what else the computer does weighs little.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libcloud.compute.drivers import ec2 as libcloud_ec2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.contract.moto_world import ACCESS_KEY, SECRET_KEY, UBUNTU, moto_server, session
from tools.providers.aws import Aws, AwsSettings, connect

REGION = "us-east-1"
NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15"
"""As moto spells it: AWS, and so Libcloud, has a slash at the end."""
A_CALL = 50
ROUNDS = 7
MOST_OVERHEAD = 0.15


@dataclass(frozen=True)
class Took:
    """What one listing took."""

    wall_s: float
    cpu_s: float


def main(machines: int) -> int:
    """Print the table; 1 if NovaCron takes too much longer than boto3."""
    with tempfile.TemporaryDirectory() as folder, moto_server(Path(folder)) as port:
        url = f"http://127.0.0.1:{port}"
        ec2: Any = session().client("ec2", endpoint_url=url)
        seed(ec2, machines)
        settings = AwsSettings.model_validate(
            {"regions": [REGION], "endpoint_url": url, "prices": "table"}
        )
        provider = connect(settings, session=session())
        ways = ways_to_list(ec2, provider, port)
        print(f"{machines:,} machines, Python {sys.version.split()[0]}, {ROUNDS} rounds\n")
        overhead = report(ways, machines)
        provider.close()
    print(f"\nNovaCron over boto3 with the same questions: {overhead:+.1%};", end=" ")
    print(f"it may be {MOST_OVERHEAD:+.0%}")
    return 1 if overhead > MOST_OVERHEAD else 0


def seed(ec2: Any, machines: int) -> None:
    """Make so many machines."""
    for start in range(0, machines, A_CALL):
        number = min(A_CALL, machines - start)
        tags = [{"Key": "Name", "Value": f"web-{start}"}, {"Key": "env", "Value": "dev"}]
        ec2.run_instances(
            ImageId=UBUNTU["ami_id"], MinCount=number, MaxCount=number, InstanceType="t3.medium",
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )  # fmt: skip


def ways_to_list(ec2: Any, provider: Aws, port: int) -> dict[str, Callable[[], int]]:
    """Each way, and how many machines it finds."""
    libcloud_ec2.NAMESPACE = NAMESPACE
    driver: Any = libcloud_ec2.EC2NodeDriver(
        ACCESS_KEY, SECRET_KEY, region=REGION, host="127.0.0.1", port=port, secure=False,
        signature_version="4",
    )  # fmt: skip
    pool = ThreadPoolExecutor(3)

    def pages(name: str, **given: Any) -> list[Any]:
        return list(ec2.get_paginator(name).paginate(**given))

    def machines() -> int:
        found = pages("describe_instances", PaginationConfig={"PageSize": 1000})
        return sum(len(r["Instances"]) for page in found for r in page["Reservations"])

    def everything() -> int:
        volumes = pool.submit(pages, "describe_volumes", PaginationConfig={"PageSize": 500})
        ours = [{"Name": "tag-key", "Values": ["novacron:machine"]}]
        snapshots = pool.submit(pages, "describe_snapshots", OwnerIds=["self"], Filters=ours)
        number = machines()
        volumes.result()
        snapshots.result()
        return number

    return {
        "boto3, machines": machines,
        "boto3, all": everything,
        "NovaCron": lambda: len(provider.list_machines()),
        "Libcloud": lambda: len(driver.list_nodes()),
    }


def report(ways: dict[str, Callable[[], int]], machines: int) -> float:
    """Measure and print; the share by which NovaCron is slower than boto3."""
    found = {name: list_once() for name, list_once in ways.items()}
    rounds: list[dict[str, Took]] = []
    for number in range(ROUNDS):
        order = list(ways) if number % 2 == 0 else list(reversed(ways))
        rounds.append({name: took(ways[name]) for name in order})
    print(f"{'':18}{'machines':>10}{'wall s':>9}{'CPU s':>9}")
    for name in ways:
        wall = statistics.median(one[name].wall_s for one in rounds)
        cpu = statistics.median(one[name].cpu_s for one in rounds)
        print(f"{name:18}{found[name]:>10,}{wall:>9.2f}{cpu:>9.2f}")
    assert set(found.values()) == {machines}
    ratios = [one["NovaCron"].wall_s / one["boto3, all"].wall_s for one in rounds]
    return statistics.median(ratios) - 1


def took(list_once: Callable[[], int]) -> Took:
    """List once and look at the clocks."""
    wall, cpu = time.perf_counter(), time.process_time()
    list_once()
    return Took(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
