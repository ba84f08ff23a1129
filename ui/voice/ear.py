"""From a sound to a sentence about machines that exist, and to what is doubtful in it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from agent.brains.embedded.site import Site, build_site
from tools.settings import Settings
from tools.world import World
from ui.voice.adapter import OF, load_adapter
from ui.voice.audio import Sound, loud
from ui.voice.choosing import far_names, is_faint, lost_of, ranked, rival_of
from ui.voice.corrector import Corrector, Snap
from ui.voice.lexicon import lexicon_of, names_said
from ui.voice.models import find_model, packaged_model
from ui.voice.prior import Prior, parts_of
from ui.voice.recogniser import Recogniser
from ui.voice.sense import Sense
from ui.voice.speech import speech_in

_threads: Any = import_module("threadpoolctl")

_EXCEPT = re.compile(r"\b(?:except|but not|apart from|excluding|other than|without)\b", re.I)
"""Whoever is left out must have been heard: an exception that is lost makes a plan wider."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said.

    Attributes:
        text: with names that exist; empty where nothing was said.
        transcript: as the model heard it.
        snaps: what was taken for a name or a word of the trade.
        instead: what may have been said in place of `text`, where something else would be done.
        strange: words in `text` that NovaCron does not know, and what was lost of it.
        seconds: how long it took to hear.
    """

    text: str
    transcript: str
    snaps: tuple[Snap, ...] = ()
    instead: str = ""
    strange: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def question(self) -> str:
        """What to ask where something is doubtful, else empty: no change is planned then."""
        if self.instead:
            return f"Did you say “{self.text}” or “{self.instead}”?"
        if self.strange:
            return f"Did you say {', '.join(f'“{word}”' for word in self.strange)}?"
        return ""


@dataclass(frozen=True, slots=True)
class _Fleet:
    version: object
    corrector: Corrector
    prior: Prior
    names: tuple[str, ...]


class Ear:
    """Hears commands about one fleet; nothing is loaded before the first.

    Args:
        settings: which model, and where its weights may be put together.
        world: whose fleet's names are listened for.
        recogniser: another one than the settings name.
    """

    def __init__(
        self, settings: Settings, world: World, recogniser: Recogniser | None = None
    ) -> None:
        self._settings = settings
        self._inventory = world.inventory
        self._sense = Sense(world)
        self._recogniser = recogniser
        self._site: Site | None = None
        self._fleet: _Fleet | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load the model and learn the fleet's names.

        Raises:
            NotFound: the model is not installed.
        """
        self._loaded().load()
        self._sense.of("restart it")
        self._known()

    def hear(self, sound: Sound) -> Heard:
        """The sentence that was said.

        Raises:
            NotFound: the model is not installed.
        """
        began = time.perf_counter()
        recogniser = self._loaded()
        speech = speech_in(sound)
        if speech is None:
            return Heard("", "", seconds=time.perf_counter() - began)
        fleet = self._known()
        with _threads.threadpool_limits(1, "blas"):
            listening = recogniser.listen(loud(speech.sound), fleet.names)
            heard = listening.transcripts(fleet.prior, speech.seconds)
        candidates = ranked(heard, fleet.corrector, fleet.prior, speech.seconds)
        if not candidates:
            return Heard("", "", seconds=time.perf_counter() - began)
        best = candidates[0]
        reading = best.reading
        lost = lost_of(reading.text, best.transcript, speech.seconds)
        exception = _lost_exception(reading.text, fleet.corrector)
        doubtful = is_faint(best) or self._sense.starts_what_runs(reading.text)
        faint = (reading.text,) if doubtful else ()
        strange = (*reading.strange, *far_names(reading), *lost, *exception, *faint)
        instead = rival_of(candidates, self._sense.of) or ""
        spent = time.perf_counter() - began
        return Heard(reading.text, best.transcript, reading.snaps, instead, strange, spent)

    def partial(self, sound: Sound) -> str:
        """What was said so far, quickly: it is shown, and never run."""
        speech = speech_in(sound)
        if speech is None:
            return ""
        fleet, listen = self._known(), self._loaded().listen
        with _threads.threadpool_limits(1, "blas"):
            listening = listen(loud(speech.sound), fleet.names)
            found = listening.transcripts(fleet.prior, speech.seconds, beam=1)
        heard = next(iter(found), "")
        return fleet.corrector.readings(heard, 1)[0].text if heard else ""

    def _loaded(self) -> Recogniser:
        with self._lock:
            if self._recogniser is None:
                self._recogniser = open_recogniser(self._settings)
            return self._recogniser

    def _known(self) -> _Fleet:
        """The fleet's names for the ear, learnt again when the inventory has changed."""
        with self._lock:
            version = self._inventory.version
            if self._fleet is not None and self._fleet.version == version:
                return self._fleet
            site = build_site(self._inventory, self._site)
            if self._fleet is not None and site is self._site:
                self._fleet = replace(self._fleet, version=version)
                return self._fleet
            self._site = site
            corrector, prior = Corrector(lexicon_of(site)), Prior(parts_of(site))
            self._fleet = _Fleet(version, corrector, prior, names_said(site))
            return self._fleet


def open_recogniser(settings: Settings) -> Recogniser:
    """The model that the settings name; its weights are read when it is first used.

    Raises:
        NotFound: it is not installed.
    """
    cache = settings.data_dir / "voice"
    folder = find_model(settings.voice_model, cache)
    taught = packaged_model(settings.voice_model) == OF
    return Recogniser(folder, settings.voice_threads, load_adapter() if taught else None)


Hears = Callable[[Sound], Heard]


def _lost_exception(text: str, corrector: Corrector) -> tuple[str, ...]:
    """An exception in which nothing of this fleet was heard."""
    found = _EXCEPT.search(text)
    lost = found is not None and not corrector.names_something(text[found.end() :])
    return (text[found.start() :],) if found is not None and lost else ()
