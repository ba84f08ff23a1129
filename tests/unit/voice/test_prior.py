"""What commands are like, and which words a name goes on with."""

import pytest

from agent.brains.embedded.site import build_site
from tools.control import Control
from ui.voice.prior import Prior, packed_of, parts_of, unpacked, words_of


@pytest.fixture
def prior(control: Control) -> Prior:
    return Prior(parts_of(build_site(control.inventory)))


@pytest.mark.parametrize(
    ("said", "misheard"),
    [
        pytest.param("restart the web servers", "reese art of the web servers", id="a verb"),
        pytest.param("stop it every weekday at ten", "stop it every week they at ten", id="a time"),
        pytest.param("which machines are idle", "witch machines are idol", id="a question"),
        pytest.param("stop web three", "stop wed three", id="a machine's name"),
        pytest.param("stop kafka 2", "stop kafka 9", id="a number that a machine has"),
    ],
)
def test_what_people_say_to_it_is_likelier(prior: Prior, said: str, misheard: str) -> None:
    assert prior.of(said) > prior.of(misheard)


def test_initials_and_apostrophes_are_one_word() -> None:
    assert words_of("What’s idle in U.S. west-2 at 9 p.m.?") == [
        "what's", "idle", "in", "us", "west", "2", "at", "9", "pm",
    ]  # fmt: skip


def test_counts_come_back_as_they_were_kept() -> None:
    rows = [((), "stop", 3), (("stop",), "it", 2)]

    assert list(unpacked(packed_of(rows))) == rows


def test_a_word_that_has_begun_is_known_as_such(prior: Prior) -> None:
    assert prior.begins_a_word("resta")
    assert prior.begins_a_word("kaf")
    assert not prior.begins_a_word("xqj")
