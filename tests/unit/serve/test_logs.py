"""Logs: one JSON object a line, and no secret in it, wherever it comes from."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from ui.serve.logs import log_of, set_up_logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    kept = root.handlers, root.level
    made = io.StringIO()
    set_up_logs("info", made)
    yield made
    root.handlers, level = kept
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_no_secret_is_logged(stream: io.StringIO) -> None:
    log = log_of("test")
    log.info("sign-in", user="ada", password="hunter2-pass", token="nova_abcdefghijkl")
    log.info("used nova_abcdefghijkl and Bearer abc.def")
    log.warning("db", url="postgresql://nova:hunter2-pass@host/db")
    logging.getLogger("library").error("Authorization: Bearer %s", "nova_abcdefghijkl")
    try:
        raise ValueError("postgresql://nova:hunter2-pass@host/db")
    except ValueError as error:
        log.error("bug", exc_info=error)
    text = stream.getvalue()

    assert "hunter2" not in text
    assert "abcdefghijkl" not in text
    assert "abc.def" not in text
    assert lines(stream)[0]["user"] == "ada"
    assert "ValueError" in str(lines(stream)[-1])


def test_a_line_is_one_object_whatever_is_in_it(stream: io.StringIO) -> None:
    log_of("test").info("a\nb", name='web\n{"level": "error"}')
    (line,) = lines(stream)
    assert line["event"] == "a\nb"
    assert line["level"] == "info"
    log_of("test").debug("too fine")
    assert len(lines(stream)) == 1
