"""Documents and the passages that they are cut into; a passage keeps its headings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 260
"""Characters of a passage at most: a thought or two, for which one vector is enough."""
SHORTEST = 80
"""What is shorter is kept with its neighbour of the same section."""

PROVIDERS = ("aws", "azure", "gcp", "libvirt", "vsphere")
SYSTEMS = ("linux", "windows")

_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+•]|\d+[.)])\s)")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading.

    Attributes:
        heading: with the headings above it, `A > B`; empty before the first one.
        text: without the heading.
        place: how a link leads there, such as `#fix` or `#page=3`; empty: to the document.
    """

    heading: str
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One runbook or other text.

    Attributes:
        file: its name in links and lists.
        aliases: how people speak of what it is about.
        providers, systems: what it applies to; empty: anything, or nobody said.
        tools: the tools that its steps use.
        offers: NovaCron sentences that it offers as its next step.
        source: what was added to bring it in; empty for what ships.
    """

    file: str
    title: str
    parts: tuple[Part, ...]
    aliases: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    severity: str = ""
    source: str = ""

    @property
    def hash(self) -> str:
        """Of all that is indexed."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, small enough to be cited.

    Attributes:
        file: its document's.
        link: where to read it.
        meant: what the vector is made from: title, headings and text.
    """

    file: str
    title: str
    heading: str
    text: str
    link: str

    @property
    def meant(self) -> str:
        """Title, headings and text: what is searched."""
        above = [self.title, *([self.heading] if self.heading else [])]
        return f"{': '.join(above)}. {self.text}"


def passages_of(document: Document, prefix: str = "") -> list[Passage]:
    """A document's passages, in order; the first says what it is about.

    Args:
        document: what is cut.
        prefix: what stands before its file's name in links.
    """
    link = f"{prefix}{document.file}"
    found: list[Passage] = []
    if document.aliases:
        about = ", ".join(document.aliases)
        found.append(Passage(document.file, document.title, "", about, link))
    for part in document.parts:
        for text in cut(part.text):
            where = f"{link}{part.place}"
            found.append(Passage(document.file, document.title, part.heading, text, where))
    return found or [Passage(document.file, document.title, "", document.title, link)]


def cut(text: str, longest: int = LONGEST) -> list[str]:
    """A text in pieces of at most so many characters, at paragraphs and list items if it can be."""
    pieces: list[str] = []
    for block in _small(_BLOCK.split(text), longest):
        joined = f"{pieces[-1]}\n{block}" if pieces else block
        if pieces and len(joined) <= longest:
            pieces[-1] = joined
        else:
            pieces.append(block)
    if len(pieces) > 1 and len(pieces[-1]) < SHORTEST:
        last = pieces.pop()
        pieces[-1] = f"{pieces[-1]}\n{last}"
    return pieces


def _small(blocks: Sequence[str], longest: int) -> Iterator[str]:
    for block in blocks:
        stripped = block.strip()
        if len(stripped) <= longest:
            if stripped:
                yield stripped
            continue
        yield from _gathered([s for s in _SENTENCE.split(stripped) if s.strip()], longest)


def _gathered(sentences: Sequence[str], longest: int) -> Iterator[str]:
    held = ""
    for sentence in sentences:
        for start in range(0, len(sentence), longest):
            piece = sentence[start : start + longest]
            if held and len(held) + len(piece) >= longest:
                yield held
                held = ""
            held = f"{held} {piece}".strip()
    if held:
        yield held
