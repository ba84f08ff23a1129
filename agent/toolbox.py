"""The catalogue as a model sees it: six functions, and the way back from their JSON to calls.

It knows no model and no vendor: a schema in, plain JSON back. Nothing unknown passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.calls import Call, When
from tools.catalog import Catalog, Targets, Tool
from tools.errors import InvalidRequest
from tools.selector import Selector
from tools.validation import explain

Json = dict[str, Any]
M = TypeVar("M", bound=BaseModel)

MAX_CALLS = 20
MAX_READS = 5
_NOISE = frozenset({"title", "minLength", "maxLength", "additionalProperties", "maxItems"})
_ONLY_OUTERMOST = ("exclude", "order_by", "descending", "limit", "all")


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Question(_Words):
    """What `ask` takes."""

    question: str = Field(min_length=1, max_length=1_000, description="one short question")
    options: tuple[str, ...] = Field((), max_length=10, description="names or readings to offer")


class Text(_Words):
    """What `reply` and `decline` take."""

    text: str = Field(min_length=1, max_length=4_000, description="a few plain sentences")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What `propose` was given: calls that are valid in themselves, and what they stand for."""

    calls: tuple[Call, ...]
    revises: bool


class Toolbox:
    """What a model may call, and what its arguments mean."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    @cached_property
    def functions(self) -> list[Json]:
        """The functions in the form that chat models take: name, description, parameters."""
        reads = [tool for tool in self.catalog.values() if tool.reads]
        revises = {"type": "boolean", "description": "these replace the waiting plan's calls"}
        propose = _calls_schema(self.catalog.values())
        propose["properties"]["revises"] = revises
        return [
            _function("read", "Look at the fleet; results come back to you.", _calls_schema(reads)),
            _function("propose", "Give the final calls, reads or changes, in order.", propose),
            _function("ask", "Ask the person one question.", slim(Question.model_json_schema())),
            _function("reply", "Greet, help or thank.", slim(Text.model_json_schema())),
            _function("decline", "Say why it is not done.", slim(Text.model_json_schema())),
            _function("cancel", "Drop the waiting plan.", {"type": "object", "properties": {}}),
        ]

    def proposal(self, arguments: Json) -> Proposal:
        """Read what `propose` was given.

        Raises:
            InvalidRequest, NotFound: something in it is unknown, missing or wrong.
        """
        _only(arguments, {"calls", "revises"}, "propose")
        revises = arguments.get("revises") or False
        if not isinstance(revises, bool):
            raise InvalidRequest("revises is true or false.")
        return Proposal(self._calls(arguments, MAX_CALLS), revises)

    def reads(self, arguments: Json) -> tuple[Call, ...]:
        """Read what `read` was given.

        Raises:
            InvalidRequest, NotFound: it is not valid, or a call changes something.
        """
        _only(arguments, {"calls"}, "read")
        calls = self._calls(arguments, MAX_READS)
        for call in calls:
            if not self.catalog.tool(call.tool).reads:
                raise InvalidRequest(f"{call.tool} changes something: use propose.")
        return calls

    def question(self, arguments: Json) -> Question:
        """Read what `ask` was given."""
        return _parsed(Question, arguments)

    def text(self, arguments: Json) -> str:
        """Read what `reply` or `decline` was given."""
        return _parsed(Text, arguments).text

    def _calls(self, arguments: Json, most: int) -> tuple[Call, ...]:
        given = arguments.get("calls")
        if not isinstance(given, list) or not given:
            raise InvalidRequest("calls is a list with at least one call.")
        items = cast(list[Any], given)
        if len(items) > most:
            raise InvalidRequest(f"{len(items)} calls are too many; {most} are the most.")
        return tuple(self.call(item) for item in items)

    def call(self, data: Any) -> Call:
        """One call from a model's JSON, checked by the catalogue.

        Raises:
            InvalidRequest, NotFound: something in it is unknown, missing or wrong.
        """
        if not isinstance(data, dict):
            raise InvalidRequest("A call is an object.")
        given = _given(cast(Json, data))
        _only(given, {"tool", "selector", "args", "when", "singular"}, "a call")
        tool = self.catalog.tool(str(given.get("tool")))
        args = given.get("args", {})
        if not isinstance(args, dict):
            raise InvalidRequest(f"{tool.name}: args is an object.")
        call = Call.parse(
            {
                "tool": tool.name,
                "selector": _selector(given["selector"]) if "selector" in given else None,
                "args": _dicts_back(_given(cast(Json, args)), _open_fields(tool), "value"),
                "when": _given(given["when"]) if "when" in given else None,
                "outright": True if given.get("singular") is True else None,
            }
        )
        _check(tool, call)
        return call


def _check(tool: Tool[Any], call: Call) -> None:
    tool.parse(call.args)
    if tool.reads and call.when:
        raise InvalidRequest(f"{tool.name} runs at once and takes no when.")
    if tool.targets is Targets.NONE:
        if call.selector is not None:
            raise InvalidRequest(f"{tool.name} takes no selector.")
    elif call.selector is None or not (call.selector.all or call.selector.is_narrowed()):
        raise InvalidRequest(f"{tool.name} needs a selector that names or describes machines.")


def _parsed(model: type[M], arguments: Json) -> M:
    try:
        return model.model_validate(arguments)
    except ValidationError as error:
        raise InvalidRequest(f"Not valid: {explain(error)}.") from error


def _only(data: Mapping[str, Any], known: set[str], what: str) -> None:
    if unknown := sorted(map(str, data.keys() - known)):
        raise InvalidRequest(f"{what} has no {', '.join(unknown)}.")


def _given(data: Any) -> Any:
    """An object without its nulls: strict modes make every field required."""
    if not isinstance(data, dict):
        return data
    return {key: value for key, value in cast(Json, data).items() if value is not None}


def _selector(data: Any) -> Any:
    if not isinstance(data, dict):
        raise InvalidRequest("A selector is an object.")
    selector = _dicts_back(_given(cast(Json, data)), {"tags"}, "values")
    if "exclude" in selector:
        selector["exclude"] = _selector(selector["exclude"])
    return selector


def _dicts_back(data: Json, fields: Iterable[str], value_key: str) -> Json:
    """Turn lists of key and value back into the objects that strict modes cannot carry."""
    back = {field: _pairs(data[field], value_key) for field in fields if field in data}
    return {**data, **back}


def _pairs(items: Any, value_key: str) -> Any:
    if not isinstance(items, list):
        return items
    found: Json = {}
    for item in cast(list[Any], items):
        if not isinstance(item, dict) or cast(Json, item).keys() != {"key", value_key}:
            raise InvalidRequest(f"tags are objects of key and {value_key}.")
        pair = cast(Json, item)
        if str(pair["key"]) in found:
            raise InvalidRequest(f"The key {pair['key']!r} is given twice.")
        found[str(pair["key"])] = pair[value_key]
    return found


def _open_fields(tool: Tool[Any]) -> list[str]:
    properties: Json = tool.arguments.model_json_schema().get("properties", {})
    return [name for name, schema in properties.items() if _is_open(_without_null(schema))]


def _function(name: str, description: str, parameters: Json) -> Json:
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


def _calls_schema(tools: Iterable[Tool[Any]]) -> Json:
    defs = _selector_defs()
    calls = [_call_schema(tool, defs) for tool in tools]
    return {
        "type": "object",
        "properties": {"calls": {"type": "array", "items": {"anyOf": calls}}},
        "required": ["calls"],
        "$defs": defs,
    }


def _call_schema(tool: Tool[Any], defs: Json) -> Json:
    args = slim(tool.arguments.model_json_schema())
    defs.update(args.pop("$defs", {}))
    args.pop("description", None)
    properties: Json = {"tool": {"const": tool.name}}
    required = ["tool"]
    if tool.targets is not Targets.NONE:
        properties["selector"] = {"$ref": "#/$defs/Selector"}
        required.append("selector")
    if args.get("properties"):
        properties["args"] = args
        if args.get("required"):
            required.append("args")
    if not tool.reads:
        properties["when"] = {"$ref": "#/$defs/When"}
        if tool.targets is not Targets.NONE:
            properties["singular"] = {"type": "boolean"}
    return {
        "type": "object",
        "description": tool.summary,
        "properties": properties,
        "required": required,
    }


def _selector_defs() -> Json:
    """The selector without recursion: what is excluded is a flat second model."""
    schema: Json = slim(Selector.model_json_schema(), value_key="values")
    defs: Json = schema["$defs"]
    whole: Json = defs.pop("Selector")
    inner = {n: p for n, p in whole["properties"].items() if n not in _ONLY_OUTERMOST}
    for name in ("Selector", "Excluded"):
        defs[name] = {"type": "object", "properties": dict(inner)}
    outer = {n: whole["properties"][n] for n in _ONLY_OUTERMOST}
    outer["exclude"] = {"$ref": "#/$defs/Excluded"}
    defs["Excluded"]["description"] = "machines to take away"
    defs["Selector"]["properties"].update(outer)
    defs["When"] = slim(When.model_json_schema())
    for definition in defs.values():
        if "Base of" in definition.get("description", ""):
            definition.pop("description")
    return defs


def slim(node: Any, value_key: str = "value") -> Any:
    """A JSON schema without titles, null branches, empty defaults and open objects."""
    again: Callable[[Any], Any] = lambda part: slim(part, value_key)  # noqa: E731
    if isinstance(node, list):
        return [again(item) for item in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    schema = _without_null(cast(Json, node))
    if _is_open(schema):
        return _key_values(schema, again(schema["additionalProperties"]), value_key)
    kept: Json = {}
    for key, value in schema.items():
        if key in _NOISE or (key == "default" and not value):
            continue
        named = key in ("properties", "$defs")
        kept[key] = {name: again(part) for name, part in value.items()} if named else again(value)
    return kept


def _without_null(schema: Json) -> Json:
    branches = [b for b in schema.get("anyOf", ()) if b != {"type": "null"}]
    if len(branches) != 1:
        return {**schema, "anyOf": branches} if branches else schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**branches[0], **rest}


def _is_open(schema: Json) -> bool:
    return schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict)


def _key_values(schema: Json, value: Any, value_key: str) -> Json:
    pair = {"key": {"type": "string"}, value_key: value}
    items = {"type": "object", "properties": pair, "required": ["key", value_key]}
    kept = {"description": schema["description"]} if "description" in schema else {}
    return {"type": "array", "items": items, **kept}
