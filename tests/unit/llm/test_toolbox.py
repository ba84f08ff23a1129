"""The catalogue as schemas for a model, and the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.toolbox import MAX_CALLS, Toolbox, slim
from tests.unit.llm.fleet import CATALOG, named
from tools.calls import Call, When
from tools.errors import InvalidRequest, NotFound, NovaError
from tools.selector import Bounds, MetricCondition, Selector

BOX = Toolbox(CATALOG)
PARAMETERS = {f["function"]["name"]: f["function"]["parameters"] for f in BOX.functions}


def nodes(schema: Any) -> list[dict[str, Any]]:
    """Every object within a schema."""
    if isinstance(schema, list):
        return [n for item in schema for n in nodes(item)]
    if not isinstance(schema, dict):
        return []
    return [schema, *(n for value in schema.values() for n in nodes(value))]


def tools_of(function: str) -> list[str]:
    calls = PARAMETERS[function]["properties"]["calls"]["items"]["anyOf"]
    return [call["properties"]["tool"]["const"] for call in calls]


def test_read_offers_the_reads_and_propose_offers_everything() -> None:
    assert tools_of("read") == [name for name, tool in CATALOG.items() if tool.reads]
    assert tools_of("propose") == list(CATALOG)


def test_nothing_that_a_model_may_call_confirms() -> None:
    assert set(PARAMETERS) == {"read", "propose", "ask", "reply", "decline", "cancel"}
    text = json.dumps(BOX.functions).lower()
    assert not any(word in text for word in ('"confirm', '"approve', '"yes"', "digest"))


@pytest.mark.parametrize("function", PARAMETERS)
def test_schemas_are_closed_and_do_not_recurse(function: str) -> None:
    schema = PARAMETERS[function]
    defs = schema.get("$defs", {})
    used = {n["$ref"].removeprefix("#/$defs/") for n in nodes(schema) if "$ref" in n}

    assert used <= set(defs)
    assert "exclude" not in defs.get("Excluded", {}).get("properties", {})
    for node in nodes(schema):
        assert "additionalProperties" not in node
        assert {"type": "null"} not in node.get("anyOf", ())


def test_each_field_is_described_once() -> None:
    selector = PARAMETERS["propose"]["$defs"]["Selector"]["properties"]
    assert set(selector) == set(Selector.model_fields)
    assert all("description" in field or "$ref" in field for field in selector.values())


def test_an_argument_that_is_called_title_stays() -> None:
    schema = {"title": "T", "type": "object", "properties": {"title": {"type": "string"}}}
    assert slim(schema) == {"type": "object", "properties": {"title": {"type": "string"}}}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            {"tool": "stop_vms", "selector": named("web-01"), "args": {"force": True}},
            Call(tool="stop_vms", selector=Selector(names=("web-01",)), args={"force": True}),
            id="plain",
        ),
        pytest.param(
            {"tool": "stop_vms", "selector": {"tags": [{"key": "env", "values": ["prod"]}]}},
            Call(tool="stop_vms", selector=Selector(tags={"env": ("prod",)})),
            id="tags as pairs",
        ),
        pytest.param(
            {"tool": "stop_vms", "selector": {"tags": {"env": ["prod"]}}},
            Call(tool="stop_vms", selector=Selector(tags={"env": ("prod",)})),
            id="tags as the contract writes them",
        ),
        pytest.param(
            {
                "tool": "stop_vms",
                "selector": {
                    "all": True,
                    "exclude": {"tags": [{"key": "env", "values": ["prod"]}], "names": None},
                },
            },
            Call(
                tool="stop_vms",
                selector=Selector(all=True, exclude=Selector(tags={"env": ("prod",)})),
            ),
            id="exclude",
        ),
        pytest.param(
            {
                "tool": "tag_vms",
                "selector": named("web-01"),
                "args": {"tags": [{"key": "owner", "value": "ada"}]},
            },
            Call(
                tool="tag_vms",
                selector=Selector(names=("web-01",)),
                args={"tags": {"owner": "ada"}},
            ),
            id="tags to set",
        ),
        pytest.param(
            {"tool": "create_vms", "selector": None, "args": {"name": "x", "tags": None}},
            Call(tool="create_vms", args={"name": "x"}),
            id="nulls are not given",
        ),
        pytest.param(
            {
                "tool": "start_vms",
                "selector": named("web-*"),
                "when": {"cron": "0 22 * * 1-5", "at": None},
                "singular": True,
            },
            Call(
                tool="start_vms",
                selector=Selector(names=("web-*",)),
                when=When(at=None, cron="0 22 * * 1-5"),
                outright=True,
            ),
            id="when and singular",
        ),
    ],
)
def test_a_call_comes_back(data: dict[str, Any], expected: Call) -> None:
    assert BOX.call(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("stop_vms", id="no object"),
        pytest.param({}, id="no tool"),
        pytest.param({"tool": "drop_tables"}, id="unknown tool"),
        pytest.param({"tool": "stop_vms"}, id="no selector"),
        pytest.param({"tool": "stop_vms", "selector": {}}, id="empty selector"),
        pytest.param({"tool": "stop_vms", "selector": {"limit": 3}}, id="limit alone"),
        pytest.param({"tool": "stop_vms", "selector": {"nmaes": ["x"]}}, id="unknown field"),
        pytest.param({"tool": "stop_vms", "selector": "web-01"}, id="selector as text"),
        pytest.param(
            {"tool": "stop_vms", "selector": named("x"), "confirm": True}, id="unknown key"
        ),
        pytest.param(
            {"tool": "stop_vms", "selector": named("x"), "args": {"confirmed": True}},
            id="unknown argument",
        ),
        pytest.param({"tool": "stop_vms", "selector": named("x"), "args": []}, id="args as list"),
        pytest.param(
            {"tool": "list_vms", "selector": {"all": True}, "when": {"cron": "0 2 * * *"}},
            id="a read with when",
        ),
        pytest.param(
            {"tool": "create_vms", "selector": named("x"), "args": {"name": "y"}},
            id="a selector where none belongs",
        ),
        pytest.param({"tool": "create_vms"}, id="missing argument"),
        pytest.param(
            {"tool": "stop_vms", "selector": named("x"), "when": {"cron": "tomorrow"}},
            id="bad cron",
        ),
        pytest.param(
            {"tool": "stop_vms", "selector": {"tags": [{"key": "env"}]}}, id="half a pair"
        ),
        pytest.param(
            {
                "tool": "stop_vms",
                "selector": {
                    "tags": [{"key": "e", "values": ["a"]}, {"key": "e", "values": ["b"]}]
                },
            },
            id="a key twice",
        ),
        pytest.param(
            {"tool": "stop_vms", "selector": {"all": True, "names": ["x"]}}, id="all and names"
        ),
    ],
)
def test_nothing_unknown_passes(data: Any) -> None:
    with pytest.raises((InvalidRequest, NotFound)):
        BOX.call(data)


def test_read_takes_no_change() -> None:
    with pytest.raises(InvalidRequest, match="use propose"):
        BOX.reads({"calls": [{"tool": "stop_vms", "selector": named("web-01")}]})


@pytest.mark.parametrize("calls", [None, [], {}, "x", [{"tool": "list_vms"}] * (MAX_CALLS + 1)])
def test_calls_is_a_list_of_some(calls: Any) -> None:
    with pytest.raises(InvalidRequest):
        BOX.proposal({"calls": calls})


_word = st.text("ab-*é 1", min_size=1, max_size=6)
_words = st.lists(_word, min_size=1, max_size=3)
_fields = {
    "names": _words.map(tuple),
    "region": _words.map(tuple),
    "tags": st.dictionaries(_word, _words.map(tuple), min_size=1, max_size=3),
    "vcpus": st.builds(Bounds, ge=st.integers(0, 99).map(float)),
    "public_ip": st.booleans(),
    "metric": st.builds(MetricCondition, name=st.just("cpu"), gt=st.just(80.0)).map(lambda m: (m,)),
}
_optional = {name: field for name, field in _fields.items() if name != "names"}
_selectors = st.fixed_dictionaries({"names": _fields["names"]}, optional=_optional)


@settings(deadline=None)
@given(_selectors, st.none() | _selectors)
def test_every_selector_survives_the_form_that_models_write(
    fields: dict[str, Any], excluded: dict[str, Any] | None
) -> None:
    inner = Selector(**excluded) if excluded else None
    selector = Selector(**fields, exclude=inner)
    call = BOX.call({"tool": "stop_vms", "selector": as_pairs(selector.to_dict())})

    assert call.selector == selector


def as_pairs(data: dict[str, Any]) -> dict[str, Any]:
    """A selector as the schema asks models to write it."""
    data = dict(data)
    if "tags" in data:
        data["tags"] = [{"key": key, "values": values} for key, values in data["tags"].items()]
    if "exclude" in data:
        data["exclude"] = as_pairs(data["exclude"])
    return data


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | _word,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_word, inner, max_size=3),
    max_leaves=8,
)
_keys = st.sampled_from(["tool", "selector", "args", "when", "singular", "calls", "x"])
_tools = st.sampled_from([*CATALOG, "sudo"])


@settings(deadline=None)
@given(st.dictionaries(_keys, _json, max_size=4), _tools)
def test_any_json_is_a_call_or_an_error_of_ours(data: dict[str, Any], tool: str) -> None:
    try:
        call = BOX.call({**data, "tool": tool})
    except NovaError:
        return
    assert call.tool in CATALOG
