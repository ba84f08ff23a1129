"""`novacron sandbox`: the simulated fleet: look at it, reset it, export it, make it fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tools.control import open_sandbox, sandbox_file
from tools.errors import Ambiguous, InvalidRequest, NotFound
from tools.providers.sandbox_faults import Fault, FaultKind
from tools.settings import Settings, load_settings
from tools.times import utc_now
from ui.commands.grouped import Group
from ui.console import open_console
from ui.format import moment
from ui.tables import simple_table
from ui.text import clean, counted
from ui.wire import write_json

if TYPE_CHECKING:
    from tools.providers.sandbox import Sandbox

app = typer.Typer(
    cls=Group, rich_markup_mode=None, add_completion=False, invoke_without_command=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


@app.callback()
def sandbox(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Look at the simulated fleet, reset it, export it, or make it fail.

    \b
      novacron sandbox
      novacron sandbox make fleets/big --machines 10000
      NOVACRON_FLEET=fleets/big novacron
      novacron sandbox fault throttled --requests 3
      novacron sandbox fault stuck --machine web-03 --verb stop
      novacron sandbox trouble disk-full --machine web-01
      novacron sandbox heal
      novacron sandbox reset
    """
    if ctx.invoked_subcommand is None:
        show(as_json)


@app.command(name="show")
def show(as_json: AsJson = False) -> None:
    """How many machines there are, in which states, where they are kept, and what goes wrong."""
    settings = load_settings()
    with _opened(settings) as fleet:
        vms, faults, acts = fleet.list_machines(), fleet.faults(), fleet.acts()
        ills = fleet.ills()
    states = dict(Counter(vm.state.value for vm in vms).most_common())
    path = sandbox_file(settings)
    if as_json:
        kept = {"machines": len(vms), "states": states, "acts": len(acts), "file": str(path)}
        troubles = {ill.machine_id: ill.name for ill in ills}
        write_json({**kept, "faults": [asdict(fault) for fault in faults], "troubles": troubles})
        return
    console = open_console()
    shown = ", ".join(f"{number} {state}" for state, number in states.items())
    console.print(Text(f"{counted(len(vms), 'simulated machine')}: {shown}."))
    console.print(Text(f"{counted(len(acts), 'request')} carried out so far. Kept in {path}."))
    for fault in faults:
        console.print(Text(f"Fault: {_fault_text(fault)}.", "yellow"))
    for ill in ills:
        console.print(Text(f"Trouble: {ill.name} on {clean(ill.machine_id)}.", "yellow"))


@app.command(name="make")
def make(
    folder: Annotated[Path, typer.Argument(help="The fleet folder to write.")],
    machines: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same fleet.")] = 1,
) -> None:
    """Make up a fleet of any size with a week of metrics, as a folder for --fleet."""
    from tools.providers.sandbox import Sandbox
    from ui.fleet_export import export_fleet

    fleet = Sandbox.generated(None, machines, seed=seed, delays=False)
    try:
        export_fleet(fleet, folder, utc_now())
    finally:
        fleet.close()
    _say_exported(folder, machines)


@app.command(name="export")
def export(folder: Annotated[Path, typer.Argument(help="The fleet folder to write.")]) -> None:
    """Write the simulated fleet as it is now to a folder for --fleet."""
    from ui.fleet_export import export_fleet

    with _opened(load_settings()) as fleet:
        machines = export_fleet(fleet, folder, utc_now())
    _say_exported(folder, machines)


@app.command(name="reset")
def reset() -> None:
    """Put the simulated fleet back to its beginning; nothing real is touched."""
    from tools.providers.sandbox_store import Store

    settings = load_settings()
    store = Store.open(sandbox_file(settings))
    try:
        with store.transaction():
            store.clear()
    finally:
        store.close()
    with _opened(settings) as fleet:
        machines = len(fleet.list_machines())
    typer.echo(f"The simulated fleet is as it was at first: {counted(machines, 'machine')}.")


@app.command(name="fault")
def fault(
    kind: Annotated[FaultKind, typer.Argument(help="How requests go wrong.")],
    machine: Annotated[str | None, typer.Option(help="On this machine only: name or id.")] = None,
    verb: Annotated[str | None, typer.Option(help="For this verb only, such as stop.")] = None,
    requests: Annotated[int, typer.Option(min=1, help="How many requests it meets.")] = 1,
    always: Annotated[bool, typer.Option("--always", help="Until `sandbox heal`.")] = False,
    retry_after: Annotated[
        float, typer.Option(min=0, help="Seconds that a throttled request is told to wait.")
    ] = 1.0,
) -> None:
    """Let requests go wrong from now on, in every NovaCron that has this fleet open.

    \b
    throttled    asked to slow down          unreachable  no connection, reads too
    refused      an error of the provider    lost         never arrived, no answer
    stuck        accepted, never settles     dropped      carried out, no answer
    """
    with _opened(load_settings()) as fleet:
        machine_id = _id_of(fleet, machine) if machine else None
        injected = Fault(kind, machine_id, verb, None if always else requests, retry_after)
        fleet.inject(injected)
    typer.echo(f"From now on: {_fault_text(injected)}. `novacron sandbox heal` ends it.")


