"""Turns, plans and operations as the JSON that programs get; add fields freely, rename none."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import typer

from agent.turns import Turn
from tools.catalog import Result
from tools.errors import NovaError
from tools.journal import Operation
from tools.plan import Plan
from tools.policy import Decision


def write_json(value: Any) -> None:
    """Print one JSON value on a line of its own."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=plain))


def plain(value: Any) -> Any:
    """A value of ours as JSON values."""
    if isinstance(value, NovaError):
        return value.as_dict()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, set | frozenset | tuple):
        return sorted(value, key=str) if not isinstance(value, tuple) else list(value)  # pyright: ignore
    return str(value)


def turn_to_json(turn: Turn, *, explain: bool = False) -> dict[str, Any]:
    """What came of a turn."""
    shown: dict[str, Any] = {
        "outcome": turn.outcome,
        "reply": turn.reply,
        "calls": [call.to_dict() for call in turn.calls],
        "results": [
            {"tool": answered.call.tool, **result_to_json(answered.result)}
            for answered in turn.answered
        ],
        "latency_ms": turn.latency_ms,
    }
    if turn.options:
        shown["options"] = list(turn.options)
    if turn.plan is not None:
        shown["plan"] = plan_to_json(turn.plan, turn.decision)
    if turn.operation is not None:
        shown["operation"] = operation_to_json(turn.operation)
    if turn.error is not None:
        shown["error"] = turn.error.as_dict()
    if explain:
        shown["explain"] = [{"words": t.words, "became": t.became} for t in turn.trace]
    return shown


def result_to_json(result: Result) -> dict[str, Any]:
    """What a read found."""
    return {
        "text": result.text,
        "columns": [{"key": c.key, "title": c.title, "unit": c.unit} for c in result.columns],
        "rows": [dict(row) for row in result.rows],
        "chart": result.chart,
        "source": result.source,
        "notes": list(result.notes),
        "data": dict(result.data),
    }


def plan_to_json(plan: Plan, decision: Decision | None = None) -> dict[str, Any]:
    """A plan, and what the policies say of it."""
    shown = plan.to_dict()
    shown["risk"] = plan.risk.value
    shown["to_type"] = plan.to_type
    shown["cost_change_usd"] = plan.cost_change_usd
    if decision is not None:
        shown["decision"] = {
            "effect": decision.effect,
            "rules": list(decision.rules),
            "reason": decision.reason,
        }
    return shown


def operation_to_json(operation: Operation) -> Any:
    """An operation with its steps."""
    return json.loads(json.dumps(operation, default=plain))
