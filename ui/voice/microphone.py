"""The microphone through whichever recorder the system has; no library of our own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO

from tools.errors import NotFound
from ui.voice.audio import RATE, Sound, from_pcm16

_RECORDERS = (
    ("pw-record", "--rate", str(RATE), "--channels", "1", "--format", "s16", "-"),
    ("parecord", "--raw", "--rate", str(RATE), "--channels", "1", "--format", "s16le"),
    ("arecord", "-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE), "-c", "1"),
    ("rec", "-q", "-t", "raw", "-e", "signed", "-b", "16", "-r", str(RATE), "-c", "1", "-"),
)
_CHUNK_S = 0.2


def recorder() -> tuple[str, ...]:
    """The command that writes what the microphone hears, as 16-bit samples.

    Raises:
        NotFound: none is installed.
    """
    for command in _RECORDERS:
        if shutil.which(command[0]):
            return command
    raise NotFound(
        "No recorder is installed.",
        hint="Install pipewire, pulseaudio-utils, alsa-utils or sox; or name a recording.",
    )


@contextmanager
def listening(command: tuple[str, ...] | None = None) -> Generator[Generator[Sound]]:
    """Record until the end of the block: chunks of sound as they come.

    Raises:
        NotFound: there is no recorder, or no microphone.
    """
    chosen = command or recorder()
    with subprocess.Popen(
        chosen, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            yield _chunks(process, process.stdout)
        finally:
            process.terminate()


def _chunks(process: subprocess.Popen[bytes], stream: IO[bytes]) -> Generator[Sound]:
    size = int(_CHUNK_S * RATE) * 2
    came = False
    while data := stream.read(size):
        came = True
        yield from_pcm16(data, RATE)
    if not came and process.wait() != 0:
        raise NotFound("The microphone cannot be heard.", hint="Is one plugged in and allowed?")
