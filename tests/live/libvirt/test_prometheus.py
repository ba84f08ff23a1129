"""Metrics from a real Prometheus: its past against figures that are known, a real guest's load."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.live.libvirt.monitoring import backfill, exporter, free_port, prometheus, require
from tests.live.libvirt.world import Hypervisor, wait_for
from tests.unit.families.world import FLEET
from tools.metrics import Metrics
from tools.prometheus import PrometheusOptions, PrometheusSamples
from tools.providers.libvirt import Libvirt

pytestmark = pytest.mark.live

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
HOURS = 30
UUID = "7c67ad9d-ed4c-57fc-a215-e6f3825cfe37"
SILENT = range(5, 9)
"""Hours before the present one in which one machine sent nothing."""

WEB, DB, KVM = (
    replace(FLEET[0], private_ip="10.0.0.1"),
    replace(FLEET[5], private_ip="10.0.0.2"),
    replace(FLEET[8], id=f"libvirt/kvm-01/{UUID}"),
)


def load(hour: int) -> float:
    """How busy the machines were, as a share, so many hours before the present one."""
    return 0.1 + 0.02 * hour


def past() -> list[str]:
    """A sample a minute: node_exporter of two machines, libvirt's exporter of one."""
    hour = NOW.replace(minute=0, second=0)
    start = hour - timedelta(hours=HOURS)
    counters: dict[str, float] = {}
    lines: list[str] = []
    for minute in range(HOURS * 60 + 30):
        at = start + timedelta(minutes=minute)
        ago = HOURS - minute // 60
        busy = load(ago)
        rates = {
            'node_cpu_seconds_total{instance="10.0.0.1:9100",cpu="0",mode="idle"}': 60 * (1 - busy),
            'node_cpu_seconds_total{instance="10.0.0.1:9100",cpu="0",mode="user"}': 60 * busy,
            f'libvirt_domain_info_cpu_time_seconds_total{{uuid="{UUID}",domain="x"}}': 120 * busy,
            f'libvirt_domain_interface_stats_receive_bytes_total{{uuid="{UUID}",domain="x",'
            'target_device="vnet0"}': 60 * 1e6 * busy,
            f'libvirt_domain_interface_stats_transmit_bytes_total{{uuid="{UUID}",domain="x",'
            'target_device="vnet0"}': 0,
        }
        gauges = {
            f'libvirt_domain_info_virtual_cpus{{uuid="{UUID}",domain="x"}}': 4,
            'node_memory_MemTotal_bytes{instance="10.0.0.1:9100"}': 8e9,
            'node_memory_MemAvailable_bytes{instance="10.0.0.1:9100"}': 6e9,
            'node_filesystem_size_bytes{instance="db-1:9100",fstype="ext4"}': 1e11,
            'node_filesystem_avail_bytes{instance="db-1:9100",fstype="ext4"}': 1e11 * (1 - busy),
            'node_filesystem_size_bytes{instance="db-1:9100",fstype="tmpfs"}': 1e12,
            'node_filesystem_avail_bytes{instance="db-1:9100",fstype="tmpfs"}': 1e12,
            'node_filesystem_size_bytes{instance="stranger:9100",fstype="ext4"}': 1e11,
            'node_filesystem_avail_bytes{instance="stranger:9100",fstype="ext4"}': 1e10,
        }
        for series, step in rates.items():
            restarted = minute == 700 and "mode" in series
            counters[series] = 0 if restarted else counters.get(series, 0) + step
        silent = ago in SILENT
        values = {**counters, **gauges}
        lines += [
            f"{series} {value} {at.timestamp()}"
            for series, value in values.items()
            if not (silent and "10.0.0.1" in series)
        ]
    return sorted(lines, key=lambda line: line.split(" ")[0])  # stable: in order of time


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus with a known past."""
    require()
    folder = tmp_path_factory.mktemp("prometheus")
    backfill(folder, past())
    with prometheus(folder) as url:
        yield url


def metrics(url: str, **more: object) -> Metrics:
    options = replace(PrometheusOptions(url), **more)  # type: ignore[arg-type]
    return Metrics(PrometheusSamples(options, lambda: (WEB, DB, KVM)), lambda: NOW)


def test_each_hour_is_the_mean_that_was_written(server: str):
    series = metrics(server).series([WEB.id, KVM.id], "cpu", "24h")
    for vm, share in ((WEB, 1.0), (KVM, 0.5)):
        for at, value in series[vm.id]:
            ago = round((NOW.replace(minute=0) - at) / timedelta(hours=1))
            assert value == pytest.approx(100 * share * load(ago), abs=1.5), (vm.name, ago)


def test_hours_without_samples_are_gaps(server: str):
    series = metrics(server).series([WEB.id, KVM.id], "cpu", "24h")
    heard = {round((NOW.replace(minute=0) - at) / timedelta(hours=1)) for at, _ in series[WEB.id]}
    assert heard == set(range(25)) - set(SILENT)
    assert len(series[KVM.id]) == 25
    before = metrics(server).read("cpu", "avg", "1h", "7d")
    assert before == {}


def test_every_metric_has_its_unit_and_strangers_are_left_out(server: str):
    asked = metrics(server)
    assert asked.read("memory", "last", "1h") == {WEB.id: pytest.approx(25)}
    assert asked.read("disk", "last", "1h") == {DB.id: pytest.approx(10, abs=0.1)}
    assert asked.read("network", "last", "2h")[KVM.id] == pytest.approx(0.8, rel=0.05)
    assert asked.read("cpu", "max", "3h")[KVM.id] == pytest.approx(50 * load(3), abs=1)
    assert asked.read("cpu", "avg", "1h", "24h")[KVM.id] == pytest.approx(50 * load(24.5), abs=1)
    assert asked.problems() == ()


def test_an_expression_and_a_label_of_ones_own(server: str):
    own = 'label_replace(node_memory_MemTotal_bytes / 1e9, "vm", "db-1", "", "")'
    asked = metrics(server, expressions={"memory": own}, labels=("vm",))
    assert asked.read("memory", "last", "1h") == {DB.id: pytest.approx(8)}


def test_what_it_refuses_and_that_it_is_gone_is_said(server: str):
    wrong = metrics(server, expressions={"cpu": "sum by ("})
    assert wrong.read("cpu") == {}
    assert "refused" in wrong.problems()[0]
    gone = metrics(f"http://127.0.0.1:{free_port()}")
    assert gone.read("cpu") == {}
    assert "does not answer" in gone.problems()[0]


def test_a_busy_guest_is_seen_through_the_exporter(
    alpha: Hypervisor, provider: Libvirt, guest: str, tmp_path: Path,
):  # fmt: skip
    require()
    alpha.sh("web-01", "(while :; do :; done) >/dev/null 2>&1 &")
    spent: Callable[[], float] = lambda: int(_stat(alpha, "cpu.time")) / 1e9  # noqa: E731
    with exporter(alpha.uri, tmp_path) as target, prometheus(tmp_path, [target]) as url:
        began, first = time.monotonic(), spent()
        options = PrometheusOptions(url, rate="3s")
        source = PrometheusSamples(options, provider.list_machines)
        wait_for(lambda: source.check() == "1 targets up", 15, "scraped")
        standing = source.examine()
        assert standing.reached.endswith("1 targets up")
        assert standing.clock_off_s == pytest.approx(0, abs=30)
        time.sleep(6)
        truth = 100 * (spent() - first) / (time.monotonic() - began)
        read = Metrics(source, lambda: datetime.now(UTC)).read("cpu", "last", "1h")
        assert source.problems() == ()
        assert read[guest] == pytest.approx(truth, rel=0.4)
        assert read[guest] > 5


def _stat(alpha: Hypervisor, key: str) -> str:
    lines = alpha.virsh("domstats", "web-01", "--cpu-total").splitlines()
    return next(line.split("=")[1] for line in lines if line.strip().startswith(key))
