"""Cases: conversations with what should come of each turn, as the contract writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from tools.errors import InvalidRequest, NotFound

FLEETS = Path(__file__).parent / "fleets"
CONTRACT_FLEET = FLEETS / "contract"
"""The fleet that cases are about where nothing says otherwise."""


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """One call that a turn should give.

    Attributes:
        tools: any of these is right.
        where: an expression that names the targets, or the first N by a key; None: not judged.
        ordered: whether the order of the targets matters.
        args: the arguments that matter.
        when, timed: the time, judged only where the case gives one, be it null.
        empty: whether naming no machine is meant.
    """

    tools: tuple[str, ...]
    where: Any = None
    ordered: bool = False
    args: tuple[tuple[str, Any], ...] = ()
    when: Any = None
    timed: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """One way in which a turn may rightly go."""

    outcomes: tuple[str, ...]
    calls: tuple[ExpectedCall, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseTurn:
    """What is said, and the ways in which it may rightly go."""

    say: str
    ways: tuple[Expected, ...]

    def may_be(self, outcome: str) -> bool:
        """Whether some way has this outcome."""
        return any(outcome in way.outcomes for way in self.ways)


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation, on the machines of a fleet folder."""

    id: str
    tags: tuple[str, ...]
    turns: tuple[CaseTurn, ...]
    fleet: Path = CONTRACT_FLEET


def load_cases(paths: Sequence[Path], fleet: Path | None = None) -> list[Case]:
    """The cases of files, and of every .jsonl file under folders, in order of their names.

    Without a fleet, cases are about the fleet that their place names: see `fleet_near`.

    Raises:
        NotFound: a path does not exist, or there is no case at all.
        InvalidRequest: a line is no case, or two cases have one id.
    """
    cases = [case for path in paths for file in _files(path) for case in _load(file, fleet)]
    if not cases:
        raise NotFound("There are no cases.", hint="Name .jsonl files, or folders that hold some.")
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise InvalidRequest(f"Two cases are called {case.id!r}.")
        seen.add(case.id)
    return cases


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.rglob("*.jsonl"))
    if not path.is_file():
        raise NotFound(f"There is no file or folder {str(path)!r}.")
    return [path]


def fleet_near(path: Path) -> Path:
    """The fleet of a file of cases: a folder `fleet` beside it or above, or the one of
    `evals/fleets` after which a folder above is named, or the contract's.
    """
    for folder in path.resolve().parents:
        if (folder / "fleet" / "fleet.json").is_file():
            return folder / "fleet"
        if (FLEETS / folder.name / "fleet.json").is_file():
            return FLEETS / folder.name
    return CONTRACT_FLEET


def _load(path: Path, fleet: Path | None) -> Iterator[Case]:
    chosen = fleet or fleet_near(path)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{str(path)!r} is not text in UTF-8.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield parse_case(json.loads(line), chosen)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise InvalidRequest(f"{path}:{number} is no case: {error}.") from error


def parse_case(data: dict[str, Any], fleet: Path = CONTRACT_FLEET) -> Case:
    """A case as the contract writes it."""
    turns = tuple(_turn(turn) for turn in data["turns"])
    return Case(str(data["id"]), tuple(data.get("tags", ())), turns, fleet)


def _turn(data: dict[str, Any]) -> CaseTurn:
    ways = data.get("either") or [data]
    return CaseTurn(data["say"], tuple(_expected(way) for way in ways))


def _expected(data: dict[str, Any]) -> Expected:
    calls = tuple(_call(call) for call in data.get("calls") or ())
    return Expected(_any_of(data["outcome"]), calls)


def _call(data: dict[str, Any]) -> ExpectedCall:
    args: dict[str, Any] = data.get("args") or {}
    return ExpectedCall(
        tools=_any_of(data["tool"]),
        where=data.get("where") or None,
        ordered=bool(data.get("ordered")),
        args=tuple(args.items()),
        when=data.get("when"),
        timed="when" in data,
        empty=bool(data.get("empty")),
    )


def _any_of(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if is_list(value) else (str(value),)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a JSON value is a list."""
    return isinstance(value, list)
