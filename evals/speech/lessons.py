"""Commands as the decoder of the ear is taught them: `python -m evals.speech.lessons FOLDER`.

Each lesson is what Whisper's encoder sees of a synthesised command, and its words. Lessons come in
files of some dozens; a file that is there is not made again, so that the work may be broken off.
About a second of one processor for a sentence; `evals.speech.speakers` says what to install.

Nobody who speaks in `benchmarks/voice.py` speaks here: of Kokoro's voices others, alone and mixed
by two, none of its Japanese ones; of espeak-ng's other ones; none of Piper's and Flite's.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from evals.speech import kokoro
from evals.speech.speakers import VOICES, noisy, with_letters
from evals.speech.spoken import Sentence, sentences
from ui.voice.audio import RATE, Sound, loud, read_sound, resampled
from ui.voice.models import find_model
from ui.voice.recogniser import Recogniser
from ui.voice.speech import speech_in
from ui.voice.weights import Numbers

IN_A_FILE = 64
_FILES = 60
_AMERICAN = (
    "af_alloy", "af_aoede", "af_jessica", "af_kore", "af_nicole", "af_nova", "af_river",
    "af_sarah", "af_sky", "am_adam", "am_echo", "am_eric", "am_fenrir", "am_liam", "am_onyx",
)  # fmt: skip
_BRITISH = (
    "bf_alice", "bf_isabella", "bf_lily", "bm_daniel", "bm_fable", "bm_lewis",
)  # fmt: skip
_FOREIGN = (
    "ef_dora", "em_alex", "ff_siwis", "hf_beta", "hm_omega", "if_sara", "im_nicola", "pf_dora",
    "zf_xiaoyi",
)  # fmt: skip
_ROBOTS = (
    "en-us+m1", "en-us+m3", "en-us+m7", "en-us+f1", "en-us+f2", "en-us+f4", "en-gb+m2",
    "en-gb+m4", "en-gb+f5", "en-gb-scotland", "en-gb-scotland+f2", "en-gb-x-rp+m5", "en-gb-x-rp+f4",
    "en-029+m6", "en-029+f1", "en-gb-x-gbclan+m3", "en-gb-x-gbcwmd+f5",
)  # fmt: skip
_BY_ROBOTS, _MIXED, _IN_A_ROOM, _QUIET = 0.35, 0.5, 0.3, 0.3
"""How often a robot speaks, two voices are mixed, walls are heard and nothing else is."""
_AGAIN = 2
"""So often a network's sentence is used, in another room and by another throat."""
_PLAIN, _NAMED = 0.25, 0.6
"""So many sentences without a machine and with one are taken; with a time or a size, all: names,
times and sizes are harder than words."""
_HARD = frozenset(("dot", "o'clock", "quarter", "half", "past", "at", "noon", "midnight"))

assert not {voice.name for voice in VOICES} & {*_AMERICAN, *_BRITISH, *_FOREIGN, *_ROBOTS}


@dataclass(frozen=True)
class Lesson:
    """A command that the decoder is taught.

    Attributes:
        seen: what it is given of the sound.
        voice: who spoke.
    """

    seen: Numbers
    sentence: Sentence
    voice: str


def main() -> None:
    """Make what is not there yet."""
    folder = Path(sys.argv[1])
    files = int(sys.argv[2]) if len(sys.argv) > 2 else _FILES
    folder.mkdir(parents=True, exist_ok=True)
    recogniser = Recogniser(find_model("base", folder), 1)
    for number in range(files):
        file = folder / f"lessons-{number:03}.npz"
        if not file.is_file():
            write(file, list(_lessons(recogniser, number)))
            print(file.name, flush=True)  # noqa: T201


