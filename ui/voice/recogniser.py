"""Whisper in this process: sound to several transcripts, and how well a text fits a sound.

The encoder is given the sound and some silence, not the thirty seconds that Whisper was trained
on: that is three times faster, and seconds of silence keep it from repeating itself.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ui.voice.audio import RATE, Sound

MARGIN_S = 5.0
LONGEST_S = 29.0
HYPOTHESES = 5
_MOST_TOKENS = 90
_FRAMES = 100


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A transcript, and the mean logarithm of its words' likelihood."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sound as the model sees it."""

    output: Any
    frames: int


class Recogniser:
    """One Whisper model, loaded when it is first needed; thread-safe.

    Args:
        folder: of the model, in CTranslate2's form.
        threads: how many it computes with; 0: what the machine has.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()

    @cached_property
    def _whisper(self) -> Any:
        from faster_whisper import WhisperModel

        return WhisperModel(
            str(self._folder), device="cpu", compute_type="int8", cpu_threads=self._threads,
            local_files_only=True,
        )  # fmt: skip

    @cached_property
    def _tokenizer(self) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        whisper = self._whisper
        return Tokenizer(
            whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language="en"
        )

    def load(self) -> None:
        """Load the model now."""
        with self._lock:
            self._encode(np.zeros(RATE, np.float32))

    def tokens(self, text: str) -> list[int]:
        """A text as the model's tokens."""
        with self._lock:
            return self._tokenizer.encode(" " + text.strip())

    def encode(self, sound: Sound) -> Encoded:
        """A sound as the model sees it."""
        with self._lock:
            return self._encode(sound)

    def _encode(self, sound: Sound) -> Encoded:
        heard = sound[: int(LONGEST_S * RATE)]
        frames = min(int((len(heard) / RATE + MARGIN_S) * _FRAMES) // 2 * 2, 3000)
        padded = np.zeros(frames * RATE // _FRAMES, np.float32)
        padded[: len(heard)] = heard
        features: NDArray[np.float32] = self._whisper.feature_extractor(padded, padding=0)
        return Encoded(self._whisper.encode(features[:, :frames]), frames)

    def hear(
        self, encoded: Encoded, prompt: Sequence[int] = (), beam: int = HYPOTHESES
    ) -> list[Hypothesis]:
        """The likeliest transcripts, the best first.

        Args:
            encoded: what was said.
            prompt: what may be spoken of, as tokens.
            beam: how many transcripts are followed; 1 is fastest.
        """
        with self._lock:
            start = self._whisper.get_prompt(self._tokenizer, list(prompt), without_timestamps=True)
            result = self._whisper.model.generate(
                encoded.output, [start], beam_size=beam, num_hypotheses=beam, return_scores=True,
                max_length=len(start) + _MOST_TOKENS,
            )[0]  # fmt: skip
            found: dict[str, Hypothesis] = {}
            for tokens, score in zip(result.sequences_ids, result.scores, strict=True):
                text = without_repeats(self._tokenizer.decode(tokens).strip())
                found.setdefault(text, Hypothesis(text, float(score)))
            return list(found.values())

    def fits(
        self, encoded: Encoded, texts: Sequence[str], prompt: Sequence[int] = ()
    ) -> list[float]:
        """How likely each of these texts is for this sound: logarithms, the larger the likelier."""
        storage: Any = import_module("ctranslate2").StorageView
        with self._lock:
            start = self._whisper.get_prompt(self._tokenizer, list(prompt), without_timestamps=True)
            tokens = [self._tokenizer.encode(" " + text) for text in texts]
            once = np.array(encoded.output)
            many: Any = storage.from_array(np.repeat(once, len(texts), axis=0))
            aligned = self._whisper.model.align(many, start, tokens, encoded.frames)
            return [float(np.log(np.maximum(a.text_token_probs, 1e-6)).sum()) for a in aligned]


def without_repeats(text: str) -> str:
    """A text that a model said over and over, once."""
    found = re.fullmatch(r"(.{6,}?)[\s.,;!?]+(?:\1[\s.,;!?]*)+(?:.{0,60})", text, re.DOTALL)
    if found and found[1].rstrip().casefold().startswith(text[-20:].split(" ", 1)[-1].casefold()):
        return found[1]
    whole = re.fullmatch(r"(.{6,}?)[\s.,;!?]+(?:\1[\s.,;!?]*)+", text, re.DOTALL)
    return whole[1] if whole else text
