"""Selectors and arguments as command-line options, derived from their models."""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import typer

from tools.catalog import Targets, Tool
from tools.errors import InvalidRequest
from tools.selector import FLAG_FIELDS, LIST_FIELDS, NUMBER_FIELDS, Selector
from ui.names import complete_machine

TAG_OPTIONS = ("env", "role", "owner", "team")
MACHINES = "Which machines"
ARGUMENTS = "Arguments"
GATE = "When, and the yes"
OUTPUT = "Output"

_BOUNDS = re.compile(r"(>=|<=|>|<|==?)?\s*(-?[\d.]+)")
_RANGE = re.compile(r"(-?[\d.]+)\.\.(-?[\d.]+)")
_OPERATORS = {">=": "ge", "<=": "le", ">": "gt", "<": "lt", "=": "eq", "==": "eq", None: "eq"}
_METRIC = re.compile(r"([a-z]+)(?::([a-z0-9]+))?(?::(\d+[hdw]))?\s*(.*)", re.DOTALL)

Parameters = list[inspect.Parameter]


def parameters(tool: Tool[Any]) -> Parameters:
    """Every option of a tool's command."""
    taken = set(tool.arguments.model_fields)
    made: Parameters = []
    if tool.targets is not Targets.NONE:
        made += _selector_parameters(taken)
    first = positional(tool)
    made += [
        _argument(name, field, first=name == first)
        for name, field in tool.arguments.model_fields.items()
    ]
    if not tool.reads:
        made += _gate_parameters(tool)
    made.append(_option("as_json", bool, "--json", "Print one JSON value.", OUTPUT, default=False))
    return made


def _option(
    name: str, kind: Any, flags: str, text: str, panel: str, default: Any = None, **more: Any
) -> inspect.Parameter:
    if kind in (str | None, list[str] | None):
        more.setdefault("metavar", "VALUE")
    info = typer.Option(flags, help=text, rich_help_panel=panel, show_default=False, **more)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info]
    )


def _selector_parameters(taken: set[str]) -> Parameters:
    def flag(name: str) -> str:
        spelt = name.replace("_", "-")
        return f"--where-{spelt}" if name in taken else f"--{spelt}"

    fields = Selector.model_fields
    texts = list[str] | None
    made = [
        inspect.Parameter(
            "s_machines",
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                texts,
                typer.Argument(
                    metavar="NAME",
                    help="Names, or globs such as 'web-*'.",
                    autocompletion=complete_machine,
                    show_default=False,
                ),
            ],
        ),
        _option("s_names", texts, flag("name"), "A name or glob; may be repeated, as all of these.",
                MACHINES, autocompletion=complete_machine, metavar="NAME"),
        _option("s_ids", texts, flag("id"), "An exact machine id.", MACHINES),
    ]  # fmt: skip
    made += [
        _option(f"s_tag_{key}", texts, flag(key), f"The tag {key}.", MACHINES)
        for key in TAG_OPTIONS
    ]
    made.append(_option("s_tag", texts, flag("tag"), "Any tag, as KEY=VALUE.", MACHINES))
    made.append(_option("s_missing_tags", texts, flag("missing_tag"), "A tag it lacks.", MACHINES))
    made += [
        _option(f"s_{name}", texts, flag(name), _list_help(name), MACHINES) for name in LIST_FIELDS
    ]
    made += [
        _option(f"s_{name}", str | None, flag(name), _number_help(name), MACHINES, metavar="COND")
        for name in NUMBER_FIELDS
    ]
    made += [
        _option(f"s_{name}", bool | None, f"{flag(name)}/{_negated(flag(name))}",
                _sentence(fields[name].description), MACHINES)
        for name in FLAG_FIELDS
    ]  # fmt: skip
    made += [
        _option("s_metric", texts, flag("metric"), "Such as 'cpu>80' or 'cpu:avg:7d<5'.", MACHINES),
        _option("s_except", texts, flag("except"), "A name or glob to leave out.", MACHINES,
                autocompletion=complete_machine),
        _option("s_order_by", str | None, flag("order_by"), "Order by this.", MACHINES),
        _option("s_descending", bool, flag("descending"), "Largest first.", MACHINES, False),
        _option("s_limit", int | None, flag("limit"), "Keep the first N.", MACHINES, min=1),
        _option("s_all", bool, flag("all"), "The whole fleet.", MACHINES, False),
        _option("s_selector", str | None, flag("selector"), "A selector as JSON.", MACHINES),
    ]  # fmt: skip
    return made


def _negated(flag: str) -> str:
    return f"--not-{flag.removeprefix('--')}"


def _sentence(text: str | None) -> str:
    text = text or ""
    return f"{text[:1].upper()}{text[1:]}."


def _list_help(name: str) -> str:
    text = Selector.model_fields[name].description
    return f"{name[:1].upper()}{name[1:]}: {text}."


def _number_help(name: str) -> str:
    words = name.replace("_", " ").replace("gib", "GiB").replace("usd", "USD")
    words = words.replace("vcpus", "number of vCPUs")
    return f"{words[:1].upper()}{words[1:]}: 8, '>=8', '<4' or 4..8."


def positional(tool: Tool[Any]) -> str | None:
    """The argument that may stand without its option's name, where there are no machines to name.

    It is a needed text, or the only argument: `novacron undo OPERATION`.
    """
    if tool.targets is not Targets.NONE:
        return None
    fields = tool.arguments.model_fields
    texts = [name for name, field in fields.items() if _scalar(field.annotation) is str]
    needed = [name for name in texts if fields[name].is_required()]
    return next(iter(needed), texts[0] if texts and len(fields) == 1 else None)


