"""Samples from a Prometheus server, or whatever answers its HTTP API.

A metric is one PromQL expression whose series bear a label that names a machine. Prometheus works
out the mean of each hour; series that fit no machine, or several, are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tools.credentials.secret import Secret
from tools.errors import NovaError, ProviderError, Unreachable
from tools.machine import VM
from tools.metrics import Series, reduced
from tools.providers.standing import Standing, clock_off_s

LABELS = ("uuid", "domain", "instance")
"""Labels that name a machine, the surest first: libvirt's exporter has the first two."""

_FILES = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660"'
_CARDS = 'device!~"lo|veth.*|docker.*|br-.*"'

EXPRESSIONS = {
    "cpu": (
        "100 * sum by (uuid, domain) (rate(libvirt_domain_info_cpu_time_seconds_total[{rate}]))"
        " / sum by (uuid, domain) (libvirt_domain_info_virtual_cpus)",
        '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[{rate}])))',
    ),
    "memory": (
        "max by (uuid, domain) (libvirt_domain_memory_stats_used_percent)",
        "100 * (1 - sum by (instance) (node_memory_MemAvailable_bytes)"
        " / sum by (instance) (node_memory_MemTotal_bytes))",
    ),
    "disk": (
        f"100 * (1 - sum by (instance) (node_filesystem_avail_bytes{{{_FILES}}})"
        f" / sum by (instance) (node_filesystem_size_bytes{{{_FILES}}}))",
    ),
    "network": (
        "sum by (uuid, domain)"
        " (rate(libvirt_domain_interface_stats_receive_bytes_total[{rate}])"
        " + rate(libvirt_domain_interface_stats_transmit_bytes_total[{rate}])) * 8 / 1e6",
        f"sum by (instance) (rate(node_network_receive_bytes_total{{{_CARDS}}}[{{rate}}])"
        f" + rate(node_network_transmit_bytes_total{{{_CARDS}}}[{{rate}}])) * 8 / 1e6",
    ),
    "iops": (
        "sum by (uuid, domain) (rate(libvirt_domain_block_stats_read_requests_total[{rate}])"
        " + rate(libvirt_domain_block_stats_write_requests_total[{rate}]))",
        "sum by (instance) (rate(node_disk_reads_completed_total[{rate}])"
        " + rate(node_disk_writes_completed_total[{rate}]))",
    ),
}
"""What is asked for each metric: of libvirt's exporter, then of node_exporter inside the machine,
which knows better where both do. `{rate}` is the length over which counters become rates."""

_HOUR = timedelta(hours=1)
_LIMIT_S = 20.0
_LIVE_S = 60


@dataclass(frozen=True)
class PrometheusOptions:
    """How a server is reached, and what stands for what.

    Attributes:
        url: its address, such as http://prometheus:9090.
        token: sent as a bearer token, where it asks for one.
        expressions: PromQL in place of the expressions above, by metric.
        labels: the labels that name a machine, the surest first.
        rate: the length over which counters become rates; at least two scrapes.
    """

    url: str
    token: Secret | None = None
    expressions: Mapping[str, str] = field(default_factory=dict[str, str])
    labels: Sequence[str] = LABELS
    rate: str = "5m"


