"""Teaches Whisper's decoder commands: `python -m evals.speech.adapt LESSONS [ROUNDS [on]]`.

LESSONS is the folder that `evals.speech.lessons` filled. It writes `ui/voice/adapter.npz`: two thin
matrices for each of the decoder's, taught by cross-entropy on the right words. With `on` it goes on
from those that are there. Half an hour on one processor. Only here JAX is needed, and no lock has
it: `pip install jax==0.10.2 jaxlib==0.10.2`.

The voices of `_UNTAUGHT` are left out and only looked at: how likely their words are is printed
after each round.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from evals.speech.decoding import likely_next, stacked, unstacked
from evals.speech.lessons import Lesson, read
from evals.speech.made_up import machine
from ui.voice.adapter import DOWN, FILE, MATRICES, UP, load_adapter, packed_of
from ui.voice.models import find_model
from ui.voice.recogniser import Recogniser
from ui.voice.weights import Numbers, decoder_weights

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")

MADE = Path(__file__).resolve().parents[2] / "ui" / "voice" / FILE
_EPOCHS, _RANK, _BATCH = 5, 12, 16
_RATE, _RATE_ON, _WARMING, _DECAY = 1.5e-3, 5e-4, 20, 1e-3
_UNTAUGHT = ("am_onyx", "bf_lily", "af_sky", "en-029+m6")
_FRAMES = 75
"""Sounds are filled up to these many rows, or twice as many ...: each length is compiled."""
_BEFORE, _WORDS = (8, 88), 32
"""So many tokens of a list of names and of words: few sizes, each is compiled."""
_NAMED, _OTHERS = 0.25, (4, 22)
"""How often names are listed, and how many others beside those that are said."""
_UNHEARD = 0.15
"""How often a machine that is said is not in the list."""

Thin = dict[str, Any]
Kept = tuple[Thin, Thin, Any]
"""What is not taught: what each layer has, what there is once, and what tokens look like."""


@dataclass(frozen=True)
class Batch:
    """Lessons of about one length, filled up.

    Attributes:
        seen: what is seen of the sounds, and `heard`: which of it is no filling.
        tokens: what was said before, the beginning, and the words; filled up at the end.
        places: of the tokens after which one is taught.
        wanted: where that one stands in the vocabulary, -1 where there is none.
    """

    seen: Numbers
    heard: Any
    tokens: Any
    places: Any
    wanted: Any

    @property
    def parts(self) -> tuple[Any, ...]:
        """All of it in order."""
        return self.seen, self.heard, self.tokens, self.places, self.wanted


class Teacher:
    """Makes batches and takes steps.

    Args:
        folder: of the lessons; those that come in meanwhile are taken in the next round.
        recogniser: whose decoder is taught.
        weights: the decoder's.
    """

    def __init__(self, folder: Path, recogniser: Recogniser, weights: dict[str, Numbers]) -> None:
        self._chance = random.Random(1)
        self._folder = folder
        self._recogniser = recogniser
        self._vocabulary = recogniser.vocabulary
        out = jnp.asarray(weights["embeddings/weight"][list(self._vocabulary.tokens)])
        self._kept = (*stacked(weights), out)
        self._step = jax.jit(_stepped)
        self._loss = jax.jit(_mean_loss)

    def teach(self, epochs: int, before: Thin | None = None) -> None:
        """Some rounds over all lessons; what came of it is written after each.

        Args:
            epochs: how many rounds.
            before: what was taught before: it goes on from there in smaller steps.
        """
        most = _RATE if before is None else _RATE_ON
        thin = _untaught(self._kept[0]) if before is None else before
        still = {name: jnp.zeros_like(one) for name, one in thin.items()}
        moments, done, began = (still, still), 0, time.monotonic()
        for epoch in range(epochs):
            lessons = read(self._folder)
            taught = [one for one in lessons if one.voice not in _UNTAUGHT]
            batches, losses = list(self._batches(taught)), list[float]()
            for i, batch in enumerate(batches):
                cooled = _cooled((epoch + i / len(batches)) / epochs)
                done += 1
                rate = most * min(1, done / _WARMING) * cooled
                thin, moments, loss = self._step(
                    thin, moments, done, rate, self._kept, *batch.parts
                )
                losses.append(float(loss))
            MADE.write_bytes(packed_of(unstacked(thin)))
            asked = self._asked(thin, [one for one in lessons if one.voice in _UNTAUGHT])
            print(  # noqa: T201
                f"round {epoch + 1}, {len(taught)} lessons: {np.mean(losses):.3f} a token, "
                f"{asked:.3f} in voices not taught, {time.monotonic() - began:.0f} s", flush=True,
            )  # fmt: skip

    def _asked(self, thin: Thin, lessons: Sequence[Lesson]) -> float:
        return float(
            np.mean(
                [float(self._loss(thin, self._kept, *b.parts)) for b in self._batches(lessons)]
                or [np.nan]
            )
        )

    def _batches(self, lessons: Sequence[Lesson]) -> Iterator[Batch]:
        """All lessons once, those of one length together, in any order."""
        alike: dict[int, list[Lesson]] = defaultdict(list)
        for one in lessons:
            alike[-(-len(one.seen) // _FRAMES)].append(one)
        batches: list[list[Lesson]] = []
        for some in alike.values():
            self._chance.shuffle(some)
            batches += [some[i : i + _BATCH] for i in range(0, len(some) - _BATCH + 1, _BATCH)]
        self._chance.shuffle(batches)
        for some in batches:
            yield self._batch(some)

    def _batch(self, lessons: Sequence[Lesson]) -> Batch:
        longest = -(-max(len(one.seen) for one in lessons) // _FRAMES) * _FRAMES
        seen = np.zeros((len(lessons), longest, lessons[0].seen.shape[1]), np.float32)
        heard = np.zeros((len(lessons), longest), bool)
        named = self._chance.random() < _NAMED
        rows: list[tuple[list[int], list[int]]] = []
        for i, one in enumerate(lessons):
            seen[i, : len(one.seen)] = one.seen
            heard[i, : len(one.seen)] = True
            before = self._recogniser.prompt(self._names(one) if named else ())
            rows.append((before, self._recogniser.tokens(one.sentence.words)))
        return Batch(seen, heard, *self._filled(rows))

    def _filled(self, rows: Sequence[tuple[list[int], list[int]]]) -> tuple[Any, Any, Any]:
        known, end = self._vocabulary.places, self._vocabulary.end
        longest = max(len(before) for before, _ in rows)
        longest = next(size for size in _BEFORE if size >= longest)
        tokens = np.full((len(rows), longest + _WORDS), self._vocabulary.tokens[end])
        wanted = np.full((len(rows), _WORDS), -1)
        starts = np.array([[len(before) - 1] for before, _ in rows])
        for i, (before, words) in enumerate(rows):
            words = words[: _WORDS - 1]
            tokens[i, : len(before) + len(words)] = [*before, *words]
            wanted[i, : len(words) + 1] = [*(known.get(token, -1) for token in words), end]
        return tokens, starts + np.arange(_WORDS), wanted

    def _names(self, lesson: Lesson) -> list[str]:
        """A fleet's names as the ear lists them, mostly with those that are said."""
        many = self._chance.randint(*_OTHERS)
        names = {machine(self._chance).stem for _ in range(many)}
        names |= {stem for stem in lesson.sentence.stems if self._chance.random() > _UNHEARD}
        listed = sorted(names)
        self._chance.shuffle(listed)
        return listed


