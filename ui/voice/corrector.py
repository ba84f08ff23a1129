"""Snaps what was heard to what exists: names, places, tags and the words of the trade.

A search over the words that were heard: each is kept, or some in a row are taken for one name or
word that sounds like them. Nothing is decided here that may be doubtful: several readings come
out, each with its cost, and where two machines are about as close the words stay as heard.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ui.voice.lexicon import Lexicon, Near, figure_sounds
from ui.voice.numbers import MOST_WORDS, number
from ui.voice.sounds import sounds, spelled, weight

_CHUNK = re.compile(r"\S+")
_PIECE = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,:]\d+)*|[%$€£]")
_INITIALS = re.compile(r"(?:[A-Za-z]\.){2,}|[a-z]\.m\.?", re.IGNORECASE)
_LONGEST = 6
_KEPT = 8
"""So many beginnings of a sentence are followed."""
_SNAP, _PER_SOUND, _KNOWN_WORD = 0.3, 0.55, 0.3
_REWARD, _WITH_NUMBER = 0.5, 0.2
"""How much likelier a name that exists is than as many other words, and one with its number."""
_NUMBER_FAR = 1.0
"""A number that was not heard as one may be this far from how it sounds, no further."""
_SURE = 0.35
"""So near, nothing else was said: one sound for its twin, or "to" for "two"; less in few sounds."""
_LINKS = frozenset(("to", "too", "for", "fore"))
_ENDS = frozenset(("please", "and", "now", "too", "thanks"))
""""kafka to" is kafka-2 only where the sentence cannot go on after "to"."""
_JOINED = -0.1
"""What it costs, less than nothing, to take two words for one: "snap shot", "to-night"."""
_CLOSE = 0.25
"""Two machines whose sounds are no further apart than this cannot be told from one another."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word as it was heard.

    Attributes:
        shown: as it is written.
        chunk: which word between spaces it is of.
    """

    low: str
    shown: str
    chunk: int

    @property
    def sounds(self) -> str:
        """How it sounds: letters in capitals are said one by one."""
        if self.low[:1].isdigit():
            return figure_sounds("".join(filter(str.isdigit, self.low)))
        letters = self.shown.isupper() and 1 < len(self.shown) < 5
        return spelled(self.low) if letters else sounds([self.low])


@dataclass(frozen=True, slots=True)
class Snap:
    """Words that were taken for something else.

    Attributes:
        is_name: it is a machine, a host or a group.
    """

    heard: str
    meant: str
    far: float
    is_name: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as it may have been meant.

    Attributes:
        cost: how far it is from what was heard.
        strange: words that were kept though they are of no language and no name.
    """

    text: str
    cost: float
    snaps: tuple[Snap, ...] = ()
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    cost: float
    parts: tuple[str | Snap | Piece, ...]

    def __lt__(self, other: _Way) -> bool:
        return self.cost < other.cost


