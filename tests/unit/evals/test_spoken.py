"""What people wrote, as they would say it."""

import random
import re
from pathlib import Path

import pytest

from evals.case import CONTRACT_FLEET
from evals.speech.figures import counted, read_aloud, ways_to_say_a_time
from evals.speech.judge import commands
from evals.speech.spoken import sentences, spoken
from evals.speech.typed import unheard
from ui.voice.prior import words_of


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("Which VMs use > 90% CPU?", None, id="nobody says a sign"),
        pytest.param("What's above 90% CPU?", "what's above ninety percent c p u", id="letters"),
        pytest.param("resize it to 16GB pls", "resize it to sixteen gigs please", id="a unit"),
        pytest.param("what's in us-west-2", "what's in u s west two", id="a region"),
        pytest.param("restrat the werkers", None, id="nobody says a slip of the hand"),
    ],
)
def test_a_sentence_is_written_as_it_is_said(typed: str, said: str | None) -> None:
    made = spoken(typed, CONTRACT_FLEET, random.Random(1))

    assert (made and made.words) == said


@pytest.mark.parametrize("typed", ["restart db-prod-2 now", "restart d b prod two now"])
def test_machines_are_put_by_others(typed: str) -> None:
    made = spoken(typed, CONTRACT_FLEET, random.Random(3))

    assert made is not None
    (name,) = made.names
    assert made.words == f"restart {name} now"
    assert name not in ("d b prod two", "db prod two")
    assert len(made.stems) == 1


def test_a_time_is_put_by_another() -> None:
    made = {spoken("start it at 22:30", CONTRACT_FLEET, random.Random(i)) for i in range(20)}

    said = {one.words for one in made if one is not None}
    assert len(said) > 5
    assert all(re.fullmatch(r"start it at [a-z' ]+", words) for words in said)


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(19, 45, "a quarter to eight"), (11, 50, "ten to twelve"), (0, 0, "midnight"),
     (22, 0, "ten p m"), (6, 5, "six oh five a m"), (23, 45, "quarter to twelve"),
     (17, 30, "half past five")],
)  # fmt: skip
def test_times_are_said_in_several_ways(hour: int, minute: int, said: str) -> None:
    assert said in ways_to_say_a_time(hour, minute)


def test_one_machine_is_put_by_one() -> None:
    made = spoken("stop web-03 and start web-03", CONTRACT_FLEET, random.Random(2))

    assert made is not None
    assert len(made.names) == 1


def test_what_the_benchmark_says_is_not_taught() -> None:
    said = {" ".join(words_of(command)) for command in commands()}

    assert not any(" ".join(words_of(say)) in said for say, _ in unheard())


def test_the_same_seed_makes_the_same_sentences() -> None:
    first, second = sentences(5), sentences(5)

    assert [next(first) for _ in range(20)] == [next(second) for _ in range(20)]


def test_another_fleets_names_are_known_too() -> None:
    harbour = Path(CONTRACT_FLEET).parent / "harbour"
    made = spoken("stop lab-osl-03 please", harbour, random.Random(1))

    assert made is not None
    assert len(made.names) == 1


@pytest.mark.parametrize(
    ("digits", "said"),
    [("05", "oh five"), ("22", "twenty two"), ("4096", "four thousand ninety six"),
     ("40411", "four oh four one one")],
)  # fmt: skip
def test_figures_are_read_aloud(digits: str, said: str) -> None:
    assert read_aloud(digits) == said


def test_hundreds_are_counted() -> None:
    assert counted(250) == "two hundred fifty"
