"""Times in people's words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.brains.embedded import moments
from agent.brains.embedded.moments import time_at
from agent.brains.embedded.text import cleaned, tokenise
from evals.case import load_cases
from tools.times import next_firing

CASES = Path(__file__).resolve().parents[3] / "evals" / "cases"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday


def words(said: str) -> list[str]:
    return [token.low for token in tokenise(cleaned(said))]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("tonight", "2026-11-23T22:00"),
        ("tomorrow", "2026-11-24T09:00"),
        ("tomorrow at half past six in the morning", "2026-11-24T06:30"),
        ("at midnight", "2026-11-24T00:00"),
        ("in two hours", "2026-11-23T12:00"),
        ("in half an hour", "2026-11-23T10:30"),
        ("tonight at 11", "2026-11-23T23:00"),
        ("at 8 tonight", "2026-11-23T20:00"),
        ("on friday at noon", "2026-11-27T12:00"),
        ("at six this evening", "2026-11-23T18:00"),
        ("next monday at 9", "2026-11-30T09:00"),
        ("this weekend", "2026-11-28T00:00"),
        ("at 06:30", "2026-11-24T06:30"),
        ("2026-12-01 10:00", "2026-12-01T10:00"),
        ("december 1st at 10:00", "2026-12-01T10:00"),
    ],
)
def test_a_moment(said: str, at: str) -> None:
    found = time_at(words(said), 0, NOW)

    assert found is not None
    assert found[1] == len(words(said))
    assert found[0].moment(NOW) == datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "cron"),
    [
        ("every night", "0 22 * * *"),
        ("every weekday at 10pm", "0 22 * * 1-5"),
        ("daily at 3", "0 3 * * *"),
        ("1900 mon-fri", "0 19 * * 1-5"),
        ("every 6h", "0 */6 * * *"),
        ("mondays and thursdays at 5", "0 5 * * 1,4"),
        ("the first of each month at four in the morning", "0 4 1 * *"),
        ("every morning at 7:30", "30 7 * * *"),
    ],
)
def test_a_recurrence(said: str, cron: str) -> None:
    found = time_at(words(said), 0, NOW)

    assert found is not None
    assert found[0].cron() == cron


@pytest.mark.parametrize(
    ("said", "window"),
    [
        ("in the last hour", "1h"),
        ("over the past week", "7d"),
        ("last 24 hours", "24h"),
        ("since yesterday", "24h"),
        ("over 7d", "7d"),
    ],
)
def test_a_window(said: str, window: str) -> None:
    found = time_at(words(said), 0, NOW)

    assert found is not None
    assert found[0].window == window


@given(
    st.lists(
        st.sampled_from(
            [
                "at",
                "on",
                "every",
                "tomorrow",
                "10",
                "pm",
                "six",
                "friday",
                "the",
                "for",
                "two",
                "hours",
                "last",
                "week",
                "25:99",
                "0",
                "-",
            ]
        )
    )
)
def test_any_run_of_time_words_gives_a_valid_time_or_none(said: list[str]) -> None:
    for start in range(len(said)):
        found = time_at(said, start, NOW)
        if found is None:
            continue
        assert start < found[1] <= len(said)
        if found[0].recurs:
            assert next_firing(found[0].cron(), NOW) > NOW


def test_no_time_of_the_cases_begins_with_a_word_that_is_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {turn.say for case in load_cases([CASES]) for turn in case.turns}
    runs = {
        tuple(run[k : k + 6])
        for run in ([t.low for t in tokenise(cleaned(text))] for text in sorted(said)[::10])
        for k in range(len(run))
    }
    turned_away = [run for run in runs if not moments.may_open(run[0])]
    monkeypatch.setattr(moments, "may_open", str)  # any word is true

    assert len(turned_away) > len(runs) / 3
    assert [run for run in turned_away if time_at(run, 0, NOW)] == []
