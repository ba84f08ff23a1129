"""Documents kept by a Chroma server, shared by several NovaCrons."""

import gc
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.examining import examine_chroma
from knowledge.library import Library
from tools.errors import InvalidRequest, Unreachable

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(240),
    # Chroma's HTTP client leaves its connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

QUESTION = "my kettle whistles, what does it need?"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1"]
    folder = str(tmp_path_factory.mktemp("chroma"))
    server = subprocess.Popen(
        [*command, "--port", str(port), "--path", folder],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def test_what_one_adds_the_other_finds(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.library._LOOK_AGAIN_S", 0.0)
    one, other = Library(tmp_path / "a", url), Library(tmp_path / "b", url)
    assert other.search(QUESTION).hits == ()
    page = tmp_path / "kettle.md"
    page.write_text("# Kettle\n\nA kettle that whistles needs vinegar for an hour.\n")
    assert one.add(page).added == ["kettle.md"]
    assert other.search(QUESTION).hits[0].document.file == "kettle.md"
    assert other.search(QUESTION, "acme").hits == ()
    other.remove("kettle.md")
    assert one.search(QUESTION).hits == ()
    assert not (tmp_path / "a").exists()
    one.close()
    other.close()
    del one, other
    gc.collect()


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="Chroma server"):
        Library(tmp_path, "http://127.0.0.1:9").search(QUESTION)
    with pytest.raises(InvalidRequest, match="no address"):
        Library(tmp_path, "chroma:8000").search(QUESTION)


def test_doctor_finds_the_server_and_its_clock(url: str) -> None:
    standing = examine_chroma(url)
    assert standing.reached.startswith("Chroma ")
    assert url.removeprefix("http://") in standing.reached
    assert standing.clock_off_s is not None
    assert abs(standing.clock_off_s) < 30
    with pytest.raises(Unreachable, match="does not answer") as caught:
        examine_chroma("http://127.0.0.1:9")
    assert "chroma_url" in caught.value.hint
