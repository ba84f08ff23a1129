"""`novacron knowledge` for people and for programs."""

import json
from pathlib import Path

import pytest

from ui.cli import main

pytestmark = pytest.mark.timeout(240)

KETTLE = "# Kettle E42\n\n## Limescale\n\nA kettle that whistles needs vinegar for an hour.\n"


@pytest.fixture
def wiki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOVACRON_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "wiki").mkdir()
    (tmp_path / "wiki" / "kettle.md").write_text(KETTLE)
    return tmp_path / "wiki"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main(["knowledge", *words])
    captured = capsys.readouterr()
    return int(left.value.code or 0), captured.out + captured.err


def test_add_list_search_remove(wiki: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "list") == (0, "No documents of your own: novacron knowledge add PATH.\n")
    code, said = run(capsys, "add", str(wiki))
    assert (code, "1 added; 1 passage new" in " ".join(said.split())) == (0, True)
    code, said = run(capsys, "add", "--json")
    assert json.loads(said)[0]["unchanged"] == ["wiki/kettle.md"]
    code, said = run(capsys, "list", "--json")
    assert [row["file"] for row in json.loads(said)] == ["wiki/kettle.md"]
    code, said = run(capsys, "search", "my kettle whistles")
    assert (code, "wiki/kettle.md#limescale" in said) == (0, True)
    code, said = run(capsys, "search", "my kettle whistles", "--tenant", "acme", "--json")
    found = json.loads(said)
    assert (code, found["found"], found["hits"]) == (1, False, [])
    assert run(capsys, "remove", "wiki/*")[1].startswith("1 document forgotten")
    assert (wiki / "kettle.md").is_file()


def test_what_is_wrong_is_said(wiki: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "search", "disk full", "--os", "plan9", "--json")
    assert (code, json.loads(said)["error"]["code"]) == (3, "not_found")
    code, said = run(capsys, "add", str(wiki / "gone"), "--json")
    assert json.loads(said)["error"]["code"] == "not_found"
    assert run(capsys, "remove", "nothing.md")[0] == 3
