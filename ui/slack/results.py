"""What reads found, as Slack shows it: words, a short table, and a file with the whole of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from agent.brains.base import NextStep
from agent.next_steps import steps_in
from agent.turns import Turn
from tools.catalog import Column, Result
from ui.format import RIGHT_UNITS, cell
from ui.picture import chart_png
from ui.slack.blocks import (
    LABEL,
    Blocks,
    actions,
    button,
    facts,
    fits_button,
    lines,
    quiet,
    table,
    words,
)
from ui.slack.wording import clipped
from ui.text import clean, clean_lines
from ui.view import said_before

SHOWN_ROWS = 20
"""So many rows are shown; a longer table comes as a file too."""
SHOWN_COLUMNS = 8
SHOWN_OFFERS = 5
PICTURED = frozenset({"query_metrics", "forecast_metric", "cost_report"})
"""Whose answers come with a picture of their chart."""
SHOWN_TEXT = 2500
"""A longer text comes as a file."""
_FACTS = 11
_FIRST = ("name", "state", "provider", "region")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class File:
    """A file beside a message."""

    name: str
    content: str | bytes


@dataclass
class Part:
    """One message of an answer.

    Attributes:
        text: what a notification shows.
    """

    text: str
    blocks: Blocks = field(default_factory=Blocks)
    files: list[File] = field(default_factory=list[File])


def parts_of(turn: Turn, zone: tzinfo) -> list[Part]:
    """What a turn says beside its plan: one message a result, since each may have a table."""
    parts = [_part_of(answered.result, zone, answered.call.tool) for answered in turn.answered]
    if before := said_before(turn):
        told = _told(before, turn)
        if parts:
            parts[0].blocks = [*told.blocks, *parts[0].blocks]
        else:
            parts = [told]
    return parts


def words_part(text: str, name: str = "answer") -> Part:
    """Words alone; a long text is a file whose beginning is shown."""
    shown = clean_lines(text).strip()
    if len(shown) <= SHOWN_TEXT:
        return Part(shown, [words(shown)] if shown else [])
    beginning = shown[:SHOWN_TEXT].rsplit("\n", 1)[0]
    note = quiet(f"The rest is in {name}.txt: {len(shown):,} characters.")
    return Part(beginning, [words(beginning), note], [File(f"{name}.txt", shown + "\n")])


def _told(before: str, turn: Turn) -> Part:
    part = words_part(before)
    unsaid = [clean(option) for option in turn.options if option not in turn.reply][:9]
    if unsaid:
        part.blocks.append(words("\n".join(f"{n}. {one}" for n, one in enumerate(unsaid, 1))))
    return part


def _part_of(result: Result, zone: tzinfo, name: str) -> Part:
    part = words_part(result.text, name)
    if name in PICTURED and (picture := chart_png(result, zone)) is not None:
        part.files.append(File(f"{name}.png", picture))
    rows, columns = result.rows, _columns(result)
    for note in result.notes:
        part.blocks.append(quiet(f"Note: {clean(note)}"))
    part.blocks += _offers(steps_in(rows, result.data))
    source = f"Source: {clean(result.source)}" if result.source else ""
    if len(rows) == 1 and len(columns) > _FACTS:
        known = [(c.title, cell(rows[0].get(c.key), c.unit, zone).plain) for c in columns]
        part.blocks.append(facts(known))
    elif rows and columns:
        few = _few(columns)
        whole = len(rows) <= SHOWN_ROWS and len(few) == len(columns)
        if not whole:
            part.files.append(File(f"{name}.csv", csv_of(result, zone)))
            left = f"{min(len(rows), SHOWN_ROWS):,} of {len(rows):,} rows; all are in {name}.csv"
            source = f"{left}. {source}".strip()
        part.blocks += [quiet(source)] if source else []
        part.blocks.append(_table(few, result, zone))
        return part
    part.blocks += [quiet(source)] if source else []
    return part


def _offers(steps: Sequence[NextStep]) -> Blocks:
    """What can be done next, a button each: pressed, it is planned and asked about."""
    buttons: Blocks = []
    for number, step in enumerate(steps[:SHOWN_OFFERS], 1):
        value: dict[str, Any] = {"s": step.label}
        if step.calls:
            value["c"] = [call.to_dict() for call in step.calls]
        if fits_button(value):
            label, hint = clipped(clean(step.label), LABEL), f"Plan: {step.label}"
            buttons.append(button(label, f"offer_{number}", value, hint=hint))
    return [actions(*buttons)] if buttons else []


def _columns(result: Result) -> list[Column]:
    """The columns that hold anything."""
    return [
        column
        for column in result.columns
        if any(row.get(column.key) not in (None, "", [], {}) for row in result.rows)
    ]


def _few(columns: Sequence[Column]) -> list[Column]:
    """The columns that fit beside one another: a machine's id stands behind its name."""
    named = any(column.key == "name" for column in columns)
    kept = [c for c in columns if not (named and c.key == "id")]
    if len(kept) <= SHOWN_COLUMNS:
        return kept
    ranked = sorted(kept, key=lambda c: (c.key not in _FIRST, kept.index(c)))[:SHOWN_COLUMNS]
    return [c for c in kept if c in ranked]


def _table(columns: Sequence[Column], result: Result, zone: tzinfo) -> dict[str, Any]:
    rows = [
        [cell(row.get(c.key), c.unit, zone).plain for c in columns]
        for row in result.rows[:SHOWN_ROWS]
    ]
    right = [c.unit in RIGHT_UNITS for c in columns]
    return table([c.title for c in columns], rows, right)


def as_lines(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The same as lines of one width, where a message has its table already."""
    widths = [max(len(row[i]) for row in (columns, *rows)) for i in range(len(columns))]
    ruled = [
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()
        for row in (columns, *rows)
    ]
    return lines("\n".join(ruled))


def csv_of(result: Result, zone: tzinfo) -> str:
    """The whole table; a cell that a spreadsheet would work out is text."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = _columns(result)
    writer.writerow([_inert(clean(column.title)) for column in columns])
    for row in result.rows:
        writer.writerow([_csv_cell(row.get(column.key), column, zone) for column in columns])
    return out.getvalue()


def _csv_cell(value: Any, column: Column, zone: tzinfo) -> Any:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _inert(cell(value, column.unit, zone).plain)


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
