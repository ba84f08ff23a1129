"""Requests of the cases, turned into what asks for nothing: none of them may plan anything.

A sentence that plans something, with words around it that forbid it, tell of it or ask about it,
must not: whoever writes a rule for one verb is told here of all the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.case import load_cases
from tests.unit.brain.conftest import Hold

CASES = Path(__file__).resolve().parents[3] / "evals" / "cases" / "look"
_BEGINS = re.compile(
    r"(stop|start|restart|reboot|delete|remove|suspend|resume|snapshot|resize|move|migrate|tag|"
    r"protect|unprotect|scale|clone|attach|shut|power|turn|kill|bounce|take|put|give|restore|"
    r"roll|terminate|wake|pause|grow|increase|double|switch|wipe) ",
    re.IGNORECASE,
)

TURNED: dict[str, Callable[[str], str]] = {
    "forbidden": lambda s: f"don't {s}",
    "forbidden politely": lambda s: f"please do not {s}",
    "never": lambda s: f"never {s}",
    "needless": lambda s: f"no need to {s}",
    "without reason": lambda s: f"there is no reason to {s}",
    "not asked for": lambda s: f"nobody asked to {s}",
    "taken back": lambda s: f"{s}... actually never mind",
    "intended before": lambda s: f"I was going to {s} but changed my mind",
    "tried before": lambda s: f"yesterday I tried to {s} and it failed",
    "too late": lambda s: f"I would have liked to {s} last week",
    "feared": lambda s: f"I am afraid to {s}",
    "refused": lambda s: f"I refuse to {s}",
    "forgotten": lambda s: f"forget that I asked you to {s}",
    "asked about": lambda s: f"should I {s}?",
    "its reason asked": lambda s: f"why would I {s}?",
    "what if": lambda s: f"what happens if I {s}?",
    "judged": lambda s: f"bob wants to {s}, is that a good idea?",
    "on a condition": lambda s: f"if the cpu gets too high, {s}",
    "quoted": lambda s: f'the log of gitlab says "{s}"',
}


def requests() -> list[str]:
    """Short sentences of one request each that begin with its verb."""
    found: dict[str, None] = {}
    for case in load_cases([CASES]):
        turn = case.turns[0]
        said = turn.say.strip().rstrip(".! ")
        one = all(len(way.calls) == 1 and way.outcomes == ("confirm",) for way in turn.ways)
        plain = not re.search(r"""[,;?"':]|[.!] | (and|then|pls|please|plz) """, said + " ")
        if case.fleet.name == "contract" and one and plain and _BEGINS.match(said):
            found[said[0].lower() + said[1:]] = None
    return list(found)


@pytest.mark.parametrize("turned", TURNED)
def test_what_is_not_asked_for_is_not_planned(hold: Hold, turned: str) -> None:
    planned = [said for said in map(TURNED[turned], requests()) if hold(said)[0].plan is not None]
    assert planned == []


def test_the_requests_themselves_are_planned(hold: Hold) -> None:
    asked = requests()
    planned = [said for said in asked if hold(said)[0].plan is not None]
    assert len(asked) > 100
    assert len(planned) > 0.97 * len(asked)
