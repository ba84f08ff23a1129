"""Each tool of the catalogue as MCP describes it: its arguments, and hints from its risk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from mcp import types

from tools.calls import When
from tools.catalog import Risk, Targets, Tool
from tools.selector import Selector

Json = dict[str, Any]

_NOISE = frozenset({"title", "minLength", "maxLength", "minItems", "maxItems", "pattern"})
_WAITS = "It changes nothing by itself: it makes a plan, which a person looks at and approves."

SHOW_PLAN = "show_plan"
SHOW_OPERATION = "show_operation"


def tool_of(tool: Tool[Any]) -> types.Tool:
    """A tool of the catalogue."""
    description = tool.summary if tool.reads else f"{tool.summary} {_WAITS}"
    return types.Tool(
        name=tool.name,
        description=description,
        inputSchema=schema_of(tool),
        annotations=types.ToolAnnotations(
            title=tool.summary.rstrip("."),
            readOnlyHint=tool.reads,
            destructiveHint=tool.risk in (Risk.DISRUPT, Risk.DESTROY),
            idempotentHint=tool.reads,
            openWorldHint=False,
        ),
    )


def follow_up_tools() -> list[types.Tool]:
    """What became of a plan and of an operation: for a program that waits for a person."""
    told = types.ToolAnnotations(readOnlyHint=True, destructiveHint=False, openWorldHint=False)
    asked = ((SHOW_PLAN, "plan", "what became of it"), (SHOW_OPERATION, "operation", "its steps"))
    return [
        types.Tool(
            name=name,
            description=f"Show {'a' if what == 'plan' else 'an'} {what}: {more}.",
            inputSchema={
                "type": "object",
                "properties": {what: {"type": "string", "description": f"the {what}'s id"}},
                "required": [what],
                "additionalProperties": False,
            },
            annotations=told,
        )
        for name, what, more in asked
    ]


def schema_of(tool: Tool[Any]) -> Json:
    """A tool's arguments: the selector, its own, and for a change when it shall run."""
    own: Json = compact(tool.arguments.model_json_schema())
    properties: Json = {}
    required: list[str] = list(own.get("required", ()))
    if tool.targets is not Targets.NONE:
        properties["selector"] = _SELECTOR
        required.insert(0, "selector")
    properties.update(own.get("properties", {}))
    if not tool.reads:
        properties["when"] = _WHEN
    schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    if "$defs" in own:
        schema["$defs"] = own["$defs"]
    return schema


def compact(node: Any) -> Any:
    """A JSON schema without titles, null branches and bounds that only the server checks."""
    if isinstance(node, list):
        return [compact(item) for item in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    schema = _without_null(cast(Json, node))
    kept: Json = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            kept[key] = {name: compact(part) for name, part in value.items()}
        elif key not in _NOISE and not (key == "default" and value is None):
            kept[key] = compact(value)
    return kept


def _without_null(schema: Json) -> Json:
    branches = [b for b in cast(list[Json], schema.get("anyOf", ())) if b != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if len(branches) == 1:
        return {**branches[0], **rest}
    return {**rest, "anyOf": branches} if branches else schema


_EXPLAINED = frozenset({"names", "tags", "vcpus", "exclude", "order_by", "all"})
_METRIC = 'such as {"name": "cpu", "aggregate": "avg", "window": "1h", "gt": 80}'


def _flat(fields: Iterable[tuple[str, Json]]) -> Json:
    """The selector's fields by their kinds, without what they refer to.

    It stands in every tool: whole, the list of tools would be four times as long.
    """
    kinds = {"array", "boolean", "integer", "string"}
    made: Json = {}
    for name, field in fields:
        kind = field.get("type")
        shown: Json = {"type": kind if kind in kinds else "object"}
        if kind == "array":  # some clients refuse a list that says nothing of its items
            shown["items"] = {"type": "object" if name == "metric" else "string"}
        if name in _EXPLAINED:
            shown["description"] = field.get("description", "")
        if name == "metric":
            shown["description"] = _METRIC
        made[name] = shown
    return made


_SELECTOR: Json = {
    "type": "object",
    "description": (
        "Which machines: every field that is given must hold, a list means any of. Empty selects "
        'nothing; the whole fleet is {"all": true}. A number is a condition such as {"ge": 8}.'
    ),
    "properties": _flat(
        compact(Selector.model_json_schema()["$defs"]["Selector"]).get("properties", {}).items()
    ),
    "additionalProperties": False,
}
_WHEN: Json = {
    "type": "object",
    "description": "when it shall run, if not as soon as it is approved",
    "properties": compact(When.model_json_schema())["properties"],
}