class Corrector:
    """Reads transcripts with the ear of one fleet."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def readings(self, transcript: str, limit: int = 5) -> list[Reading]:
        """What may have been meant, the likeliest first; what was heard is among them."""
        chunks, pieces = pieces_of(transcript)
        ways: list[list[_Way]] = [[_Way(0.0, ())], *([] for _ in pieces)]
        for i in range(len(pieces)):
            ways[i] = heapq.nsmallest(_KEPT, ways[i])
            for end, cost, part in self._steps(pieces, i):
                ways[end] += [_Way(way.cost + cost, (*way.parts, part)) for way in ways[i]]
        found: dict[str, Reading] = {}
        for way in sorted(ways[-1]):
            text = self._text(way.parts, chunks)
            snaps = tuple(part for part in way.parts if isinstance(part, Snap))
            kept = [part for part in way.parts if isinstance(part, Piece)]
            strange = tuple(p.shown for p in kept if self._lexicon.is_strange(p.low))
            found.setdefault(text, Reading(text, way.cost, snaps, strange))
            if len(found) == limit:
                break
        return list(found.values())

    def names_something(self, text: str) -> bool:
        """Whether these words hold a machine, a place or a tag of this fleet."""
        best = self.readings(text, 1)[0]
        words = (piece.low for piece in pieces_of(text)[1])
        sure = any(s.is_name and s.far <= _CLOSE for s in best.snaps)
        return sure or any(w in self._lexicon.exact | self._lexicon.parts for w in words)

    def _steps(self, pieces: Sequence[Piece], i: int) -> Iterator[tuple[int, float, Snap | Piece]]:
        """What may stand from here on: where it ends, its cost, and what it is."""
        yield i + 1, self._lexicon.familiarity(pieces[i].low), pieces[i]
        for end in range(i + 1, min(len(pieces), i + _LONGEST) + 1):
            run = pieces[i:end]
            known = sum(self._lexicon.familiarity(p.low) == 0 for p in run)
            after = pieces[end].low if end < len(pieces) else "please"
            for near, meant in self._names(run, after):
                cost = _PER_SOUND * near.far - _REWARD - _WITH_NUMBER * meant[-1].isdigit()
                cost += (_SNAP + _KNOWN_WORD * known) if near.far > _sure(run) else 0.0
                yield end, cost, _snap(run, meant, near.far, is_name=True)
            if len(run) == 2 and (joined := run[0].low + run[1].low) in self._lexicon.known:
                yield end, _JOINED, _snap(run, joined, 0.0, is_name=False)
            if known < len(run) <= 3 and any(self._lexicon.is_strange(p.low) for p in run):
                for near in self._lexicon.words.near("".join(p.sounds for p in run), 4):
                    cost = _SNAP + _PER_SOUND * near.far + _KNOWN_WORD * known
                    yield end, cost, _snap(run, near.unit.written, near.far, is_name=False)

    def _names(self, run: Sequence[Piece], after: str) -> Iterator[tuple[Near, str]]:
        """Machines, hosts and groups that this run may be; none where two are about as near."""
        found = [(n, n.unit.written) for n in self._whole(run)]
        if any(self._lexicon.familiarity(p.low) for p in run):
            heard = "".join(p.sounds for p in run)
            numbered = self._lexicon.numbered.near(heard)
            if numbered and not _near_rival(numbered):
                found += [(n, n.unit.written) for n in numbered[:1] if n.far <= _NUMBER_FAR]
        for split in range(max(1, len(run) - MOST_WORDS), len(run)):
            figure = number([p.low for p in run[split:]])
            if figure is None or (run[-1].low in _LINKS and after not in _ENDS):
                continue
            for near in self._stems(run[:split]):
                name = near.unit.numbers.get(figure[0])
                if name is not None:
                    found.append((Near(near.unit, near.far + figure[1]), name))
        found.sort(key=lambda one: one[0].far)
        if not found or (found[0][0].far > 0 and _rival(found)):
            return
        yield from found[:3]

    def _whole(self, run: Sequence[Piece]) -> list[Near]:
        return self._lexicon.names.near("".join(p.sounds for p in run))

    def _stems(self, run: Sequence[Piece]) -> list[Near]:
        return self._lexicon.stems.near("".join(p.sounds for p in run))

    def _text(self, parts: Sequence[str | Snap | Piece], chunks: Sequence[str]) -> str:
        words: list[str] = []
        kept: dict[int, int] = {}
        for part in parts:
            if isinstance(part, Piece):
                kept[part.chunk] = kept.get(part.chunk, 0) + 1
        done: set[int] = set()
        for part in parts:
            if isinstance(part, Snap):
                words.append(part.meant)
            elif isinstance(part, Piece):
                whole = chunks[part.chunk]
                if len(list(_PIECE.finditer(whole))) == kept[part.chunk] and self._stays(whole):
                    if part.chunk not in done:
                        words.append(whole)
                        done.add(part.chunk)
                else:
                    words.append(part.shown)
        return " ".join(words)

    def _stays(self, chunk: str) -> bool:
        return "-" not in chunk or chunk.casefold() in self._lexicon.exact


def _sure(run: Sequence[Piece]) -> float:
    return min(_SURE, 0.06 * weight("".join(piece.sounds for piece in run)))


def _rival(found: Sequence[tuple[Near, str]]) -> bool:
    nearest, name = found[0]
    others = (near.far for near, other in found[1:] if other != name)
    return any(far - nearest.far < _CLOSE for far in others)


def _near_rival(found: Sequence[Near]) -> bool:
    return any(near.far - found[0].far < 2 * _CLOSE for near in found[1:])


def _snap(run: Sequence[Piece], meant: str, far: float, *, is_name: bool) -> Snap:
    return Snap(" ".join(p.shown for p in run), meant, far, is_name)


def pieces_of(transcript: str) -> tuple[list[str], list[Piece]]:
    """The words between spaces, without the marks at their ends, and the words in them."""
    joined = _INITIALS.sub(lambda found: found[0].replace(".", ""), transcript)
    chunks: list[str] = []
    pieces: list[Piece] = []
    for found in _CHUNK.finditer(joined):
        chunk = found[0].strip('.,;:!?"“”()[]…-–').strip()
        inner = [match[0] for match in _PIECE.finditer(chunk)]
        for text in inner:
            pieces.append(Piece(text.casefold(), text, len(chunks)))
        chunks.append(chunk)
    return chunks, pieces
