"""Sound in and out of files and pipes, and the packaged models."""

import sys
from pathlib import Path

import numpy as np
import pytest

from tools.errors import InvalidRequest, NotFound
from ui.voice.answering import aloud
from ui.voice.audio import RATE, decode, from_pcm16, read_sound, resampled, to_wav
from ui.voice.microphone import listening
from ui.voice.models import PACKAGED, find_model
from ui.voice.recogniser import without_repeats

TONE = np.sin(np.arange(RATE) * 2 * np.pi * 440 / RATE).astype(np.float32) * 0.5


def test_a_wav_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "tone.wav"
    file.write_bytes(to_wav(TONE))

    assert np.allclose(read_sound(file), TONE, atol=1e-3)


def test_another_rate_becomes_ours() -> None:
    fast = np.sin(np.arange(24_000) * 2 * np.pi * 440 / 24_000).astype(np.float32) * 0.5

    ours = resampled(fast, 24_000)

    assert len(ours) == RATE
    assert np.allclose(ours[500:-500], TONE[500:-500], atol=0.02)


def test_half_a_sample_is_dropped() -> None:
    assert len(from_pcm16(b"\x00\x01\x02", RATE)) == 1


@pytest.mark.parametrize("data", [b"", b"RIFF", b"not a sound at all" * 40, to_wav(TONE[:100])])
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRequest):
        decode(data)


def test_a_missing_recording_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_sound(tmp_path / "none.wav")


def test_a_recorder_is_read_until_the_block_ends() -> None:
    program = "import sys\nwhile True: sys.stdout.buffer.write(bytes(6400))"

    with listening((sys.executable, "-c", program)) as chunks:
        first, second = next(chunks), next(chunks)

    assert len(first) == len(second) == RATE // 5


def test_a_recorder_that_hears_nothing_is_said() -> None:
    with (
        listening((sys.executable, "-c", "raise SystemExit(1)")) as chunks,
        pytest.raises(NotFound),
    ):
        next(chunks)


def test_an_unknown_model_names_those_that_are_packaged(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        find_model(str(tmp_path / "none"), tmp_path)

    assert caught.value.choices == tuple(PACKAGED)


def test_a_folder_with_a_model_is_taken(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")

    assert find_model(str(tmp_path), tmp_path) == tmp_path


def test_what_is_said_over_and_over_is_heard_once() -> None:
    assert without_repeats("Restart gitlab. Restart gitlab. Restart gitlab.") == "Restart gitlab"
    assert without_repeats("Restart web-01 and web-02.") == "Restart web-01 and web-02."


def test_a_long_answer_is_spoken_in_part() -> None:
    spoken = aloud("web-03: shut down. " * 60)

    assert len(spoken) < 450
    assert spoken.endswith("The rest is on the screen.")
