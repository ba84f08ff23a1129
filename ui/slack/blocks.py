"""Block Kit within Slack's limits. Words from outside go where Slack parses no markup."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tools.errors import InvalidRequest
from ui.slack.wording import clipped, escaped
from ui.text import clean, clean_lines

Block = dict[str, Any]
Blocks = list[Block]

MOST_BLOCKS = 50
MOST_HOME_BLOCKS = 100
LONGEST_TEXT = 3000
TABLE_ROWS = 100
TABLE_COLUMNS = 20
_CELL = 200
_TABLE_TEXT = 10_000
LABEL = 75
_VALUE = 2000
NOT_OURS = "That button is none of mine."


def words(text: str, *, bold: bool = False) -> Block:
    """A paragraph as it stands: Slack reads no markup in it."""
    return _rich([_section([_text(clean_lines(text), bold=bold)])])


def lines(text: str) -> Block:
    """Lines of one width, as they stand."""
    shown = clipped(clean_lines(text), LONGEST_TEXT - 100) or " "
    return _rich([{"type": "rich_text_preformatted", "elements": [_text(shown)]}])


def facts(pairs: Sequence[tuple[str, str]]) -> Block:
    """Names in bold, each with what it is."""
    longest = max(200, (LONGEST_TEXT - 100) // max(1, len(pairs)))
    elements: Blocks = []
    for index, (name, value) in enumerate(pairs):
        before = "\n" if index else ""
        elements += [
            _text(f"{before}{clean(name)}  ", bold=True),
            _text(clipped(clean(value), longest)),
        ]
    return _rich([_section(elements)])


def quiet(text: str) -> Block:
    """A small grey line."""
    shown = clipped(escaped(text), LONGEST_TEXT - 500) or "–"
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": shown, "verbatim": True}]}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def header(text: str) -> Block:
    """A heading of ours; nothing from outside."""
    return {"type": "header", "text": plain(clipped(text, 150))}


def plain(text: str) -> Block:
    """Plain text of ours."""
    return {"type": "plain_text", "text": text, "emoji": False}


def button(
    label: str, action: str, value: Mapping[str, Any], style: str = "", hint: str = ""
) -> Block:
    """A button; its value comes back with the click, signed by Slack."""
    text = _value(value)
    assert len(label) <= LABEL
    assert len(text) <= _VALUE
    made: Block = {"type": "button", "text": plain(label), "action_id": action, "value": text}
    if style:
        made["style"] = style
    if hint:
        made["accessibility_label"] = clipped(clean(hint), LABEL)
    return made


def fits_button(value: Mapping[str, Any]) -> bool:
    """Whether a button can carry this value."""
    return len(_value(value)) <= _VALUE


def _value(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))


def read_value(text: str) -> dict[str, Any]:
    """What a button or a window of ours carries.

    Raises:
        InvalidRequest: it is none of ours.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidRequest(NOT_OURS) from error
    if not isinstance(value, dict):
        raise InvalidRequest(NOT_OURS)
    return value  # pyright: ignore[reportUnknownVariableType]


def actions(*buttons: Block) -> Block:
    """Buttons side by side."""
    return {"type": "actions", "elements": list(buttons)}


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Block:
    """A table; its cells are text as it stands. A message takes one, and shows it last."""
    shown = [headings, *rows[: TABLE_ROWS - 1]]
    longest = min(_CELL, _TABLE_TEXT // (len(shown) * min(len(headings), TABLE_COLUMNS)))
    cells = [[_cell(value, longest) for value in row[:TABLE_COLUMNS]] for row in shown]
    columns = [{"align": "right"} if r else {"align": "left"} for r in right[:TABLE_COLUMNS]]
    return {"type": "table", "rows": cells, "column_settings": columns}


def fitted(blocks: Blocks, most: int = MOST_BLOCKS) -> Blocks:
    """As many blocks as a message takes."""
    if len(blocks) <= most:
        return blocks
    more = len(blocks) - most + 1
    return [*blocks[: most - 1], quiet(f"… and {more} parts more, which Slack has no room for")]


def _cell(value: str, longest: int) -> Block:
    return {"type": "raw_text", "text": clipped(clean(value), longest) or "–"}


def _text(text: str, *, bold: bool = False) -> Block:
    made: Block = {"type": "text", "text": clipped(text, LONGEST_TEXT - 100) or " "}
    if bold:
        made["style"] = {"bold": True}
    return made


def _section(elements: Blocks) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _rich(elements: Blocks) -> Block:
    return {"type": "rich_text", "elements": elements}
