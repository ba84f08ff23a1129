"""The bars that a diagnosis must keep, over every trouble that ships; and its page."""

from __future__ import annotations

import pytest

from evals.diagnosis.page import HEAD, page
from evals.diagnosis.report import Figures, by_scenario, wrong
from evals.diagnosis.scene import HELD_OUT, play, scenes
from knowledge.diagnosis.causes import CAUSES
from tools.providers.sandbox_troubles import trouble_names
from ui.docs import DOCS

HEALTHY_AT_LEAST = 15


@pytest.fixture(scope="module")
def figures() -> Figures:
    return Figures.of(play(scene) for scene in scenes([21]))


@pytest.mark.timeout(300)
def test_the_true_cause_is_named_first_and_nothing_on_healthy_machines(figures: Figures) -> None:
    assert len(figures.ill) >= 25
    assert len(figures.well) >= HEALTHY_AT_LEAST
    assert figures.within(1) >= 0.8, wrong(figures)
    assert figures.within(3) >= 0.95, wrong(figures)
    assert figures.false_alarms == (), wrong(figures)


@pytest.mark.timeout(300)
def test_the_page_is_made_of_the_figures_and_the_causes(figures: Figures) -> None:
    text = page(figures, figures, "first try")
    assert text.startswith(HEAD)
    for name, _, _, _ in by_scenario(figures.ill):
        assert f"| {name} |" in text
    kept = (DOCS / "diagnosis.md").read_text(encoding="utf-8")
    for cause in CAUSES:
        assert f"| {cause.name} | {cause.what} |" in kept, "run: python -m evals.diagnosis --page"


def test_the_held_out_book_tells_no_trouble_in_the_shipped_words() -> None:
    import json

    from tools.providers.sandbox_troubles import BOOK

    books = [json.loads(path.read_text())["troubles"] for path in (BOOK, HELD_OUT)]
    shipped, held = (
        {
            line
            for told in book.values()
            if told["cause"]
            for variant in told.get("variants", [])
            for line in (*variant.get("console", ()), *variant.get("events", ()))
            if isinstance(line, str) and len(line) > 40
        }
        for book in books
    )
    assert len(held) > 40
    worded_one_way_only = 0.15 * len(held)
    assert len(held & shipped) <= worded_one_way_only, sorted(held & shipped)
    assert set(trouble_names(HELD_OUT)) & set(trouble_names()) >= {"kernel-panic", "firewall"}
