"""A sentence and a yes change machines on vSphere and Proxmox; raw sessions are the witnesses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.assembly import open_turns
from agent.conversation import Conversation
from agent.turns import Turn
from tests.contract.test_vsphere import fit
from tests.live.fakepve import world as fakepve
from tests.live.vcsim import world as vcsim
from tools.control import Control
from tools.identity import User
from tools.settings import load_settings

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]  # the first one builds it

ADA = User("ada", frozenset({"operator"}))


class Talk:
    """A person who talks to NovaCron."""

    def __init__(self, folder: Path, *connections: dict[str, Any]) -> None:
        settings = load_settings(
            data_dir=folder, sandbox=False, libvirt_uris="none", discover=False,
            connections=connections,
        )  # fmt: skip
        turns, skipped = open_turns(settings)
        assert skipped == []
        self.control: Control = turns.control
        self._conversation = Conversation(turns, "live")

    def say(self, text: str) -> Turn:
        """One sentence."""
        return self._conversation.say(text, ADA)

    def does(self, text: str, tool: str, *names: str, typed: str = "yes") -> None:
        """A sentence, its plan, what must be said, and that it was done."""
        turn = self.say(text)
        assert turn.outcome == "confirm", f"{text!r}: {turn.outcome}: {turn.reply}"
        assert turn.plan is not None
        assert [call.tool for call in turn.plan.calls] == [tool]
        assert {vm.name for vm in turn.plan.calls[0].vms} == set(names)
        done = self.say(typed)
        assert done.outcome == "done", f"{typed!r}: {done.outcome}: {done.reply}"
        assert done.operation is not None
        assert done.operation.status == "done", done.reply

    def close(self) -> None:
        """Go."""
        self._conversation.close()
        self.control.close()


@pytest.fixture
def vc() -> Iterator[vcsim.Vcenter]:
    vcsim.needed()
    with vcsim.vcenter() as running:
        fit(running)
        yield running


def test_machines_on_vsphere_are_run_by_conversation_alone(
    vc: vcsim.Vcenter, tmp_path: Path
) -> None:
    begun = time.monotonic()
    given = {"kind": "vsphere", "url": vc.url, "user": vcsim.USER, "password": vcsim.PASSWORD}
    talk = Talk(tmp_path, given)
    listed = talk.say("list my machines")
    assert "web-01" in {row["name"] for row in listed.answered[0].result.rows}
    assert time.monotonic() - begun < 60

    def power() -> str:
        return vc.machines()["web-01"].runtime.powerState

    assert talk.say("stop web-01").outcome == "confirm"
    assert power() == "poweredOn"
    assert talk.say("yes").outcome == "done"
    assert power() == "poweredOff"
    talk.does("start web-01", "start_vms", "web-01")
    assert power() == "poweredOn"
    talk.does("give web-01 2 cores", "resize_vms", "web-01")
    assert vc.machines()["web-01"].config.hardware.numCPU == 2
    talk.does("tag web-01 with team=core", "tag_vms", "web-01")
    assert vc.tags(vc.machines()["web-01"]._moId) == {"team": "core"}
    talk.does("take a snapshot of web-01 called before", "snapshot_vms", "web-01")
    talk.does("clone web-01 as web-02", "clone_vm", "web-01")
    talk.does("delete web-02", "delete_vms", "web-02", typed="web-02")
    assert "web-02" not in vc.machines()
    assert {operation.status for operation in talk.control.operations.list()} == {"done"}
    assert talk.control.audit.verify() == []
    talk.close()


def test_machines_on_proxmox_are_run_by_conversation_alone(tmp_path: Path) -> None:
    fakepve.needed()
    with fakepve.cluster(tmp_path) as pve:
        pve.begin_anew()
        begun = time.monotonic()
        given = {
            "kind": "proxmox", "url": f"127.0.0.1:{pve.port}", "user": fakepve.USER,
            "password": fakepve.PASSWORD, "verify": str(tmp_path / "cert.pem"),
        }  # fmt: skip
        talk = Talk(tmp_path / "data", given)
        listed = talk.say("list my machines")
        names = {row["name"] for row in listed.answered[0].result.rows}
        assert names == {"web-01", "db-01", "deaf-01"}
        assert time.monotonic() - begun < 60

        assert talk.say("stop web-01").outcome == "confirm"
        assert pve.guests()[100]["status"] == "running"
        assert talk.say("yes").outcome == "done"
        assert pve.guests()[100]["status"] == "stopped"
        talk.does("start web-01", "start_vms", "web-01")
        assert pve.guests()[100]["status"] == "running"
        talk.does("tag web-01 with env=dev", "tag_vms", "web-01")
        assert pve.guests()[100]["tags"] == "env--dev"
        talk.does("suspend web-01", "suspend_vms", "web-01")
        assert pve.guests()[100]["lock"] == "suspended"
        talk.close()
