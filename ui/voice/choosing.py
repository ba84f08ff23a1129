"""Which of several readings was meant, and whether that is sure enough to plan a change."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ui.voice.corrector import Corrector, Reading
from ui.voice.prior import Prior, words_of
from ui.voice.search import PRIOR, WORD, length_fits

_LENGTH, _COST = 1.5, 3.0
"""What a fitting length counts beside the sound, and what being far from what was heard costs."""
_READINGS, _WEIGHED = 3, 8
"""So many readings of one transcript, and so many of all are planned to see whether they agree."""
_FAR = 8.0
"""A reading that is so much less likely is not thought of."""
_SOFTENED = 1.5
"""Scores are surer than they should be: they are divided by this before they are compared."""
_SURE = 0.65
"""So likely must what is planned be, of all that it may have been."""
_READS = 0.3
"""What a reading that changes nothing counts beside one that would change something else."""
_SURE_NAME = 1.2
"""A name that was heard no nearer than this is asked about."""
_CUT = -1.8
"""Words fit the time no worse than this, unless some were not heard."""
_FAINT = -1.2
"""A word is heard no worse than this on average (a logarithm), unless something else was said."""
_RESTART = re.compile(r"\b(?:we|he|free|re|be) start\b", re.IGNORECASE)
"""What "restart" is heard as; nobody commands so, and a start is another act."""
_OPEN = frozenset(
    (
        "and", "or", "except", "but", "not", "without", "to", "of", "the", "a", "an", "in", "on",
        "with", "for", "from", "at", "by", "than", "per",
    )
)  # fmt: skip
"""Nobody ends a command with such a word: the rest was not heard."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading, of which transcript it is, and the logarithm of how likely it is.

    Attributes:
        sound: how likely the transcript alone is for the sound.
    """

    reading: Reading
    transcript: str
    score: float
    sound: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What NovaCron would do about a text.

    Attributes:
        act: alike where the same would be done.
        changes: whether it would change something.
        asks: whether it would only ask back: whoever meant it has lost nothing by another plan.
    """

    act: str
    changes: bool
    asks: bool = False


def ranked(
    transcripts: Mapping[str, float],
    corrector: Corrector,
    prior: Prior,
    seconds: float,
) -> list[Candidate]:
    """All readings of these transcripts, the likeliest first, each text once.

    Args:
        transcripts: what was heard, and the logarithm of how well each fits the sound.
        corrector: reads them.
        prior: says what commands are like.
        seconds: how long somebody spoke.
    """
    found: list[Candidate] = []
    for transcript, sound in transcripts.items():
        length = _LENGTH * length_fits(transcript, seconds)
        for reading in corrector.readings(transcript, _READINGS):
            likely = PRIOR * prior.of(reading.text) + WORD * len(words_of(reading.text))
            score = sound + likely + length - _COST * reading.cost
            found.append(Candidate(reading, transcript, score, sound))
    found.sort(key=lambda one: -one.score)
    once = {one.reading.text: one for one in reversed(found)}
    return sorted(once.values(), key=lambda one: -one.score)


def rival_of(candidates: Sequence[Candidate], meant: Callable[[str], Meaning]) -> str | None:
    """Another text that may have been said and means something else; None where it is no matter.

    Only a change can be doubtful: what is looked up wrongly harms nobody.
    """
    best = candidates[0]
    planned = meant(best.reading.text)
    if not planned.changes:
        return None
    same, others, rival = 0.0, 0.0, None
    for one in candidates[:_WEIGHED]:
        if best.score - one.score > _FAR:
            break
        share = math.exp((one.score - best.score) / _SOFTENED)
        other = meant(one.reading.text)
        if other.act == planned.act:
            same += share
        elif not other.asks:
            others += share if other.changes else share * _READS
            rival = rival or one.reading.text
    return rival if same < _SURE * (same + others) else None


def far_names(reading: Reading) -> tuple[str, ...]:
    """Names that were guessed at: what was heard is like them, and no more."""
    return tuple(s.meant for s in reading.snaps if s.is_name and s.far > _SURE_NAME)


def is_faint(one: Candidate) -> bool:
    """Whether these words are so unlikely for the sound that others may have been said."""
    return one.sound < _FAINT * max(1, len(words_of(one.transcript)))


def lost_of(text: str, transcript: str, seconds: float) -> tuple[str, ...]:
    """What of a text shows that it was not heard right: it is asked about.

    Args:
        text: as it is taken.
        transcript: as it was heard.
        seconds: how long somebody spoke.
    """
    fits = length_fits(transcript, seconds)
    too_short = fits < _CUT and length_fits(transcript, seconds / 2) > fits
    misheard = tuple(found[0] for found in _RESTART.finditer(text))
    return (*misheard, f"{text} …") if too_short or breaks_off(text) else misheard


def breaks_off(text: str) -> bool:
    """Whether a text ends where no command ends."""
    words = words_of(text)
    return len(words) > 1 and words[-1] in _OPEN
