"""The window and the aggregate of a question about metrics."""

from __future__ import annotations

from typing import Any, cast

from agent.brains.embedded.arguments import bare_window
from agent.brains.embedded.arguments.comparing import BESIDE
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.lengths import window_of
from tools.selector import METRIC_NAMES


def put_windows(frame: Frame, args: dict[str, Any], picked: dict[str, Any] | None) -> None:
    """Put the window and the aggregate that were said where they belong."""
    window = args.get("window")
    if window is None:
        for item in frame.clause.items:
            time = item.get("time")
            if time is not None and time.after is not None and not item.used:
                window, item.used = window_of(time.after), "window"
                break
            if time is not None and _is_today(frame, item.words):
                window, item.used = "24h", "window 24h"
                break
            taken = item.used.startswith(("created", "age", BESIDE))
            if time is not None and time.window and not taken:
                window = time.window
                item.used = f"window {window}"
                break
    if window is None and frame.tool == "query_metrics":
        window = bare_window(frame.clause)
    if picked is not None and frame.tool == "query_metrics" and "aggregate" not in args:
        _of_named(frame, args, picked)
    aggregate = args.get("aggregate")
    if picked is None:
        if frame.tool == "query_metrics" and window:
            args["window"] = window
        return
    found: list[dict[str, Any]] = _as_list(picked.get("metric"))
    for condition in found:
        if window and condition.get("window", "1h") == "1h":
            condition["window"] = window
        if aggregate:
            condition["aggregate"] = aggregate
    order = picked.get("order_by")
    if (
        order in METRIC_NAMES
        and (window or aggregate)
        and not any(c["name"] == order for c in found)
    ):
        condition = {"name": order, "aggregate": aggregate or "avg", "window": window or "1h"}
        picked["metric"] = [*found, condition] if found else condition
        picked.pop("all", None)
    if frame.tool == "query_metrics":
        if window:
            args["window"] = window
        if order in METRIC_NAMES:
            args["metric"] = order
        elif found and "metric" not in args:
            args["metric"] = found[0]["name"]
    elif frame.tool in ("list_vms", "count_vms"):
        args.pop("aggregate", None)
        args.pop("metric", None)
        args.pop("window", None)


def _of_named(frame: Frame, args: dict[str, Any], picked: dict[str, Any]) -> None:
    """ "the highest CPU that kafka-2 hit": of named machines it is the peak, not an order."""
    order, names = frame.chosen.order, picked.get("names", ())
    named = names and not any(noun.by_stem for noun in frame.chosen.real)
    which = len(names) > 1 and {"which", "who", "one"} & set(frame.clause.words)
    if order is None or order[0] not in METRIC_NAMES or not named or which:
        return
    args["aggregate"] = "max" if order[1] else "min"
    args.setdefault("metric", order[0])
    for key in ("order_by", "descending", "limit"):
        picked.pop(key, None)


def _is_today(frame: Frame, words: tuple[str, ...]) -> bool:
    return frame.tool == "query_metrics" and words[-1:] in (("today",), ("tonight",))


def _as_list(conditions: Any) -> list[dict[str, Any]]:
    """The conditions on metrics of a selector, of which one may stand alone."""
    if conditions is None:
        return []
    if isinstance(conditions, dict):
        return [cast("dict[str, Any]", conditions)]
    return list(cast("list[dict[str, Any]]", conditions))
