"""What a Prometheus server asks for: requests, turns, sign-ins, plans that wait, operations."""

from __future__ import annotations

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from tools.control import Control
from tools.database import operations, plans, reading

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one server; what the database knows is read when it is asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.requests = Counter(
            "novacron_requests", "Answered requests.", ("method", "route", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "novacron_request_seconds", "Time to answer.", ("route",), registry=self.registry,
            buckets=_SECONDS,
        )  # fmt: skip
        self.turns = Counter(
            "novacron_turns", "Turns by outcome and surface.", ("outcome", "surface"),
            registry=self.registry,
        )  # fmt: skip
        self.sign_ins = Counter(
            "novacron_sign_ins", "Sign-ins.", ("result",), registry=self.registry
        )
        self.streams = Gauge("novacron_event_streams", "Open streams.", registry=self.registry)
        self._plans = Gauge(
            "novacron_plans_waiting", "Plans that wait for a yes.", registry=self.registry
        )
        self._operations = Gauge(
            "novacron_operations", "Operations by status.", ("status",), registry=self.registry
        )
        self._machines = Gauge("novacron_machines", "Machines known.", registry=self.registry)

    def page(self, control: Control) -> bytes:
        """The figures of now, as Prometheus reads them."""
        self.read(control)
        return generate_latest(self.registry)

    def read(self, control: Control) -> None:
        """Read what the database knows."""
        counting = sa.select(operations.c.status, sa.func.count()).group_by(operations.c.status)
        waiting = sa.select(sa.func.count()).where(plans.c.status == "pending")
        with reading(control.engine) as db:
            self._plans.set(db.scalar(waiting) or 0)
            for status, number in db.execute(counting):
                self._operations.labels(status).set(number)
        self._machines.set(control.inventory.count())
