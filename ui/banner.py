"""What the chat shows first: what is connected, and what one could say."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ui.session import Session
from ui.text import clean, counted

STARTERS = (
    "which machines are idle?",
    "how many machines per environment?",
    "stop bob's box",
    "restart web-03 and then show me its cpu",
    "undo that",
)
SIMULATED = "simulated, nothing here is real"


def banner(session: Session) -> RenderableType:
    """The connections, those that were skipped and why, and the brain."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=30)
    table.add_column(overflow="fold")
    for name, text in connection_lines(session):
        table.add_row(Text(f"  {clean(name)}", "bold"), text)
    brain = session.turns.brain.name
    title = Text("NovaCron", "bold cyan").append(
        f"  brain: {clean(brain)}", "not bold bright_black"
    )
    return Group(title, table)


def connection_lines(session: Session) -> list[tuple[str, Text]]:
    """Each connection with what it reaches, and each one that could not be made."""
    control = session.control
    fleet = control.inventory.names()
    per_connection = Counter(control.inventory.connections_of([i for _, i in fleet]).values())
    lines: list[tuple[str, Text]] = []
    for connected in control.inventory.connected():
        provider = control.inventory.providers[connected.name]
        if connected.error is not None:
            text = Text(f"not reached: {clean(str(connected.error.get('message', '')))}", "red")
        else:
            text = Text(counted(per_connection[connected.name], "machine"), "green")
            if provider.kind == "sandbox":
                text.append(f" ({SIMULATED})", "yellow")
        lines.append((connected.name, text))
    for skipped in session.skipped:
        lines.append((skipped.name, Text(f"skipped: {clean(skipped.error.message)}", "yellow")))
    return lines


def starters(session: Session) -> RenderableType:
    """Sentences to begin with; those about machines only where the machines are there."""
    names = {name for name, _ in session.control.inventory.names()}
    shown = [s for s in STARTERS if "web-03" not in s or "web-03" in names]
    if "web-03" not in names and names:
        shown.insert(2, f"describe {clean(min(names))}")
    lines = [Text("Try:", "bright_black")]
    return Group(*lines, *(Text(f"  {sentence}", "cyan") for sentence in shown[:5]))


HELP = """\
Say what you want in your own words. Reading runs at once; what changes machines
is shown as a plan first and waits for your yes; losing data takes typing the
machine's name, or how many machines there are.

  which machines are idle?            stop the staging web boxes except web-stg-1
  cpu of the databases since monday   snapshot db-prod-1 and then restart it
  what costs the most?                every night at 22:00 stop the dev machines

  yes, no             settle the plan that waits       undo that   undo the last
  actually …          change the plan that waits       do the same to web-04

  /plan   the plan that waits         /why    how the last sentence was read
  /chart FILE.png   the last answer's chart as a picture
  /help   this                        /quit   leave (or Ctrl-D)"""
