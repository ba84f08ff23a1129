"""Whether a person's own words open the gate. Brains are not asked, and cannot answer."""

from __future__ import annotations

from agent.dialogue import reads


def opens(text: str, to_type: str | None) -> str | None:
    """What was typed where that is what must be typed, "" for a plain yes, None for neither."""
    words = text.strip().strip("\"'`.!").strip()
    if to_type and words.casefold() == to_type.casefold():
        return to_type
    return "" if reads(text) == "yes" else None
