"""A provider whose credentials appear while NovaCron runs can be talked about within a minute."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agent.assembly import open_turns
from agent.conversation import Conversation
from tests.contract.aws_bench import REGION, Raw
from tests.contract.moto_world import ACCESS_KEY, SECRET_KEY, MotoWire, reset
from tools.identity import User
from tools.settings import load_settings
from ui.serve.keeping import Keeping

pytestmark = [pytest.mark.xdist_group("moto"), pytest.mark.timeout(180)]

ADA = User("ada", frozenset({"operator"}))


def test_a_new_provider_is_talked_about_without_a_restart(
    moto: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reset(moto)
    raw = Raw(moto)
    raw.run("brand-new")
    wire = MotoWire(moto)
    credentials = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.url)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AZURE_CLIENT_ID", "GOVC_URL"):
        monkeypatch.delenv(name, raising=False)
    settings = load_settings(
        data_dir=tmp_path / "data", machines=3, libvirt_uris="none", refresh_seconds=1
    )
    turns, skipped = open_turns(settings, lasts=True)
    assert skipped == []
    keeping = Keeping(turns.control, lambda *_, **__: None)
    talk = Conversation(turns, "new")
    keeping.start()
    try:
        assert set(turns.control.inventory.providers) == {"sandbox"}
        assert "brand-new" not in talk.say("list the aws machines", ADA).reply
        credentials.write_text(
            f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
        )
        began = time.monotonic()
        while "brand-new" not in talk.say("list the aws machines", ADA).reply:
            assert time.monotonic() - began < 60
            time.sleep(0.2)
        asked = talk.say("stop brand-new", ADA)
        assert asked.outcome == "confirm", asked.reply
    finally:
        keeping.stop(10)
        talk.close()
        turns.control.close()
        wire.close()
