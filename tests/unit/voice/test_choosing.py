"""Which reading is taken, and when a change is asked about instead."""

import pytest

from agent.brains.embedded.site import build_site
from tools.control import Control
from ui.voice.choosing import (
    Candidate,
    Meaning,
    breaks_off,
    far_names,
    is_faint,
    lost_of,
    ranked,
    rival_of,
)
from ui.voice.corrector import Corrector, Reading, Snap
from ui.voice.lexicon import lexicon_of
from ui.voice.prior import Prior, parts_of
from ui.voice.sense import Sense


def said(*texts: tuple[str, float]) -> list[Candidate]:
    return [Candidate(Reading(text, 0.0), text, score, 0.0) for text, score in texts]


@pytest.fixture
def sense(control: Control) -> Sense:
    return Sense(control.world)


@pytest.mark.parametrize(
    ("candidates", "rival"),
    [
        pytest.param(
            said(("stop web-03", 0), ("start web-03", -0.5)), "start web-03", id="the act"
        ),
        pytest.param(
            said(("stop web-03", 0), ("stop web-04", -0.5)), "stop web-04", id="the machine"
        ),
        pytest.param(said(("stop web-03", 0), ("stop web-04", -7)), None, id="far behind"),
        pytest.param(said(("stop web-03", 0), ("shut down web-03", 0)), None, id="the same act"),
        pytest.param(said(("stop web-03", 0), ("stop", -0.1)), None, id="it would only ask"),
        pytest.param(said(("list web-03", 0), ("stop web-03", -0.1)), None, id="only looks"),
        pytest.param(said(("yes", 0), ("stop web-03", -0.1)), "stop web-03", id="a yes"),
    ],
)
def test_a_change_is_doubtful_where_another_was_as_likely_said(
    sense: Sense, candidates: list[Candidate], rival: str | None
) -> None:
    assert rival_of(candidates, sense.of) == rival


def test_a_change_is_told_from_a_look(sense: Sense) -> None:
    assert sense.of("stop web-03").changes
    assert not sense.of("which machines are idle").changes
    assert sense.of("stop").asks
    assert sense.of("stop web-03").act == sense.of("shut down web-03").act
    assert sense.of("restart print-srv").act == sense.of("restart the print server").act
    assert isinstance(sense.of(""), Meaning)


def test_a_start_of_what_runs_shows(sense: Sense) -> None:
    assert sense.starts_what_runs("start web-03")
    assert sense.starts_what_runs("start web-03 at midnight")
    assert not sense.starts_what_runs("stop web-03")
    assert not sense.starts_what_runs("restart web-03")
    assert not sense.starts_what_runs("turn off web-03 for an hour")
    assert not sense.starts_what_runs("which machines are idle")


def test_what_commands_are_like_decides_between_sounds_that_are_alike(control: Control) -> None:
    site = build_site(control.inventory)
    heard = {"Restart of the web servers.": -3.0, "Restart all the web servers.": -3.5}

    best = ranked(heard, Corrector(lexicon_of(site)), Prior(parts_of(site)), 1.6)[0]

    assert best.reading.text == "Restart all the web servers"


def test_what_was_not_heard_right_shows() -> None:
    assert lost_of("stop web-03", "Stop web oh three.", 1.2) == ()
    assert lost_of("stop web-03", "Stop web oh three.", 4.0) == ("stop web-03 …",)
    assert lost_of("We start gitlab", "We start GitLab.", 1.2) == ("We start",)


def test_a_command_does_not_end_in_the_middle() -> None:
    assert breaks_off("stop all of them except carol-dev and")
    assert not breaks_off("stop all of them")
    assert not breaks_off("for")


def test_a_name_that_was_only_guessed_at_is_asked_about() -> None:
    near, far = Snap("jen kins", "jenkins", 0.1, True), Snap("benz over", "print-srv", 2.5, True)

    assert far_names(Reading("stop jenkins", 0.0, (near,))) == ()
    assert far_names(Reading("stop print-srv", 0.0, (far,))) == ("print-srv",)


def test_words_that_do_not_fit_the_sound_are_asked_about() -> None:
    heard = Reading("stop bob-dev", 0.0)

    assert not is_faint(Candidate(heard, "stop bob dev", 0.0, -2.0))
    assert is_faint(Candidate(heard, "stop bob dev", 0.0, -9.0))
