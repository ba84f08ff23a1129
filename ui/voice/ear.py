"""From a sound to a sentence about machines that exist, and to what is doubtful in it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.brains.embedded.site import Site, build_site
from tools.inventory import Inventory
from tools.settings import Settings
from ui.voice.audio import Sound, loud
from ui.voice.corrector import Corrector, Reading, Snap
from ui.voice.hotwords import prompt_of
from ui.voice.lexicon import lexicon_of
from ui.voice.models import find_model
from ui.voice.recogniser import Encoded, Hypothesis, Recogniser
from ui.voice.speech import spoken_part

_BY_EAR = 6
"""So many readings are held against the sound."""
_HEARD, _FITS = 6.0, 0.1
"""What the model's own order counts, and how well a reading fits the sound, beside its cost."""
_DOUBT = 0.3
"""Readings about other machines that come so close leave it open which were meant."""


_EXCEPT = re.compile(r"\b(?:except|but not|apart from|excluding|other than|without)\b", re.I)
"""Whoever is left out must have been heard: an exception that is lost makes a plan wider."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said.

    Attributes:
        text: with names that exist; empty where nothing was said.
        transcript: as the model heard it.
        snaps: what was taken for a name or a word of the trade.
        instead: the machines that may have been meant in place of those in `text`.
        strange: words in `text` that NovaCron does not know.
        seconds: how long it took to hear.
    """

    text: str
    transcript: str
    snaps: tuple[Snap, ...] = ()
    instead: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def question(self) -> str:
        """What to ask where something is doubtful, else empty: no change is planned then."""
        if self.instead:
            named = (*_names(self.snaps), *self.instead)
            return f"Did you say {' or '.join(named)}?"
        if self.strange:
            return f"Did you say {', '.join(f'“{word}”' for word in self.strange)}?"
        return ""


@dataclass(frozen=True, slots=True)
class _Fleet:
    version: object
    corrector: Corrector
    prompt: list[int]


class Ear:
    """Hears commands about one inventory; nothing is loaded before the first.

    Args:
        settings: which model, and where its weights may be put together.
        inventory: whose names are listened for.
        recogniser: another one than the settings name.
    """

    def __init__(
        self, settings: Settings, inventory: Inventory, recogniser: Recogniser | None = None
    ) -> None:
        self._settings = settings
        self._inventory = inventory
        self._recogniser = recogniser
        self._site: Site | None = None
        self._fleet: _Fleet | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load the model and learn the fleet's names.

        Raises:
            NotFound: the model is not installed.
        """
        recogniser = self._loaded()
        recogniser.load()
        self._known(recogniser)

    def hear(self, sound: Sound) -> Heard:
        """The sentence that was said.

        Raises:
            NotFound: the model is not installed.
        """
        began = time.perf_counter()
        recogniser = self._loaded()
        spoken = spoken_part(sound)
        if spoken is None:
            return Heard("", "", seconds=time.perf_counter() - began)
        fleet = self._known(recogniser)
        encoded = recogniser.encode(loud(spoken))
        hypotheses = recogniser.hear(encoded, fleet.prompt)
        chosen, instead = self._chosen(recogniser, encoded, hypotheses, fleet.corrector)
        spent = time.perf_counter() - began
        strange = (*chosen.strange, *_lost_exception(chosen.text, fleet.corrector))
        return Heard(chosen.text, hypotheses[0].text, chosen.snaps, instead, strange, spent)

    def partial(self, sound: Sound) -> str:
        """What was said so far, quickly: it is shown, and never run."""
        recogniser = self._loaded()
        spoken = spoken_part(sound)
        if spoken is None:
            return ""
        fleet = self._known(recogniser)
        heard = recogniser.hear(recogniser.encode(loud(spoken)), fleet.prompt, beam=1)
        return fleet.corrector.readings(heard[0].text, 1)[0].text

    def _chosen(
        self,
        recogniser: Recogniser,
        encoded: Encoded,
        hypotheses: Sequence[Hypothesis],
        corrector: Corrector,
    ) -> tuple[Reading, tuple[str, ...]]:
        """The best reading, and other machines that may have been meant."""
        scores: dict[str, tuple[float, Reading]] = {}
        for hypothesis in hypotheses:
            for reading in corrector.readings(hypothesis.text, 4):
                score = _HEARD * hypothesis.score - reading.cost
                if reading.text not in scores or score > scores[reading.text][0]:
                    scores[reading.text] = (score, reading)
        best = sorted(scores.values(), key=lambda one: -one[0])[:_BY_EAR]
        fits = recogniser.fits(encoded, [_sentence(reading.text) for _, reading in best])
        ranked = sorted(
            (
                (score + _FITS * fit, reading)
                for (score, reading), fit in zip(best, fits, strict=True)
            ),
            key=lambda one: -one[0],
        )
        (top, chosen), *others = ranked
        mine = _names(corrector.readings(chosen.text, 1)[0].snaps)
        close = (r for score, r in others if top - score < _DOUBT)
        said = (n for r in close for n in _names(r.snaps))
        instead = dict.fromkeys(n for n in said if not any(m.startswith(n) for m in mine))
        return chosen, tuple(instead)

    def _loaded(self) -> Recogniser:
        with self._lock:
            if self._recogniser is None:
                self._recogniser = open_recogniser(self._settings)
            return self._recogniser

    def _known(self, recogniser: Recogniser) -> _Fleet:
        """The fleet's names for the ear, learnt again when the inventory has changed."""
        with self._lock:
            version = self._inventory.version
            if self._fleet is not None and self._fleet.version == version:
                return self._fleet
            site = build_site(self._inventory, self._site)
            if self._fleet is not None and site is self._site:
                self._fleet = _Fleet(version, self._fleet.corrector, self._fleet.prompt)
                return self._fleet
            self._site = site
            prompt = prompt_of(site, recogniser.tokens)
            self._fleet = _Fleet(version, Corrector(lexicon_of(site)), prompt)
            return self._fleet


def open_recogniser(settings: Settings) -> Recogniser:
    """The model that the settings name; its weights are read when it is first used.

    Raises:
        NotFound: it is not installed.
    """
    folder = find_model(settings.voice_model, settings.data_dir / "voice")
    return Recogniser(folder, settings.voice_threads)


Hears = Callable[[Sound], Heard]


def _lost_exception(text: str, corrector: Corrector) -> tuple[str, ...]:
    """An exception in which nothing of this fleet was heard."""
    found = _EXCEPT.search(text)
    lost = found is not None and not corrector.names_something(text[found.end() :])
    return (text[found.start() :],) if found is not None and lost else ()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _names(snaps: Sequence[Snap]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(snap.meant for snap in snaps if snap.is_name))
