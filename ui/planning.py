"""`novacron plan --jsonl`: conversations in as JSON lines, what would come of them out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeGuard, cast

from agent.assembly import open_brain
from agent.rehearsal import Rehearsal
from agent.turns import Turn
from tools.errors import InvalidRequest, NovaError, ProviderError
from tools.settings import load_settings


def open_rehearsal(fleet: Path, now: datetime, brain: str) -> Rehearsal:
    """Conversations over a fleet folder with the named brain.

    Raises:
        NotFound: the folder holds no fleet.
        InvalidRequest: the fleet or the brain's name is not valid.
    """
    settings = load_settings(brain=brain)
    return Rehearsal(fleet, now, open_brain(settings), settings)


def parse_line(line: str, number: int) -> tuple[Any, list[str]]:
    """The id and the turns of one line.

    Raises:
        InvalidRequest: the line is no JSON object with a list of strings under `turns`.
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"Line {number} is not JSON: {error}.") from error
    fields = cast(dict[str, Any], data) if isinstance(data, dict) else {}
    turns = fields.get("turns")
    if not _are_sentences(turns):
        raise InvalidRequest(
            f"Line {number} has no list of sentences under 'turns'.",
            hint='Write {"id": "c1", "turns": ["stop web-03", "yes"]}.',
        )
    return fields.get("id"), turns


def _are_sentences(turns: Any) -> TypeGuard[list[str]]:
    return isinstance(turns, list) and all(isinstance(t, str) for t in cast(list[Any], turns))


def plan_lines(
    lines: Iterable[str], rehearsal: Rehearsal, explain: bool
) -> Iterator[dict[str, Any]]:
    """One value for each line, in order; a line that fails gives its error and the rest go on."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _plan_line(line, number, rehearsal, explain)


def _plan_line(line: str, number: int, rehearsal: Rehearsal, explain: bool) -> dict[str, Any]:
    conversation: Any = None
    try:
        conversation, says = parse_line(line, number)
        turns, changes = rehearsal.hold(says)
    except NovaError as error:
        return {"id": conversation or _id_of(line), "error": error.as_dict()}
    except Exception as error:  # one conversation that breaks NovaCron must not end the others
        broken = ProviderError(f"Line {number} broke NovaCron: {type(error).__name__}: {error}")
        return {"id": conversation, "error": broken.as_dict()}
    shown = [turn_to_dict(turn, explain) for turn in turns]
    return {"id": conversation, "turns": shown, "changes": changes}


def _id_of(line: str) -> Any:
    """The id of a line whose turns are wrong, so that it is known which it was."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, Any], data).get("id") if isinstance(data, dict) else None


def turn_to_dict(turn: Turn, explain: bool = False) -> dict[str, Any]:
    """A turn as the contract's planning interface shows it."""
    shown: dict[str, Any] = {
        "outcome": turn.outcome,
        "calls": [call.to_dict() for call in turn.calls],
        "reply": turn.reply,
        "latency_ms": turn.latency_ms,
    }
    if turn.options:
        shown["options"] = list(turn.options)
    if explain:
        shown["explain"] = [{"words": t.words, "became": t.became} for t in turn.trace]
    return shown
