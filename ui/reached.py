"""What `novacron doctor` says of everything that is reached over a network, or is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from knowledge.examining import examine_chroma
from tools.database import open_database
from tools.errors import NovaError
from tools.examining import CLOCK_LIMIT_S, Examined, Look, Seen, last_seen, looks, side_by_side
from tools.providers.standing import Lack, Standing
from tools.settings import Settings
from tools.times import utc_now
from ui.format import span
from ui.text import counted

Status = Literal["ok", "missing", "warning", "problem"]
Known = Mapping[str, tuple[int, float | None]]
_MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part.

    Attributes:
        part: what it is called.
        status: `missing` is something that NovaCron can do without; of a `warning` some of it
            works; a `problem` has to be solved.
        text: what was found.
        hint: what to do next.
        details: more that a program may want, JSON values only.
    """

    part: str
    status: Status
    text: str
    hint: str = ""
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


def reached(settings: Settings) -> Iterator[Finding]:
    """Every connection and service, looked at side by side."""
    chosen = looks(settings, utc_now)
    if settings.chroma_url:
        chosen.append(Look("chroma", partial(_chroma, settings.chroma_url)))
    found = side_by_side(chosen)
    known: Known = _known(settings) if any(one.error for one in found) else {}
    return (finding for one in found for finding in _findings(one, known))


def _chroma(url: str) -> Seen:
    return Seen("chroma", "chroma", examine_chroma(url))


def _known(settings: Settings) -> Known:
    """What is known of machines whose connection fails; nothing, where the database fails too."""
    try:
        engine = open_database(settings.database)
    except NovaError:
        return {}
    try:
        return last_seen(engine)
    finally:
        engine.dispose()


def _findings(one: Examined, known: Known) -> Iterator[Finding]:
    """One line that it is reached or not; one each for what is not as it should be."""
    if one.error is not None:
        yield _failed(one.name, one.error, known, one.seconds)
    elif one.standing is not None:
        yield from _standing(one, one.standing)


def _failed(name: str, error: NovaError, known: Known, seconds: float) -> Finding:
    about = ""
    if name in known:
        machines, read_at = known[name]
        seen = "never read" if read_at is None else f"last read {_ago(read_at)} ago"
        about = f" ({counted(machines, 'machine')} known, {seen})"
    details = {"reached": False, "code": error.code, "seconds": round(seconds, 3)}
    return Finding(name, "problem", f"{error.message}{about}", error.hint, details)


def _standing(one: Examined, standing: Standing) -> Iterator[Finding]:
    off_s = standing.clock_off_s
    text = standing.reached + (", simulated" if one.kind == "sandbox" else "")
    if off_s is not None:
        text += f", clock off by {abs(off_s):.0f} s" if abs(off_s) >= 1 else ", clock right"
    details: dict[str, Any] = {
        "kind": one.kind, "reached": True, "seconds": round(one.seconds, 3),
        "clock_off_s": None if off_s is None else round(off_s, 1),
        "missing_rights": [
            {"right": lack.right, "needed_for": list(lack.needed_for), "where": lack.where}
            for lack in standing.lacks
        ],
        "unsure": standing.unsure,
    }  # fmt: skip
    yield Finding(one.name, "ok", text, "", details)
    if standing.lacks:
        yield Finding(one.name, "warning", f"may not: {_rights(standing.lacks)}", standing.advice)
    if standing.unsure:
        yield Finding(one.name, "missing", standing.unsure)
    if off_s is not None and abs(off_s) > CLOCK_LIMIT_S:
        way = "ahead of" if off_s > 0 else "behind"
        yield Finding(
            one.name,
            "warning",
            f"its clock is {span(abs(off_s))} {way} this machine's",
            "Set this machine's clock, by NTP for example: sign-ins fail where clocks differ.",
        )


def _rights(lacks: Sequence[Lack]) -> str:
    """The missing rights in words, the first few of many."""
    shown = [f"{lack.right} ({_uses(lack)}; {lack.where})" for lack in lacks[:_MOST_SHOWN]]
    if len(lacks) > _MOST_SHOWN:
        shown.append(f"and {len(lacks) - _MOST_SHOWN} more, see --json")
    return ", ".join(shown)


def _uses(lack: Lack) -> str:
    return ", ".join(lack.needed_for).replace("_", " ") or "to look"


def _ago(refreshed_at: float) -> str:
    return span(max(0.0, utc_now().timestamp() - refreshed_at))
