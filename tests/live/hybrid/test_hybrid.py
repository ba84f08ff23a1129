"""One sentence over five places is one plan; one of them goes down in the middle and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.assembly import open_turns
from agent.conversation import Conversation
from agent.turns import Turn
from tests.contract.moto_world import ACCESS_KEY, SECRET_KEY
from tests.live.hybrid.world import Failing, Places, five_places
from tests.live.vcsim import build
from tests.live.vcsim.world import needed
from tools import acting
from tools.control import Control
from tools.identity import User
from tools.settings import load_settings

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]  # the first one builds vcsim

ADA = User("ada", frozenset({"operator"}))
SENTENCE = "stop every idle dev machine, wherever it runs"
PLACES = ("aws", "azure", "gcp", "onprem", "vsphere")
IDLE = {f"{place}-idle-{n}" for place in PLACES for n in (1, 2)}
OTHERS = {f"{place}-{kind}" for place in PLACES if place != "onprem" for kind in ("busy", "prod")}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Places]:
    needed()
    build.binary()
    with five_places(tmp_path) as made:
        yield made


@pytest.fixture
def talk(world: Places, tmp_path: Path) -> Iterator[tuple[Conversation, Control]]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        patched.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        patched.setattr(acting, "BLIND_S", 1.0)
        patched.setattr(acting, "LONGEST_WAIT_S", 0.05)
        settings = load_settings(
            data_dir=tmp_path / "data", fleet=world.sandbox, delays=False, libvirt_uris="none",
            discover=False, connections=tuple(world.connections), patience_seconds=60,
        )  # fmt: skip
        turns, skipped = open_turns(settings)
        assert skipped == []
        made = Conversation(turns, "hybrid")
        yield made, turns.control
        made.close()
        turns.control.close()


def planned(turn: Turn) -> set[str]:
    """The machines of a plan."""
    assert turn.outcome == "confirm", f"{turn.outcome}: {turn.reply}"
    assert turn.plan is not None
    assert turn.plan.tools == ("stop_vms",)
    return {vm.name for vm in turn.plan.calls[0].vms}


def ended(turn: Turn) -> dict[str, str]:
    """How each machine's step ended."""
    assert turn.outcome == "done", f"{turn.outcome}: {turn.reply}"
    assert turn.operation is not None
    return {step.label: step.status for step in turn.operation.steps}


def test_one_sentence_over_five_places_and_one_goes_down_in_the_middle(
    world: Places, talk: tuple[Conversation, Control]
) -> None:
    conversation, control = talk
    azure = world.wires["azure"]
    assert isinstance(azure, Failing)

    asked = conversation.say(SENTENCE, ADA)
    assert planned(asked) == IDLE
    assert world.stops() == dict.fromkeys(world.wires, 0)
    at_once = {p.kind: p.concurrency for p in control.inventory.providers.values()}
    assert set(at_once) == {"sandbox", "aws", "azure", "gcp", "vsphere"}

    control.inventory.providers["azure"].concurrency = 1
    azure.armed = True
    done = conversation.say("yes", ADA)
    found = ended(done)
    assert {name for name, status in found.items() if status == "done"} == {
        name for name in IDLE if not name.startswith("azure")
    }
    assert found["azure-idle-1"] == "unknown"  # it was sent, and no answer came
    assert found["azure-idle-2"] == "failed"  # it never was
    assert "Could not tell: azure-idle-1" in done.reply
    assert "azure-idle-2" in done.reply
    stopped = world.stops()
    assert stopped == {"aws": 2, "azure": 1, "gcp": 2, "vsphere": 2}

    listed = conversation.say("list the dev machines", ADA)
    assert "azure cannot be seen now" in listed.reply
    assert "its 4 machines are as of" in listed.reply
    refused = conversation.say("stop azure-idle-2", ADA)
    assert refused.outcome == "decline"
    assert "azure-idle-2: azure cannot be seen now" in refused.reply
    assert control.operations.recover() == []
    taken_back = conversation.say("undo that", ADA)
    assert taken_back.plan is not None
    assert not any(i.startswith("azure/") for i in taken_back.plan.machine_ids)
    conversation.say("no", ADA)

    azure.reopen()
    assert control.operations.recover() == []
    until = time.monotonic() + 20
    again = conversation.say(SENTENCE, ADA)
    while "azure samples could not be read" in again.reply and time.monotonic() < until:
        again = conversation.say(SENTENCE, ADA)
    assert planned(again) == {"azure-idle-2"}
    assert ended(conversation.say("yes", ADA)) == {"azure-idle-2": "done"}
    assert world.stops() == {**stopped, "azure": 2}
    assert world.running() == OTHERS
    assert control.audit.verify() == []
    assert "cannot be seen" not in conversation.say("list the dev machines", ADA).reply
