"""A small learned model: what a sentence asks for, in phrasing that no rule foresaw.

It only proposes. Its features are words and pieces of words, names masked; its weights are a file
that `python -m evals.intents` makes of the cases and phrases in `evals/`. No network, no runtime
but NumPy; 0.3 ms a sentence.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from agent.brains.embedded.items import Item

BUCKETS = 1 << 15
"""Features are hashed into so many places."""

SURE = 0.6
"""From this share on a label is what was asked for, where no rule has a reading."""

NOT_TOOLS = frozenset(
    {
        "yes", "no", "spare", "add", "correct", "thanks", "greeting", "help", "outside", "about",
        "not", "remark", "reference_same", "undo", "cancel_schedule",
    }
)  # fmt: skip
"""The labels that are no tool of the catalogue, or whose words say no tool by themselves."""

_WORD = re.compile(r"[a-z']+|0+|[=+?%]")
_DIGIT = re.compile(r"\d")
_KEPT = 1024
"""Of so many sentences the proposal is kept: one turn asks for the same words several times."""


@dataclass(frozen=True)
class Proposal:
    """What the model takes a sentence for: labels by falling share, the shares add up to 1."""

    ranked: tuple[tuple[str, float], ...]

    @property
    def label(self) -> str:
        """The likeliest."""
        return self.ranked[0][0]

    @property
    def share(self) -> float:
        """How sure it is of that, from 0 to 1."""
        return self.ranked[0][1]

    def of(self, *labels: str) -> float:
        """How likely it is one of these."""
        return sum(share for label, share in self.ranked if label in labels)


def masked(items: Iterable[Item]) -> str:
    """A sentence with the names of machines and tags made alike, in lower case, figures as 0."""
    parts: list[str] = []
    for item in items:
        if item.has("names", "unknown_name", "glob", "id"):
            text = "machines" if item.plural else "vm"
        elif item.has("tag"):
            text = "key=value"
        elif item.quoted:
            text = "quote"
        else:
            text = item.text.casefold()
            text = text if text.isalpha() else _DIGIT.sub("0", text)
        parts.append(text + ("'s" if item.possessive else ""))
    return " ".join(parts)


def features(text: str) -> list[int]:
    """The places of a masked sentence's features: runs of 1 to 3 words, 3 to 5 letters."""
    words = ["<", *_WORD.findall(text), ">"]
    places = {
        _place(f"{n}:" + " ".join(words[k : k + n]))
        for n in (1, 2, 3)
        for k in range(len(words) - n + 1)
    }
    return sorted(places.union(*map(_letters, words[1:-1])))


@lru_cache(maxsize=1 << 14)
def _letters(word: str) -> tuple[int, ...]:
    """The places of a word's runs of letters; most words come again in the next sentence."""
    padded = f" {word} "
    runs = (padded[k : k + n] for n in (3, 4, 5) for k in range(len(padded) - n + 1))
    return tuple({_place("c:" + run) for run in runs})


def _place(feature: str) -> int:
    return zlib.crc32(feature.encode()) % BUCKETS


class IntentModel:
    """The weights, ready to propose."""

    def __init__(
        self, labels: Sequence[str], weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]
    ) -> None:
        self.labels = tuple(labels)
        self._weights = weights
        self._bias = bias
        self._kept = lru_cache(maxsize=_KEPT)(self._of)

    def propose(self, items: Iterable[Item]) -> Proposal:
        """What these items, a turn or a part of one, ask for."""
        return self._kept(masked(items))

    def _of(self, text: str) -> Proposal:
        places = features(text)
        scores = self._bias + self._weights[places].sum(axis=0) / np.sqrt(max(1, len(places)))
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        pairs = zip(self.labels, shares.tolist(), strict=True)
        return Proposal(tuple(sorted(pairs, key=lambda pair: -pair[1])))


@cache
def intent_model() -> IntentModel:
    """The model that comes with NovaCron."""
    path = resources.files("agent.brains.embedded").joinpath("intent_model.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        weights = kept["weights"].astype(np.float32) * kept["scale"]
        return IntentModel([str(x) for x in kept["labels"]], weights, kept["bias"])
