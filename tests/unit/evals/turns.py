"""Random planned turns for random cases: right ones, nearly right ones and nonsense."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from evals.fleet import Fleet

OUTCOMES = ("answer", "confirm", "clarify", "decline", "done", "cancelled", None)
TOOLS = ("list_vms", "stop_vms", "delete_vms", "resize_vms", "describe_vms", "undo", "no_such_tool")
WHENS = (
    None,
    {"at": "2026-11-23T22:00:00+00:00"},
    {"cron": "0 22 * * 1-5"},
    {"cron": "0 22 * * *"},
)
WINDOWS = ("1h", "7d", "168h", "2w")


def random_turns(
    cases: Path, fleet: Fleet, seed: int, many: int
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(turn of a case, what was planned) pairs."""
    chance = random.Random(seed)
    turns = [
        turn
        for line in cases.read_text(encoding="utf-8").splitlines()
        if line.strip()
        for turn in json.loads(line)["turns"]
    ]
    return [(turn, _planned(turn, fleet, chance)) for turn in chance.choices(turns, k=many)]


def _planned(turn: dict[str, Any], fleet: Fleet, chance: random.Random) -> dict[str, Any]:
    way = chance.choice(turn.get("either") or [turn])
    got: dict[str, Any] = {
        "outcome": chance.choice(_list(way["outcome"])),
        "calls": [_call(call, fleet, chance) for call in way.get("calls") or []],
    }
    for _ in range(chance.choice((0, 0, 1, 2))):
        _spoil(got, fleet, chance)
    return got


def _call(call: dict[str, Any], fleet: Fleet, chance: random.Random) -> dict[str, Any]:
    targets = list(fleet.select(call["where"])) if call.get("where") else []
    if not call.get("ordered"):
        chance.shuffle(targets)
    args = {key: _one(value, chance) for key, value in (call.get("args") or {}).items()}
    return {
        "tool": chance.choice(_list(call["tool"])),
        "targets": targets,
        "args": args,
        "when": _one(call.get("when"), chance),
    }


def _one(value: Any, chance: random.Random) -> Any:
    return chance.choice(value) if isinstance(value, list) and chance.random() < 0.7 else value


def _spoil(got: dict[str, Any], fleet: Fleet, chance: random.Random) -> None:
    """One thing made different."""
    kind = chance.choice(("outcome", "tool", "more", "less", "targets", "args", "when"))
    calls = got["calls"]
    if kind == "outcome":
        got["outcome"] = chance.choice(OUTCOMES)
    elif kind == "more" or not calls:
        some = [chance.choice(fleet.vms)["id"] for _ in range(chance.randrange(3))]
        calls.append({"tool": chance.choice(TOOLS), "targets": some, "args": {}, "when": None})
    elif kind == "less":
        calls.pop()
    else:
        _spoil_call(chance.choice(calls), kind, fleet, chance)


def _spoil_call(call: dict[str, Any], kind: str, fleet: Fleet, chance: random.Random) -> None:
    if kind == "tool":
        call["tool"] = chance.choice(TOOLS)
    elif kind == "when":
        call["when"] = chance.choice(WHENS)
    elif kind == "targets":
        other = chance.choice(fleet.vms)["id"]
        call["targets"] = chance.choice(
            ([*call["targets"], other], call["targets"][1:], call["targets"][::-1], [])
        )
    else:
        key = chance.choice([*call["args"], "window"])
        call["args"][key] = chance.choice((None, True, 4, "4", 4.0, "prod", *WINDOWS))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
