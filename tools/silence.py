"""Whether nothing fits a condition because nothing was measured: that is no answer of "none"."""

from __future__ import annotations

from tools.metrics import Metrics
from tools.selector import METRIC_NAMES, Selector


def unheard(metrics: Metrics, selector: Selector | None) -> list[str]:
    """Whose samples could not be read, where a selector goes by a metric: those are not in it."""
    if selector is None or not (selector.metric or selector.order_by in METRIC_NAMES):
        return []
    return list(metrics.problems())


def silence(metrics: Metrics, selector: Selector | None) -> str:
    """What to say where a condition on a metric has no samples to go by; empty where it has."""
    for one in (selector.metric or ()) if selector is not None else ():
        if not metrics.read(one.name, one.aggregate, one.window):
            return f"There are no samples of {one.name} in the last {one.window}, so none can."
    return ""
