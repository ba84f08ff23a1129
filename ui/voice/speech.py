"""Where in a sound somebody speaks: silero's detector, which comes with faster-whisper."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

from ui.voice.audio import RATE, Sound

QUIET_S = 0.8
"""So long a silence ends a command."""
WAIT_S = 8.0
"""So long a microphone waits for the first word."""
_AROUND_S = 0.25


def spoken(sound: Sound) -> list[tuple[int, int]]:
    """The stretches in which somebody speaks, as positions of samples."""
    vad: Any = import_module("faster_whisper.vad")
    options = vad.VadOptions(threshold=0.4, min_silence_duration_ms=200, speech_pad_ms=60)
    return [(int(s["start"]), int(s["end"])) for s in vad.get_speech_timestamps(sound, options)]


@dataclass(frozen=True, slots=True)
class Speech:
    """What somebody said.

    Attributes:
        sound: from the first word to the last with a little around.
        seconds: how long somebody spoke, without the pauses.
    """

    sound: Sound
    seconds: float


def speech_in(sound: Sound) -> Speech | None:
    """What was said in a sound; None without a word."""
    stretches = spoken(sound)
    if not stretches:
        return None
    around = int(_AROUND_S * RATE)
    part = sound[max(0, stretches[0][0] - around) : stretches[-1][1] + around]
    return Speech(part, sum(end - begin for begin, end in stretches) / RATE)


@dataclass
class Utterance:
    """One command as it is spoken, chunk after chunk.

    Attributes:
        sound: what has come so far.
    """

    sound: Sound = field(default_factory=lambda: np.zeros(0, np.float32))
    _looked_at: int = 0
    _last: tuple[int, int] | None = None

    def add(self, chunk: Sound) -> None:
        """Take what the microphone gave."""
        self.sound = np.concatenate([self.sound, chunk])

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return len(self.sound) / RATE

    @property
    def began(self) -> bool:
        """Whether somebody has spoken."""
        return self._look() is not None

    @property
    def ended(self) -> bool:
        """Whether somebody has spoken and then been quiet, or never began."""
        last = self._look()
        if last is None:
            return self.seconds > WAIT_S
        return len(self.sound) - last[1] > QUIET_S * RATE or self.seconds > 28

    def _look(self) -> tuple[int, int] | None:
        if len(self.sound) - self._looked_at >= RATE // 5:
            self._looked_at = len(self.sound)
            stretches = spoken(self.sound)
            self._last = stretches[-1] if stretches else None
        return self._last
