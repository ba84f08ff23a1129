"""Files as documents: Markdown, HTML, PDF, DOCX and text, each with its headings.

Words of a file are data: nothing here acts on what they say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from knowledge.passages import PROVIDERS, SYSTEMS, Document, Part
from tools.errors import InvalidRequest, Unsupported

LARGEST_MIB = 50
OFFERS = 3
_OFFER_CHARACTERS = 200

_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z_][\w-]*):\s*(.*)$")
_MARKDOWN_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"^(=|-){3,}\s*$")
_NUMBERED = re.compile(r"^\d+(\.\d+)*\.?\s+[A-Z].{2,70}$")
_SPEAKS_OF = {
    "aws": r"aws|amazon|ec2|ebs",
    "azure": r"azure",
    "gcp": r"gcp|gcloud|google cloud|compute engine",
    "libvirt": r"libvirt|kvm|qemu|virsh",
    "vsphere": r"vsphere|vmware|esxi|vcenter|vmotion",
    "linux": r"linux|debian|ubuntu|rhel|systemctl|systemd",
    "windows": r"windows|powershell|active directory",
}
_WORDS_OF = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _SPEAKS_OF.items()
}


class Outline:
    """Gathers text under headings as a file is read from its top."""

    def __init__(self) -> None:
        self._above: list[tuple[int, str]] = []
        self._lines: list[str] = []
        self._place = ""
        self.parts: list[Part] = []
        self.title = ""

    def heading(self, level: int, words: str, place: str = "") -> None:
        """A heading; the first one of the top level, before any text, is the title."""
        words = " ".join(words.split())
        if not words:
            return
        self._close()
        if not self.title and not self.parts and level <= 2:
            self.title = words
            return
        self._above = [(n, h) for n, h in self._above if n < level]
        self._above.append((level, words))
        self._place = place

    def text(self, words: str) -> None:
        """A line, or an empty one between paragraphs."""
        self._lines.append(words)

    def page(self, place: str) -> None:
        """A new page begins."""
        self._close()
        self._place = place

    def finish(self) -> tuple[Part, ...]:
        """All parts that hold text."""
        self._close()
        return tuple(self.parts)

    def _close(self) -> None:
        text = "\n".join(self._lines).strip()
        self._lines = []
        if text:
            heading = " > ".join(words for _, words in self._above)
            self.parts.append(Part(heading, text, self._place))


def read_document(path: Path, file: str, source: str = "") -> Document:
    """One file as a document.

    Args:
        path: where it is.
        file: its name in links and lists.
        source: what was added to bring it in.

    Raises:
        Unsupported: it is of a kind that is not read.
        InvalidRequest: it is damaged, too large, locked or holds no text.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        kinds = ", ".join(READERS)
        raise Unsupported(f"{path.name!r} is of a kind that is not read.", hint=f"Read: {kinds}.")
    if path.stat().st_size > LARGEST_MIB * 1024 * 1024:
        raise InvalidRequest(
            f"{path.name!r} is larger than {LARGEST_MIB} MiB.", hint="Split it, or add its text."
        )
    outline, fields = Outline(), dict[str, str]()
    try:
        reader(path, outline, fields)
    except InvalidRequest:
        raise
    except Exception as error:
        raise InvalidRequest(
            f"{path.name!r} cannot be read: {error}", hint="Open it and save it anew."
        ) from error
    parts = outline.finish()
    if not parts:
        raise InvalidRequest(
            f"{path.name!r} holds no text.", hint="A scan needs character recognition first."
        )
    return _document(file, source, outline, fields, parts)


def _document(
    file: str, source: str, outline: Outline, fields: dict[str, str], parts: tuple[Part, ...]
) -> Document:
    title = fields.get("title") or outline.title or Path(file).stem.replace("-", " ")
    applies = {word.casefold() for word in listed(fields.get("applies_to", ""))}
    spoken = applies or _spoken_of(title, parts)
    offers = [o for o in listed(fields.get("offers", ""), ";") if len(o) <= _OFFER_CHARACTERS]
    return Document(
        file, title, parts, listed(fields.get("symptoms", "")),
        tuple(p for p in PROVIDERS if p in spoken), tuple(s for s in SYSTEMS if s in spoken),
        listed(fields.get("tools", "")), tuple(offers[:OFFERS]), fields.get("severity", ""), source,
    )  # fmt: skip


def _spoken_of(title: str, parts: Sequence[Part]) -> set[str]:
    """Providers and systems that the title names, or the text at least twice."""
    text = "\n".join(f"{part.heading}\n{part.text}" for part in parts)
    return {
        name
        for name, words in _WORDS_OF.items()
        if words.search(title) or len(words.findall(text)) >= 2
    }


def listed(text: str, between: str = ",") -> tuple[str, ...]:
    """The members of a list as front matter writes them: `a, b` or `[a, b]`."""
    members = text.strip().removeprefix("[").removesuffix("]").split(between)
    return tuple(m.strip(" \t\"'") for m in members if m.strip(" \t\"'"))


def _markdown(path: Path, outline: Outline, fields: dict[str, str]) -> None:
    text = _decoded(path)
    if front := _FRONT.match(text):
        fields.update(_fields(front[1]))
        text = text[front.end() :]
    fenced, before = False, ""
    for line in text.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            continue
        if not fenced and (match := _MARKDOWN_HEADING.match(line)):
            outline.heading(len(match[1]), match[2], f"#{anchor(match[2])}")
        elif not fenced and before.strip() and _UNDERLINE.match(line) and _is_short(before):
            _underlined(outline, before, line)
        else:
            outline.text(line)
        before = line


