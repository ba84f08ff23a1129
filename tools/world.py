"""What a tool may look at while it plans or reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tools.inventory import Inventory
from tools.metrics import Metrics

if TYPE_CHECKING:
    from tools.identity import User
    from tools.journal import Journal
    from tools.schedules import Schedules
    from tools.settings import Settings

DEFAULT_TENANT = "default"
NO_MACHINE = "{}"
"""A selector that selects nothing."""


@dataclass(frozen=True)
class World:
    """The fleet, its metrics, what was done and what is scheduled, and the present moment.

    Attributes:
        bounds: the machines that exist for each tenant, as JSON selectors; empty: all for all.
        settings: how this NovaCron is set up; None in a world of its own, such as a test's.
        tenant: whose world it is.
    """

    inventory: Inventory
    metrics: Metrics
    journal: Journal
    schedules: Schedules
    clock: Callable[[], datetime]
    bounds: Mapping[str, str] = field(default_factory=dict[str, str])
    settings: Settings | None = None
    tenant: str = "default"

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.clock()

    def of(self, user: User) -> World:
        """The world as this person may see it: what was done and is scheduled in their tenant,
        and the machines that their tenant has and that they see."""
        tenant = user.tenant
        own = replace(
            self,
            journal=self.journal.of(tenant),
            schedules=self.schedules.of(tenant),
            tenant=tenant,
        )
        for sees in (self.bound_of(tenant), user.sees):
            own = own.within(sees) if sees else own
        return own

    def bound_of(self, tenant: str) -> str:
        """Which machines exist for a tenant, as a JSON selector; empty: all of them.

        Where tenants are bounded, one that is not named has no machine; `default` has them all.
        """
        if not self.bounds or (tenant == DEFAULT_TENANT and tenant not in self.bounds):
            return ""
        return self.bounds.get(tenant, NO_MACHINE)

    def within(self, sees: str) -> World:
        """The world in which only these machines exist; `sees` is a selector as JSON."""
        from tools.seen import narrowed
        from tools.seen_records import SeenJournal, SeenSchedules

        inventory = narrowed(self.inventory, sees)
        return replace(
            self,
            inventory=inventory,
            journal=SeenJournal(self.journal, inventory),
            schedules=SeenSchedules(self.schedules, inventory),
        )
