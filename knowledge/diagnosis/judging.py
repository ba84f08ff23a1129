"""Weighs the causes by the evidence: ranked, each with what is for and against it, or unknown.

Clues for a cause add up as independent chances do, clues against it take their share away. What
follows from a better supported cause is explained by it and falls behind. The words of a complaint
lift a cause that the evidence already speaks for; they make none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from knowledge.diagnosis.cause import Cause
from knowledge.diagnosis.causes import CAUSES
from knowledge.diagnosis.clues import Clue, spoken_of
from knowledge.diagnosis.evidence import Evidence

Verdict = Literal["cause", "healthy", "unknown"]
Confidence = Literal["almost certainly", "likely", "possibly"]

CONVINCING = 0.35
"""Below this a cause is not named."""

_CERTAIN, _LIKELY = 0.85, 0.6
_DOUBT = 0.15
_COMPLAINT = 0.2
_EXPLAINS = 0.45
_NEARLY = 0.7
"""A cause explains others that are not much better supported than it is."""

_EXPLAINED = 0.55
_SPOKEN_OF = 0.45
_MEASURED = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause and how the evidence stands to it.

    Attributes:
        weight: how strongly the evidence speaks for it, 0 to 1.
        signs, against: the evidence in short lines.
    """

    cause: Cause
    weight: float
    signs: tuple[str, ...]
    against: tuple[str, ...]

    @property
    def confidence(self) -> Confidence:
        """The weight in words."""
        if self.weight >= _CERTAIN:
            return "almost certainly"
        return "likely" if self.weight >= _LIKELY else "possibly"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with one machine, or that nothing is.

    Attributes:
        findings: the causes that the evidence speaks for, the best first.
        doubts: what is a little odd, where no cause is convincing.
    """

    seen: Evidence
    findings: tuple[Finding, ...]
    doubts: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether a cause is named, or the machine is well, or neither can be said."""
        if self.findings:
            return "cause"
        return "unknown" if self.doubts or not _looks_well(self.seen) else "healthy"


def judge(seen: Evidence, symptom: str | None = None) -> Diagnosis:
    """The causes of what is seen, ranked; a complaint in somebody's words weighs in."""
    weighed = [found for cause in CAUSES if (found := _weigh(cause, seen, symptom)) is not None]
    ranked = _explained(sorted(weighed, key=lambda f: -f.weight))
    named = tuple(f for f in ranked if f.weight >= CONVINCING)
    doubts = [] if named else [sign for f in ranked if f.weight >= _DOUBT for sign in f.signs]
    return Diagnosis(seen, named, tuple(dict.fromkeys(doubts)))


def _weigh(cause: Cause, seen: Evidence, symptom: str | None) -> Finding | None:
    spoken = spoken_of(_SPOKEN_OF, cause.name)
    signs = _ask((*cause.signs, spoken) if spoken else cause.signs, seen)
    if not signs:
        return None
    against = _ask(cause.against, seen)
    doubt = math.prod(1 - weight for weight in signs.values())
    weight = (1 - doubt) * math.prod(1 - weight for weight in against.values())
    if symptom and weight >= _COMPLAINT and cause.fits(symptom):
        weight = 1 - (1 - weight) * (1 - _COMPLAINT)
    return Finding(cause, min(weight, 0.99), tuple(signs), tuple(against))


def _ask(clues: Sequence[Clue], seen: Evidence) -> Mapping[str, float]:
    """What the clues found with its weight; one observation counts once, by its best clue."""
    found: dict[str, float] = {}
    for clue in clues:
        said = clue.find(seen)
        if said is not None and clue.weight:
            found[said.text] = 1 - (1 - found.get(said.text, 0.0)) * (1 - clue.weight * said.share)
    return found


def _explained(ranked: Sequence[Finding]) -> list[Finding]:
    """The findings, those that follow from a better one put back."""
    weights = {finding.cause.name: finding.weight for finding in ranked}
    covered: set[str] = set()
    for finding in ranked:
        if finding.weight < _EXPLAINS or finding.cause.name in covered:
            continue
        enough = finding.weight / _NEARLY
        covered.update(n for n in finding.cause.explains if weights.get(n, 0) <= enough)
    settled = [
        replace(f, weight=f.weight * _EXPLAINED) if f.cause.name in covered else f for f in ranked
    ]
    return sorted(settled, key=lambda f: -f.weight)


def _looks_well(seen: Evidence) -> bool:
    fresh = [reading for reading in seen.readings.values() if reading.now is not None]
    return seen.running and len(fresh) >= _MEASURED and seen.connection.error is None
