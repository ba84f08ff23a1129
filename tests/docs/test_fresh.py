"""The generated pages say what the code says."""

from __future__ import annotations

import pytest

from tools.errors import ERRORS
from tools.settings import Settings
from ui.commands.typed import catalog
from ui.docs import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_up_to_date(name: str) -> None:
    kept = (DOCS / name).read_text(encoding="utf-8")
    assert kept == PAGES[name](), f"docs/{name} is old: run `make docs`"


def test_every_setting_error_and_tool_has_its_line() -> None:
    settings, errors, tools = (
        (DOCS / name).read_text() for name in ("settings.md", "errors.md", "tools.md")
    )
    for name in Settings.model_fields:
        assert f"`{name}`" in settings
    for error in ERRORS:
        assert f"`{error.code}`" in errors
    for tool in catalog():
        assert f"## {tool}\n" in tools


def test_no_page_names_a_path_of_one_machine() -> None:
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        for path in ("/root/", "/work/", "/home/"):
            assert path not in text, page
