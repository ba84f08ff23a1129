"""What a tool may look at while it plans or reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tools.inventory import Inventory
from tools.metrics import Metrics

if TYPE_CHECKING:
    from tools.identity import User
    from tools.journal import Journal
    from tools.schedules import Schedules


@dataclass(frozen=True)
class World:
    """The fleet, its metrics, what was done and what is scheduled, and the present moment."""

    inventory: Inventory
    metrics: Metrics
    journal: Journal
    schedules: Schedules
    clock: Callable[[], datetime]

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.clock()

    def of(self, user: User) -> World:
        """The world as this person may see it: what was done and is scheduled in their tenant."""
        tenant = user.tenant
        return replace(self, journal=self.journal.of(tenant), schedules=self.schedules.of(tenant))
