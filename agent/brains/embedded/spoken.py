"""Speech: letters that were spelled out, and the catalogue's names as they are said."""

from __future__ import annotations

from agent.brains.embedded.lexicon import vocabulary
from agent.brains.embedded.site import Site
from agent.brains.embedded.text import Token

_LONGEST = 5
"""So many letters in a row are at most one word."""


def join_letters(tokens: list[Token], site: Site) -> list[Token]:
    """Tokens with letters that were said one by one put together: "d b prod one", "u s west"."""
    if sum(map(_is_letter, tokens)) < 2:
        return tokens
    made: list[Token] = []
    i = 0
    while i < len(tokens):
        end = _word_end(tokens, i, site)
        made.append(_joined(tokens[i:end]) if end > i + 1 else tokens[i])
        i = end
    return made


def _word_end(tokens: list[Token], i: int, site: Site) -> int:
    run = 0
    while i + run < len(tokens) and run < _LONGEST and _is_letter(tokens[i + run]):
        run += 1
    for length in range(run, 1, -1):
        word = "".join(t.text for t in tokens[i : i + length]).casefold()
        if _is_word(word, site) or (word in ("am", "pm") and _follows_hour(tokens, i)):
            return i + length
    return i + 1


def _is_letter(token: Token) -> bool:
    return len(token.text) == 1 and token.text.isalpha() and not token.quoted


def _follows_hour(tokens: list[Token], i: int) -> bool:
    return i > 0 and not _is_letter(tokens[i - 1])


def _is_word(word: str, site: Site) -> bool:
    if word in ("am", "pm", "ai", "ia"):
        return False
    return (
        word in site.names.words
        or word in site.spoken.words
        or word in vocabulary()
        or (word,) in site.values
    )


def _joined(tokens: list[Token]) -> Token:
    text = "".join(t.text for t in tokens).casefold()
    first, last = tokens[0], tokens[-1]
    return Token(text, text, first.start, last.end, possessive=last.possessive, spaced=first.spaced)
