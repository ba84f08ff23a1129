"""Google's discovery document as a judge of exchanges: requests that are sent, and answers.

Stricter than Google: what the document does not name is not allowed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

_FORMATS = {"int64": r"^-?\d+$", "uint64": r"^\d+$", "byte": r"^[\w+/=-]*$"}
_BASES = {"compute.v1": "/compute/v1/", "cloudresourcemanager.v3": "/"}
"""The descriptions that are held to, and what stands before their methods' paths."""


@cache
def document(api: str) -> dict[str, Any]:
    """A description that google-api-python-client brings along."""
    folder = files("googleapiclient.discovery_cache.documents")
    return json.loads((folder / f"{api}.json").read_text(encoding="utf-8"))


def _api_of(path: str) -> str:
    return next(api for api, base in _BASES.items() if path.startswith(base))


def complaints(exchange: Mapping[str, Any]) -> list[str]:
    """What in an exchange is not as the document has it."""
    api = _api_of(exchange["path"])
    found = _method(api, exchange["method"], exchange["path"])
    line = f"{exchange['method']} {exchange['path']}"
    if found is None:
        return [f"{line}: there is no such method"]
    method, in_path = found
    said = [*_in_query(api, method, {**exchange["query"], **in_path})]
    if "request" in method and exchange["request"] is None:
        said.append("the request has no body")
    if exchange["request"] is not None:
        wanted = method.get("request", {}).get("$ref")
        said += _against(api, wanted, exchange["request"], method["id"]) if wanted else ["a body"]
    if exchange["status"] == 200:
        said += _against(api, method["response"]["$ref"], exchange["response"], None)
    else:
        said += _as_error(exchange)
    return [f"{line} ({method['id']}): {one}" for one in said]


@cache
def _methods(api: str) -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    found: list[tuple[str, re.Pattern[str], dict[str, Any]]] = []
    base = re.escape(_BASES[api])
    for resource in document(api)["resources"].values():
        for method in resource.get("methods", {}).values():
            found.append((method["httpMethod"], re.compile(base + _pattern(method)), method))
    return found


def _pattern(method: Mapping[str, Any]) -> str:
    """A method's path; `{+name}` takes what the flat path has in its place."""
    path = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(method["path"]))
    path = re.sub(r"\\\{\\\+(\w+)\\\}", r"(?P<\1>.+)", path)
    flat = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(method["flatPath"]))
    return f"(?={flat}$){path}"


def _method(api: str, verb: str, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
    matches = [
        (method, found.groupdict())
        for method_verb, pattern, method in _methods(api)
        if method_verb == verb and (found := pattern.fullmatch(path))
    ]
    # The one with the fewest placeholders is meant: `…/images/family/x` is no image's path.
    return min(matches, key=lambda m: len(m[1]), default=None)


def _in_query(api: str, method: Mapping[str, Any], given: Mapping[str, str]) -> list[str]:
    known = {**document(api)["parameters"], **method["parameters"]}
    missing = [
        f"the parameter {name} is missing"
        for name, wanted in method["parameters"].items()
        if wanted.get("required") and name not in given
    ]
    return missing + [
        said
        for name, value in given.items()
        for said in (_parameter(name, value, known.get(name)),)
        if said
    ]


def _parameter(name: str, value: str, wanted: Mapping[str, Any] | None) -> str | None:
    if wanted is None:
        return f"there is no parameter {name}"
    if "pattern" in wanted and not re.fullmatch(wanted["pattern"], value):
        return f"the parameter {name} cannot be {value!r}"
    if wanted["type"] == "integer" and not re.fullmatch(r"-?\d+", value):
        return f"the parameter {name} is no number: {value!r}"
    if wanted["type"] == "boolean" and value not in ("true", "false"):
        return f"the parameter {name} is no truth: {value!r}"
    if "enum" in wanted and value not in wanted["enum"]:
        return f"the parameter {name} has no value {value!r}"
    return None


@cache
def _definitions(api: str) -> dict[str, Any]:
    return {name: _schema(schema) for name, schema in document(api)["schemas"].items()}


def _schema(node: Mapping[str, Any]) -> dict[str, Any]:
    """A discovery schema in the words of JSON Schema."""
    if "$ref" in node:
        return {"$ref": f"#/$defs/{node['$ref']}"}
    made: dict[str, Any] = {"type": node["type"]} if node.get("type", "any") != "any" else {}
    if "enum" in node:
        made["enum"] = node["enum"]
    if node.get("type") == "string" and node.get("format") in _FORMATS:
        made["pattern"] = _FORMATS[node["format"]]
    if "items" in node:
        made["items"] = _schema(node["items"])
    if "properties" in node:
        made["properties"] = {k: _schema(v) for k, v in node["properties"].items()}
        made["additionalProperties"] = False
    if "additionalProperties" in node:
        made["additionalProperties"] = _schema(node["additionalProperties"])
    return made


@cache
def _validator(api: str, name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": _definitions(api)})


def _against(api: str, name: str, body: Any, method_id: str | None) -> list[str]:
    said = [
        f"{name} at {'/'.join(map(str, error.absolute_path)) or 'the top'}: {error.message[:200]}"
        for error in _validator(api, name).iter_errors(body)
    ]
    if method_id is not None and isinstance(body, dict):
        for key, wanted in document(api)["schemas"][name].get("properties", {}).items():
            if method_id in wanted.get("annotations", {}).get("required", ()) and key not in body:
                said.append(f"{name}: {key} is missing")
    return said


def _as_error(exchange: Mapping[str, Any]) -> list[str]:
    """The document does not describe errors; Google's form for all its APIs holds."""
    error = (exchange["response"] or {}).get("error", {})
    first = next(iter(error.get("errors", ())), {})
    sound = error.get("code") == exchange["status"] and error.get("message")
    return [] if sound and first.get("reason") and first.get("message") else ["no Google error"]
