"""What a tool is: declared once, as plain data. Every surface derives from the declaration."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.errors import InvalidRequest, NotFound
from tools.machine import VM, State
from tools.validation import explain

if TYPE_CHECKING:
    from tools.calls import Call
    from tools.providers.base import Capability, Provider
    from tools.selector import Selector
    from tools.world import World


class Risk(StrEnum):
    """What a tool can do to a machine; it decides the gate."""

    READ = "read"
    CHANGE = "change"
    DISRUPT = "disrupt"
    DESTROY = "destroy"


class Targets(StrEnum):
    """Which machines a tool is about."""

    SELECTED = "selected"
    ONE = "one"
    NONE = "none"


class Arguments(BaseModel):
    """Base of every tool's arguments; each field's description is docs and prompt at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoArguments(Arguments):
    """The tool takes nothing beside the selector."""


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result: its key in each row, its heading, and how to show it."""

    key: str
    title: str
    unit: Literal["", "gib", "usd_hour", "usd", "percent", "count", "time", "state"] = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a read gives: a line that says it, and rows behind it.

    Attributes:
        text: one or two sentences with the figures that were asked for.
        columns, rows: the table, `rows` keyed by `Column.key`, JSON values only.
        chart: how to draw it, if people would rather look: `bar` or `line`.
        source: where the figures come from, with the window, such as "sandbox samples, last 24h".
        notes: what was left out or could not be seen.
        targets: the machines that it is about, in order; None keeps the call's own.
        data: anything more a program may want, JSON values only.
    """

    text: str
    columns: tuple[Column, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    chart: Literal["bar", "line"] | None = None
    source: str = ""
    notes: tuple[str, ...] = ()
    targets: tuple[str, ...] | None = None
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Undo:
    """Whether an act can be undone, and how, in words."""

    possible: bool
    how: str


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a plan: on one machine, or on none that exists yet.

    Attributes:
        target: the machine's id; `group:<name>`, `new:<name>` or `schedule:<id>` where there is
            none.
        label: how it is shown, such as the machine's name.
        args: what this step needs, JSON values, all worked out.
    """

    target: str
    label: str
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a fresh reading says about an act."""

    status: Literal["done", "waiting", "failed"]
    seen: str

    @classmethod
    def done(cls, seen: str) -> Verdict:
        """It happened."""
        return cls("done", seen)

    @classmethod
    def waiting(cls, seen: str) -> Verdict:
        """It has not happened yet and still may."""
        return cls("waiting", seen)

    @classmethod
    def failed(cls, seen: str) -> Verdict:
        """It did not happen; `seen` says what is there instead, with advice."""
        return cls("failed", seen)


@dataclass(frozen=True, slots=True)
class Read(Generic[A]):
    """A handler that looks and changes nothing.

    Attributes:
        run: what it finds.
        settle: fills arguments that follow from the selector, such as the metric it names.
    """

    run: Callable[[World, Sequence[VM], A], Result]
    settle: Callable[[Selector, A], A] | None = None


class Change(ABC, Generic[A]):
    """A handler that acts; only `act` has a side effect.

    Attributes:
        capability: what the provider must be able to do.
        described_states: of a described set, only machines in these states are meant; None: all.
        repeatable: whether acting twice is the same as acting once.
        visible: whether a reading shows that the act happened; a restart leaves no trace.
    """

    capability: ClassVar[Capability | None] = None
    described_states: ClassVar[frozenset[State] | None] = None
    repeatable: ClassVar[bool] = True
    visible: ClassVar[bool] = True

    def at(self, now: datetime) -> Change[A]:
        """This handler as of a moment, for one whose arguments speak of ages."""
        return self

    def needs(self, vm: VM, args: A) -> frozenset[Capability]:
        """The capabilities that this act takes on this machine."""
        return frozenset({self.capability}) if self.capability else frozenset()

    def nothing_to_do(self, vm: VM, args: A) -> str | None:
        """Why the act would change nothing on this machine ("already stopped"), or None."""
        return None

    def forbidden(self, vm: VM, args: A) -> str | None:
        """Why the act is refused on this machine whoever asks ("protected"), or None."""
        return None

    def members(self, world: World, args: A) -> list[VM]:
        """The present machines of a tool that takes no selector, such as a group's."""
        return []

    def settle(self, world: World, vms: Sequence[VM], args: A) -> A:
        """Check the arguments against what exists and fill what follows from the machines.

        Raises:
            NovaError: a size, host, region, image or snapshot does not exist, a limit is passed,
                or the machines differ where one value is needed.
        """
        return args

    def after(self, vm: VM, args: A) -> VM:
        """The machine as a later call of the same plan will find it, where that matters to it."""
        return vm

    @abstractmethod
    def effect(self, vms: Sequence[VM], args: A) -> str:
        """What will happen, as a sentence's rest: "shut down, gently"."""

    @abstractmethod
    def undo(self, args: A) -> Undo:
        """Whether it can be undone, and how."""

    def notes(self, world: World, vms: Sequence[VM], args: A) -> list[str]:
        """What else a person should know before saying yes, such as a host that gets full."""
        return []

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: A) -> float:
        """How much more the machines will cost an hour afterwards."""
        return 0.0

    def risk(self, vms: Sequence[VM], args: A) -> Risk | None:
        """A graver risk than the tool's own, where these machines and arguments bring it."""
        return None

    def loses(self, vms: Sequence[VM], args: A) -> str | None:
        """What data is lost for good, or None."""
        return None

    def steps(self, world: World, vms: Sequence[VM], args: A) -> list[Step]:
        """The acts, one a machine unless the tool says otherwise."""
        return [Step(vm.id, vm.name, args.model_dump(mode="json")) for vm in vms]

    @abstractmethod
    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Do it; give the id of the machine that it made or that a machine has now, if any."""

    def act_here(self, world: World, step: Step) -> Verdict | None:
        """Do it where only NovaCron's own records change; None: `act` asks a provider."""
        return None

    @abstractmethod
    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """Judge a fresh reading: `before` is from just before the act, `after` from now."""

    def read_back(self, provider: Provider, step: Step) -> Verdict | None:
        """Judge an act on something that is no machine, such as a group; None: `verify` judges."""
        return None

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """The call that undoes it, if there is one."""
        return None


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """One tool, declared once.

    Attributes:
        name: as in the contract.
        risk: decides the gate.
        summary: one line of help.
        arguments: the model of what it takes beside the selector.
        handler: a `Read` or a `Change`.
        targets: whether it takes a selector, and for how many machines.
        says: example sentences, each of which must be read as this tool and no other.
    """

    name: str
    risk: Risk
    summary: str
    arguments: type[A]
    handler: Read[A] | Change[A]
    targets: Targets = Targets.SELECTED
    says: tuple[str, ...] = ()

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.risk is Risk.READ

    @property
    def change(self) -> Change[A]:
        """The handler of a tool that changes something."""
        assert isinstance(self.handler, Change)
        return self.handler

    def parse(self, args: Mapping[str, Any]) -> A:
        """The arguments, checked.

        Raises:
            InvalidRequest: one is unknown, missing or wrong; the message names each.
        """
        try:
            return self.arguments.model_validate(dict(args))
        except ValidationError as error:
            if needed := self._lacking(error):
                raise InvalidRequest(
                    f"{self.name} needs {needed}.", hint="Say it; nothing was changed."
                ) from error
            raise InvalidRequest(
                f"{self.name} cannot take these arguments: {explain(error)}."
            ) from error

    def _lacking(self, error: ValidationError) -> str:
        """What is only missing, with what it means; nothing where something is wrong besides."""
        problems = error.errors()
        if any(p["type"] != "missing" or len(p["loc"]) != 1 for p in problems):
            return ""
        names = [str(p["loc"][0]) for p in problems]
        fields = self.arguments.model_fields
        return " and ".join(f"{name} ({fields[name].description})" for name in names)


