"""What came of an act, as the journal and the audit keep it, and of an operation as a whole."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tools.acting import Act
from tools.errors import ProviderError
from tools.journal import OperationStatus, StepStatus


def status_of(act: Act) -> StepStatus:
    """How a step ends whose act is settled."""
    if act.error is not None:
        return "unknown" if act.error.code == "outcome_unknown" else "failed"
    assert act.verdict is not None
    return "done" if act.verdict.status == "done" else "failed"


def row_of(act: Act, attempts: int | None, now: float) -> dict[str, Any]:
    """The columns of a step's row that are written when its act is settled.

    Args:
        attempts: those before this process had it.
    """
    status = status_of(act)
    inverse = None
    if status == "done":
        call = act.change.inverse(act.before, act.after, act.step)
        inverse = json.dumps(call.to_dict()) if call is not None else None
    error = act.error
    if error is None and status == "failed" and act.verdict is not None:
        error = ProviderError(act.verdict.seen)
    return {
        "status": status, "attempts": (attempts or 0) + act.attempts,
        "seen": act.verdict.seen if act.verdict else None,
        "error": json.dumps(error.as_dict()) if error else None,
        "result_id": act.result_id, "inverse": inverse, "leased_until": None, "settled_at": now,
    }  # fmt: skip


def facts_of(operation_id: str, act: Act, tool: str) -> dict[str, Any]:
    """What the audit keeps of an act."""
    facts: dict[str, Any] = {
        "operation": operation_id, "tool": tool, "machine": act.step.target,
        "name": act.step.label, "status": status_of(act), "attempts": act.attempts,
        "seen": act.verdict.seen if act.verdict else None,
        "connection": act.provider.name if act.provider else None,
    }  # fmt: skip
    if act.error is not None:
        facts["error"] = act.error.as_dict()
    if act.result_id is not None:
        facts["result"] = act.result_id
    return facts


def outcome_of(counts: Counter[str]) -> OperationStatus:
    """How an operation ends, by how many of its steps ended how."""
    total = sum(counts.values())
    if counts["done"] == total:
        return "done"
    if counts["unknown"]:
        return "unknown"
    if counts["done"]:
        return "partial"
    return "cancelled" if counts["cancelled"] == total else "failed"
