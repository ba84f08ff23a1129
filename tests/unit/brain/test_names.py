"""Names as people write and say them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.brains.embedded.names import NameIndex

FLEET = [
    "web-01",
    "web-02",
    "web-03",
    "db-prod-1",
    "vdi-101",
    "vdi-104",
    "jenkins",
    "LON_DB_PAY_01",
    "srv1.example",
]
INDEX = NameIndex.of(FLEET)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("web-03", "web-03"),
        ("web03", "web-03"),
        ("web 3", "web-03"),
        ("web oh three", "web-03"),
        ("web zero three", "web-03"),
        ("web three", "web-03"),
        ("db prod one", "db-prod-1"),
        ("vdi one oh four", "vdi-104"),
        ("vdi one hundred and four", "vdi-104"),
        ("web dash zero one", "web-01"),
        ("lon db pay 1", "LON_DB_PAY_01"),
        ("jenkins", "jenkins"),
        ("srv 1 example", "srv1.example"),
    ],
)
def test_spoken_forms_are_the_same_name(said: str, meant: str) -> None:
    assert INDEX.at(said.split(), 0) == ([meant], len(said.split()))


@pytest.mark.parametrize("said", ["web 9", "web-30", "jenkinz", "db prod", "nothing like it"])
def test_what_no_machine_bears_is_not_found(said: str) -> None:
    assert INDEX.at(said.split(), 0) is None


@settings(max_examples=200)
@given(st.sampled_from(FLEET), st.sampled_from(["-", "_", " ", ""]), st.booleans())
def test_separators_and_case_do_not_matter(name: str, separator: str, upper: bool) -> None:
    said = name.replace("-", separator).replace("_", separator).replace(".", separator)
    words = (said.upper() if upper else said).casefold().split()

    found = INDEX.at(words, 0)

    assert found is not None
    assert found[0] == [name]


def test_two_names_with_one_spoken_form_are_both_found() -> None:
    index = NameIndex.of(["web-3", "web-03"])

    assert index.at(["web", "three"], 0) == (["web-3", "web-03"], 2)
    assert index.at(["web-3"], 0) == (["web-3"], 1)


def test_a_hundred_thousand_names_are_looked_up_without_a_scan() -> None:
    index = NameIndex.of(f"srv-{n:06}" for n in range(100_000))

    assert index.at(["srv", "99999"], 0) == (["srv-099999"], 2)
    assert index.at(["pump"], 0) is None
