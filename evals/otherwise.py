"""Whether a request holds in company: `python -m evals.otherwise`.

Each request of `evals/otherwise.json` is said alone, and then in ways of which it is plain what
must come of them: beside a second act, put right in the same breath or in the next turn, with
machines left out, beside what is told of other machines, of people, places and times. What is
planned otherwise is printed; a plan that touches what was not asked for stands first. The last
line of each family is the share that is right, and how many plans were wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.brains.embedded import EmbeddedBrain
from agent.rehearsal import Rehearsal
from evals.alike import NOW, came
from evals.case import CONTRACT_FLEET
from tools.settings import load_settings

HERE = Path(__file__).parent
PAIRS = 400
"""How many pairs of acts are tried."""

Call = tuple[str, tuple[str, ...], dict[str, Any], Any]


@dataclass(frozen=True)
class Trial:
    """What is said, and the calls that must come of it."""

    said: tuple[str, ...]
    wanted: list[Call]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is planned otherwise; 1 where a family is below what is required."""
    data: dict[str, Any] = json.loads((HERE / "otherwise.json").read_text("utf-8"))
    parser = argparse.ArgumentParser(prog="python -m evals.otherwise", description=__doc__)
    parser.add_argument("--family", choices=sorted(data), action="append", help="of these only")
    parser.add_argument("--require", type=float, default=0.85, help="fail below this share")
    asked = parser.parse_args(arguments)
    rehearsal = Rehearsal(CONTRACT_FLEET, NOW, EmbeddedBrain(), load_settings())
    shares = [_share(rehearsal, name, data[name]) for name in asked.family or data]
    return 0 if min(shares) >= asked.require else 1


def _share(rehearsal: Rehearsal, name: str, family: dict[str, Any]) -> float:
    """What part of one family is right; prints the rest, wrong plans first."""
    right = total = 0
    planned, other = list[str](), list[str]()
    for trial in _TRIALS[name](rehearsal, family):
        total += 1
        read = came(rehearsal, trial.said)
        if read[0] == "confirm" and _keys(read[1]) == _keys(trial.wanted):
            right += 1
            continue
        wrong = read[0] == "confirm" and not _within(read[1], trial.wanted)
        calls = "; ".join(f"{tool} on {len(ids)} {when or ''}" for tool, ids, _, when in read[1])
        line = f"{read[0]}: {' | '.join(trial.said)} => {calls}"
        (planned if wrong else other).append(line)
    sys.stdout.writelines(f"WRONG PLAN {line}\n" for line in planned)
    sys.stdout.writelines(f"{line}\n" for line in other)
    share = right / max(total, 1)
    sys.stdout.write(
        f"\n{name}: {right:,} of {total:,} right: {share:.1%}; {len(planned)} wrong plans\n"
    )
    return share


def _keys(calls: Sequence[Call]) -> list[Call]:
    return [(tool, tuple(sorted(ids)), args, when) for tool, ids, args, when in calls]


def _within(calls: Sequence[Call], wanted: Sequence[Call]) -> bool:
    """Whether calls do nothing but what is wanted, if not all of it."""
    for tool, ids, _, when in calls:
        same = [call for call in wanted if call[0] == tool and call[3] == when]
        if not set(ids) <= {i for call in same for i in call[1]}:
            return False
    return True


def _plan(rehearsal: Rehearsal, request: str) -> list[Call]:
    """The calls that a request said alone plans.

    Raises:
        SystemExit: it is no change that plans anything; the list of requests is wrong.
    """
    outcome, calls = came(rehearsal, [request])
    if outcome != "confirm":
        sys.exit(f"{request!r} plans nothing: take it out of evals/otherwise.json.")
    return calls


def _two_acts(rehearsal: Rehearsal, family: dict[str, Any]) -> Iterator[Trial]:
    chance = random.Random(1)
    alone = {request: _plan(rehearsal, request) for request in family["requests"]}
    for _ in range(PAIRS):
        a, b = chance.sample(family["requests"], 2)
        joined = chance.choice(family["joints"]).format(a=a, b=b)
        yield Trial((joined,), [*alone[a], *alone[b]])


def _put_right_at_once(rehearsal: Rehearsal, family: dict[str, Any]) -> Iterator[Trial]:
    for request, was, now in family["requests"]:
        wanted = _plan(rehearsal, request.format(now))
        before, after = request.split("{}")
        for way in family["ways"]:
            yield Trial((before + way.format(a=was + after, x=was, y=now),), wanted)


def _put_right_then(rehearsal: Rehearsal, family: dict[str, Any]) -> Iterator[Trial]:
    for request, was, now in family["requests"]:
        wanted = _plan(rehearsal, request.format(now))
        for way in family["ways"]:
            yield Trial((request.format(was), way.format(x=was, y=now)), wanted)


def _left_out(rehearsal: Rehearsal, family: dict[str, Any]) -> Iterator[Trial]:
    for request, spared in family["requests"]:
        out = {i for name in spared for i in came(rehearsal, [f"describe {name}"])[1][0][1]}
        wanted = [
            (tool, tuple(i for i in ids if i not in out), args, when)
            for tool, ids, args, when in _plan(rehearsal, request)
        ]
        for way in family["ways"]:
            yield Trial((way.format(r=request, x=" and ".join(spared)),), wanted)


def _told(rehearsal: Rehearsal, family: dict[str, Any]) -> Iterator[Trial]:
    requests: list[str | list[str]] = family["requests"]
    for request in requests:
        asked, other = (request, "") if isinstance(request, str) else request
        trial = Trial((), _plan(rehearsal, asked))
        for way in family["ways"]:
            yield replace(trial, said=(way.format(r=asked, o=other),))


_TRIALS = {
    "two acts": _two_acts,
    "put right at once": _put_right_at_once,
    "put right then": _put_right_then,
    "left out": _left_out,
    "told of another": _told,
    "told beside": _told,
}


if __name__ == "__main__":
    sys.exit(main())
