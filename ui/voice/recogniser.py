"""Whisper in this process: sound to several transcripts, and how well each fits the sound.

CTranslate2 computes what the model sees of a sound; the transcripts are searched for here, so that
what commands are like counts in every step (`ui.voice.search`). The encoder is given the sound and
some silence, not the thirty seconds that Whisper was trained on: that is three times faster, and
seconds of silence keep it from repeating itself.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ui.voice.adapter import adapted
from ui.voice.audio import RATE, Sound
from ui.voice.decoder import Decoder
from ui.voice.prior import Prior, begins_english
from ui.voice.search import BEAM, Vocabulary, search
from ui.voice.weights import Numbers, decoder_weights

MARGIN_S = 5.0
LONGEST_S = 29.0
_LOOKED_ON_S = 1.0
"""So much of the silence is shown to a decoder that was taught with it."""
_MOST_NAMES, _MOST_TAUGHT = 140, 76
"""So many tokens of names are told before, and to who was taught with no more."""
_FRAMES = 100
_BYTES = 256
"""So many tokens are single bytes; the next is the first that is made of two."""


_MANNER = (
    "Reboot app oh seven, please. Which machines in U.S. west two are idle? Give lab prod eight "
    "cores and 32 gigs. Shut down the staging web servers except box S T G six."
)
"""What the model is told was said before: commands about machines that nobody has."""
_SAYABLE = re.compile(r"Ġ?[A-Za-z]+|Ġ?[0-9]{1,3}|Ġ?[-.,?'%:]|'[a-z]+")
_TAUGHT = re.compile(r"Ġ?[a-z]+|'[a-z]+")
"""Who was taught commands writes every word as it is said, in small letters."""


class Listening:
    """One sound as one model hears it.

    Args:
        decoder: the model's.
        vocabulary: what may be said.
        encoded: what the model sees of the sound.
        prompt: what was said before, as tokens.
    """

    def __init__(
        self,
        decoder: Decoder,
        vocabulary: Vocabulary,
        encoded: Numbers,
        prompt: Sequence[int],
    ) -> None:
        self._decoder = decoder
        self._vocabulary = vocabulary
        self._begun = decoder.begin(encoded, prompt)

    def transcripts(self, prior: Prior, seconds: float, beam: int = BEAM) -> dict[str, float]:
        """What was said in so many seconds of speech, the likeliest first, and how it fits."""
        found = search(self._decoder, self._vocabulary, prior, self._begun, seconds, beam)
        made: dict[str, float] = {}
        for one in found:
            text = without_repeats(one.text.strip())
            made.setdefault(text, one.sound)
        return made


class Recogniser:
    """One Whisper model, loaded when it is first needed; thread-safe.

    Args:
        folder: of the model, in CTranslate2's form.
        threads: how many it computes with; 0: what the machine has.
        adapter: what was taught to its decoder (`ui.voice.adapter`).
    """

    def __init__(
        self,
        folder: Path,
        threads: int = 0,
        adapter: Mapping[str, Numbers] | None = None,
    ) -> None:
        self._folder = folder
        self._threads = threads
        self._adapter = adapter
        self._lock = threading.Lock()

    @cached_property
    def _whisper(self) -> Any:
        from faster_whisper import WhisperModel

        made: Any = WhisperModel(
            str(self._folder), device="cpu", compute_type="int8", cpu_threads=self._threads,
            local_files_only=True,
        )  # fmt: skip
        written = (self._folder / "tokenizer.json").read_text("utf-8")
        made.hf_tokenizer = import_module("tokenizers").Tokenizer.from_str(with_all_merges(written))
        return made

    @cached_property
    def _tokenizer(self) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        whisper = self._whisper
        return Tokenizer(
            whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language="en"
        )

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What may be said."""
        known = self._whisper.hf_tokenizer
        texts = {i: known.id_to_token(i) for i in range(self._tokenizer.eot)}
        sayable = _sayable if self._adapter is None else _TAUGHT.fullmatch
        kept = {i: text for i, text in texts.items() if text and sayable(text)}
        said = {i: text.replace("Ġ", " ") for i, text in kept.items()}
        return Vocabulary((*said, self._tokenizer.eot), (*said.values(), ""))

    @cached_property
    def _decoder(self) -> Decoder:
        weights = decoder_weights(self._folder / "model.bin")
        if self._adapter is not None:
            weights = adapted(weights, self._adapter)
        return Decoder(weights, self.vocabulary.tokens)

    def prompt(self, names: Sequence[str] = ()) -> list[int]:
        """What the model is told was said before: names as many as fit, the commonest last.

        Whoever was taught commands needs no example of them.
        """
        manner = self.tokens(_MANNER) if self._adapter is None else []
        most = _MOST_NAMES if self._adapter is None else _MOST_TAUGHT
        listed: list[int] = []
        for name in names:
            more = self.tokens(f"{name}," if listed else f"{name}.")
            if len(listed) + len(more) > most:
                break
            listed = [*more, *listed]
        before = [*listed, *manner]
        return self._whisper.get_prompt(self._tokenizer, before, without_timestamps=True)

    def tokens(self, text: str) -> list[int]:
        """A text as the model writes it."""
        return self._tokenizer.encode(" " + text.strip())

    def load(self) -> None:
        """Load the model now."""
        self.listen(np.zeros(RATE, np.float32))

    def listen(self, sound: Sound, names: Sequence[str] = ()) -> Listening:
        """A sound as the model hears it, where these names may be spoken of."""
        with self._lock:
            seen = self._seen(sound)
            return Listening(self._decoder, self.vocabulary, seen, self.prompt(names))

    def seen(self, sound: Sound) -> Numbers:
        """What the decoder is given of a sound: a row of numbers for each fiftieth of a second."""
        with self._lock:
            return self._seen(sound)

    def _seen(self, sound: Sound) -> Numbers:
        whole = np.array(self._encode(sound))[0].astype(np.float32)
        if self._adapter is None:
            return whole
        return whole[: int((len(sound) / RATE + _LOOKED_ON_S) * _FRAMES) // 2]

    def _encode(self, sound: Sound) -> Any:
        heard = sound[: int(LONGEST_S * RATE)]
        frames = min(int((len(heard) / RATE + MARGIN_S) * _FRAMES) // 2 * 2, 3000)
        padded = np.zeros(frames * RATE // _FRAMES, np.float32)
        padded[: len(heard)] = heard
        features: NDArray[np.float32] = self._whisper.feature_extractor(padded, padding=0)
        return self._whisper.encode(features[:, :frames])


def _sayable(token: str) -> bool:
    """Whether a token may be part of a command: English letters, figures and a few marks."""
    word = token.removeprefix("Ġ")
    if _SAYABLE.fullmatch(token) is None or (word[0].isupper() and word == token and word[3:]):
        return False
    whole = word != token and word.isalpha() and len(word) > 3
    return not whole or begins_english(word.casefold())


def without_repeats(text: str) -> str:
    """A text that a model said over and over, once."""
    found = re.fullmatch(r"(.{6,}?)[\s.,;!?]+(?:\1[\s.,;!?]*)+(?:.{0,60})", text, re.DOTALL)
    if found and found[1].rstrip().casefold().startswith(text[-20:].split(" ", 1)[-1].casefold()):
        return found[1]
    whole = re.fullmatch(r"(.{6,}?)[\s.,;!?]+(?:\1[\s.,;!?]*)+", text, re.DOTALL)
    return whole[1] if whole else text


def with_all_merges(tokenizer: str) -> str:
    """A tokenizer's JSON with the first of its merges, where whoever wrote it lost that line.

    The packaged `base` lacks "Ġ t": " the" and " stop two" would be tokens that it never learnt.
    """
    data = json.loads(tokenizer)
    merges, words = data["model"]["merges"], data["model"]["vocab"]
    first = next((word for word, number in words.items() if number == _BYTES), "")
    pair = [first[:1], first[1:]]
    if len(first) == 2 and pair not in merges and " ".join(pair) not in merges:
        merges.insert(0, pair if merges and isinstance(merges[0], list) else " ".join(pair))
    return json.dumps(data)
