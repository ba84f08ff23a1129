"""Every command by name: where it stands in the help, its one line, and where its code is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A command as the help shows it, and where its Typer app is."""

    section: str
    summary: str
    target: str


TYPED = "ui.commands.typed:group"
"""Makes the group of typed commands that a name stands for."""

_TALK = "Talk"
_DECIDE = "Decide"
_LOOK = "Look and change"
_RUN = "Run NovaCron"

ENTRIES: dict[str, Entry] = {
    "chat": Entry(_TALK, "Talk to NovaCron; what `novacron` alone does.", "ui.commands.chat:app"),
    "ask": Entry(_TALK, "Say one sentence; for scripts too.", "ui.commands.ask:app"),
    "listen": Entry(_TALK, "Say a command instead of typing it.", "ui.commands.listen:app"),
    "plan": Entry(_TALK, "See what sentences would do, changing nothing.", "ui.commands.plan:app"),
    "pending": Entry(_DECIDE, "Show the plans that wait.", "ui.commands.approve:pending"),
    "approve": Entry(_DECIDE, "Say yes to a plan and run it.", "ui.commands.approve:approve"),
    "cancel": Entry(_DECIDE, "Call off a plan that waits.", "ui.commands.approve:cancel"),
    "undo": Entry(_DECIDE, "Undo an operation, the last one if not named.", TYPED),
    "vms": Entry(_LOOK, "List, stop, resize, delete machines and more.", TYPED),
    "machines": Entry(_LOOK, "The same as vms.", "ui.commands.typed:machines"),
    "snapshots": Entry(_LOOK, "List, restore and delete snapshots.", TYPED),
    "disks": Entry(_LOOK, "Attach and grow disks.", TYPED),
    "ports": Entry(_LOOK, "List, open and close ports of machines.", TYPED),
    "addresses": Entry(_LOOK, "Give and take public addresses.", TYPED),
    "groups": Entry(_LOOK, "Scale groups.", TYPED),
    "metrics": Entry(_LOOK, "Ask and forecast metrics.", TYPED),
    "anomalies": Entry(_LOOK, "Find machines that behave unusually.", TYPED),
    "cost": Entry(_LOOK, "Report what machines cost.", TYPED),
    "savings": Entry(_LOOK, "Find what could cost less.", TYPED),
    "placement": Entry(_LOOK, "Find where a new machine fits.", TYPED),
    "catalog": Entry(_LOOK, "List sizes, images, regions, hosts, networks.", TYPED),
    "runbooks": Entry(_LOOK, "Search the runbooks.", TYPED),
    "knowledge": Entry(_LOOK, "Add your own documents; search them.", "ui.commands.knowledge:app"),
    "operations": Entry(_RUN, "See, follow and cancel what ran and runs.", TYPED),
    "schedules": Entry(_RUN, "See and cancel what runs later.", TYPED),
    "audit": Entry(_RUN, "Read, verify and export the audit.", "ui.commands.audit:app"),
    "doctor": Entry(_RUN, "See what is connected and missing.", "ui.commands.doctor:app"),
    "serve": Entry(_RUN, "Serve web chat, HTTP and MCP.", "ui.commands.serve:app"),
    "slack": Entry(_RUN, "Answer in Slack over Socket Mode.", "ui.commands.slack:app"),
    "mcp": Entry(_RUN, "Speak MCP with a client on this machine.", "ui.commands.mcp:app"),
    "users": Entry(_RUN, "Add and disable those who sign in.", "ui.commands.users:app"),
    "tokens": Entry(_RUN, "Make and revoke programs' tokens.", "ui.commands.tokens:app"),
    "worker": Entry(_RUN, "Run operations of a Postgres queue.", "ui.commands.worker:app"),
    "sandbox": Entry(_RUN, "Reset the simulated fleet; make it fail.", "ui.commands.sandbox:app"),
    "tools": Entry(_RUN, "Every tool, its risk and examples.", "ui.commands.tools:app"),
    "eval": Entry(_RUN, "Judge a brain by cases.", "evals.cli:app"),
    "completion": Entry(_RUN, "Print a shell's completion.", "ui.commands.completion:app"),
}
"""In the order of the help."""
