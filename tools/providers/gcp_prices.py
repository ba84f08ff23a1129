"""What a running machine type costs: about the list prices on demand, by series.

US dollars an hour for a vCPU and for a GiB in us-central1. They were written down without the
vendor's list at hand and were not checked against it: good to compare machines by, not to book by.
Other regions and discounts differ; a series that is not here has no price.
"""

from __future__ import annotations

from collections.abc import Mapping

_PER_VCPU_AND_GIB: Mapping[str, tuple[float, float]] = {
    "e2": (0.021812, 0.002923),
    "n1": (0.031611, 0.004237),
    "n2": (0.031611, 0.004237),
    "n2d": (0.027502, 0.003686),
    "c2": (0.033980, 0.004550),
    "c3": (0.033982, 0.004554),
    "t2d": (0.027502, 0.003686),
    "n4": (0.032770, 0.003722),
}
_SHARED: Mapping[str, float] = {
    "e2-micro": 0.008376, "e2-small": 0.016751, "e2-medium": 0.033503,
    "f1-micro": 0.0076, "g1-small": 0.0257,
}  # fmt: skip
"""Shared cores have prices of their own."""


def hourly_cost_usd(machine_type: str, vcpus: int, memory_gib: float) -> float:
    """The price of a machine type while it runs; 0 where it is not known."""
    if machine_type in _SHARED:
        return _SHARED[machine_type]
    per_vcpu, per_gib = _PER_VCPU_AND_GIB.get(machine_type.partition("-")[0], (0.0, 0.0))
    return round(vcpus * per_vcpu + memory_gib * per_gib, 6)
