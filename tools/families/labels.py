"""Labels and guards: tags, and protection against deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from tools.calls import Call
from tools.catalog import Arguments, Change, NoArguments, Risk, Step, Tool, Undo, Verdict
from tools.families.power import same_machine
from tools.machine import VM
from tools.providers.base import Capability, Provider

Key = Annotated[str, Field(min_length=1, max_length=128)]
Value = Annotated[str, Field(max_length=256)]


class TagArguments(Arguments):
    """What to write."""

    tags: dict[Key, Value | None] = Field(
        min_length=1, description='tags to set, such as {"env": "dev"}; null takes a tag away'
    )


class UntagArguments(Arguments):
    """What to take away."""

    keys: tuple[Key, ...] = Field(min_length=1, description="the keys of the tags to take away")


class Tag(Change[TagArguments]):
    """Set tags; other tags stay."""

    capability = Capability.TAG

    def effect(self, vms: Sequence[VM], args: TagArguments) -> str:
        """What will happen."""
        given = [f"{key}={value}" for key, value in args.tags.items() if value is not None]
        gone = [key for key, value in args.tags.items() if value is None]
        parts = [f"tagged {', '.join(given)}"] if given else []
        return "; ".join([*parts, *([f"tags {', '.join(gone)} removed"] if gone else [])])

    def undo(self, args: TagArguments) -> Undo:
        """The values of before are kept."""
        return Undo(True, "put the old values back")

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        tags: Mapping[str, str | None] = step.args["tags"]
        given = {key: value for key, value in tags.items() if value is not None}
        gone = [key for key, value in tags.items() if value is None]
        if given:
            provider.set_tags(step.target, token, given)
        if gone:
            provider.remove_tags(step.target, f"{token}:remove", gone)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """They are there."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        wanted: Mapping[str, str | None] = step.args["tags"]
        wrong = [key for key, value in wanted.items() if after.tags.get(key) != value]
        if wrong:
            return Verdict.waiting(f"not written yet: {', '.join(wrong)}")
        return Verdict.done(
            ", ".join(f"{k}={v}" if v is not None else f"no {k}" for k, v in wanted.items())
        )

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """The values of before; a tag that was not there is taken away."""
        if before is None:
            return None
        old: dict[str, Any] = {key: before.tags.get(key) for key in step.args["tags"]}
        return same_machine("tag_vms", before, {"tags": old})


class Untag(Change[UntagArguments]):
    """Take tags away."""

    capability = Capability.TAG

    def nothing_to_do(self, vm: VM, args: UntagArguments) -> str | None:
        """A machine without these tags stays as it is."""
        lacking = not any(key in vm.tags for key in args.keys)
        return f"without the tag {', '.join(args.keys)}" if lacking else None

    def effect(self, vms: Sequence[VM], args: UntagArguments) -> str:
        """What will happen."""
        return f"{'tag' if len(args.keys) == 1 else 'tags'} {', '.join(args.keys)} removed"

    def undo(self, args: UntagArguments) -> Undo:
        """The values of before are kept."""
        return Undo(True, "put the old values back")

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.remove_tags(step.target, token, step.args["keys"])
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """They are gone."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        left = [key for key in step.args["keys"] if key in after.tags]
        return Verdict.waiting(f"still has {', '.join(left)}") if left else Verdict.done("removed")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """The values of before."""
        had = before.tags if before is not None else {}
        old = {key: had[key] for key in step.args["keys"] if key in had}
        return same_machine("tag_vms", before, {"tags": old}) if old else None


class _Guard(Change[NoArguments]):
    """Turn deletion protection on or off."""

    capability = Capability.PROTECT

    def __init__(self, protected: bool) -> None:
        self._protected = protected
        self._word = "protected" if protected else "not protected"

    def nothing_to_do(self, vm: VM, args: NoArguments) -> str | None:
        """A machine may be so already."""
        if vm.protected != self._protected:
            return None
        return "already protected" if self._protected else "not protected anyway"

    def after(self, vm: VM, args: NoArguments) -> VM:
        """It is so."""
        return replace(vm, protected=self._protected)

    def effect(self, vms: Sequence[VM], args: NoArguments) -> str:
        """What will happen."""
        if self._protected:
            return "protected against deletion"
        return "no longer protected: it can be deleted afterwards"

    def undo(self, args: NoArguments) -> Undo:
        """By the other tool."""
        return Undo(True, "unprotect" if self._protected else "protect again")

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.set_protected(step.target, token, self._protected)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It is so."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        if after.protected == self._protected:
            return Verdict.done(self._word)
        return Verdict.waiting(f"not {self._word} yet")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """The other tool, where something was changed."""
        if before is None or before.protected == self._protected:
            return None
        return same_machine("unprotect_vms" if self._protected else "protect_vms", before)


TAG = Tool(
    name="tag_vms",
    risk=Risk.CHANGE,
    summary="Set tags on machines; other tags stay.",
    arguments=TagArguments,
    handler=Tag(),
    says=(
        "tag web-03 with env=dev",
        "set owner=lena on search-1 and search-2",
        "tag everything owned by tomas with cost-center=qa-22",
        "label the kafka nodes team=data",
    ),
)
UNTAG = Tool(
    name="untag_vms",
    risk=Risk.CHANGE,
    summary="Take tags away from machines.",
    arguments=UntagArguments,
    handler=Untag(),
    says=(
        "remove the owner tag from sandbox-03",
        "untag env on crm-legacy",
        "drop the cost-center tag from the qa runners",
    ),
)
PROTECT = Tool(
    name="protect_vms",
    risk=Risk.CHANGE,
    summary="Turn deletion protection on.",
    arguments=NoArguments,
    handler=_Guard(True),
    says=(
        "protect nfs-01",
        "turn on deletion protection for the fileserver",
        "make sure nobody can delete backup-srv",
    ),
)
UNPROTECT = Tool(
    name="unprotect_vms",
    risk=Risk.DISRUPT,
    summary="Turn deletion protection off.",
    arguments=NoArguments,
    handler=_Guard(False),
    says=(
        "unprotect gitlab",
        "turn off deletion protection on erp-prod-1",
        "lift the delete lock from db-dr-1",
    ),
)