def write(file: Path, lessons: list[Lesson]) -> None:
    """Keep lessons in a file, which is there whole or not at all."""
    told = [(one.sentence.words, one.sentence.stems, one.voice) for one in lessons]
    made = file.with_suffix(f".{os.getpid()}.npz")
    np.savez(
        made,
        seen=np.concatenate([one.seen for one in lessons]).astype(np.float16),
        lengths=np.array([len(one.seen) for one in lessons]),
        told=np.array(json.dumps(told)),
    )
    made.replace(file)


def read(folder: Path) -> list[Lesson]:
    """All lessons that were made."""
    found: list[Lesson] = []
    for file in sorted(folder.glob("lessons-???.npz")):
        with np.load(file) as kept:
            parts = np.split(kept["seen"], np.cumsum(kept["lengths"])[:-1])
            told = json.loads(str(kept["told"]))
        for seen, (words, stems, voice) in zip(parts, told, strict=True):
            found.append(Lesson(seen, Sentence(words, tuple(stems)), voice))
    return found


def _lessons(recogniser: Recogniser, number: int) -> Iterator[Lesson]:
    chance = random.Random(1000 + number)
    wanted = (one for one in sentences(number) if _is_wanted(one, chance))
    for sentence in islice(wanted, IN_A_FILE):
        voice, sound = _speak(sentence.words, chance)
        for _ in range(1 if voice in _ROBOTS else _AGAIN):
            speech = speech_in(_somewhere(sound, chance))
            if speech is not None:
                yield Lesson(recogniser.seen(loud(speech.sound)), sentence, voice)


def _is_wanted(sentence: Sentence, chance: random.Random) -> bool:
    if _HARD & set(sentence.words.split()):
        return True
    return chance.random() < (_NAMED if sentence.stems else _PLAIN)


def _speak(words: str, chance: random.Random) -> tuple[str, Sound]:
    """The words by somebody, and who it was."""
    written, speed = with_letters(words), chance.uniform(0.85, 1.2)
    if chance.random() < _BY_ROBOTS:
        voice = chance.choice(_ROBOTS)
        return voice, _robot(written, voice, speed)
    group = chance.choice((_AMERICAN, _AMERICAN, _AMERICAN, _BRITISH, _BRITISH, _FOREIGN))
    voice, other = chance.sample(group, 2)
    style = kokoro.style(voice)
    if chance.random() < _MIXED:
        share = chance.uniform(0.3, 0.7)
        style = (share * style + (1 - share) * kokoro.style(other)).astype(np.float32)
    british = group is _BRITISH or (group is _FOREIGN and chance.random() < 0.5)
    return voice, kokoro.say_in_style(written, style, speed, british=british)


def _robot(words: str, voice: str, speed: float) -> Sound:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        command = ["espeak-ng", "-v", voice, "-s", str(int(160 * speed)), words, "-w", str(file)]
        subprocess.run(command, check=True, timeout=60, capture_output=True)
        return read_sound(file)


def _somewhere(sound: Sound, chance: random.Random) -> Sound:
    """The sound by a slightly longer or shorter throat, in some room, through some microphone."""
    numbers = np.random.default_rng(chance.getrandbits(32))
    sound = resampled(sound, int(RATE * chance.uniform(0.92, 1.08)))
    if chance.random() < _IN_A_ROOM:
        fading = np.exp(-np.arange(int(0.25 * RATE)) / (chance.uniform(0.02, 0.07) * RATE))
        walls = numbers.standard_normal(len(fading)) * fading * chance.uniform(0.02, 0.08)
        walls[0] = 1.0
        sound = np.convolve(sound, walls).astype(np.float32)
    spectrum = np.fft.rfft(sound)
    bands = np.interp(np.arange(len(spectrum)), np.linspace(0, len(spectrum), 9),
                      numbers.uniform(-4, 4, 9))  # fmt: skip
    sound = np.fft.irfft(spectrum * 10 ** (bands / 20), len(sound)).astype(np.float32)
    quiet = chance.random() < _QUIET
    return noisy(sound, None if quiet else chance.uniform(14, 35), chance.getrandbits(31))


if __name__ == "__main__":
    main()
