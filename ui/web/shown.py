"""What was said in a conversation as the chat shows it: the same live, resumed or after a restart.

Words from outside never reach Chainlit's Markdown: an answer is one element of ours, which writes
text as text.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, cast

from agent.answers import plan_text
from tools.identity import User
from tools.plan import Plan
from tools.policy import Decision
from ui.serve.hub import Hub, Message
from ui.text import clean, clean_lines, counted
from ui.web.cards import find_plan_card
from ui.web.figures import has_figure

ROWS_AT_ONCE = 100
"""A longer table comes with so many rows; the browser fetches the others when it draws it."""
FACTS = 11
"""A single row of more columns is shown as a list of facts."""
_SPACE = uuid.UUID("7a0d9d39-6f2e-4b11-9c3a-2f6c6f1d8a10")
_NAMED = 6

Dict = dict[str, Any]


def shown(hub: Hub, thread: str, message: Message, user: User) -> tuple[Dict, list[Dict]]:
    """A message as Chainlit's step, with its elements."""
    step_id = id_of(thread, message.number)
    at = message.at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    person = message.role == "person"
    step: Dict = {
        "id": step_id, "threadId": thread, "parentId": None, "createdAt": at, "start": at,
        "end": at, "name": message.author if person else "NovaCron",
        "type": "user_message" if person else "assistant_message",
        "output": clean_lines(message.text) if person else "", "input": "", "language": None,
        "streaming": False, "isError": False, "waitForAnswer": False, "metadata": {}, "tags": [],
    }  # fmt: skip
    if person:
        return step, []
    turn = message.turn or {}
    answer = answer_of(hub, thread, message, user)
    pictured = [i for i, result in enumerate(turn.get("results", ())) if has_figure(result)]
    elements = [
        _element(step_id, thread, part, type="custom", name="Nova", props=props)
        for part, props in _parts(step_id, answer, bool(pictured))
    ]
    for index in pictured:
        url = f"/api/web/figures/{thread}/{message.number}/{index}"
        name = f"figure {index + 1}"
        elements.append(
            _element(step_id, thread, f"figure{index}", type="plotly", name=name, url=url)
        )
    return step, elements


def _parts(step_id: str, answer: Dict, pictured: bool) -> list[tuple[str, Dict]]:
    """An answer as one element, or as what stands before its figures and what follows them."""
    if not pictured:
        return [("answer", {"id": f"{step_id}-answer", **answer})]
    said = [block for block in answer["blocks"] if block["kind"] == "text"]
    rest = [block for block in answer["blocks"] if block["kind"] != "text"]
    first = {**answer, "id": f"{step_id}-answer", "blocks": said, "how": []}
    after = {**answer, "id": f"{step_id}-after", "blocks": rest, "after": True}
    return [("answer", first), ("after", after)]


def id_of(thread: str, number: int) -> str:
    """The id of a message's step."""
    return str(uuid.uuid5(_SPACE, f"{thread}/{number}"))


def _element(step_id: str, thread: str, part: str, **more: Any) -> Dict:
    made: Dict = {
        "id": str(uuid.uuid5(_SPACE, f"{step_id}/{part}")), "threadId": thread, "forId": step_id,
        "display": "inline", "size": "large", "url": None, "chainlitKey": None, "objectKey": None,
        "mime": "application/json", "props": {},
    }  # fmt: skip
    return {**made, **more}


def answer_of(hub: Hub, thread: str, message: Message, user: User) -> Dict:
    """An answer as blocks: what it says, its tables, its plan, and how it came about."""
    turn = message.turn or {}
    outcome = turn.get("outcome", "answer")
    results = cast(Sequence[Mapping[str, Any]], turn.get("results", ()))
    blocks: list[Dict] = []
    if before := _said_before(message.text, turn):
        tone = {"decline": "warn", "error": "warn", "cancelled": "quiet", "done": _tone(turn)}
        blocks.append({"kind": "text", "text": before, "tone": tone.get(outcome, "plain")})
    if outcome == "error" and (hint := turn.get("error", {}).get("hint")):
        blocks.append({"kind": "text", "text": clean(hint), "tone": "quiet"})
    for index, result in enumerate(results):
        blocks += _result(result, thread, message.number, index)
        if offers := [clean(offer) for offer in result.get("data", {}).get("offers", ())[:3]]:
            blocks.append({"kind": "options", "options": offers})
    if options := [clean(option) for option in turn.get("options", ())[:9]]:
        blocks.append({"kind": "options", "options": options})
    blocks += _plan(hub, turn, user)
    return {"outcome": outcome, "blocks": blocks, "how": how_it_came(turn)}


def _tone(turn: Mapping[str, Any]) -> str:
    status = turn.get("operation", {}).get("status")
    return {"done": "good", "running": "plain"}.get(status, "warn")


def _said_before(text: str, turn: Mapping[str, Any]) -> str:
    """What the reply says beside its results and its plan, which have blocks of their own."""
    rest = text
    if turn.get("outcome") == "confirm" and "decision" in turn.get("plan", {}):
        plan, decision = Plan.from_dict(turn["plan"]), _decision(turn["plan"]["decision"])
        rest = rest.replace(plan_text(plan, decision), "")
    for result in turn.get("results", ()):
        rest = rest.replace(result["text"], "")
    return clean_lines(rest).strip()


