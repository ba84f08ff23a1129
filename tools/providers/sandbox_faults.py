"""Faults of the sandbox: what can be made to go wrong, on which machine and how often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tools.errors import NovaError, OutcomeUnknown, Throttled, Unreachable, error_from_dict


class FaultKind(StrEnum):
    """How a request goes wrong.

    `lost` and `dropped` look the same from outside: no answer comes. A lost request never arrived,
    a dropped answer belongs to a request that was carried out.
    """

    THROTTLED = "throttled"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    STUCK = "stuck"
    LOST = "lost"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that will go wrong.

    Attributes:
        kind: how.
        machine_id: on this machine only (or `group:<name>`); None: on any, and for `unreachable`
            when the fleet is read too.
        verb: for this verb only, such as `stop`; None: for any.
        requests: how many requests it meets; None: until the faults are cleared.
        retry_after_s: what a throttled request is told to wait.
        error: the code of the error that a refused request gives.
    """

    kind: FaultKind
    machine_id: str | None = None
    verb: str | None = None
    requests: int | None = 1
    retry_after_s: float = 1.0
    error: str = "provider_failed"

    @property
    def acts(self) -> bool:
        """Whether the request is carried out all the same."""
        return self.kind in (FaultKind.STUCK, FaultKind.DROPPED)

    def failure(self, verb: str, name: str) -> NovaError | None:
        """What the caller gets instead of an answer; a stuck machine is silent about it."""
        request = f"the request to {verb.replace('_', ' ')} {name}"
        if self.kind is FaultKind.THROTTLED:
            return Throttled(
                f"The sandbox slows {request} down.",
                vendor_code="RequestLimitExceeded",
                retry_after_s=self.retry_after_s,
            )
        if self.kind is FaultKind.REFUSED:
            message = f"The sandbox refused {request}."
            facts = {"code": self.error, "message": message, "vendor_code": "InternalError"}
            return error_from_dict(facts)
        if self.kind is FaultKind.UNREACHABLE:
            return Unreachable(f"The sandbox cannot be reached for {request}.")
        if self.kind is FaultKind.STUCK:
            return None
        return OutcomeUnknown(f"No answer came to {request}.")
