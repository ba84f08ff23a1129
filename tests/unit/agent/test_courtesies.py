"""What is said around a short answer."""

import pytest

from agent.courtesies import without_courtesies
from agent.gate import opens


@pytest.mark.parametrize(
    ("said", "bare"),
    [
        ("2, thanks a lot", "2"),
        ("one sec. yes", "yes"),
        ("great, thanks. who owns it", "who owns it"),
        ("well, no, 6pm", "no, 6pm"),
        ("esx-01, please and thank you", "esx-01"),
        ("yes. Lena agreed.", "yes"),
        ("Yes. Sorry for the back and forth.", "Yes"),
    ],
)
def test_what_says_nothing_is_taken_off(said: str, bare: str) -> None:
    assert without_courtesies(said) == bare


@pytest.mark.parametrize(
    "said",
    ["ok, thanks", "Great, thanks!", "yes, not approved", "Nobody agreed. yes", "sorry, yes"],
)
def test_what_may_matter_stays(said: str) -> None:
    assert without_courtesies(said) == said


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("sandbox-01, thanks", "sandbox-01"),
        ("perfect. sandbox-01", "sandbox-01"),
        ("hmm ok sandbox-01", None),
        ("sandbox-02, thanks", None),
        ("no, sandbox-01", None),
    ],
)
def test_a_name_is_typed_with_a_courtesy_and_without_a_doubt(said: str, typed: str | None) -> None:
    assert opens(said, "sandbox-01", ["delete_vms"]) == typed
