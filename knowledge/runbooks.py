"""Runbooks: Markdown files with front matter, read into sections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tools.errors import InvalidRequest

FOLDER = Path(__file__).parent / "runbooks"
SEVERITIES = ("low", "medium", "high")
WHAT_TO_DO = "Fix"
HEADINGS = (
    "Symptoms", "Checks", "Causes", WHAT_TO_DO, "How to verify", "When to escalate", "Risks",
)  # fmt: skip
"""The sections of a runbook that ships, in order."""

_FIELDS = ("title", "symptoms", "applies_to", "severity", "tools")
_MORE = ("offers",)
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a runbook under one heading."""

    heading: str
    text: str

    @property
    def anchor(self) -> str:
        """The heading as it stands in a link."""
        return re.sub(r"[^a-z0-9 -]", "", self.heading.casefold()).replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Runbook:
    """What to do about one kind of trouble.

    Attributes:
        file: the name of its file, which is its name in links.
        symptoms: how people describe the trouble.
        applies_to: systems or providers.
        tools: the tools that its steps use.
        offers: NovaCron sentences for its next step; `{vm}` stands for the machine in question.
    """

    file: str
    title: str
    symptoms: tuple[str, ...]
    applies_to: tuple[str, ...]
    severity: str
    tools: tuple[str, ...]
    sections: tuple[Section, ...]
    offers: tuple[str, ...] = ()

    def section(self, heading: str) -> Section | None:
        """The section under a heading."""
        return next((s for s in self.sections if s.heading == heading), None)

    def link(self, section: Section | None = None) -> str:
        """Where to read it, from the repository's root."""
        return f"knowledge/runbooks/{self.file}" + (f"#{section.anchor}" if section else "")


def load_runbooks(folder: Path = FOLDER) -> list[Runbook]:
    """Every runbook of a folder, by file name.

    Raises:
        InvalidRequest: a file has no front matter, or a field of it is missing or wrong.
    """
    return [read_runbook(path) for path in sorted(folder.glob("*.md"))]


def read_runbook(path: Path) -> Runbook:
    """One runbook.

    Raises:
        InvalidRequest: it has no front matter, or a field of it is missing or wrong.
    """
    match = _FRONT.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise InvalidRequest(f"The runbook {path.name!r} has no front matter.")
    pairs = (line.partition(":") for line in match[1].splitlines() if line.strip())
    fields = {key.strip(): value.strip() for key, _, value in pairs}
    missing = [name for name in _FIELDS if not fields.get(name)]
    if missing or set(fields) - {*_FIELDS, *_MORE}:
        raise InvalidRequest(
            f"The front matter of {path.name!r} needs {', '.join(_FIELDS)}; it may have "
            f"{', '.join(_MORE)}, and nothing else."
        )
    if fields["severity"] not in SEVERITIES:
        raise InvalidRequest(f"The severity of {path.name!r} is none of {', '.join(SEVERITIES)}.")
    return Runbook(
        path.name,
        fields["title"],
        _listed(fields["symptoms"]),
        _listed(fields["applies_to"]),
        fields["severity"],
        _listed(fields["tools"]),
        tuple(_sections(match[2])),
        _listed(fields.get("offers", ""), ";"),
    )


def _listed(text: str, between: str = ",") -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(between) if part.strip())


def _sections(body: str) -> list[Section]:
    parts = _HEADING.split(body)
    return [
        Section(heading.strip(), text.strip())
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
    ]
