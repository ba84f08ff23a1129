"""Power and size of instances: each verb looks, asks, and waits for its operation.

A verb of several steps gives each a request id of its own. So a repeated verb goes on where the
first one stopped: Google answers a step that it took already with that step's operation.
"""

from __future__ import annotations

from typing import Any

from tools.errors import Conflict, InvalidRequest
from tools.providers.gcp_link import Link, request_id
from tools.providers.gcp_record import Place, last

_UP = ("RUNNING", "PROVISIONING", "STAGING")
_DOWN = ("TERMINATED", "STOPPED", "STOPPING", "PENDING_STOP")


class Power:
    """Verbs on one instance."""

    def __init__(self, link: Link, place: Place, instance: Any, token: str) -> None:
        self._link = link
        self._place = place
        self._instance = instance
        self._token = token

    @property
    def _name(self) -> str:
        return str(self._instance.name)

    def act(self, method: str, step: str = "", **more: Any) -> None:
        """One request on the instance, followed to its end."""
        what = f"{self._name}: {method.replace('_', ' ')}"
        operation = self._link.act(
            what, "instances", method,
            project=self._place.project, zone=self._place.zone, instance=self._place.number,
            request_id=request_id(self._token, step or method), **more,
        )  # fmt: skip
        self._link.follow(what, operation)

    def start(self) -> None:
        """Bring it up from off."""
        if self._instance.status == "SUSPENDED":
            raise Conflict(f"{self._name} is suspended.", hint="Resume it.")
        if self._instance.status not in _UP:
            self.act("start")

    def stop(self, force: bool) -> None:
        """Bring it down; with `force` without the time that it may have to shut down."""
        if self._instance.status not in _DOWN:
            more: dict[str, Any] = {"no_graceful_shutdown": True} if force else {}
            self.act("stop", **more)

    def restart(self, force: bool) -> None:
        """Reset it, or stop and start it.

        Google has no gentle reboot; a public address that is not reserved changes over a stop.
        """
        if self._instance.status != "RUNNING" and not self._stopped_by_this():
            raise Conflict(f"{self._name} does not run.", hint="Start it.")
        if force:
            self.act("reset")
            return
        self.act("stop", "stop first")
        self.act("start", "start again")

    def resize(self, machine_type: str) -> None:
        """Give it another machine type; one that runs is stopped for it, and started again."""
        status = self._instance.status
        begun = self._stopped_by_this()
        if status not in ("RUNNING", "TERMINATED") and not begun:
            raise Conflict(f"{self._name} is {status.lower()}.", hint="Stop it first.")
        if last(self._instance.machine_type) == machine_type and not begun:
            return
        runs = status == "RUNNING" or begun
        if runs:
            self.act("stop", "stop first")
        zone = f"zones/{self._place.zone}/machineTypes/{machine_type}"
        self.act(
            "set_machine_type", instances_set_machine_type_request_resource={"machine_type": zone}
        )
        if runs:
            self.act("start", "start again")

    def _stopped_by_this(self) -> bool:
        """Whether an earlier attempt of this act stopped it already."""
        place = self._place
        sent = self._link.was_sent(self._token, "stop first", place.project, place.zone)
        return sent is not None

    def suspend(self) -> None:
        """Keep its memory and stop running it."""
        if self._instance.status == "SUSPENDED":
            return
        if self._instance.status != "RUNNING":
            raise Conflict(f"{self._name} does not run.", hint="Start it.")
        self.act("suspend")

    def resume(self) -> None:
        """Let it run on from its memory."""
        if self._instance.status == "RUNNING":
            return
        if self._instance.status != "SUSPENDED":
            raise Conflict(f"{self._name} is not suspended.", hint="Start it.")
        self.act("resume")


def machine_type_for(vcpus: int, memory_gib: float, size: str | None) -> str:
    """The machine type that was named, or a custom one of these figures.

    Raises:
        InvalidRequest: there can be no such custom machine type.
    """
    if size is not None:
        return size
    mib = memory_gib * 1024
    if vcpus < 2 or vcpus % 2 or mib % 256:
        raise InvalidRequest(
            f"Google makes no machine type of {vcpus} vCPUs and {memory_gib:g} GiB.",
            hint="Give an even number of vCPUs and memory in steps of 0.25 GiB, or a size.",
        )
    return f"e2-custom-{vcpus}-{int(mib)}"
