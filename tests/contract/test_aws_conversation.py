"""Sentences that become acts on AWS; boto3 past the wire is the witness."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.assembly import open_turns
from agent.conversation import Conversation
from agent.turns import Turn
from tests.contract.aws_bench import REGION, Raw, lets_in
from tests.contract.moto_world import ACCESS_KEY, SECRET_KEY, MotoWire, reset
from tools.identity import User
from tools.settings import load_settings

pytestmark = [pytest.mark.xdist_group("moto"), pytest.mark.timeout(120)]

ADA = User("ada", frozenset({"operator"}))


@pytest.fixture(scope="module")
def wire(moto: int) -> Iterator[MotoWire]:
    reset(moto)
    made = MotoWire(moto, looks=2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def raw(moto: int, wire: MotoWire) -> Raw:
    return Raw(moto)


@pytest.fixture(scope="module")
def machines(raw: Raw) -> dict[str, str]:
    """Instance ids by name."""
    return {name: raw.run(name) for name in ("web-1", "web-2", "db-1", "db-2")}


@pytest.fixture(scope="module")
def conversation(
    wire: MotoWire, machines: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Conversation]:
    """NovaCron as somebody has it who has put a key into the environment."""
    connection = {"kind": "aws", "regions": [REGION], "endpoint_url": wire.url, "prices": "table"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        patched.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        settings = load_settings(
            data_dir=tmp_path_factory.mktemp("nova"),
            sandbox=False,
            libvirt_uris="none",
            connections=(connection,),
        )
        turns, skipped = open_turns(settings)
        assert skipped == []
        made = Conversation(turns, "aws")
        yield made
        made.close()
        turns.control.close()


def states(raw: Raw, machines: dict[str, str]) -> dict[str, str]:
    found = {name: raw.instance(i) for name, i in machines.items()}
    return {name: one["State"]["Name"] for name, one in found.items() if one}


def agrees(conversation: Conversation, words: str = "yes") -> Turn:
    turn = conversation.say(words, ADA)
    assert turn.operation is not None, turn.reply
    assert {step.status for step in turn.operation.steps} == {"done"}, turn.reply
    return turn


def test_machines_of_aws_are_run_by_conversation_alone(
    conversation: Conversation, raw: Raw, machines: dict[str, str]
) -> None:
    web = {name: machines[name] for name in ("web-1", "web-2")}
    listed = conversation.say("which machines run on aws?", ADA)
    assert listed.outcome == "answer"
    assert all(name in listed.reply for name in machines), listed.reply
    asked = conversation.say("stop web-1 and web-2", ADA)
    assert asked.outcome == "confirm", asked.reply
    assert set(states(raw, web).values()) == {"running"}
    agrees(conversation)
    assert states(raw, web) == {"web-1": "stopped", "web-2": "stopped"}
    conversation.say("start web-2", ADA)
    agrees(conversation)
    assert states(raw, machines)["web-2"] == "running"
    conversation.say("resize web-2 to t3.large", ADA)
    agrees(conversation)
    found = raw.instance(machines["web-2"])
    assert found is not None
    assert (found["InstanceType"], found["State"]["Name"]) == ("t3.large", "running")
    conversation.say("snapshot db-1 as before-upgrade", ADA)
    agrees(conversation)
    conversation.say("delete web-1", ADA)
    agrees(conversation, "web-1")
    assert set(states(raw, machines)) == {"web-2", "db-1", "db-2"}


def test_a_port_is_opened_and_closed_by_conversation(
    conversation: Conversation, raw: Raw, machines: dict[str, str]
) -> None:
    ids = {name: f"aws/here/{machines[name]}" for name in ("db-1", "db-2")}
    before = {name: lets_in(raw, machine_id) for name, machine_id in ids.items()}
    asked = conversation.say("open port 5432 on db-1", ADA)
    assert asked.outcome == "clarify", asked.reply
    planned = conversation.say("from 10.0.0.0/8", ADA)
    assert planned.outcome == "confirm", planned.reply
    assert lets_in(raw, ids["db-1"]) == before["db-1"]
    agrees(conversation)
    opened = before["db-1"] | {("tcp", 5432, 5432, "10.0.0.0/8")}
    assert {n: lets_in(raw, i) for n, i in ids.items()} == {**before, "db-1": opened}
    conversation.say("undo that", ADA)
    agrees(conversation)
    assert {n: lets_in(raw, i) for n, i in ids.items()} == before


def test_a_protected_machine_is_declined(
    conversation: Conversation, raw: Raw, machines: dict[str, str]
) -> None:
    conversation.say("protect db-2", ADA)
    agrees(conversation)
    attribute = raw.ec2.describe_instance_attribute(
        InstanceId=machines["db-2"], Attribute="disableApiTermination"
    )
    assert attribute["DisableApiTermination"]["Value"] is True
    turn = conversation.say("delete db-2", ADA)
    assert turn.outcome == "decline", turn.reply
    assert states(raw, machines)["db-2"] == "running"
