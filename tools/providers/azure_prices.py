"""What a size costs while it is allocated: about the list prices of common sizes.

US dollars an hour, pay as you go, Linux in eastus. They were written down without the vendor's list
at hand and were not checked against it: good to compare machines by, not to book by. Other regions
and Windows differ; a size that is not here has no price.
"""

from __future__ import annotations

from collections.abc import Mapping

_HOURLY_USD: Mapping[str, float] = {
    "standard_b1s": 0.0104, "standard_b1ms": 0.0207, "standard_b2s": 0.0416,
    "standard_b2ms": 0.0832, "standard_b4ms": 0.166, "standard_d2s_v3": 0.096,
    "standard_d4s_v3": 0.192, "standard_d8s_v3": 0.384, "standard_d2s_v5": 0.096,
    "standard_d4s_v5": 0.192, "standard_d8s_v5": 0.384, "standard_d16s_v5": 0.768,
    "standard_e2s_v5": 0.126, "standard_e4s_v5": 0.252, "standard_e8s_v5": 0.504,
    "standard_f2s_v2": 0.0846, "standard_f4s_v2": 0.169, "standard_f8s_v2": 0.338,
}  # fmt: skip


def hourly_cost_usd(size: str) -> float:
    """The price of a size; 0 where it is not known."""
    return _HOURLY_USD.get(size.lower(), 0.0)
