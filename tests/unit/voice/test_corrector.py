"""What is snapped to a name that exists, and what is left as it was heard."""

import pytest

from ui.voice.corrector import Corrector, pieces_of
from ui.voice.numbers import number
from ui.voice.sounds import distance, sounds


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        pytest.param("Restart web oh three.", "Restart web-03", id="a zero said oh"),
        pytest.param("stop D B prod one", "stop db-prod-1", id="letters one by one"),
        pytest.param("Restart Kafka to, please.", "Restart kafka-2 please", id="to for two"),
        pytest.param("Stop Alistep.", "Stop alice-dev", id="run together"),
        pytest.param("Suspend ML-drain 2.", "Suspend ml-train-2", id="a voiced sound for its twin"),
        pytest.param("Restart jerkens", "Restart jenkins", id="a misheard name"),
        pytest.param("Stop carol-dev.", "Stop carol-dev", id="right already"),
        pytest.param("Take a snap shot of git lab", "Take a snapshot of gitlab", id="words apart"),
        pytest.param("start V D I one oh three", "start vdi-103", id="digits in a row"),
        pytest.param("Start VDI 103.", "Start vdi-103", id="a figure is heard, not dropped"),
    ],
)
def test_what_was_heard_becomes_the_name_that_exists(
    corrector: Corrector, heard: str, meant: str
) -> None:
    assert corrector.readings(heard)[0].text == meant


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param("stop web nine", id="no machine has that number"),
        pytest.param("restart worker seven", id="nor that one"),
        pytest.param("what is running hot", id="ordinary words"),
        pytest.param("stop it at one", id="a time is no machine ad-01"),
        pytest.param("move worker to the other host", id="a link is no number"),
        pytest.param("delete bob or carol", id="half a name"),
        pytest.param("call Tomas", id="an English word is no misheard act"),
    ],
)
def test_what_no_machine_bears_is_left_as_it_was_heard(corrector: Corrector, heard: str) -> None:
    best = corrector.readings(heard)[0]

    assert best.text == heard
    assert not [snap for snap in best.snaps if snap.is_name]


def test_a_number_that_was_heard_is_never_another(corrector: Corrector) -> None:
    for figure in ("one", "two", "three", "four", "five", "six"):
        found = corrector.readings(f"stop web oh {figure}")
        named = {s.meant for r in found for s in r.snaps if s.meant.startswith("web-0")}

        assert named == {f"web-0{['one', 'two', 'three', 'four', 'five', 'six'].index(figure) + 1}"}


def test_between_two_machines_that_sound_alike_nothing_is_chosen(corrector: Corrector) -> None:
    best = corrector.readings("stop bab dev")

    assert all(len({s.meant for s in reading.snaps if s.is_name}) <= 1 for reading in best)
    assert "alice-dev" not in best[0].text


def test_what_was_heard_is_always_among_the_readings(corrector: Corrector) -> None:
    found = corrector.readings("Stop web oh three", limit=50)

    assert "Stop web oh three" in [reading.text for reading in found]


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("oh three", 3), ("03", 3), ("one oh one", 101), ("twenty two", 22), ("to", 2),
        ("ten twelve", 1012), ("won", 1), ("three oh", None), ("many", None), ("of", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_said(words: str, figure: int | None) -> None:
    read = number(words.split())

    assert (read[0] if read else None) == figure


def test_sounds_that_are_taken_for_one_another_are_near() -> None:
    bat, pat, cat = sounds(["bat"]), sounds(["pat"]), sounds(["sat"])

    assert distance(bat, bat) == 0
    assert distance(bat, pat) < distance(bat, cat)
    assert distance(bat, pat) == distance(pat, bat)


def test_initials_and_marks_are_taken_off() -> None:
    chunks, pieces = pieces_of("What's idle in U.S. East 1, at 9 p.m.?")

    assert chunks == ["What's", "idle", "in", "US", "East", "1", "at", "9", "pm"]
    assert [piece.low for piece in pieces][:2] == ["what's", "idle"]


def test_an_exception_in_which_nobody_was_heard_is_noticed(corrector: Corrector) -> None:
    assert corrector.names_something("runner one and carol dev")
    assert corrector.names_something("the staging ones")
    assert not corrector.names_something("run at one")
