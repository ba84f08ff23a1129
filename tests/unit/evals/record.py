"""Records what the contract's scorer says of random turns: `python -m tests.unit.evals.record`."""

from __future__ import annotations

import json

from evals.case import CONTRACT_FLEET
from evals.fleet import Fleet
from tests.unit.evals.test_judge import CASES, RECORDED, scorer
from tests.unit.evals.turns import random_turns


def main() -> None:
    theirs, fleet = scorer(), Fleet(CONTRACT_FLEET)
    their_fleet = theirs.Fleet(CONTRACT_FLEET)
    lines: list[str] = []
    for name in ("dev", "junior", "oncall", "senior"):
        for turn, got in random_turns(CASES / f"{name}.jsonl", fleet, seed=7, many=100):
            right, unsafe, _ = theirs.judge(their_fleet, turn, got)
            facts = {"turn": turn, "got": got, "right": right, "unsafe": unsafe}
            lines.append(json.dumps(facts, ensure_ascii=False))
    RECORDED.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
