"""Sentences that become acts on Compute Engine; the server's own records are the witness."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.gcp_bench import fresh, seed, settings, witness
from tests.e2e.clouds.talk import ADA, conversation, does
from tests.servers.running import running

pytestmark = pytest.mark.timeout(180)  # SDKs take seconds to load


def test_machines_on_google_are_run_by_conversation(tmp_path: Path) -> None:
    with running("tests.servers.gcp") as server:
        fresh(server)
        web, db = seed(server, ["web-01", "db-01"], labels={"env": "dev"})
        with conversation(tmp_path, **settings(server).model_dump(mode="json")) as talk:
            listed = talk.say("list the machines on google", ADA)
            assert "web-01" in listed.reply
            does(talk, "stop web-01", ["web-01"])
            assert (witness(server, web) or {})["state"] == "stopped"
            assert (witness(server, db) or {})["state"] == "running"
            does(talk, "take a snapshot of db-01 named before", ["db-01"])
            assert (witness(server, db) or {})["snapshots"] == ["before"]
            does(talk, "resize db-01 to e2-standard-4", ["db-01"])
            assert (witness(server, db) or {})["vcpus"] == 4
            does(talk, "delete web-01", ["web-01"], yes="web-01")
            assert witness(server, web) is None
