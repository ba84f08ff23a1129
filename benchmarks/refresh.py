"""How long a refresh of five providers side by side takes, beside the slowest of them alone.

    python benchmarks/refresh.py [MACHINES]

Each provider has 2,000 machines. AWS (moto), Azure and Google (the test servers), vSphere (vcsim)
are asked once for real; what they answered is then replayed by a process for each that waits 0.2 s
before every answer, as a vendor's region does, and takes next to no processor: five servers on the
same two cores would be measured otherwise. libvirt is its own test driver, in process. "alone" and
"side by side" are whole refreshes into SQLite; "what changed" is what `serve` does every 30 s. The
figures are medians of the rounds; "CPU s" is of this process, all threads. As in `serve`, threads
take turns often, and what is loaded by the first reading is kept from the garbage collector, which
stops them all for 0.3 s.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.providers import seed as seed_aws
from benchmarks.replaying import Recording, key_of, replaying
from tests.contract import azure_bench, gcp_bench
from tests.contract.moto_world import moto_server, session
from tests.contract.wire import Answer, Request, Wire
from tests.live.vcsim.world import PASSWORD, USER, vcenter
from tests.servers.running import running
from tools.database import open_database
from tools.inventory import Inventory
from tools.providers.aws import AwsSettings, connect
from tools.providers.azure import Azure
from tools.providers.base import Provider
from tools.providers.gcp import Gcp
from tools.providers.libvirt import Libvirt
from tools.providers.libvirt_link import libvirt
from tools.providers.vsphere import PROVIDER as VSPHERE
from tools.providers.vsphere import VsphereSettings
from tools.times import utc_now
from ui.serve.running import SWITCH_S

ANSWER_S = 0.2
ROUNDS = 5
MOST_OVERHEAD = 0.10

Open = Callable[[int], Provider]


class Recorder(Wire):
    """A wire that keeps every answer."""

    limit_s = 600

    def __init__(self, host: str, port: int, recording: Recording) -> None:
        self.recording = recording
        super().__init__(host, port)

    def forward(self, request: Request) -> Answer:
        """The server's answer."""
        answer = super().forward(request)
        key = key_of(request.method, request.path, request.body)
        self.recording.add(key, answer.status, dict(answer.headers), answer.body)
        return answer


@dataclass(frozen=True)
class Took:
    """What one refresh took."""

    wall_s: float
    cpu_s: float


