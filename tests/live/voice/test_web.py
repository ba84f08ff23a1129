"""Push to talk in real Chromium, whose microphone plays a recorded sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright

from evals.speech.speakers import say
from tests.e2e.web.conftest import CHROMIUM, Server
from tests.live.voice.test_hearing import manner
from ui.voice.audio import RATE, to_wav

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

SENTENCE = "list the windows machines"


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    said = say(SENTENCE, manner(1, None))
    file = tmp_path / "said.wav"
    file.write_bytes(to_wav(np.concatenate([said, np.zeros(20 * RATE, np.float32)])))
    return file


@pytest.fixture
def page(recorded: Path, tmp_path: Path) -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium: sh requirements/system.sh")
    server = Server(tmp_path, {"NOVACRON_DELAYS": "false"})
    server.start()
    flags = [
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={recorded}%noloop",
    ]  # fmt: skip
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            shown = chromium.new_context(permissions=["microphone"]).new_page()
            shown.goto(server.base)
            shown.get_by_label("Name").fill("admin")
            shown.get_by_label("Password").fill(server.password)
            shown.get_by_role("button", name="Sign in").click()
            yield shown
            chromium.close()
    finally:
        server.stop()


def test_words_that_are_said_come_into_the_composer_to_be_mended(page: Page) -> None:
    button = page.get_by_role("button", name="Hold to talk")
    button.wait_for(timeout=60_000)
    box = button.bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(4_000)
    page.mouse.up()

    composer = page.locator("#chat-input")
    page.wait_for_function(
        "() => (document.querySelector('#chat-input').textContent"
        " || document.querySelector('#chat-input').value || '').length > 5",
        timeout=30_000,
    )
    heard = (composer.text_content() or composer.input_value()).casefold()
    assert "machines" in heard
    assert page.locator(".user-message").count() == 0
    assert "mend" in (page.locator(".nova-heard").text_content() or "").casefold() or "?" in (
        page.locator(".nova-heard").text_content() or ""
    )