@app.command(name="trouble")
def trouble(
    name: Annotated[str | None, typer.Argument(help="Which trouble; none: list them.")] = None,
    machine: Annotated[str | None, typer.Option(help="On this machine: name or id.")] = None,
    seed: Annotated[int, typer.Option(help="Another one, another wording.")] = 1,
) -> None:
    """Let a machine be ill, to ask what is wrong with it: console, events, metrics, state.

    \b
      novacron sandbox trouble
      novacron sandbox trouble memory-leak
      novacron vms diagnose --name web-01
    """
    from tools.providers.sandbox_troubles import plan_trouble, trouble_names

    if name is None:
        typer.echo("\n".join(trouble_names()))
        return
    with _opened(load_settings()) as fleet:
        vms = fleet.list_machines()
        wanted = _id_of(fleet, machine) if machine else None
        vm = next((vm for vm in vms if vm.id == wanted), None)
        planned = plan_trouble(name, vms, seed, utc_now(), vm)
        fleet.fall_ill(*planned.ills)
        for one in planned.faults:
            fleet.inject(one)
    said = f"{clean(planned.vm.name)} has the trouble {name}. `novacron sandbox heal` ends it."
    typer.echo(f"{said}\nTry: novacron vms diagnose --name {clean(planned.vm.name)}")


@app.command(name="heal")
def heal() -> None:
    """Let nothing more go wrong, and every machine be well."""
    with _opened(load_settings()) as fleet:
        ended, ill = len(fleet.faults()), len(fleet.ills())
        fleet.clear_faults()
        fleet.recover()
    typer.echo(f"{counted(ended, 'fault')} and {counted(ill, 'trouble')} ended.")


@app.command(name="acts")
def acts(
    limit: Annotated[int, typer.Option(min=1, help="The last N.")] = 20, as_json: AsJson = False
) -> None:
    """Every request that the simulated fleet carried out: the witness of exactly-once."""
    with _opened(load_settings()) as fleet:
        found = fleet.acts()[-limit:]
        names = {vm.id: vm.name for vm in fleet.list_machines()}
    if as_json:
        write_json([asdict(act) for act in found])
        return
    rows = [
        (
            Text(moment(datetime.fromtimestamp(act.at, UTC))),
            Text(clean(names.get(act.machine_id, act.machine_id))),
            Text(act.verb),
            Text("yes" if act.changed else "no", "" if act.changed else "bright_black"),
            Text(clean(act.token), "bright_black"),
        )
        for act in found
    ]
    open_console().print(simple_table(["when", "machine", "verb", "changed", "token"], rows))


@contextmanager
def _opened(settings: Settings) -> Generator[Sandbox]:
    from tools.providers.sandbox import Sandbox

    if not settings.sandbox:
        raise InvalidRequest("The simulated fleet is switched off.", hint="Unset NOVACRON_SANDBOX.")
    fleet = open_sandbox(settings, utc_now)
    assert isinstance(fleet, Sandbox)
    try:
        yield fleet
    finally:
        fleet.close()


def _id_of(fleet: Sandbox, given: str) -> str:
    vms = fleet.list_machines()
    found = [vm for vm in vms if given in (vm.id, vm.name)]
    if not found:
        from tools.names import closest

        names = closest(given, [vm.name for vm in vms])
        raise NotFound(f"The sandbox has no machine {given!r}.", choices=names)
    if len(found) > 1:
        choices = tuple(vm.id for vm in found)
        raise Ambiguous(f"{len(found)} machines are called {given!r}.", choices=choices)
    return found[0].id


def _fault_text(fault: Fault) -> str:
    number = fault.requests
    many = "every request" if number is None else f"the next {counted(number, 'request')}"
    verb = f" to {clean(fault.verb)}" if fault.verb else ""
    place = f" on {clean(fault.machine_id)}" if fault.machine_id else ""
    return f"{fault.kind.value}: {many}{verb}{place}"


def _say_exported(folder: Path, machines: int) -> None:
    typer.echo(
        f"{counted(machines, 'machine')} written to {folder}.\n"
        f'Try: novacron plan --fleet {folder} "which machines are idle?"\n'
        f" or: NOVACRON_FLEET={folder} novacron"
    )
