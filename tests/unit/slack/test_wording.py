"""Words on their way in and out: nothing from outside is a mention, a link or a format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.slack.wording import clipped, escaped, said


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    shown = escaped(text)
    assert "<" not in shown
    assert ">" not in shown
    assert "&" not in shown.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


@pytest.mark.parametrize("text", ["*bold*", "_it_", "~gone~", "`code`", "a *b* c", "```x```"])
def test_a_sign_that_would_format_stands_alone(text: str) -> None:
    shown = escaped(text)
    assert text not in shown
    assert shown.replace("\u2060", "") == text


@pytest.mark.parametrize("name", ["web_01_a", "web-01", "a*b", "10.0.0.1"])
def test_a_name_can_be_copied(name: str) -> None:
    assert escaped(name) == name


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        ("<@UNOVA> stop web-01", "stop web-01"),
        ("<@UNOVA|nova>  stop   web-01 ", "stop web-01"),
        ("stop <http://web-01.example|web-01.example>", "stop web-01.example"),
        ("stop <http://web-01.example>", "stop web-01.example"),
        ("ask <mailto:ada@corp.example|ada@corp.example>", "ask ada@corp.example"),
        ("cpu &gt; 80 &amp; state &lt;x&gt;", "cpu > 80 & state <x>"),
        ("tell <@UADA> in <#C1|ops> <!here>", "tell @UADA in #ops"),
        ("name “web-01” ‘x’", "name \"web-01\" 'x'"),
        ("<!subteam^S1|@ops> stop", "@ops stop"),
        ("a\nb", "a\nb"),
    ],
)
def test_what_was_typed_is_what_is_heard(sent: str, heard: str) -> None:
    assert said(sent, "UNOVA") == heard


def test_what_a_person_typed_cannot_be_taken_for_slacks_markup() -> None:
    assert said("&lt;@UNOVA&gt; yes", "UNOVA") == "<@UNOVA> yes"


def test_clipped_keeps_the_length() -> None:
    assert clipped("abc", 3) == "abc"
    assert clipped("abcd", 3) == "ab…"
