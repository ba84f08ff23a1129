"""Slack's documented limits for blocks, held as strictly as Slack holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Block = Mapping[str, Any]


def wrong_with(blocks: Sequence[Block], most: int = 50) -> str:
    """What Slack would refuse; empty where it takes them."""
    if len(blocks) > most:
        return f"{len(blocks)} blocks"
    if sum(block["type"] == "table" for block in blocks) > 1:
        return "only_one_table_allowed"
    return next((said for block in blocks if (said := _wrong(block))), "")


def _wrong(block: Block) -> str:
    check = _CHECKS.get(block["type"])
    return f"no block {block['type']}" if check is None else check(block)


def _header(block: Block) -> str:
    return _text(block["text"], 150, "plain_text")


def _section(block: Block) -> str:
    return _text(block["text"], 3000)


def _context(block: Block) -> str:
    if not 1 <= len(block["elements"]) <= 10:
        return "context elements"
    return next((said for e in block["elements"] if (said := _text(e, 3000))), "")


def _actions(block: Block) -> str:
    if not 1 <= len(block["elements"]) <= 25:
        return "actions elements"
    ids = [element["action_id"] for element in block["elements"]]
    if len(set(ids)) != len(ids):
        return "action_id twice"
    return next((said for e in block["elements"] if (said := _button(e))), "")


def _button(element: Block) -> str:
    if len(element["value"]) > 2000 or len(element["action_id"]) > 255:
        return "button value"
    if element.get("style", "primary") not in ("primary", "danger"):
        return "button style"
    if len(element.get("accessibility_label", "")) > 75:
        return "button label"
    return _text(element["text"], 75, "plain_text")


def _table(block: Block) -> str:
    rows = block["rows"]
    if not 1 <= len(rows) <= 100 or any(not 1 <= len(row) <= 20 for row in rows):
        return "table size"
    if len({len(row) for row in rows}) != 1 or len(block["column_settings"]) > 20:
        return "table columns"
    cells = [cell for row in rows for cell in row]
    if any(cell["type"] != "raw_text" or not cell["text"] for cell in cells):
        return "table cell"
    return "table text" if sum(len(cell["text"]) for cell in cells) > 10_000 else ""


def _rich(block: Block) -> str:
    size = 0
    for element in block["elements"]:
        if element["type"] not in ("rich_text_section", "rich_text_preformatted"):
            return f"rich text {element['type']}"
        for text in element["elements"]:
            if text["type"] != "text" or not text["text"]:
                return "rich text element"
            if element["type"] == "rich_text_preformatted" and "style" in text:
                return "style in preformatted"
            size += len(text["text"])
    return "rich text too long" if size > 4000 else ""


def _input(block: Block) -> str:
    return _text(block["label"], 2000, "plain_text")


def _divider(block: Block) -> str:
    return ""


def _text(text: Block, longest: int, kind: str | None = None) -> str:
    if kind is not None and text["type"] != kind:
        return f"{text['type']} is not {kind}"
    if not 1 <= len(text["text"]) <= longest:
        return f"text of {len(text['text'])} signs"
    if text["type"] == "mrkdwn" and ("<" in text["text"] or not text.get("verbatim")):
        return "markup from outside"
    return ""


_CHECKS = {
    "header": _header, "section": _section, "context": _context, "actions": _actions,
    "table": _table, "rich_text": _rich, "input": _input, "divider": _divider,
}  # fmt: skip


def texts_of(blocks: Sequence[Block]) -> str:
    """All words of blocks, as a person reads them."""
    return "\n".join(part for block in blocks for part in _words(block))


def _words(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        under = [w for key, v in value.items() if key != "value" for w in _words(v)]
        return own + under
    if isinstance(value, list):
        return [word for one in value for word in _words(one)]
    return []
