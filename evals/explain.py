"""Why a turn is wrong, for people: what was expected, what came, and the machines between."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from evals.case import Expected, ExpectedCall
from evals.fleet import Fleet
from evals.judge import Given
from evals.report import Judged

NAMED = 6


@dataclass(frozen=True, slots=True)
class Explained:
    """One wrong turn: the way that was expected, what came, and how its words were read."""

    expected: str
    got: str
    reading: str


def explain(one: Judged, fleet: Fleet) -> Explained:
    """Both sides in the same words, so that the difference is what differs."""
    expected = " or ".join(_expected(way, fleet) for way in one.turn.ways)
    proposed: list[Given] = one.got.get("calls") or []
    got = _said(str(one.outcome), [_call(call, fleet) for call in proposed])
    trace: list[dict[str, str]] = one.got.get("explain") or []
    reading = "; ".join(f"{t['words']} → {t['became']}" for t in trace)
    return Explained(expected, got, reading)


def _said(outcome: str, calls: list[str]) -> str:
    return f"{outcome}: {'; '.join(calls)}" if calls else outcome


def _expected(way: Expected, fleet: Fleet) -> str:
    return _said("/".join(way.outcomes), [_expected_call(call, fleet) for call in way.calls])


def _expected_call(call: ExpectedCall, fleet: Fleet) -> str:
    parts = ["/".join(call.tools)]
    if call.where:
        parts.append(f"on {_names(fleet.select(call.where), fleet)}")
    if call.args:
        parts.append(_args(dict(call.args)))
    if call.timed:
        parts.append(f"when {_json(call.when)}")
    return " ".join(parts)


def _call(call: Given, fleet: Fleet) -> str:
    parts = [str(call.get("tool"))]
    if call.get("targets"):
        parts.append(f"on {_names(call['targets'], fleet)}")
    given: dict[str, Any] = call.get("args") or {}
    args = {key: value for key, value in given.items() if value is not None}
    if args:
        parts.append(_args(args))
    if call.get("when"):
        parts.append(f"when {_json(call['when'])}")
    return " ".join(parts)


def _names(ids: list[str], fleet: Fleet) -> str:
    if not ids:
        return "no machine"
    shown = ", ".join(fleet.names.get(i, i) for i in ids[:NAMED])
    return f"{shown} and {len(ids) - NAMED} more" if len(ids) > NAMED else shown


def _args(args: dict[str, Any]) -> str:
    return ", ".join(f"{key}={_json(value)}" for key, value in args.items())


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
