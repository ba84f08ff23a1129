"""Sentences that become acts on real guests; virsh, the guest and the audit are the witnesses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.assembly import open_turns
from agent.conversation import Conversation
from agent.turns import Turn
from tests.live.libvirt.session import NAME
from tests.live.libvirt.world import Hypervisor, Kept, wait_for
from tools.control import Control
from tools.identity import User
from tools.settings import load_settings

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("libvirt"), pytest.mark.timeout(240)]

ADA = User("ada", frozenset({"operator"}))


@dataclass
class Talk:
    """A person who talks to NovaCron, and looks at what it says."""

    conversation: Conversation
    control: Control

    def say(self, text: str) -> Turn:
        """One sentence."""
        return self.conversation.say(text, ADA)

    def asks(self, text: str, tool: str, *names: str) -> Turn:
        """A sentence that becomes a plan for exactly these machines, which waits for a yes."""
        turn = self.say(text)
        assert turn.outcome == "confirm", f"{text!r}: {turn.outcome}: {turn.reply}"
        assert turn.plan is not None
        assert [call.tool for call in turn.plan.calls] == [tool]
        assert [vm.name for vm in turn.plan.calls[0].vms] == list(names)
        return turn

    def agrees(self, words: str = "yes") -> Turn:
        """A yes, or what must be typed, after which it is done."""
        turn = self.say(words)
        assert turn.outcome == "done", f"{words!r}: {turn.outcome}: {turn.reply}"
        assert turn.operation is not None
        statuses = [step.status for step in turn.operation.steps]
        assert (turn.operation.status, set(statuses)) == ("done", {"done"}), turn.reply
        return turn

    def does(self, text: str, tool: str, *names: str, typed: str = "yes") -> Turn:
        """A sentence, the plan, the yes."""
        self.asks(text, tool, *names)
        return self.agrees(typed)


@pytest.fixture
def talk(
    alpha: Hypervisor, beta: Hypervisor, libvirt_images: Path, kept_guest: Kept, tmp_path: Path
) -> Iterator[Talk]:
    """NovaCron over both hosts, with a running `web-01` on the first."""
    alpha.bring_back(kept_guest)
    settings = load_settings(
        data_dir=tmp_path,
        sandbox=False,
        libvirt_uris=f"{alpha.uri} {beta.uri}",
        libvirt_images=libvirt_images,
    )
    turns, skipped = open_turns(settings)
    assert skipped == []
    conversation = Conversation(turns, "live")
    yield Talk(conversation, turns.control)
    conversation.close()
    turns.control.close()


def test_a_guest_is_run_by_conversation_alone(
    talk: Talk, alpha: Hypervisor, beta: Hypervisor
) -> None:
    listed = talk.say("list my machines")
    assert listed.outcome == "answer"
    assert [row["name"] for row in listed.answered[0].result.rows] == [NAME]

    talk.asks("stop web-01", "stop_vms", NAME)
    assert alpha.state(NAME) == "running"
    talk.agrees()
    assert alpha.state(NAME) == "shut off"
    talk.does("start web-01", "start_vms", NAME)
    assert alpha.state(NAME) == "running"
    alpha.wait_for_boots(NAME, 2)

    talk.does("give web-01 2 cores", "resize_vms", NAME)
    assert "2" in alpha.virsh("vcpucount", NAME, "--live")
    wait_for(lambda: alpha.sh(NAME, "nproc") == "2", 30, "second vCPU")

    alpha.sh(NAME, "echo before > /data/file; sync")
    talk.does("take a snapshot of web-01 called before-upgrade", "snapshot_vms", NAME)
    assert alpha.virsh("snapshot-list", NAME, "--name") == "before-upgrade"
    alpha.sh(NAME, "echo after > /data/file; touch /data/new; sync")
    talk.asks("restore web-01 from before-upgrade", "restore_snapshot", NAME)
    assert talk.say("yes").outcome == "confirm"
    assert alpha.sh(NAME, "cat /data/file") == "after"
    talk.agrees(NAME)
    assert alpha.sh(NAME, "cat /data/file; ls /data | grep -c new || true") == "before\n0"
    assert alpha.sh(NAME, "nproc") == "2"

    talk.does("tag web-01 with team=core", "tag_vms", NAME)
    metadata = alpha.virsh("metadata", NAME, "urn:novacron:machine:1").replace("'", '"')
    assert '<tag key="team" value="core"/>' in metadata

    talk.does("clone web-01 as web-02", "clone_vm", NAME)
    assert alpha.names() == {NAME, "web-02"}
    assert alpha.virsh("domuuid", NAME) != alpha.virsh("domuuid", "web-02")

    talk.does("delete the snapshot before-upgrade of web-01", "delete_snapshots", NAME, typed=NAME)
    assert alpha.virsh("snapshot-list", NAME, "--name") == ""
    alpha.sh(NAME, "echo in memory > /tmp/file")
    talk.does("migrate web-01 to beta", "migrate_vms", NAME)
    assert (alpha.names(), beta.names()) == ({"web-02"}, {NAME})
    assert beta.sh(NAME, "cat /tmp/file /data/file") == "in memory\nbefore"

    talk.asks("delete web-02", "delete_vms", "web-02")
    disk = alpha.disks("web-02")["vda"]
    talk.say(NAME)
    assert alpha.names() == {"web-02"}
    talk.does("delete web-02", "delete_vms", "web-02", typed="web-02")
    assert alpha.names() == set()
    assert not disk.exists()

    talk.does("stop web-01", "stop_vms", NAME)
    assert beta.state(NAME) == "shut off"
    boots = beta.boots(NAME)
    undone = talk.say("undo that")
    assert undone.outcome == "confirm", undone.reply
    assert beta.state(NAME) == "shut off"
    talk.agrees()
    assert beta.state(NAME) == "running"
    beta.wait_for_boots(NAME, boots + 1)
    assert beta.sh(NAME, "cat /data/file") == "before"

    done = talk.control.operations.list()
    assert {operation.status for operation in done} == {"done"}
    assert len(done) == 12
    assert talk.control.audit.verify() == []
