"""Verbs on one machine: power, size and tags.

Azure knows no client tokens. Acts that can be seen are made safe to repeat by looking first; a
restart, which cannot be seen, is noted on the machine before it is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

from tools.errors import Conflict, InvalidRequest, NovaError, OutcomeUnknown
from tools.providers.azure_link import COMPUTE_VERSION, Link
from tools.providers.azure_machines import Machines
from tools.providers.azure_record import OURS, Place, power_of, tags_of

RESTARTED = "novacron-restarted"
RAN = "novacron-ran"
_FORBIDDEN = set("<>%&\\?/")


def mark_of(token: str) -> str:
    """A token as a tag's value, and as the end of a resource's name."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse what Azure takes for no tag.

    Raises:
        InvalidRequest: says which one, and what is allowed.
    """
    for key, value in tags.items():
        if not key or _FORBIDDEN & set(key) or len(key) > 512 or len(value) > 256:
            raise InvalidRequest(
                f"Azure takes no tag {key!r} with the value {value[:40]!r}.",
                hint="No < > % & \\ ? / in the name; names up to 512, values up to 256 letters.",
            )
        if key.startswith(OURS):
            raise InvalidRequest(f"Tags that begin with {OURS!r} are NovaCron's own.")


class Machine:
    """One machine as it was just read, and the verbs on it."""

    def __init__(self, machines: Machines, machine_id: str, token: str) -> None:
        self.machines = machines
        self.link: Link = machines.link
        self.token = token
        self.mark = mark_of(token)
        self.place: Place
        self.vm: Any
        self.place, self.vm = machines.find(machine_id)

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.vm["name"])

    @property
    def power(self) -> str | None:
        """Its power state, such as `running`."""
        return power_of(self.vm["properties"]["instanceView"].get("statuses", ()))

    def look(self) -> None:
        """Read it again."""
        self.place, self.vm = self.machines.find(self.place.machine_id)

    def act(self, what: str, method: str, *more: Any, **options: Any) -> None:
        """One of the SDK's `begin_…` on this machine, followed to its end."""
        client = self.link.client("compute", self.place.subscription)
        begin: Callable[..., Any] = getattr(client.virtual_machines, f"begin_{method}")

        def send(**polling: Any) -> Any:
            return begin(
                self.place.group, self.place.name, *more,
                api_version=COMPUTE_VERSION, **options, **polling,
            )  # fmt: skip

        self.link.act(f"{what} {self.name}", send)

    def start(self) -> None:
        """Bring it up."""
        if self.power != "running":
            self.act("Starting", "start")

    def stop(self, force: bool) -> None:
        """Shut it down and give its host back, so that it costs nothing more for compute."""
        if self.power == "deallocated":
            return
        if force and self.power in ("running", "starting"):
            self.act("Powering off", "power_off", skip_shutdown=True)
        self.act("Deallocating", "deallocate")

    def restart(self, force: bool) -> None:
        """Reboot it; with `force` cut its power and start it on the same host."""
        if tags_of(self.vm).get(RESTARTED) == self.mark:
            raise OutcomeUnknown(
                f"A restart of {self.name} was asked for already; whether it came does not show."
            )
        if self.power != "running":
            raise Conflict(f"{self.name} does not run.", hint="Start it.")
        self.tag({RESTARTED: self.mark})
        if force:
            self.act("Powering off", "power_off", skip_shutdown=True)
            self.act("Starting", "start")
        else:
            self.act("Restarting", "restart")

    def resize(self, size: str) -> None:
        """Give it another size; Azure reboots it for that if it runs."""
        now = str(self.vm["properties"].get("hardwareProfile", {}).get("vmSize", ""))
        if now.lower() != size.lower():
            self.act("Resizing", "update", {"properties": {"hardwareProfile": {"vmSize": size}}})

    def tag(self, tags: Mapping[str, str]) -> None:
        """Add or change tags, whatever others do to other tags meanwhile."""
        self._tags("Merge", tags)

    def untag(self, keys: Iterable[str]) -> None:
        """Remove tags where it has them."""
        there = tags_of(self.vm)
        gone = {key: there[key] for key in keys if key in there}
        if gone:
            self._tags("Delete", gone)

    def _tags(self, operation: str, tags: Mapping[str, str]) -> None:
        client = self.link.client("resources", self.place.subscription)
        body = {"operation": operation, "properties": {"tags": dict(tags)}}

        def send(**polling: Any) -> Any:
            return client.tags.begin_update_at_scope(self.place.path.strip("/"), body, **polling)

        self.link.act(f"Tagging {self.name}", send)

    @contextmanager
    def off(self) -> Generator[None]:
        """Deallocated for a while, and running again afterwards if it ran.

        That it ran is noted on it: after an interruption, the same token's next attempt starts it.
        """
        ran = self.interrupted
        if self.power == "running" and not ran:
            self.tag({RAN: self.mark})
            ran = True
        if self.power != "deallocated":
            self.act("Deallocating", "deallocate")
        self.look()
        try:
            yield
        except OutcomeUnknown:
            raise
        except NovaError:
            self._back(ran)
            raise
        self._back(ran)

    @property
    def interrupted(self) -> bool:
        """Whether an earlier attempt of this act deallocated it and did not start it again."""
        return tags_of(self.vm).get(RAN) == self.mark

    def _back(self, ran: bool) -> None:
        if ran:
            self.act("Starting", "start")
            self.look()
            self.untag([RAN])
