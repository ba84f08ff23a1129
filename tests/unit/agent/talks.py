"""A scripted brain, and one person's talk with it: step by step, or over the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.brains.base import Context, Memory, Understanding
from agent.conversation import Conversation
from agent.turns import Turn, Turns
from tests.conftest import FrozenClock
from tools.calls import Call
from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES, Control
from tools.database import open_database
from tools.identity import User
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Sandbox
from tools.settings import load_settings

ADA = User("ada", frozenset({"operator", "admin"}))


class Scripted:
    """A brain that makes of each turn what it was told, in order; then it only greets."""

    name = "scripted"

    def __init__(self) -> None:
        self.answers: list[Understanding | Exception] = []
        self.heard: list[str] = []

    def then(self, *answers: Understanding | Exception) -> Scripted:
        """What it makes of the next turns."""
        self.answers += answers
        return self

    def understand(self, text: str, context: Context) -> Understanding:
        self.heard.append(text)
        answer = self.answers.pop(0) if self.answers else Understanding("reply", text="Hello.")
        if isinstance(answer, Exception):
            raise answer
        return answer


class Direct:
    """The talk without LangGraph, as `novacron plan` and evaluation hold it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.memory = Memory()

    def say(self, text: str, user: User = ADA) -> Turn:
        turn = self.turns.take(text, user, self.memory)
        self.memory = turn.memory
        return turn


class OverGraph:
    """The talk over LangGraph, as every surface holds it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self._talk = Conversation(turns, "t1")

    @property
    def memory(self) -> Memory:
        return self._talk.memory()

    def say(self, text: str, user: User = ADA) -> Turn:
        return self._talk.say(text, user)

    def close(self) -> None:
        self._talk.close()


Talk = Direct | OverGraph


def open_control(
    sandbox: Sandbox, clock: FrozenClock, folder: Path, url: str = "sqlite://"
) -> Control:
    """A NovaCron over this fleet, its database in memory unless a URL says where."""
    control = Control(
        open_database(url),
        [sandbox],
        Metrics(sample_source([sandbox]), clock),
        Catalog.load(TOOL_PACKAGES),
        load_settings(data_dir=folder, libvirt_uris="none"),
        clock,
    )
    control.inventory.refresh()
    return control


def call(tool: str, *names: str, **args: Any) -> Call:
    """A call on machines by their names."""
    selector = {"names": list(names)} if names else None
    return Call.parse({"tool": tool, "selector": selector, "args": args})


def means(*calls: Call, **more: Any) -> Understanding:
    """The reading of a turn as these calls."""
    return Understanding("calls", calls, **more)


def acts(sandbox: Sandbox) -> list[tuple[str, str]]:
    """What was really done: the machine's name, or its id where it is gone, and the verb."""
    names = {vm.id: vm.name for vm in sandbox.list_machines()}
    return [(names.get(act.machine_id, act.machine_id), act.verb) for act in sandbox.acts()]
