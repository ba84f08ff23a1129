"""A plan as a person sees it before the yes: machines, effect, cost, undo, loss, rule, expiry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tools.machine import VM
from tools.plan import LeftOut, Plan, PlannedCall
from tools.policy import Decision
from ui.format import RISK_STYLES, moment_text, money_change, money_hour, number, span, state
from ui.text import clean, counted

SHOWN_MACHINES = 15
SHOWN_LEFT_OUT = 6
WIDEST = 100

_BORDERS = {"read": "green", "change": "cyan", "disrupt": "yellow", "destroy": "red"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a card needs beside the plan: how long a yes holds, and the person's zone."""

    lifetime: timedelta
    zone: tzinfo = UTC


def plan_card(plan: Plan, decision: Decision, frame: Frame, console: Console) -> RenderableType:
    """The whole plan; in a box where the output is a terminal."""
    parts: list[RenderableType] = []
    for index, call in enumerate(plan.calls):
        if index:
            parts.append(Text(""))
        heading = f"{index + 1}. " if len(plan.calls) > 1 else ""
        parts += _call(call, heading, frame)
    parts += [Text(""), _facts(_whole(plan, decision, frame))]
    title = Text(f"Plan {plan.id[:8]}", "bold")
    if not console.is_terminal:
        return Group(Text(f"Plan {plan.id[:8]} ({plan.risk.value})"), *parts)
    title.append(f" · {plan.risk.value}", RISK_STYLES[plan.risk.value])
    return Panel(
        Group(*parts),
        title=title,
        title_align="left",
        border_style=_BORDERS[plan.risk.value],
        box=box.ROUNDED,
        width=min(console.width, WIDEST),
        padding=(0, 1),
    )


def _call(call: PlannedCall, heading: str, frame: Frame) -> Iterable[RenderableType]:
    effect = clean(call.effect)
    title = Text(f"{heading}{effect[:1].upper()}{effect[1:]}", "bold")
    many = counted(len(call.vms), "machine") if call.vms else counted(len(call.steps), "step")
    title.append(f"  {call.tool}, {many}", "not bold bright_black")
    yield title
    yield _machines(call.vms) if call.vms else _steps([step.label for step in call.steps])
    facts = _about(call, frame)
    if facts:
        yield _facts(facts)


def _machines(vms: Sequence[VM]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, overflow="ellipsis", min_width=8)
    for _ in range(4):
        table.add_column(no_wrap=True, overflow="ellipsis")
    table.columns[4].justify = "right"
    for vm in vms[:SHOWN_MACHINES]:
        guarded = " (protected)" if vm.protected else ""
        table.add_row(
            Text(f"  {clean(vm.name)}{guarded}"),
            state(vm.state.value),
            Text(clean(f"{vm.provider} {vm.region}"), "bright_black"),
            Text(f"{vm.vcpus} vCPU {number(vm.memory_gib)} GiB", "bright_black"),
            Text(f"{money_hour(vm.hourly_cost_usd)}/h", "bright_black"),
        )
    if len(vms) > SHOWN_MACHINES:
        table.add_row(Text(f"  … and {len(vms) - SHOWN_MACHINES:,} more", "bright_black"))
    return table


def _steps(labels: Sequence[str]) -> Text:
    shown = ", ".join(clean(label) for label in labels[:SHOWN_MACHINES])
    more = len(labels) - SHOWN_MACHINES
    return Text(f"  {shown}{f' and {more:,} more' if more > 0 else ''}")


Facts = list[tuple[str, Text]]


def _about(call: PlannedCall, frame: Frame) -> Facts:
    facts: Facts = []
    if call.when is not None:
        at = moment_text(call.when.at, frame.zone) if call.when.at else f"cron {call.when.cron}"
        facts.append(("When", Text(clean(at))))
    if call.loses:
        facts.append(("Lost for good", Text(clean(call.loses), "bold red")))
    undo = Text(clean(call.undo.how))
    facts.append(("Undo", undo) if call.undo.possible else ("No undo", undo))
    if call.left_out:
        facts.append(("Left out", Text(_left_out(call.left_out))))
    facts += [("Note", Text(clean(note), "yellow")) for note in call.notes]
    return facts


def _left_out(left_out: Sequence[LeftOut]) -> str:
    """Machines by the reason for which they are left out."""
    by_reason: dict[str, list[str]] = {}
    for machine in left_out:
        by_reason.setdefault(clean(machine.reason), []).append(clean(machine.name))
    parts: list[str] = []
    for reason, names in by_reason.items():
        more = len(names) - SHOWN_LEFT_OUT
        shown = ", ".join(names[:SHOWN_LEFT_OUT]) + (f" and {more} more" if more > 0 else "")
        parts.append(f"{shown} ({reason})")
    return "; ".join(parts)


def _whole(plan: Plan, decision: Decision, frame: Frame) -> Facts:
    rules = ", ".join(clean(rule) for rule in decision.rules) or clean(decision.reason)
    waits = _WAITS[decision.effect]
    if decision.effect == "ask" and plan.to_type is not None:
        waits = "waits for what must be typed"
    return [
        ("Cost", Text(money_change(plan.cost_change_usd))),
        ("Decided by", Text(f"{rules}: {waits}")),
        ("A yes", Text(f"holds {span(frame.lifetime.total_seconds())}, for this plan alone, once")),
    ]


_WAITS = {
    "allow": "allowed",
    "ask": "waits for your yes",
    "ask_two": "waits for the yes of two people",
    "deny": "refused",
}


def _facts(facts: Facts) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, style="bright_black", min_width=12)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(name, value)
    return table


def question(plan: Plan, decision: Decision) -> Text:
    """What the plan waits for, as the last line before the prompt."""
    if decision.effect == "ask_two":
        return Text("This needs the yes of two people, one of them not you.", "bold")
    if plan.to_type is None:
        return Text("Shall I go ahead? (yes or no)", "bold")
    asked = Text(f"Data is lost. To go ahead, type {plan.what_to_type}: ", "bold")
    return asked.append(clean(plan.to_type), "bold red")