def _underlined(outline: Outline, before: str, line: str) -> None:
    outline._lines.pop()  # pyright: ignore[reportPrivateUsage]
    outline.heading(1 if line.startswith("=") else 2, before, f"#{anchor(before)}")


def _is_short(line: str) -> bool:
    return len(line.strip()) <= 80


def anchor(heading: str) -> str:
    """A heading as it stands in a link."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).strip().replace(" ", "-")


def _fields(front: str) -> dict[str, str]:
    """The fields of front matter; a list over several lines becomes one with commas."""
    fields: dict[str, str] = {}
    key = ""
    for line in front.splitlines():
        if match := _FIELD.match(line):
            key = match[1].casefold()
            fields[key] = match[2].strip().strip("\"'")
        elif key and line.lstrip().startswith("- "):
            between = "; " if key == "offers" else ", "
            member = line.strip()[2:].strip("\"' ")
            fields[key] = f"{fields[key]}{between if fields[key] else ''}{member}"
    return fields


def _html(path: Path, outline: Outline, fields: dict[str, str]) -> None:
    from bs4 import BeautifulSoup

    soup: Any = BeautifulSoup(path.read_bytes(), "html.parser")
    if soup.title and soup.title.string:
        fields["title"] = " ".join(soup.title.string.split())
    for gone in soup(["script", "style", "nav", "footer", "header", "aside", "noscript", "form"]):
        if gone.name != "header" or not gone.find(["h1", "h2"]):
            gone.decompose()
    root = soup.find("main") or soup.find("article") or soup.body or soup
    for node in root.find_all(_HTML_BLOCKS):
        if node.find_parent(_HTML_WHOLE):
            continue
        words = node.get_text(" " if node.name != "pre" else "", strip=node.name != "pre")
        if node.name[0] == "h" and node.name[1:].isdigit():
            inner = node.find(id=True)
            place = node.get("id") or (inner.get("id") if inner else None)
            outline.heading(int(node.name[1:]), words, f"#{place}" if place else "")
        elif node.name == "tr":
            outline.text(" | ".join(c.get_text(" ", strip=True) for c in node(["td", "th"])))
        else:
            outline.text(f"- {words}" if node.name == "li" else f"\n{words}\n")
    if not outline.parts and not outline._lines:  # pyright: ignore[reportPrivateUsage]
        outline.text(root.get_text("\n", strip=True))


_HTML_WHOLE = ["li", "pre", "tr", "p", "blockquote", "dd"]
_HTML_BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", *_HTML_WHOLE, "dt"]


def _pdf(path: Path, outline: Outline, fields: dict[str, str]) -> None:
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise InvalidRequest(f"{path.name!r} is locked.", hint="Save it without its password.")
    if reader.metadata and reader.metadata.title:
        fields["title"] = str(reader.metadata.title)
    for number, page in enumerate(reader.pages, 1):
        place = f"#page={number}"
        outline.page(place)
        _lines(page.extract_text().splitlines(), outline, place)


def _docx(path: Path, outline: Outline, fields: dict[str, str]) -> None:
    from docx import Document as open_docx
    from docx.table import Table

    document = open_docx(str(path))
    if title := document.core_properties.title:
        fields["title"] = title
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                outline.text(" | ".join(cell.text.strip() for cell in row.cells))
            continue
        style = (block.style.name or "") if block.style else ""
        if style == "Title":
            outline.heading(1, block.text)
        elif style.startswith("Heading") and style[-1:].isdigit():
            outline.heading(int(style[-1]), block.text)
        else:
            outline.text(f"- {block.text}" if style.startswith("List") else f"\n{block.text}")


def _text(path: Path, outline: Outline, fields: dict[str, str]) -> None:
    lines = _decoded(path).splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and len(lines[first].strip()) <= 120:
        outline.title = lines[first].strip()
        for line in lines[first + 1 : first + 6]:
            if line.casefold().startswith("subject:"):
                outline.title = line.partition(":")[2].strip()
    _lines(lines, outline, "")


def _lines(lines: Sequence[str], outline: Outline, place: str) -> None:
    """Plain lines: short ones in capitals, underlined or numbered between gaps are headings."""
    for i, line in enumerate(lines):
        if _UNDERLINE.match(line):
            continue
        before = lines[i - 1].strip() if i else ""
        after = lines[i + 1].strip() if i + 1 < len(lines) else ""
        if _is_heading(line.strip(), before, after):
            outline.heading(3, line.strip().rstrip(":"), place)
        else:
            outline.text(line)


def _is_heading(line: str, before: str, after: str) -> bool:
    if not 3 <= len(line) <= 80 or not after:
        return False
    if _UNDERLINE.match(after):
        return True
    capitals = line.upper() == line and sum(c.isalpha() for c in line) >= 4
    return not before and (capitals or bool(_NUMBERED.match(line)))


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if b"\0" in data[:4096]:
        raise InvalidRequest(f"{path.name!r} is not text.", hint="Save it as UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


READERS: dict[str, Callable[[Path, Outline, dict[str, str]], None]] = {
    ".md": _markdown, ".markdown": _markdown, ".html": _html, ".htm": _html, ".pdf": _pdf,
    ".docx": _docx, ".txt": _text, ".text": _text, ".rst": _markdown, ".log": _text,
}  # fmt: skip
"""What reads a file, by the end of its name."""
