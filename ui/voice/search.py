"""The likeliest transcripts of a sound; what commands are like counts beside what is heard."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ui.voice.corrector import Piece, pieces_of
from ui.voice.decoder import Beginnings, Decoder
from ui.voice.prior import START, Past, Prior
from ui.voice.weights import Numbers

BEAM = 6
_LOOKED_AT = 10
"""So many next tokens of each beginning are looked at."""
_MOST_STEPS = 24
"""So many longer beginnings are weighed by their words."""
_MOST_TOKENS = 70
PRIOR, WORD = 0.3, 1.1
"""What the prior counts beside the sound, and what a word more is worth: priors are of words."""
_SOUNDS_A_SECOND, _SPREAD, _A_DIGIT = 10.8, 0.25, 3.0
"""How fast people talk, how far apart they are (as logarithms), and how long a digit is."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A transcript as far as it goes.

    Attributes:
        sound: the logarithm of how likely it is for the sound.
        length: and how well its length fits, when it is whole.
        prior: and as a command, of its whole words.
        words: how many whole words it has.
        open: the word that may go on.
        ahead: how likely the likeliest word is that it may become.
    """

    tokens: tuple[int, ...] = ()
    sound: float = 0.0
    length: float = 0.0
    prior: float = 0.0
    words: int = 0
    past: Past = START
    text: str = ""
    open: str = ""
    ahead: float = 0.0

    def score(self) -> float:
        """How likely it is by all that counts."""
        words = self.words + bool(self.open)
        return self.sound + self.length + PRIOR * (self.prior + self.ahead) + WORD * words

    def with_text(self, text: str, prior: Prior) -> Beginning:
        """It with more text."""
        if text.isalpha() and self.open.isalpha():
            whole = self.open + text.casefold()
            ahead = prior.ahead(self.past, whole)
            return replace(self, open=whole, ahead=ahead, text=self.text + text)
        made = replace(self, text=self.text + text)
        for letter in text.casefold():
            if _goes_on(made.open, letter):
                made = replace(made, open=made.open + letter)
                continue
            made = made.closed(prior)
            if letter.isalnum():
                made = replace(made, open=letter)
        part = made.open.replace(".", "")
        return replace(made, ahead=prior.ahead(made.past, part) if part else 0.0)

    def closed(self, prior: Prior) -> Beginning:
        """It with its open word counted."""
        word = self.open.strip("'").replace(".", "")
        if not word:
            return replace(self, open="", ahead=0.0)
        likely, past = prior.next(self.past, word)
        prior_ = self.prior + likely
        return replace(self, prior=prior_, words=self.words + 1, past=past, open="", ahead=0.0)

    def ended(self, sound: float, prior: Prior, seconds: float) -> Beginning:
        """It as a whole transcript of so many seconds of speech."""
        made = self.closed(prior)
        return replace(
            made,
            sound=made.sound + sound,
            length=length_fits(made.text, seconds),
            prior=made.prior + prior.end(made.past),
        )


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that may be said.

    Attributes:
        tokens: their numbers, in the decoder's order; the last is the end.
        texts: what each of them is.
    """

    tokens: tuple[int, ...]
    texts: tuple[str, ...]

    @property
    def end(self) -> int:
        """Which of them is the end."""
        return len(self.tokens) - 1

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each token stands."""
        return {token: place for place, token in enumerate(self.tokens)}


def search(
    decoder: Decoder,
    vocabulary: Vocabulary,
    prior: Prior,
    begun: tuple[Beginnings, Numbers],
    seconds: float,
    beam: int = BEAM,
) -> list[Beginning]:
    """Whole transcripts of so many seconds of speech, the likeliest first."""
    memory, likely = begun
    alive, whole = [Beginning()], list[Beginning]()
    for _ in range(_MOST_TOKENS):
        found: list[tuple[float, int, int, Beginning]] = []
        for row, at, sound in _steps(alive, likely, vocabulary):
            old = alive[row]
            if at == vocabulary.end:
                whole.append(old.ended(sound, prior, seconds))
                continue
            made = replace(
                old, tokens=(*old.tokens, vocabulary.tokens[at]), sound=old.sound + sound
            ).with_text(vocabulary.texts[at], prior)
            found.append((made.score(), row, at, made))
        best = heapq.nlargest(beam, found, key=lambda one: one[0])
        whole = heapq.nlargest(beam, whole, key=Beginning.score)
        if not best or (len(whole) >= beam and whole[-1].score() > best[0][0]):
            break
        if whole and best[0][0] + 2 * WORD < whole[0].score() - 4:
            break
        alive = [made for _, _, _, made in best]
        rows = [row for _, row, _, _ in best]
        memory = memory.taken(rows) if memory.own is not None else memory
        tokens = np.array([[vocabulary.tokens[at]] for _, _, at, _ in best])
        memory, after = decoder.go_on(memory, tokens)
        likely = after[:, -1]
    return sorted(whole, key=lambda one: -one.score())


def _goes_on(word: str, letter: str) -> bool:
    """Whether a character is of this word still; "p.m." is one."""
    if word.isdigit():
        return letter.isdigit()
    initials = len(word) % 2 == 1 and word.replace(".", "").isalpha() and set(word[1::2]) <= {"."}
    return letter.isalpha() or letter == "'" or (letter == "." and initials)


def length_fits(text: str, seconds: float) -> float:
    """The logarithm of how well a text's length fits the time in which it was said."""
    count = sum(map(_length, pieces_of(text)[1]))
    if seconds <= 0 or not count:
        return -20.0
    off = math.log(count / seconds / _SOUNDS_A_SECOND) / _SPREAD
    return -0.5 * off * off


def _length(piece: Piece) -> float:
    return _A_DIGIT * len(piece.low) if piece.low.isdigit() else float(len(piece.sounds))


def _steps(
    alive: Sequence[Beginning], likely: Numbers, vocabulary: Vocabulary
) -> Iterator[tuple[int, int, float]]:
    """What may stand next, as far as it may matter: a beginning, a token's place, its logarithm."""
    found: list[tuple[float, int, int, float]] = []
    for row, old in enumerate(alive):
        so_far = old.score()
        many = min(_LOOKED_AT, len(likely[row]))
        for at in np.argpartition(likely[row], -many)[-many:]:
            found.append((so_far + float(likely[row, at]), row, int(at), float(likely[row, at])))
        if old.tokens:
            yield row, vocabulary.end, float(likely[row, vocabulary.end])
    for _, row, at, sound in heapq.nlargest(_MOST_STEPS, found):
        if at != vocabulary.end:
            yield row, at, sound