def main(machines: int) -> int:
    """Print the table; 1 if side by side takes too much longer than the slowest."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        providers: list[Provider] = []
        asked: dict[str, int] = {}
        for name, record in _RECORDED.items():
            print(f"asking {name} …", file=sys.stderr)
            provider, requests = stack.enter_context(record(folder, machines))
            providers.append(provider)
            asked[provider.name] = requests
        providers.append(fill_libvirt(machines))
        engine = open_database(f"sqlite:///{folder / 'novacron.db'}")
        stack.callback(engine.dispose)
        inventory = Inventory(engine, providers, _no_metrics, utc_now)
        inventory.refresh()
        counts = {provider.name: inventory.known_on(provider.name) for provider in providers}
        errors = [one.error for one in inventory.connected() if one.error]
        assert not errors, errors
        sys.setswitchinterval(SWITCH_S)
        gc.collect()
        gc.freeze()
        overhead = report(inventory, counts, asked)
        for provider in providers:
            provider.close()
    print(f"\nSide by side over the slowest alone: {overhead:+.1%}; it may be {MOST_OVERHEAD:+.0%}")
    return 1 if overhead > MOST_OVERHEAD else 0


def _no_metrics(metric: str, aggregate: str, window: str) -> dict[str, float]:
    return {}


def report(inventory: Inventory, counts: dict[str, int], asked: dict[str, int]) -> float:
    """Measure and print; the share by which side by side is slower than the slowest."""
    names = list(counts)
    alone: dict[str, list[Took]] = {name: [] for name in names}
    together: list[Took] = []
    changed: list[Took] = []
    ratios: list[float] = []
    for _ in range(ROUNDS):
        for name in names:
            alone[name].append(took(lambda name=name: inventory.refresh([name])))
        together.append(took(inventory.refresh))
        changed.append(took(lambda: inventory.refresh(whole=False)))
        slowest = max(alone[name][-1].wall_s for name in names)
        ratios.append(together[-1].wall_s / slowest)
    print(f"Python {sys.version.split()[0]}, {ROUNDS} rounds\n")
    print(f"{'':24}{'machines':>10}{'requests':>10}{'wall s':>9}{'CPU s':>9}")
    for name in names:
        line(name, counts[name], asked.get(name), alone[name])
    line("side by side", sum(counts.values()), sum(asked.values()), together)
    line("what changed", sum(counts.values()), None, changed)
    return statistics.median(ratios) - 1


def line(name: str, machines: int, requests: int | None, rounds: list[Took]) -> None:
    """One line of the table."""
    wall = statistics.median(one.wall_s for one in rounds)
    cpu = statistics.median(one.cpu_s for one in rounds)
    shown = "-" if requests is None else f"{requests:,}"
    print(f"{name[:24]:24}{machines:>10,}{shown:>10}{wall:>9.2f}{cpu:>9.2f}")


def took(refresh: Callable[[], object]) -> Took:
    """Refresh once and look at the clocks."""
    wall, cpu = time.perf_counter(), time.process_time()
    refresh()
    return Took(time.perf_counter() - wall, time.process_time() - cpu)


@contextmanager
def recorded(
    folder: Path, name: str, address: tuple[str, int], open_one: Callable[[str], Provider]
) -> Generator[tuple[Provider, int]]:
    """A provider over what its server answered; how many requests one listing takes."""
    recording = Recording()
    wire = Recorder(*address, recording)
    first = open_one(wire.url)
    first.changes("")
    with wire.counted() as sent:
        first.list_machines()
    first.changes("")
    first.close()
    again = open_one(wire.url)  # what is asked at a start only
    for _ in range(2):
        again.changes(again.changes("").mark)
    again.close()
    wire.close()
    file = folder / f"{name}.json"
    recording.write(file)
    with replaying(wire.port, file, ANSWER_S):
        yield open_one(wire.url), len(sent)


@contextmanager
def record_aws(folder: Path, machines: int) -> Generator[tuple[Provider, int]]:
    """Machines on moto."""

    def open_one(url: str) -> Provider:
        given = {"regions": ["us-east-1"], "endpoint_url": url, "prices": "table"}
        return connect(AwsSettings.model_validate(given), session=session())

    with moto_server(folder) as port:
        seed_aws(session().client("ec2", endpoint_url=f"http://127.0.0.1:{port}"), machines)
        with recorded(folder, "aws", ("127.0.0.1", port), open_one) as made:
            yield made


@contextmanager
def record_azure(folder: Path, machines: int) -> Generator[tuple[Provider, int]]:
    """Machines on the Azure test server."""
    with running("tests.servers.azure") as server:
        azure_bench.fresh(server)
        names = [f"web-{number:04}" for number in range(machines)]
        azure_bench.seed(server, names, tags={"env": "dev"})
        host, _, port = server.url.rpartition("//")[2].partition(":")

        def open_one(url: str) -> Provider:
            return Azure.open(azure_bench.settings(server, endpoint=url))

        with recorded(folder, "azure", (host, int(port)), open_one) as made:
            yield made


@contextmanager
def record_gcp(folder: Path, machines: int) -> Generator[tuple[Provider, int]]:
    """Machines on the Compute Engine test server."""
    with running("tests.servers.gcp") as server:
        gcp_bench.fresh(server)
        names = [f"web-{number:04}" for number in range(machines)]
        gcp_bench.seed(server, names, labels={"env": "dev"})
        host, _, port = server.url.rpartition("//")[2].partition(":")

        def open_one(url: str) -> Provider:
            return Gcp.open(gcp_bench.settings(server, endpoint=url))

        with recorded(folder, "gcp", (host, int(port)), open_one) as made:
            yield made


@contextmanager
def record_vsphere(folder: Path, machines: int) -> Generator[tuple[Provider, int]]:
    """Machines on the vCenter simulator: two datacenters, a cluster and a host alone in each."""

    def open_one(url: str) -> Provider:
        given: dict[str, Any] = {"url": f"{url}/sdk", "user": USER, "password": PASSWORD}
        return VSPHERE.open(VsphereSettings(**given), utc_now)

    with (
        vcenter("-machines", str(machines // 4)) as vc,
        recorded(folder, "vsphere", (vc.host, vc.port), open_one) as made,
    ):
        yield made


_RECORDED = {
    "AWS": record_aws,
    "Azure": record_azure,
    "Google": record_gcp,
    "vSphere": record_vsphere,
}


def fill_libvirt(machines: int) -> Provider:
    """Machines of libvirt's own test driver."""
    connection = libvirt.open("test:///default")
    for number in range(machines - 1):  # it has one of its own
        connection.defineXML(
            f"<domain type='test'><name>web-{number:04}</name><memory>262144</memory>"
            "<vcpu>1</vcpu><os><type>hvm</type></os></domain>"
        )
    provider = Libvirt.open("test:///default")
    connection.close()
    return provider


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
