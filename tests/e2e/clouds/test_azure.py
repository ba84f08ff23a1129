"""Sentences that become acts on Azure; the server's own records are the witness."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.azure_bench import fresh, seed, settings, witness
from tests.e2e.clouds.talk import ADA, conversation, does
from tests.servers.running import running

pytestmark = pytest.mark.timeout(180)  # SDKs take seconds to load


def test_machines_on_azure_are_run_by_conversation(tmp_path: Path) -> None:
    with running("tests.servers.azure") as server:
        fresh(server)
        web, db = seed(server, ["web-01", "db-01"], tags={"env": "dev"})
        with conversation(tmp_path, **settings(server).model_dump(mode="json")) as talk:
            listed = talk.say("list the azure machines", ADA)
            assert "web-01" in listed.reply
            does(talk, "stop web-01", ["web-01"])
            assert (witness(server, web) or {})["state"] == "stopped"
            assert (witness(server, db) or {})["state"] == "running"
            does(talk, "take a snapshot of db-01 named before", ["db-01"])
            assert (witness(server, db) or {})["snapshots"] == ["before"]
            does(talk, "resize db-01 to Standard_D4s_v3", ["db-01"])
            assert (witness(server, db) or {})["vcpus"] == 4
            does(talk, "delete web-01", ["web-01"], yes="web-01")
            assert witness(server, web) is None
