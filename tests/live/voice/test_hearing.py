"""Commands that a synthesiser says, heard by the packaged model and planned on the fleet."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.speech.judge import FLEET, Judge, share
from evals.speech.speakers import Manner, installed_voices, say
from tests.conftest import REPOSITORY
from tools.settings import load_settings
from ui.voice.audio import RATE, to_wav
from ui.voice.ear import Ear
from ui.voice.microphone import listening
from ui.voice.models import PACKAGED, find_model
from ui.voice.speech import Utterance, speech_in

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

SAID = (
    "stop web oh three", "restart kafka two please", "snapshot d b prod one",
    "list the windows machines", "stop all the staging machines", "who owns notebook wei",
    "which machines are stopped", "top five machines by memory", "stop worker two",
    "how many windows boxes are running", "restart alice dev", "is jenkins up",
)  # fmt: skip


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.fixture(scope="module")
def ear(judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> Ear:
    folder = tmp_path_factory.mktemp("voice")
    settings = load_settings(data_dir=folder, libvirt_uris="none")
    made = Ear(settings, judge.rehearsal.control.world)
    made.warm()
    return made


def manner(seed: int = 0, noise_db: float | None = 30.0) -> Manner:
    voices = installed_voices()
    assert voices, "no synthesiser: sh requirements/system.sh"
    people = [voice for voice in voices if voice.kind != "robot"] or voices
    return Manner(people[seed % len(people)], 1.0, noise_db, seed)


def test_a_sample_of_commands_is_planned_as_if_it_were_typed(ear: Ear, judge: Judge) -> None:
    verdicts = []
    for index, words in enumerate(SAID):
        heard = ear.hear(say(words, manner(index)))
        verdicts.append(judge.judge(words, heard.text, doubtful=bool(heard.question)))

    assert not [v.unsafe for v in verdicts if v.unsafe]
    assert share([v.same for v in verdicts]) >= 0.6


def test_silence_and_noise_are_no_command(ear: Ear) -> None:
    import numpy as np

    hiss = np.random.default_rng(1).standard_normal(3 * RATE).astype(np.float32) * 0.02

    assert ear.hear(np.zeros(2 * RATE, np.float32)).text == ""
    assert ear.hear(hiss).text == ""


def test_the_end_of_speech_is_found_and_words_so_far_are_shown(ear: Ear, tmp_path: Path) -> None:
    import numpy as np

    words = say("stop all the staging machines", manner())
    file = tmp_path / "microphone.raw"
    sound = np.concatenate([words, np.zeros(3 * RATE, np.float32)])
    file.write_bytes((sound * 32767).astype("<i2").tobytes())
    said, partial = Utterance(), ""

    with listening(("cat", str(file))) as chunks:
        for chunk in chunks:
            said.add(chunk)
            if said.began and not partial and said.seconds > 1.5:
                partial = ear.partial(said.sound)
            if said.ended:
                break

    assert len(words) / RATE < said.seconds < len(words) / RATE + 2
    assert "staging" in partial.casefold()
    assert speech_in(said.sound) is not None


def test_the_packaged_model_is_what_it_claims(tmp_path: Path) -> None:
    import hashlib

    for name, model in PACKAGED.items():
        folder = find_model(name, tmp_path)
        digest = hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest()

        assert digest == model.sha256


def test_listen_shows_a_plan_for_a_recording_and_runs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "order.wav"
    file.write_bytes(to_wav(say("restart kafka two please", manner(1, None))))
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "NOVACRON_DATA_DIR": str(tmp_path / "d"),
        "NOVACRON_FLEET": str(FLEET), "NOVACRON_LIBVIRT_URIS": "none",
        "PYTHONPATH": str(REPOSITORY),
    }  # fmt: skip
    command = [sys.executable, "-c", "from ui.cli import main; main()", "listen", str(file)]

    ran = subprocess.run(
        [*command, "--json"], env=environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip

    shown = json.loads(ran.stdout)
    assert "heard" in shown, ran.stderr
    assert ran.returncode in (10, 3)
    assert shown.get("operation") is None
