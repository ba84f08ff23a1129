"""Whether requests read alike with what people put around them: `python -m evals.alike`.

Each change that opens a case of `evals/cases/look` is said once as it is, and then behind and
before words that ask for nothing, and led up to in other ways (`evals/alike.json`). The plan must
be the very same. What differs is printed; the last line is the share that did not.
"""

from __future__ import annotations

import argparse
import json
import random
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

Plan = tuple[str, list[tuple[str, tuple[str, ...], dict[str, Any], Any]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what does not read alike; 1 if too much does not."""
    parser = argparse.ArgumentParser(prog="python -m evals.alike", description=__doc__)
    parser.add_argument("--many", type=int, default=400, help="how many requests")
    parser.add_argument("--each", type=int, default=5, help="in how many ways each is said")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--require", type=float, default=0.98, help="fail below this share")
    asked = parser.parse_args(arguments)
    words = json.loads((HERE / "alike.json").read_text("utf-8"))
    chance = random.Random(asked.seed)
    requests = sorted(_requests())
    chance.shuffle(requests)
    rehearsal = Rehearsal(CONTRACT_FLEET, NOW, EmbeddedBrain(), load_settings())
    same = total = 0
    for request in requests[: asked.many]:
        plain = _plan(rehearsal, request)
        if plain[0] != "confirm":
            continue
        for said in _ways(request, words, chance, asked.each):
            total += 1
            if (read := _plan(rehearsal, said)) == plain:
                same += 1
            else:
                sys.stdout.write(f"{read[0]}: {said}\n")
    sys.stdout.write(f"\n{same:,} of {total:,} read alike: {same / max(total, 1):.1%}\n")
    return 0 if same >= asked.require * total else 1


def _requests() -> Iterator[str]:
    """The changes that open a conversation on the contract's fleet."""
    for case in load_cases([HERE / "cases" / "look"]):
        turn = case.turns[0]
        changes = case.fleet == CONTRACT_FLEET and "confirm" in turn.ways[0].outcomes
        if changes and len(turn.say) < LONGEST:
            yield turn.say


def _ways(
    request: str, words: dict[str, list[str]], chance: random.Random, many: int
) -> Iterator[str]:
    """The request with something before it, with something after it, or led up to."""
    bare = request.rstrip(" .!?")
    first = bare.split()[0]
    low = bare[0].lower() + bare[1:] if first.istitle() and first != "I" else bare
    leads = words["leads"] if first.casefold() in asking_verbs() and "." not in bare else []
    said = [w + (low if w.rstrip().endswith(_GOES_ON) else request) for w in words["before"]]
    said += [bare + w for w in words["after"]]
    said += [lead.format(low) for lead in leads]
    yield from chance.sample(said, min(many, len(said)))


def _plan(rehearsal: Rehearsal, text: str) -> Plan:
    turn = rehearsal.hold([text])[0][0]
    return turn.outcome, [(c.tool, tuple(sorted(c.targets)), c.args, c.when) for c in turn.calls]


if __name__ == "__main__":
    sys.exit(main())
