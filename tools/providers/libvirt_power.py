"""Starting and stopping one domain, by its observed state."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tools.errors import Conflict
from tools.machine import State
from tools.providers import libvirt_notes
from tools.providers.libvirt_link import libvirt, untyped
from tools.providers.libvirt_record import state_of
from tools.providers.libvirt_xml import Description

_ASK_AGAIN_S = 5


def state(domain: libvirt.virDomain) -> State:
    """What the domain is doing now."""
    code, reason = untyped(domain.state())
    return state_of(code, reason, saved=bool(domain.hasManagedSaveImage(0)))


def start(domain: libvirt.virDomain) -> None:
    """Power it on; a suspended one goes on where it was."""
    now = state(domain)
    if now is State.PAUSED:
        raise Conflict(f"{domain.name()} is paused, not stopped.", hint="Resume it instead.")
    if not domain.isActive():
        domain.create()


@dataclass(frozen=True, slots=True)
class Way:
    """How a machine is stopped.

    Attributes:
        force: cut the power.
        limit_s: how long it may take to shut down.
        ask_agent: asks the machine's agent, over a connection of its own, and may take a minute.
    """

    force: bool
    limit_s: float
    ask_agent: Callable[[], None]


def stop(domain: libvirt.virDomain, way: Way) -> None:
    """Shut it down, or cut its power."""
    now = state(domain)
    if now is State.SUSPENDED and not domain.isActive():
        if not way.force:
            raise Conflict(
                f"{domain.name()} is suspended and cannot shut down.",
                hint="Resume it first, or stop it by force, which loses its saved memory.",
            )
        domain.managedSaveRemove(0)
    if domain.isActive():
        _must_last(domain)
        switch_off(domain, way)


def restart(domain: libvirt.virDomain, token: str, way: Way) -> None:
    """Power it off and on again: a cold start, which takes up what was changed for the next one.

    The running number that libvirt gives at each start is written down first. A repeated request
    sees by it whether the old run has ended, so that a restart never happens twice.
    """
    notes = libvirt_notes.read(domain)
    if notes.restarting and notes.restarting[0] == token:
        ended = notes.restarting[1]
    else:
        if not domain.isActive():
            raise Conflict(f"{domain.name()} is not running.", hint="Start it instead.")
        _must_last(domain)
        ended = domain.ID()
        begun = dataclasses.replace(notes, restarting=(token, ended))
        libvirt_notes.write(domain, begun)
    if domain.isActive() and domain.ID() == ended:
        switch_off(domain, way)
    if not domain.isActive():
        domain.create()


def _must_last(domain: libvirt.virDomain) -> None:
    if not domain.isPersistent():
        raise Conflict(
            f"{domain.name()} has no lasting definition: stopping it would delete it.",
            hint="Define it first: virsh define.",
        )


def switch_off(domain: libvirt.virDomain, way: Way) -> None:
    """End a running domain and see it ended.

    Raises:
        Conflict: its system did not shut down within the limit; it still runs.
    """
    if way.force:
        domain.destroy()
        return
    if state(domain) is State.PAUSED:
        raise Conflict(
            f"{domain.name()} is paused and cannot shut down.",
            hint="Resume it first, or stop it by force.",
        )
    end = time.monotonic() + way.limit_s
    ask_again = 0.0
    ask_agent: Callable[[], None] | None = way.ask_agent
    while domain.isActive():
        if time.monotonic() > end:
            raise Conflict(
                f"{domain.name()} did not shut down within {way.limit_s:g} s and still runs.",
                hint="Look at its console; stop it by force to cut the power.",
            )
        if time.monotonic() >= ask_again:
            # A system that is still booting does not hear the power button.
            _ask_to_shut_down(domain, ask_agent)
            ask_agent = None
            ask_again = time.monotonic() + _ASK_AGAIN_S
        time.sleep(0.1)


def _ask_to_shut_down(domain: libvirt.virDomain, ask_agent: Callable[[], None] | None) -> None:
    """By the guest agent where it answers, else by the power button."""
    if ask_agent and Description.parse(domain.XMLDesc(0)).agent_connected:
        # libvirt waits 60 s for the guest to go, whatever limit was set: not in this thread.
        threading.Thread(target=ask_agent, daemon=True).start()
        return
    try:
        domain.shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN)
    except libvirt.libvirtError:
        if domain.isActive():
            raise


def suspend(domain: libvirt.virDomain) -> None:
    """Write its memory to the host's disk and end it; `resume` brings it back."""
    now = state(domain)
    if now is State.SUSPENDED:
        return
    if not domain.isActive():
        raise Conflict(f"{domain.name()} is {now.value}.", hint="Only a running machine suspends.")
    _must_last(domain)
    domain.managedSave(0)


def resume(domain: libvirt.virDomain) -> None:
    """Let it run on."""
    now = state(domain)
    if now is State.PAUSED:
        domain.resume()
    elif now is State.SUSPENDED and domain.isActive():
        domain.pMWakeup(0)
    elif now is State.SUSPENDED:
        domain.create()
    elif now is not State.RUNNING:
        raise Conflict(f"{domain.name()} is {now.value}.", hint="Start it instead.")
