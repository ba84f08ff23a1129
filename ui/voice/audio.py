"""Sound as numbers: 16,000 a second, one channel, from -1 to 1."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tools.errors import InvalidRequest, NotFound

Sound: TypeAlias = NDArray[np.float32]

RATE = 16_000
LONGEST_S = 60.0
"""Longer than anybody commands; what comes after is not heard."""


def read_sound(path: Path) -> Sound:
    """The sound in a file: WAV, or whatever else the decoder knows.

    Raises:
        NotFound: there is no such file.
        InvalidRequest: it holds no sound.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {str(path)!r}.", hint="Name a recording, or use --mic.")
    return decode(path.read_bytes(), str(path))


def decode(data: bytes, name: str = "the recording") -> Sound:
    """The sound in a file's bytes.

    Raises:
        InvalidRequest: they hold no sound.
    """
    sound = _wav(data)
    if sound is None:
        sound = _other(data, name)
    if len(sound) < RATE // 10:
        raise InvalidRequest(f"Nothing is said in {name}.", hint="Record again.")
    return sound[: int(LONGEST_S * RATE)]


def _wav(data: bytes) -> Sound | None:
    """Plain WAV of 16 bits, the common case; None for anything else."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != 2:
                return None
            frames = file.readframes(int(LONGEST_S * file.getframerate()))
            return from_pcm16(frames, file.getframerate(), file.getnchannels())
    except (wave.Error, EOFError):
        return None


def _other(data: bytes, name: str) -> Sound:
    from av.error import FFmpegError
    from faster_whisper.audio import decode_audio

    try:
        sound = decode_audio(io.BytesIO(data), sampling_rate=RATE)
    except (FFmpegError, IndexError, ValueError) as error:
        raise InvalidRequest(f"{name} is no recording that can be read.") from error
    assert isinstance(sound, np.ndarray)
    return sound.astype(np.float32)


def from_pcm16(data: bytes, rate: int, channels: int = 1) -> Sound:
    """Signed 16-bit samples at any rate as sound."""
    whole = len(data) // (2 * channels) * 2 * channels
    samples = np.frombuffer(data[:whole], "<i2").astype(np.float32) / 32768
    return resampled(samples.reshape(-1, channels).mean(axis=1), rate)


def resampled(sound: Sound, rate: int) -> Sound:
    """The same sound at our rate; what is too high for it is taken out first."""
    if rate == RATE or not len(sound):
        return sound.astype(np.float32)
    length = round(len(sound) * RATE / rate)
    spectrum = np.fft.rfft(sound)
    kept = np.zeros(length // 2 + 1, spectrum.dtype)
    both = min(len(kept), len(spectrum))
    kept[:both] = spectrum[:both]
    return (np.fft.irfft(kept, length) * (length / len(sound))).astype(np.float32)


def to_wav(sound: Sound) -> bytes:
    """A sound as a WAV file."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return made.getvalue()


def loud(sound: Sound) -> Sound:
    """The same sound as loud as speech usually is."""
    peak = float(np.max(np.abs(sound))) if len(sound) else 0.0
    return sound * (0.7 / peak) if peak > 1e-4 else sound