def _argument(name: str, field: Any, *, first: bool) -> inspect.Parameter:
    if first:
        info = typer.Argument(
            metavar=f"[{name.upper()}]", help=_sentence(field.description), show_default=False
        )
        kind = Annotated[str | None, info]
        return inspect.Parameter(
            f"a_{name}", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind
        )
    flag = f"--{name.replace('_', '-')}"
    kind = _scalar(field.annotation)
    text = _sentence(field.description)
    if kind is bool:
        flag = f"{flag}/--no-{name.replace('_', '-')}"
    elif kind is None:
        kind, text = str, f"{text} As JSON, or KEY=VALUE,…"
    choices = _choices(field.annotation)
    more = {"metavar": "|".join(choices)} if 0 < len("|".join(choices)) <= 40 else {}
    if field.is_required():
        text = f"{text} Required."
    return _option(f"a_{name}", kind | None, flag, text, ARGUMENTS, **more)


def _scalar(annotation: Any) -> Any:
    """The type of a plain argument; None where it takes JSON."""
    kinds = [_plain(part) for part in _parts(annotation)]
    return kinds[0] if len(set(kinds)) == 1 and kinds[0] is not None else None


def _plain(annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return str
    if annotation in (str, int, float, bool):
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, str):
        return str
    return None


def _parts(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        found = [part for a in get_args(annotation) if a is not type(None) for part in _parts(a)]
        return [p for p in found if p is not int] if float in found else found
    return [annotation]


def _choices(annotation: Any) -> list[str]:
    return [
        str(choice)
        for part in _parts(annotation)
        if typing.get_origin(part) is Literal
        for choice in get_args(part)
    ]


def _gate_parameters(tool: Tool[Any]) -> Parameters:
    made = [
        _option("at", str | None, "--at", "Run at this time (RFC 3339).", GATE),
        _option("cron", str | None, "--cron", "Run by this cron line of five fields.", GATE),
    ]
    if tool.risk == "destroy":
        text = "The machine's name, or how many machines lose data: stands for typing it."
        made.append(_option("typed", str | None, "--type", text, GATE))
    else:
        made.append(_option("yes", bool, "--yes", "Do not ask: I have read it.", GATE, False))
    return made


def selector_from(values: Mapping[str, Any]) -> Selector | None:
    """The selector that the options make; None where none was given.

    Raises:
        InvalidRequest: a condition or the JSON cannot be read.
    """
    base: Any = _json(values.get("s_selector"), "--selector") or {}
    if not isinstance(base, dict):
        raise InvalidRequest("--selector is no JSON object.")
    data = cast(dict[str, Any], base)
    given = {
        "names": [*(values.get("s_machines") or ()), *(values.get("s_names") or ())],
        "ids": values.get("s_ids"),
        "tags": _tags(values),
        **{name: values.get(f"s_{name}") for name in ("missing_tags", *LIST_FIELDS)},
        **{name: _condition(values.get(f"s_{name}")) for name in NUMBER_FIELDS},
        "metric": [_metric(text) for text in values.get("s_metric") or ()],
        "exclude": {"names": values["s_except"]} if values.get("s_except") else None,
        "descending": values.get("s_descending"),
        "all": values.get("s_all"),
    }
    data.update({name: value for name, value in given.items() if value})
    for name in (*FLAG_FIELDS, "order_by", "limit"):  # false and 0 are values here
        if values.get(f"s_{name}") is not None:
            data[name] = values[f"s_{name}"]
    return Selector.parse(data) if data else None


def _tags(values: Mapping[str, Any]) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for key in TAG_OPTIONS:
        if given := values.get(f"s_tag_{key}"):
            tags[key] = list(given)
    for pair in values.get("s_tag") or ():
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InvalidRequest(f"{pair!r} is not KEY=VALUE.", hint="Write --tag team=web.")
        tags.setdefault(key, []).append(value)
    return tags


def _condition(text: str | None) -> dict[str, float] | None:
    return _bounds(text) if text else None


def _bounds(text: str) -> dict[str, float]:
    if match := _RANGE.fullmatch(text.strip()):
        return {"ge": _figure(match[1], text), "le": _figure(match[2], text)}
    if match := _BOUNDS.fullmatch(text.strip()):
        return {_OPERATORS[match[1]]: _figure(match[2], text)}
    raise InvalidRequest(f"{text!r} is no condition.", hint="Write 8, '>=8', '<4' or 4..8.")


def _figure(digits: str, text: str) -> float:
    try:
        return float(digits)
    except ValueError as error:
        raise InvalidRequest(f"{digits!r} in {text!r} is no number.") from error


def _metric(text: str) -> dict[str, Any]:
    match = _METRIC.fullmatch(text.strip())
    if match is None:
        raise InvalidRequest(
            f"{text!r} is no metric condition.", hint="Write 'cpu>80' or 'cpu:avg:7d<5'."
        )
    given = {"name": match[1], "aggregate": match[2], "window": match[3]}
    condition: dict[str, Any] = {key: value for key, value in given.items() if value}
    if match[4]:
        condition.update(_bounds(match[4]))
    return condition


def arguments_from(tool: Tool[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that were given, for the tool's own check.

    Raises:
        InvalidRequest: an argument that takes JSON is none.
    """
    given: dict[str, Any] = {}
    for name, field in tool.arguments.model_fields.items():
        value = values.get(f"a_{name}")
        if value is None:
            continue
        if _scalar(field.annotation) is None and isinstance(value, str):
            value = _structured(value, f"--{name.replace('_', '-')}")
        given[name] = value
    return given


def _structured(text: str, flag: str) -> Any:
    if text[:1] in '{["':
        return _json(text, flag)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if parts and all("=" in part for part in parts):
        return dict(part.split("=", 1) for part in parts)
    return parts


def _json(text: str | None, flag: str) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"{flag} is not JSON: {error}.") from error