def _stepped(
    thin: Thin, moments: tuple[Thin, Thin], done: Any, rate: Any, kept: Kept, *batch: Any
) -> tuple[Thin, tuple[Thin, Thin], Any]:
    """Adam's step."""
    loss, slope = jax.value_and_grad(_mean_loss)(thin, kept, *batch)
    size = jnp.sqrt(sum(jnp.sum(one**2) for one in slope.values()))
    slope = {name: one * jnp.minimum(1.0, 1.0 / size) for name, one in slope.items()}
    first = {name: 0.9 * moments[0][name] + 0.1 * one for name, one in slope.items()}
    second = {name: 0.99 * moments[1][name] + 0.01 * one**2 for name, one in slope.items()}
    made: Thin = {}
    for name, one in thin.items():
        away = first[name] / (1 - 0.9**done)
        away = away / (jnp.sqrt(second[name] / (1 - 0.99**done)) + 1e-8)
        made[name] = one - rate * (away + _DECAY * one)
    return made, (first, second), loss


def _mean_loss(thin: Thin, kept: Kept, *batch: Any) -> Any:
    layers, once, out = kept
    seen, heard, tokens, places, wanted = batch
    likely = likely_next({**layers, **thin}, once, seen, heard, tokens, places, out)
    right = jnp.take_along_axis(likely, jnp.maximum(wanted, 0)[..., None], -1)[..., 0]
    taught = wanted >= 0
    return -jnp.sum(right * taught) / jnp.sum(taught)


def _untaught(layers: Thin) -> Thin:
    chance = np.random.default_rng(1)
    made: Thin = {}
    for name in MATRICES:
        many, rows, columns = layers[f"{name}/weight"].shape
        down = chance.standard_normal((many, _RANK, columns)) / np.sqrt(columns)
        made[name + DOWN] = jnp.asarray(down, jnp.float32)
        made[name + UP] = jnp.zeros((many, rows, _RANK), jnp.float32)
    return made


def _cooled(share: float) -> float:
    return 0.02 + 0.98 * (0.5 + 0.5 * float(np.cos(np.pi * min(share, 1))))


def main() -> None:
    """Teach and write."""
    folder = Path(sys.argv[1])
    model = find_model("base", folder)
    weights = decoder_weights(model / "model.bin")
    teacher = Teacher(folder, Recogniser(model, 1, adapter={}), weights)
    taught = stacked(load_adapter())[0] if "on" in sys.argv else None
    teacher.teach(int(sys.argv[2]) if len(sys.argv) > 2 else _EPOCHS, taught)


if __name__ == "__main__":
    main()