class PrometheusSamples:
    """Hourly samples that a Prometheus server works out, asked at most once a minute.

    Args:
        options: how it is reached.
        machines: every machine that there is.
    """

    def __init__(self, options: PrometheusOptions, machines: Callable[[], Iterable[VM]]) -> None:
        self._options = options
        self._machines = machines
        self._read: dict[tuple[Hashable, ...], Series] = {}
        self._named: tuple[Hashable, dict[str, str]] | None = None
        self._stamp: Hashable = None
        self._now = datetime.now(UTC)
        self._problem = ""
        self.name = f"Prometheus at {urlsplit(options.url).netloc or options.url}"

    def stamp(self, now: datetime) -> Hashable:
        """The present minute."""
        self._now = now
        self._stamp = int(now.timestamp() // _LIVE_S)
        return self._stamp

    def problems(self) -> tuple[str, ...]:
        """Why it gave none, where it failed."""
        return (self._problem,) if self._problem else ()

    def aggregate(
        self, metric: str, aggregate: str, since: datetime, until: datetime | None = None
    ) -> dict[str, float]:
        """One value for each machine that has a sample at `since` or later, before `until`."""
        return reduced(self._series(metric, since, until), aggregate)

    def series(
        self, ids: Sequence[str], metric: str, since: datetime, until: datetime | None = None
    ) -> Series:
        """The samples of these machines at `since` or later and before `until`, by time."""
        wanted = set(ids)
        return {i: p for i, p in self._series(metric, since, until).items() if i in wanted}

    def check(self) -> str:
        """Say in a line what is reached; raise if it is not.

        Raises:
            NovaError: it does not answer.
        """
        found = self._ask("query", {"query": "count(up == 1)"})
        count = found[0]["value"][1] if found else "0"
        return f"{count} targets up"

    def examine(self) -> Standing:
        """What is reached, and how far the server's clock is off; raise if it is not.

        Raises:
            NovaError: it does not answer.
        """
        reached, asked = self.check(), datetime.now(UTC)
        said = self._ask("query", {"query": "time()"})
        moment = datetime.fromtimestamp(float(said[0]), UTC)
        off_s = clock_off_s(moment, asked, datetime.now(UTC))
        return Standing(f"{self.name}, {reached}", clock_off_s=off_s)

    def _series(self, metric: str, since: datetime, until: datetime | None) -> Series:
        key = (self._stamp, metric, since, until)
        if key not in self._read:
            self._read = {k: v for k, v in self._read.items() if k[0] == self._stamp}
            try:
                self._read[key] = self._hours(metric, since, until)
                self._problem = ""
            except NovaError as error:
                self._read[key] = {}  # an absent reading is shown as such, with the reason
                self._problem = error.message
        return self._read[key]

    def _hours(self, metric: str, since: datetime, until: datetime | None) -> Series:
        """The mean of each hour, asked at its end: the present one is what there is of it."""
        first = since + _HOUR
        last = max(first, (until or self._now) + _HOUR)
        given = self._options.expressions.get(metric)
        names = self._names()
        found: Series = {}
        for expression in (given,) if given else EXPRESSIONS[metric]:
            whole = expression.replace("{rate}", self._options.rate)
            # a second less than the hour: what was measured at its start belongs to the one before
            asked = {
                "query": f"avg_over_time(({whole})[3599s:{self._options.rate}])",
                "start": first.timestamp(),
                "end": last.timestamp(),
                "step": int(_HOUR.total_seconds()),
            }
            for one in self._ask("query_range", asked):
                machine_id = self._machine_of(one["metric"], names)
                points = [p for p in _points(one["values"]) if until is None or p[0] < until]
                if machine_id is not None and points:
                    found[machine_id] = points
        return found

    def _names(self) -> dict[str, str]:
        """Machine ids by what may name one machine in a label, and by nothing that names two."""
        if self._named is None or self._named[0] != self._stamp:
            known: dict[str, str] = {}
            twice: set[str] = set()
            for vm in self._machines():
                for name in set(_names_of(vm)):
                    if known.setdefault(name, vm.id) != vm.id:
                        twice.add(name)
            self._named = (self._stamp, {n: i for n, i in known.items() if n not in twice})
        return self._named[1]

    def _machine_of(self, labels: Mapping[str, str], names: Mapping[str, str]) -> str | None:
        for label in self._options.labels:
            value = labels.get(label, "")
            found = names.get(value) or names.get(_without_port(value))
            if found is not None:
                return found
        return None

    def _ask(self, path: str, form: Mapping[str, Any]) -> list[Any]:
        import httpx

        token = self._options.token.get_secret_value() if self._options.token else ""
        url = f"{self._options.url.rstrip('/')}/api/v1/{path}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = httpx.post(url, data=form, headers=headers, timeout=_LIMIT_S)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(
                f"{self.name} does not answer: {str(error) or type(error).__name__}.",
                hint="See the setting prometheus_url.",
            ) from error
        try:
            body = answer.json()
        except ValueError as error:
            raise ProviderError(f"{self.name} answered {answer.status_code}, not JSON.") from error
        if body.get("status") != "success":
            raise ProviderError(f"{self.name} refused: {body.get('error', answer.status_code)}.")
        return body["data"]["result"]


def _names_of(vm: VM) -> Iterator[str]:
    yield vm.id
    yield vm.id.rpartition("/")[2]
    yield from (name for name in (vm.name, vm.private_ip, vm.public_ip) if name)


def _without_port(value: str) -> str:
    host, colon, port = value.rpartition(":")
    return host.strip("[]") if colon and port.isdigit() else value


def _points(values: Sequence[tuple[float, str]]) -> list[tuple[datetime, float]]:
    """The hours that the values are the ends of; what is no number is a gap."""
    pairs = ((datetime.fromtimestamp(at, UTC) - _HOUR, float(text)) for at, text in values)
    return [(time, value) for time, value in pairs if math.isfinite(value)]
