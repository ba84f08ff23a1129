"""A brain: words and what was said before become calls, a question, or a plain reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tools.calls import Call
from tools.catalog import Catalog, Result
from tools.errors import NotAllowed
from tools.identity import User
from tools.world import World

Kind = Literal["calls", "revise", "ask", "reply", "decline", "cancel"]


@dataclass(frozen=True, slots=True)
class Trace:
    """Which words became what, for `--explain`."""

    words: str
    became: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a brain makes of one turn. It proposes; nothing runs because of it.

    Attributes:
        kind: `calls` carries out or plans new calls; `revise` gives the calls that shall stand in
            place of the pending plan's; `ask` one question; `reply` a greeting, help or thanks;
            `decline` something that NovaCron does not do; `cancel` drops the pending plan, and
            answers `calls` that only read.
            A yes is not among them: only code that reads the person's own words gives it.
        calls: the calls, in the order in which they must run.
        text: the question, the reply, or why it is declined.
        options: the readings or names that the question offers.
        frame: what the brain wants back with the answer to its question; JSON values.
        trace: how it came to its reading.
        note: what the person shall know of how it was read; it stands before the answer.
        in_own_words: `text` is a model's own: a yes that follows may be meant for it.
    """

    kind: Kind
    calls: tuple[Call, ...] = ()
    text: str = ""
    options: tuple[str, ...] = ()
    frame: Mapping[str, Any] | None = None
    trace: tuple[Trace, ...] = ()
    note: str = ""
    in_own_words: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """The plan that waits for a yes."""

    plan_id: str
    calls: tuple[Call, ...]
    targets: tuple[tuple[str, ...], ...]
    """The machines of each call, by id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that was asked last and not answered yet."""

    text: str
    options: tuple[str, ...]
    frame: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something that an answer offers to do next.

    Attributes:
        label: what it is, as a sentence that NovaCron can be told.
        calls: the same, worked out; empty: the sentence is read like any other.
    """

    label: str
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What a conversation remembers between turns.

    Attributes:
        calls: the calls of the last turn that had any, planned, run or answered.
        targets: the machines of the last answer or plan, by id, in the order shown.
        pending: the plan that waits, if one does.
        asked: the open question, if there is one.
        listed: the machines of the last answer, plan or question that had several.
        operation: the id of the last operation that this conversation started.
        said: the last turns as (who, text), who is "user" or "nova"; oldest first.
        offers: what the last answer offers to do next, in the order shown.
    """

    calls: tuple[Call, ...] = ()
    targets: tuple[str, ...] = ()
    pending: Pending | None = None
    asked: Asked | None = None
    operation: str | None = None
    listed: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    offers: tuple[NextStep, ...] = ()


def _no_reading(call: Call) -> Result:
    raise NotAllowed(f"{call.tool} cannot be read here.")


@dataclass(frozen=True)
class Context:
    """What a brain may look at: the fleet, the tools, who asks, and what was said.

    `read` carries out a call that only looks, under the policies that hold for `user`; a brain
    that looks before it proposes does it through this alone.
    """

    world: World
    catalog: Catalog
    user: User
    zone: str = "UTC"
    memory: Memory = field(default_factory=Memory)
    read: Callable[[Call], Result] = _no_reading


class Brain(Protocol):
    """Anything that understands a turn."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def understand(self, text: str, context: Context) -> Understanding:
        """Read one turn; it may look at the fleet and must not change anything."""
        ...
