"""Scaling groups: more or fewer machines of the same kind."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tools.calls import Call
from tools.catalog import Arguments, Change, Risk, Step, Targets, Tool, Undo, Verdict
from tools.errors import InvalidRequest, NotAllowed
from tools.machine import VM, Group
from tools.names import counted, require_known
from tools.providers.base import Capability, Provider
from tools.selector import Selector
from tools.world import World


class ScaleArguments(Arguments):
    """Which group, and how many."""

    group: str = Field(min_length=1, description="the scaling group, such as web-prod-use1")
    count: int | None = Field(None, ge=0, description="how many machines there shall be")
    change: int | None = Field(None, description="how many more, or fewer if negative")


def find_group(world: World, name: str) -> Group:
    """The group of this name.

    Raises:
        NotFound: there is none; the closest are offered.
    """
    groups = {g.name: g for offer in world.inventory.offers() for g in offer.groups}
    return groups[require_known("group", name, groups)]


class Scale(Change[ScaleArguments]):
    """Bring a group to a number of machines."""

    capability = Capability.SCALE_GROUP

    def members(self, world: World, args: ScaleArguments) -> list[VM]:
        """The group's machines of now."""
        group = find_group(world, args.group)
        return world.inventory.select(Selector.parse({"group": [group.name]}))

    def settle(self, world: World, vms: Sequence[VM], args: ScaleArguments) -> ScaleArguments:
        """Both the number and the difference, within the group's limits."""
        group = find_group(world, args.group)
        place = world.inventory.provider_for(group.provider, group.region)
        place.require(Capability.SCALE_GROUP)
        if args.count is None and args.change is None:
            raise InvalidRequest(
                f"Scale {group.name} to how many?",
                hint=f"It has {group.count} now, and may have {group.min} to {group.max}.",
            )
        count = args.count if args.count is not None else group.count + (args.change or 0)
        if args.change is not None and count - group.count != args.change:
            raise InvalidRequest(
                f"{group.name} has {group.count}: {args.change:+d} is not {count}.",
                hint="Give the number or the difference.",
            )
        if not group.min <= count <= group.max:
            raise NotAllowed(
                f"{group.name} cannot be scaled to {count}: it may have {group.min} to "
                f"{group.max} machines and has {group.count}.",
                hint="Choose a number within its limits, or change them with the provider.",
            )
        return ScaleArguments(group=group.name, count=count, change=count - group.count)

    def effect(self, vms: Sequence[VM], args: ScaleArguments) -> str:
        """What will happen."""
        count, change = args.count or 0, args.change or 0
        if change == 0:
            return f"group {args.group} stays at {count}; nothing changes"
        verb = "added" if change > 0 else "removed, chosen by the provider"
        return f"group {args.group} from {count - change} to {count} machines: {abs(change)} {verb}"

    def undo(self, args: ScaleArguments) -> Undo:
        """By scaling back."""
        before = (args.count or 0) - (args.change or 0)
        lost = "; the data of those removed is not brought back" if (args.change or 0) < 0 else ""
        return Undo(True, f"scale back to {before}{lost}")

    def loses(self, vms: Sequence[VM], args: ScaleArguments) -> str | None:
        """What the removed machines hold."""
        removed = -(args.change or 0)
        return f"the disks of {counted(removed, 'machine')} of the group" if removed > 0 else None

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: ScaleArguments) -> float:
        """The price of a member, for each."""
        each = sum(vm.hourly_cost_usd for vm in vms) / len(vms) if vms else 0.0
        return each * (args.change or 0)

    def steps(self, world: World, vms: Sequence[VM], args: ScaleArguments) -> list[Step]:
        """One for the group."""
        group = find_group(world, args.group)
        wanted = {"group": group.name, "provider": group.provider, "region": group.region}
        figures = {"count": args.count, "before": group.count}
        return [Step(f"group:{group.name}", group.name, {**wanted, **figures})]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.scale_group(step.args["group"], token, count=step.args["count"])
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """A group is no machine: `read_back` judges."""
        return Verdict.waiting("the group has not been read yet")

    def read_back(self, provider: Provider, step: Step) -> Verdict | None:
        """The group has so many machines."""
        name = step.args["group"]
        groups = [g for offer in provider.offers() for g in offer.groups if g.name == name]
        if not groups:
            return Verdict.failed(f"the group {name} is no longer there")
        if groups[0].count == step.args["count"]:
            return Verdict.done(f"{groups[0].count} machines")
        return Verdict.waiting(f"{groups[0].count} machines so far")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Scale back."""
        if step.args["before"] == step.args["count"]:
            return None
        args = {"group": step.args["group"], "count": step.args["before"]}
        return Call(tool="scale_group", args=args)


SCALE = Tool(
    name="scale_group",
    risk=Risk.DISRUPT,
    summary="Bring a scaling group to a number of machines.",
    arguments=ScaleArguments,
    handler=Scale(),
    targets=Targets.NONE,
    says=(
        "scale web-prod-use1 to 6",
        "add two more ci runners to the ci-runners group",
        "scale up the production web servers in us-east to 6",
        "scale workers-prod down by one",
        "grow the vdi group to 8 desktops",
    ),
)
