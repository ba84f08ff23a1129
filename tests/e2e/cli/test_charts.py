"""A chart written as a picture, and an offer taken by its number, by the real command."""

from __future__ import annotations

from tests.e2e.cli.conftest import Nova

ASKED = "what does each team cost a month?"


def test_the_chart_of_an_answer_is_written(nova: Nova) -> None:
    done = nova("ask", ASKED, "--chart", "cpu.png")
    assert done.code == 0
    assert "Chart: cpu.png" in done.err
    assert (nova.home / "cpu.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    none = nova("ask", "how many machines are there?", "--chart", "none.png")
    assert (none.code, "No chart" in none.err) == (0, True)
    assert not (nova.home / "none.png").exists()
    wrong = nova("ask", ASKED, "--chart", "cpu.doc")
    assert wrong.code != 0
    assert "no PNG file" in wrong.err


def test_the_chat_writes_the_last_chart(nova: Nova) -> None:
    done = nova("chat", input=f"/chart\n{ASKED}\n/chart week.png\n")
    assert "/chart FILE.png" in done.out
    assert (nova.home / "week.png").is_file()


def test_an_offer_is_taken_by_its_number_in_a_later_call(nova: Nova) -> None:
    shown = nova("ask", "how can we cut costs?")
    assert shown.code == 0
    assert "Say a number, and it is planned and asked about:" in shown.out
    assert "  1. " in shown.out
    taken = nova("ask", "1")
    assert taken.code == 10
    assert "Plan" in taken.out
    assert nova.acts() == []
    typed = nova("savings", "recommend")
    assert "Say a number" not in typed.out
