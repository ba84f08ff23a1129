"""The search meets its bars on the cases that nobody tunes to."""

import pytest

from evals.retrieval.judge import WIKI, Report, judge, load_questions
from knowledge.embedding import Embedder
from knowledge.library import shipped_runbooks

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    embedder = Embedder(2)
    splits = ("runbooks-score", "runbooks-beyond", "wiki-score")
    return {split: judge(split, embedder) for split in splits}


def test_the_cases_name_documents_that_exist() -> None:
    books = {book.file for book in shipped_runbooks()}
    pages = {path.name for path in WIKI.iterdir()}
    dev, score = load_questions("runbooks-dev"), load_questions("runbooks-score")
    assert {f for q in dev + score for f in q.relevant} <= books
    wiki = load_questions("wiki-dev") + load_questions("wiki-score")
    assert {f for q in wiki for f in q.relevant} == pages
    assert sum(bool(q.relevant) for q in dev + score) >= 200
    assert sum(not q.relevant for q in score) >= 55
    assert len(pages) >= 40
    assert not {q.text for q in dev} & {q.text for q in score}


@pytest.mark.parametrize("split", ["runbooks-score", "wiki-score"])
def test_fused_ranks_better_than_either_alone(reports: dict[str, Report], split: str) -> None:
    fused, *others = reports[split].ranked.values()
    assert all(fused.ndcg_at_10 > other.ndcg_at_10 for other in others)
    assert fused.recall_at_5 >= 0.88


def test_questions_written_blind_are_refused(reports: dict[str, Report]) -> None:
    assert reports["runbooks-beyond"].unanswerable >= 60
    assert reports["runbooks-beyond"].refused >= 0.92


@pytest.mark.parametrize(("split", "answered"), [("runbooks-score", 0.93), ("wiki-score", 0.7)])
def test_what_has_no_answer_is_refused(
    reports: dict[str, Report], split: str, answered: float
) -> None:
    assert reports[split].refused >= 0.88
    assert reports[split].answered >= answered
