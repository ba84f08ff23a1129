"""From what the models heard to a sentence, or to a question; the models are made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from tools.control import Control
from ui.voice import ear as ears
from ui.voice.audio import RATE, Sound
from ui.voice.ear import Ear, Heard
from ui.voice.recogniser import Recogniser
from ui.voice.speech import Speech

SOUND = np.ones(RATE, np.float32)


class MadeUp:
    """A model that hears what it is told to."""

    def __init__(self, heard: dict[str, float]) -> None:
        self.heard = heard

    def listen(self, sound: Sound, names: Sequence[str] = ()) -> MadeUp:
        return self

    def transcripts(self, prior: Any, seconds: float, beam: int = 8) -> dict[str, float]:
        return dict(self.heard)


@pytest.fixture
def hear(control: Control, monkeypatch: pytest.MonkeyPatch) -> Any:
    def heard(model: MadeUp, seconds: float = 1.5) -> Heard:
        monkeypatch.setattr(ears, "speech_in", lambda sound: Speech(sound, seconds))
        return Ear(control.settings, control.world, cast(Recogniser, model)).hear(SOUND)

    return heard


def test_what_was_heard_names_machines_that_exist(hear: Any) -> None:
    heard = hear(MadeUp({"Restart web oh three, please.": -2.0}), 1.8)

    assert heard.text == "Restart web-03 please"
    assert heard.transcript == "Restart web oh three, please."
    assert heard.question == ""


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param({"Stop web oh three.": -2.0, "Start web oh three.": -2.1}, id="two acts"),
        pytest.param({"Stop all the dev machines except carol dev and": -4.0}, id="broken off"),
        pytest.param({"Stop the dev machines but not run at one.": -4.0}, id="nobody is left out"),
        pytest.param({"Stop web oh three please now.": -9.0}, id="hardly what was said"),
    ],
)
def test_a_change_that_is_doubtful_is_asked_about(hear: Any, heard: dict[str, float]) -> None:
    assert hear(MadeUp(heard), 2.2).question.startswith("Did you say")


def test_a_look_that_is_doubtful_is_not_asked_about(hear: Any) -> None:
    heard = hear(MadeUp({"List the dev machines.": -2.0, "List the test machines.": -2.0}))

    assert heard.question == ""


def test_nothing_is_made_of_silence(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ears, "speech_in", lambda sound: None)
    ear = Ear(control.settings, control.world, cast(Recogniser, MadeUp({})))

    assert ear.hear(SOUND).text == ""
    assert ear.partial(SOUND) == ""
