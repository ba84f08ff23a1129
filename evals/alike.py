"""Whether what is said reads alike with what people put around it: `python -m evals.alike`.

Each change or read that opens a case of `evals/cases/look`, and each turn that follows a plan or an
answer, is said once as it is, and then behind and before words that ask for nothing, and led up to
in other ways (`evals/alike.json`). What comes of it must be the very same. What differs is printed;
the last line of each kind is the share that did not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.brains.embedded import EmbeddedBrain
from agent.brains.embedded.layout import asking_verbs
from agent.rehearsal import Rehearsal
from evals.case import CONTRACT_FLEET, load_cases
from tools.settings import load_settings

HERE = Path(__file__).parent
NOW = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
LONGEST = 160
_GOES_ON = (",", "so", "but", ":")

OPENS = {"changes": "confirm", "reads": "answer"}
KINDS = (*OPENS, "follows", "assents", "refusals")
_WORDS = ("question", "symptom", "operation")

_IS_ONE_ORDER = re.compile(r"[\w'-]+(?: [\w.='%/:-]+)+[.!]?")
"""A request without a comma: its act is its first word."""

Came = tuple[str, list[tuple[str, tuple[str, ...], dict[str, Any], Any]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what does not read alike; 1 if too much does not."""
    parser = argparse.ArgumentParser(prog="python -m evals.alike", description=__doc__)
    parser.add_argument("--kind", choices=KINDS, action="append", help="of these only")
    parser.add_argument("--many", type=int, default=400, help="how many of each kind")
    parser.add_argument("--each", type=int, default=5, help="in how many ways each is said")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--require", type=float, default=0.98, help="fail below this share")
    asked = parser.parse_args(arguments)
    words = json.loads((HERE / "alike.json").read_text("utf-8"))
    rehearsal = Rehearsal(CONTRACT_FLEET, NOW, EmbeddedBrain(), load_settings())
    shares = [
        _share(rehearsal, kind, words[kind], random.Random(asked.seed), asked)
        for kind in asked.kind or KINDS
    ]
    return 0 if min(shares) >= asked.require else 1


def _share(
    rehearsal: Rehearsal,
    kind: str,
    words: dict[str, list[str]],
    chance: random.Random,
    asked: argparse.Namespace,
) -> float:
    """What part of one kind reads alike; prints what does not."""
    conversations = sorted(_conversations(kind))
    chance.shuffle(conversations)
    same = total = 0
    for *before, last in conversations[: asked.many]:
        plain = came(rehearsal, [*before, last])
        refused = kind == "refusals" and plain[0] == "confirm"
        if kind != _kind(before, plain[0]) and not refused:
            continue
        for said in _ways(last, words, chance, asked.each):
            total += 1
            read = came(rehearsal, [*before, said])
            if _refused(read) if kind == "refusals" else read == plain:
                same += 1
            else:
                sys.stdout.write(f"{read[0]}: {' | '.join([*before, said])}\n")
    share = same / max(total, 1)
    sys.stdout.write(f"\n{kind}: {same:,} of {total:,} read alike: {share:.1%}\n")
    return share


def _refused(read: Came) -> bool:
    """Whether nothing is planned but to protect what must not be deleted."""
    return read[0] != "confirm" or all(call[0] == "protect_vms" for call in read[1])


def _kind(before: Sequence[str], outcome: str) -> str | None:
    """The kind of a turn that had this outcome after the turns before."""
    if before:
        return "assents" if outcome == "done" else "follows"
    return next((kind for kind, opens in OPENS.items() if opens == outcome), None)


def _conversations(kind: str) -> Iterator[tuple[str, ...]]:
    """What is said on the contract's fleet, up to a turn of this kind."""
    for case in load_cases([HERE / "cases" / "look"]):
        if case.fleet != CONTRACT_FLEET or max(len(turn.say) for turn in case.turns) >= LONGEST:
            continue
        if kind in ("follows", "assents"):
            for end in range(2, len(case.turns) + 1):
                yield tuple(turn.say for turn in case.turns[:end])
        elif OPENS.get(kind, "confirm") in case.turns[0].ways[0].outcomes and (
            kind != "refusals" or _IS_ONE_ORDER.fullmatch(case.turns[0].say)
        ):
            yield (case.turns[0].say,)


def _ways(
    request: str, words: dict[str, list[str]], chance: random.Random, many: int
) -> Iterator[str]:
    """The request with something before it, with something after it, or led up to."""
    bare = request.rstrip(" .!?")
    first = bare.split()[0]
    low = bare[0].lower() + bare[1:] if first.istitle() and first != "I" else bare
    orders = first.casefold() in asking_verbs() and ". " not in bare
    leads = words["leads"] if orders else []
    said = [w + (low if w.rstrip().endswith(_GOES_ON) else request) for w in words["before"]]
    said += [bare + w for w in words["after"]]
    said += [lead.format(low) for lead in leads]
    yield from chance.sample(said, min(many, len(said)))


def came(rehearsal: Rehearsal, said: Sequence[str]) -> Came:
    """What came of the last of these turns; the words that a question is asked in are no matter."""
    turn = rehearsal.hold(said)[0][-1]
    calls = [
        (c.tool, tuple(c.targets), {k: v for k, v in c.args.items() if k not in _WORDS}, c.when)
        for c in turn.calls
    ]
    return turn.outcome, calls


if __name__ == "__main__":
    sys.exit(main())
