"""Trains the embedded brain's intent model: `python -m evals.intents`, minutes on two cores.

It learns from the first way of each turn in `evals/cases/look` and `open`, and from
`evals/phrases`: one sentence and what it asks for a line. `--without VOICE` leaves a voice out and
says how well it is then understood: `--voices` does so for every file.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agent.brains.embedded.intent_model import BUCKETS, features, masked
from agent.brains.embedded.parts import parts_of
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.site import build_site
from agent.brains.embedded.text import cleaned, tokenise
from evals.case import CONTRACT_FLEET, CaseTurn, load_cases
from tools.control import connect
from tools.settings import load_settings

HERE = Path(__file__).parent
MODEL = HERE.parent / "agent" / "brains" / "embedded" / "intent_model.npz"
SMOOTHING = 3e-6
"""Weight of the squares, found by leaving voices out."""

_NAMES = re.compile(r"\b(?:vm|machines|key=value)\b")
"""A turn that is declined and names machines asks for something that the policies refuse."""

_REPLIES = {"decline": "outside", "done": "yes", "cancelled": "no"}
_optimize: Any = import_module("scipy.optimize")
_sparse: Any = import_module("scipy.sparse")
"""SciPy comes without types."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One sentence, masked, what it asks for, and the file that it is of."""

    text: str
    label: str
    voice: str
    also: frozenset[str] = frozenset()


class Masks:
    """Masks sentences as the brain does, by the fleet that they are about."""

    def __init__(self) -> None:
        self._readers: dict[Path, Reader] = {}
        self._folder = tempfile.TemporaryDirectory()

    def mask(self, say: str, fleet: Path) -> str:
        """The sentence with its names made alike."""
        return masked(self._reader(fleet).scanner.scan(tokenise(cleaned(say))))

    def parts(self, say: str, fleet: Path, tool: str) -> Iterator[tuple[str, str]]:
        """The clause of the request, and what is told beside it, where the rules read them so."""
        reading = self._reader(fleet).read(say)
        if [frame.tool for frame in reading.frames] != [tool]:
            return
        asked = {id(item) for item in reading.frames[0].clause.items}
        if len(asked) == len(reading.items):
            return
        yield masked(reading.frames[0].clause.items), tool
        for part in parts_of(reading.items):
            if len(part.items) > 3 and not any(id(item) in asked for item in part.items):
                yield masked(part.items), "remark"

    def _reader(self, fleet: Path) -> Reader:
        if fleet not in self._readers:
            settings = load_settings(
                data_dir=Path(self._folder.name) / str(len(self._readers)),
                fleet=fleet,
                libvirt_uris="none",
                discover=False,
            )
            control, _ = connect(settings)
            now = datetime(2026, 11, 23, 10, tzinfo=UTC)
            self._readers[fleet] = Reader(build_site(control.inventory), now)
        return self._readers[fleet]


def label_of(turn: CaseTurn) -> str | None:
    """What a turn of a case asks for, or None where that is several things or unclear."""
    way = turn.ways[0]
    if "cancelled" in way.outcomes:
        return "no"
    if way.outcomes == ("done",):
        return "yes"
    if len(way.calls) == 1:
        return way.calls[0].tools[0]
    return _REPLIES.get(way.outcomes[0]) if not way.calls else None


def examples() -> list[Example]:
    """All that there is to learn from."""
    masks = Masks()
    found: list[Example] = []
    for case in load_cases([HERE / "cases" / "look", HERE / "cases" / "open"]):
        for turn in case.turns:
            if label := label_of(turn):
                also = frozenset(t for way in turn.ways for c in way.calls for t in c.tools)
                text = masks.mask(turn.say, case.fleet)
                voice = case.id.rsplit("-", 1)[0]
                if label == "outside" and _NAMES.search(text):
                    continue
                found.append(Example(text, label, voice, also))
                if label not in _REPLIES.values():
                    split = masks.parts(turn.say, case.fleet, label)
                    found.extend(Example(part, what, voice) for part, what in split)
    for path in sorted((HERE / "phrases").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = masks.mask(row["say"], CONTRACT_FLEET)
            found.append(Example(text, row["tool"], path.stem))
    return found


def train(learnt: Sequence[Example]) -> tuple[list[str], Numbers, Numbers]:
    """Labels, weights and bias of the multinomial logistic regression over hashed features."""
    labels = sorted({e.label for e in learnt})
    x = matrix(learnt)
    wanted = np.array([labels.index(e.label) for e in learnt])
    target = np.zeros((len(learnt), len(labels)))
    target[np.arange(len(learnt)), wanted] = 1

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        weights, bias = _unfold(flat, len(labels))
        scores = x @ weights + bias
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        error = (np.exp(logs) - target) / len(learnt)
        gradient = np.vstack([x.T @ error + 2 * SMOOTHING * weights, error.sum(axis=0)])
        value = -float((logs * target).sum()) / len(learnt)
        return value + SMOOTHING * float((weights**2).sum()), gradient.ravel()

    start = np.zeros((BUCKETS + 1) * len(labels))
    best: Any = _optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150, "maxcor": 8}
    )
    weights, bias = _unfold(best.x, len(labels))
    return labels, weights, bias


def _unfold(flat: Numbers, labels: int) -> tuple[Numbers, Numbers]:
    table = flat.reshape(BUCKETS + 1, labels)
    return table[:-1], table[-1]


def matrix(rows: Iterable[Example]) -> Any:
    """One row of features for each example, of length 1."""
    places = [features(e.text) for e in rows]
    starts = np.cumsum([0, *(len(p) for p in places)])
    values = np.concatenate([np.full(len(p), 1 / np.sqrt(max(1, len(p)))) for p in places])
    columns = np.concatenate([np.array(p, dtype=np.int64) for p in places])
    return _sparse.csr_matrix((values, columns, starts), shape=(len(places), BUCKETS))


def save(labels: Sequence[str], weights: Numbers, bias: Numbers, path: Path = MODEL) -> None:
    """Keep the weights as eight-bit figures with one scale a label."""
    scale = np.abs(weights).max(axis=0) / 127 + 1e-12
    np.savez_compressed(
        path,
        labels=np.array(labels),
        weights=np.asarray(np.round(weights / scale), dtype=np.int8),
        scale=scale.astype(np.float32),
        bias=bias.astype(np.float32),
    )


def right_share(rows: Sequence[Example], labels: Sequence[str], w: Numbers, b: Numbers) -> float:
    """The share of these whose likeliest label is right."""
    guessed = np.asarray(matrix(rows) @ w + b).argmax(axis=1)
    hits = [labels[g] in (e.label, *e.also) for g, e in zip(guessed, rows, strict=True)]
    return sum(hits) / len(hits)


def main() -> None:
    """Train on everything and keep the model, or say how well a voice left out is understood."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--without", metavar="VOICE", action="append", default=[])
    parser.add_argument("--voices", action="store_true", help="leave each voice out in turn")
    asked = parser.parse_args()
    every = examples()
    voices = sorted({e.voice for e in every}) if asked.voices else asked.without
    for voice in voices:
        kept = [e for e in every if e.voice != voice]
        left = [e for e in every if e.voice == voice]
        share = right_share(left, *train(kept))
        print(f"{voice:24} {len(left):4} sentences, {share:.1%} right", flush=True)  # noqa: T201
    if not voices:
        save(*train(every))
        print(f"{MODEL.name}: {len(every)} sentences, {MODEL.stat().st_size:,} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