class Catalog(Mapping[str, Tool[Any]]):
    """All tools by name."""

    def __init__(self, tools: Iterable[Tool[Any]]) -> None:
        self._tools: dict[str, Tool[Any]] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise ValueError(f"two tools are called {tool.name!r}")
            self._tools[tool.name] = tool

    @classmethod
    def load(cls, packages: Sequence[str]) -> Catalog:
        """Every `Tool` value in the modules of these packages."""
        return cls(tool for package in packages for tool in _tools_in(package))

    def __getitem__(self, name: str) -> Tool[Any]:
        """The tool of this name; `tool` says more where there is none."""
        return self._tools[name]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._tools)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._tools)

    def tool(self, name: str) -> Tool[Any]:
        """The tool of this name.

        Raises:
            NotFound: there is none.
        """
        if name not in self._tools:
            close = tuple(get_close_matches(name, self._tools, 5, 0.5))
            raise NotFound(f"There is no tool {name!r}.", choices=close, hint="See docs/tools.md.")
        return self._tools[name]


def _tools_in(package: str) -> Iterator[Tool[Any]]:
    root = importlib.import_module(package)
    names = [f"{package}.{m.name}" for m in pkgutil.iter_modules(root.__path__)]
    for module in (root, *map(importlib.import_module, names)):
        yield from _own_tools(module)


def _own_tools(module: ModuleType) -> Iterator[Tool[Any]]:
    for value in vars(module).values():
        if isinstance(value, Tool):
            yield value
