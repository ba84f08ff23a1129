"""Tags as one text that a database can look into, the same on SQLite and on Postgres.

`{"env": "prod", "role": "web"}` is `,"env":"prod","role":"web"`. A comma with a quote after it
begins a tag and occurs nowhere else, because quotes within keys and values are escaped; so whether
a tag is there is whether its text is a part.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache


def write_tags(tags: Mapping[str, str]) -> str:
    """All tags."""
    return "".join(one_tag(key, value) for key, value in tags.items())


@lru_cache(maxsize=1 << 14)
def one_tag(key: str, value: str) -> str:
    """The part that says that a tag has this value."""
    return f"{any_tag(key)}{json.dumps(value)}"


def any_tag(key: str) -> str:
    """The part that says that a tag is there, with any value."""
    return f",{json.dumps(key)}:"


def read_tags(text: str) -> dict[str, str]:
    """The tags that were written."""
    return json.loads(f"{{{text[1:]}}}")
