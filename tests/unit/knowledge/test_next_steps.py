"""What a diagnosis tells people to say is understood, and means what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.assembly import open_turns
from agent.conversation import Conversation
from knowledge.diagnosis.causes import CAUSES
from knowledge.diagnosis.evidence import Connection, Evidence
from knowledge.diagnosis.judging import Finding
from knowledge.families.diagnosis import next_sentence
from tools.identity import User
from tools.settings import load_settings
from tools.times import utc_now

ADA = User("ada", frozenset({"operator"}))
FLEET = Path(__file__).parents[3] / "evals" / "fleets" / "contract"


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    settings = load_settings(
        data_dir=tmp_path_factory.mktemp("steps"), fleet=FLEET, libvirt_uris="none", delays=False
    )
    turns, _ = open_turns(settings)
    opened = Conversation(turns, "steps")
    yield opened
    opened.close()
    turns.control.close()


@pytest.mark.parametrize("cause", [c for c in CAUSES if c.say], ids=lambda cause: cause.name)
def test_the_next_step_is_understood(conversation: Conversation, cause) -> None:  # type: ignore[no-untyped-def]
    fleet = conversation.turns.control.inventory.all()
    vm = next(v for v in fleet if v.provider == "libvirt" and v.state.value == "running")
    evidence = Evidence(vm, utc_now(), Connection("sandbox"))
    said = next_sentence(evidence.vm, Finding(cause, 0.9, (), ()))
    assert said is not None
    turn = conversation.say(said, ADA)
    assert turn.outcome in {"answer", "confirm"}, f"{said!r}: {turn.outcome}: {turn.reply}"
    if turn.plan is not None:
        assert {v.name for call in turn.plan.calls for v in call.vms} == {vm.name}, said
    conversation.say("no", ADA)
