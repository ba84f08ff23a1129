"""Starting and stopping one machine, by its observed state."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.errors import Conflict
from tools.machine import State
from tools.providers.vsphere_record import Seen, state_of

_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Way:
    """How acts are carried out.

    Attributes:
        wait: the result of a task, when it has ended.
        look: the machine read afresh.
        limit_s: how long a guest may take to shut down.
    """

    wait: Callable[[Any], Any]
    look: Callable[[Any], Seen]
    limit_s: float


def state(seen: Seen) -> State:
    """What the machine is doing."""
    return state_of(seen.get("runtime.powerState"), seen.get("runtime.connectionState"))


def start(seen: Seen, way: Way) -> None:
    """Power it on; a suspended one goes on where it was."""
    if state(seen) is not State.RUNNING:
        way.wait(seen.ref.PowerOnVM_Task(None))


def stop(seen: Seen, way: Way, *, force: bool) -> None:
    """Ask its tools to shut it down and see it off, or cut the power.

    Raises:
        Conflict: it is suspended, or it still runs when its time is up.
    """
    now = state(seen)
    if now is State.STOPPED:
        return
    if force:
        way.wait(seen.ref.PowerOffVM_Task())
        return
    if now is State.SUSPENDED:
        raise Conflict(
            f"{seen.name} is suspended and cannot shut down.",
            hint="Resume it first, or stop it by force, which loses its saved memory.",
        )
    seen.ref.ShutdownGuest()
    end, pause = time.monotonic() + way.limit_s, _PAUSE_S
    while state(way.look(seen.ref)) is not State.STOPPED:
        if time.monotonic() > end:
            raise Conflict(
                f"{seen.name} did not shut down within {way.limit_s:g} s and still runs.",
                hint="Look at its console; stop it by force to cut the power.",
            )
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)


def restart(seen: Seen, way: Way, *, force: bool) -> None:
    """Ask its tools to reboot it, or reset it.

    Raises:
        Conflict: it does not run.
    """
    now = state(seen)
    if now is not State.RUNNING:
        raise Conflict(f"{seen.name} is {now.value}.", hint="Start it instead.")
    if force:
        way.wait(seen.ref.ResetVM_Task())
    else:
        seen.ref.RebootGuest()


def suspend(seen: Seen, way: Way) -> None:
    """Write its memory to the datastore and end it.

    Raises:
        Conflict: it does not run.
    """
    now = state(seen)
    if now is State.SUSPENDED:
        return
    if now is not State.RUNNING:
        raise Conflict(f"{seen.name} is {now.value}.", hint="Only a running machine suspends.")
    way.wait(seen.ref.SuspendVM_Task())


def resume(seen: Seen, way: Way) -> None:
    """Let a suspended machine run on.

    Raises:
        Conflict: it is stopped.
    """
    now = state(seen)
    if now is State.SUSPENDED:
        way.wait(seen.ref.PowerOnVM_Task(None))
    elif now is not State.RUNNING:
        raise Conflict(f"{seen.name} is {now.value}.", hint="Start it instead.")
