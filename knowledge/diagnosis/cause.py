"""A cause as it is declared: what speaks for it, what against it, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.diagnosis.clues import Clue


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that may be wrong with a machine.

    Attributes:
        name: what it is called by programs and evals.
        what: the same for people, after "its likely cause is that".
        signs, against: the clues, each with its weight.
        about: a question to the runbooks, whose answer is cited.
        say: the next step as a sentence that NovaCron understands; `{name}` and the like are
            filled in. None: there is nothing to do from outside.
        look: what a person does or looks at next.
        symptoms: words of a complaint that fit it; they weigh in and never decide alone.
        explains: causes whose clues follow from this one.
    """

    name: str
    what: str
    signs: tuple[Clue, ...]
    against: tuple[Clue, ...] = ()
    about: str = ""
    say: str | None = None
    look: str = ""
    symptoms: str = ""
    explains: tuple[str, ...] = ()

    def fits(self, symptom: str) -> bool:
        """Whether somebody's complaint speaks of it."""
        return bool(self.symptoms) and bool(re.search(self.symptoms, symptom, re.IGNORECASE))