def _decision(data: Mapping[str, Any]) -> Decision:
    return Decision(effect=data["effect"], rules=tuple(data["rules"]), reason=data["reason"])


def _result(result: Mapping[str, Any], thread: str, number: int, index: int) -> list[Dict]:
    blocks: list[Dict] = [{"kind": "text", "text": clean_lines(result["text"]), "tone": "plain"}]
    rows, columns = result["rows"], result["columns"]
    if len(rows) == 1 and len(columns) > FACTS:
        blocks.append({"kind": "facts", "columns": columns, "row": rows[0]})
    elif rows and columns:
        figure = has_figure(result)
        table = {
            "kind": "table", "columns": _columns(columns, rows), "rows": rows[:ROWS_AT_ONCE],
            "total": len(rows), "folded": figure, "title": _titles.get(result["tool"], "Table"),
        }  # fmt: skip
        if len(rows) > ROWS_AT_ONCE:
            table["source"] = f"/api/web/rows/{thread}/{number}/{index}"
        if any(row.get("calls") for row in rows):
            table["offers"] = {"number": number, "index": index}
        blocks.append(table)
    notes = [clean(note) for note in result["notes"]]
    if notes or result["source"]:
        blocks.append({"kind": "notes", "notes": notes, "source": clean(result["source"])})
    return blocks


_titles = {
    "list_vms": "Machines", "count_vms": "Counts", "query_metrics": "Figures",
    "cost_report": "Costs", "forecast_metric": "Forecast", "find_anomalies": "Anomalies",
    "recommend_savings": "Savings", "list_operations": "Operations", "list_snapshots": "Snapshots",
    "diagnose_vms": "Causes", "search_runbooks": "Runbooks",
}  # fmt: skip


def _columns(columns: Sequence[Dict], rows: Sequence[Mapping[str, Any]]) -> list[Dict]:
    """The columns that hold anything; a machine's id stands behind its name."""
    named = any(column["key"] == "name" for column in columns)
    return [
        column
        for column in columns
        if not (named and column["key"] == "id")
        and any(row.get(column["key"]) not in (None, "", [], {}) for row in rows)
    ]


def _plan(hub: Hub, turn: Mapping[str, Any], user: User) -> list[Dict]:
    plan = turn.get("plan")
    if plan is None:
        return []
    if turn["outcome"] == "decline":
        decision = plan.get("decision", {})
        tools = sorted({call["tool"] for call in plan.get("calls", ())})
        rules = [clean(rule) for rule in decision.get("rules", ())]
        return [{"kind": "refused", "rules": rules, "tools": tools, "roles": sorted(user.roles)}]
    if turn["outcome"] == "confirm":
        return [find_plan_card(hub, plan["id"], user)]
    if "operation" in turn:
        return [{"kind": "result", "plan": find_plan_card(hub, plan["id"], user)}]
    return []


def how_it_came(turn: Mapping[str, Any]) -> list[Dict]:
    """The steps behind an answer: understood as, resolved to, policy, running."""
    steps: list[Dict] = []
    if trace := turn.get("explain"):
        pairs = [[clean(one["words"]), clean(one["became"])] for one in trace]
        steps.append({"title": "Understood as", "pairs": pairs})
    if calls := turn.get("calls"):
        steps.append({"title": "Resolved to", "pairs": [_called(call, turn) for call in calls]})
    if decision := turn.get("plan", {}).get("decision"):
        rules = ", ".join(clean(rule) for rule in decision["rules"]) or "no rule permits it"
        steps.append({"title": "Policy", "pairs": [[decision["effect"], rules]]})
    if operation := turn.get("operation"):
        ran = f"{operation['status']}, {counted(len(operation['steps']), 'step')}"
        steps.append({"title": "Running", "pairs": [[f"operation {operation['id']}", ran]]})
    if steps and turn.get("latency_ms"):
        steps.append({"title": "Took", "pairs": [[f"{turn['latency_ms']:,.0f} ms", ""]]})
    return steps


def _called(call: Mapping[str, Any], turn: Mapping[str, Any]) -> list[str]:
    names = _names(turn)
    targets = call["targets"]
    known = [clean(names[str(target)]) for target in targets[:_NAMED] if str(target) in names]
    listed = ", ".join(known) or (counted(len(targets), "machine") if targets else "")
    more = f" and {len(targets) - len(known):,} more" if 0 < len(known) < len(targets) else ""
    given = ", ".join(
        f"{key}: {value}" for key, value in call["args"].items() if value not in (None, "", [], {})
    )
    return [call["tool"], clean("; ".join(part for part in (listed + more, given) if part))]


def _names(turn: Mapping[str, Any]) -> dict[str, str]:
    names: dict[str, str] = {}
    for result in turn.get("results", ()):
        names.update((r["id"], r["name"]) for r in result["rows"] if "id" in r and "name" in r)
    for call in turn.get("plan", {}).get("calls", ()):
        names.update((vm["id"], vm["name"]) for vm in call["vms"])
    return names
