"""A NovaCron over one connection, spoken to in sentences."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agent.assembly import open_turns
from agent.conversation import Conversation
from agent.turns import Turn
from tools.identity import User
from tools.settings import load_settings

ADA = User("ada", frozenset({"operator"}))


@contextmanager
def conversation(folder: Path, **connection: Any) -> Generator[Conversation]:
    """A conversation whose NovaCron knows this connection and nothing else."""
    settings = load_settings(
        data_dir=folder,
        sandbox=False,
        libvirt_uris="none",
        discover=False,
        connections=[connection],
    )
    turns, skipped = open_turns(settings)
    assert skipped == []
    made = Conversation(turns, "clouds")
    yield made
    made.close()
    turns.control.close()


def does(talk: Conversation, text: str, names: list[str], yes: str = "yes") -> Turn:
    """A sentence that becomes a plan for these machines, the yes, and its end."""
    asked = talk.say(text, ADA)
    assert asked.outcome == "confirm", f"{text!r}: {asked.outcome}: {asked.reply}"
    assert asked.plan is not None
    assert [vm.name for vm in asked.plan.calls[0].vms] == names
    done = talk.say(yes, ADA)
    assert done.outcome == "done", f"{yes!r}: {done.outcome}: {done.reply}"
    assert done.operation is not None
    assert done.operation.status == "done", done.reply
    return done
