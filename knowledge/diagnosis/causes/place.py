"""What ails the place that a machine is in, or was done to it: host, provider, people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from knowledge.diagnosis.cause import Cause
from knowledge.diagnosis.clues import (
    Clue,
    answers,
    did,
    heard,
    ill_neighbours,
    in_state,
    refused,
    well_neighbours,
    when,
)
from knowledge.diagnosis.evidence import Evidence
from tools.machine import State

_OFF = r"off|down|dead|stopp|gone|reach|respond|start|running|shut|unavailable|offline"
_STOPS = ("stop_vms", "suspend_vms", "restore_snapshot", "restart_vms")
_OFF_STATES = (State.STOPPED, State.SUSPENDED, State.PAUSED, State.STOPPING)
_ILL_NEIGHBOURS = ill_neighbours(1)
_TOLD = heard(
    1,
    "stopped-by-someone",
)
_FAILED = ("failed", "unknown")


def _ill_alike(seen: Evidence) -> str | None:
    around = seen.around
    if len(around.alike_ill) < 2 or 2 * len(around.alike_ill) < around.alike:
        return None
    return f"{len(around.alike_ill)} of {around.alike} machines of its kind are ill too"


def _changed(seen: Evidence) -> str | None:
    acts = [a for a in seen.acts if a.status == "done" and seen.moment - a.at < timedelta(hours=24)]
    return acts[0].in_words() if acts and seen.running else None


def _by(clue: Clue) -> Callable[[Evidence], str | None]:
    """The clue, of a machine that is off."""

    def find(seen: Evidence) -> str | None:
        said = clue.find(seen) if seen.vm.state in _OFF_STATES else None
        return said.text if said and said.share == 1.0 else None

    return find


def _with_its_host(seen: Evidence) -> str | None:
    if not seen.silent and seen.vm.state not in {State.ERROR, State.UNKNOWN}:
        return None
    said = _ILL_NEIGHBOURS.find(seen)
    return said.text if said else None


PLACE = (
    Cause(
        "stopped-by-someone",
        "somebody stopped it",
        signs=(
            when(0.9, _by(did(1, ("done",), *_STOPS))),
            when(0.75, _by(_TOLD)),
        ),
        against=(answers(0.95),),
        about="a machine was stopped or suspended by a colleague",
        say="{wake} {name}",
        look="ask them before it is started again",
        symptoms=_OFF,
        explains=("powered-off", "silent", "paused", "capacity"),
    ),
    Cause(
        "powered-off",
        "it is powered off",
        signs=(in_state(0.72, State.STOPPED),),
        about="a machine is powered off",
        say="start {name}",
        look="nobody stopped it through NovaCron lately: ask who did",
        symptoms=_OFF,
        explains=("silent",),
    ),
    Cause(
        "paused",
        "it is suspended or paused",
        signs=(in_state(0.7, State.SUSPENDED, State.PAUSED),),
        about="a machine is paused or suspended",
        say="resume {name}",
        look="find out who paused it, or whether its storage did",
        symptoms=_OFF + "|paus|suspend|sleep|freez|hang",
        explains=("silent",),
    ),
    Cause(
        "capacity",
        "its provider has no room for it, or a quota is used up",
        signs=(
            did(
                0.9,
                _FAILED,
                "start_vms",
                "resume_vms",
                "create_vms",
                "resize_vms",
                "scale_group",
                "restart_vms",
                "undo",
                code="capacity",
            ),
            heard(
                0.85,
                "capacity",
            ),
        ),
        against=(answers(0.7),),
        about="capacity error or quota exceeded when a machine is started",
        say="list the sizes of {provider}",
        look="try another size or zone, or ask for a higher quota",
        symptoms=r"start|capacity|quota|room|launch|create|boot|down|off",
        explains=("powered-off", "error-state", "stuck", "silent"),
    ),
    Cause(
        "migration-failed",
        "its migration failed",
        signs=(
            did(0.88, _FAILED, "migrate_vms"),
            heard(
                0.85,
                "migration-failed",
            ),
        ),
        about="live migration fails or never finishes",
        say="what was done to {name} in the last 24 hours?",
        look="compare CPU models and storage of both hosts, then migrate it again",
        symptoms=r"migrat|move|vmotion|host|slow|hang",
        explains=("error-state", "recent-change", "paused", "stuck"),
    ),
    Cause(
        "host-down",
        "its host is in trouble",
        signs=(
            when(0.88, _with_its_host),
            heard(
                0.75,
                "host-down",
            ),
            in_state(0.25, State.UNKNOWN, State.ERROR),
            when(0.2, _ill_alike),
        ),
        against=(well_neighbours(0.5), answers(0.55)),
        about="a hypervisor host fails: its machines are gone or unreachable",
        say="list the machines on host {host}",
        look="look at the host itself before its machines",
        symptoms=_OFF + r"|host|hypervisor|hardware",
        explains=(
            "silent",
            "error-state",
            "agent-stopped",
            "unknown-state",
            "network-down",
            "kernel-panic",
            "powered-off",
        ),
    ),
    Cause(
        "provider-throttled",
        "its provider asks NovaCron to slow down",
        signs=(
            refused(0.9, "throttled"),
            did(0.7, _FAILED, code="throttled"),
            heard(0.6, "provider-throttled"),
        ),
        about="the provider's API throttles requests: rate limit exceeded",
        look="wait a little; find what else asks so often (a script, another tool)",
        say="list the operations of the last hour",
        symptoms=r"throttl|rate|slow|api|time.?out|list|old|stale",
        explains=("provider-unreachable", "unknown-state", "silent"),
    ),
    Cause(
        "provider-unreachable",
        "its provider cannot be reached or refuses NovaCron",
        signs=(
            refused(0.85, "unreachable", "not_allowed", "provider_failed"),
            did(0.5, _FAILED, code="unreachable"),
        ),
        about="the provider cannot be reached, or its credentials have expired",
        look="run `novacron doctor`; check the network and the credentials of this connection",
        say="list the providers",
        symptoms=r"reach|api|provider|connect|list|old|stale|credential",
        explains=("unknown-state", "silent"),
    ),
    Cause(
        "stuck",
        "it is stuck between two states",
        signs=(in_state(0.62, State.STARTING, State.STOPPING),),
        about="a machine hangs while it starts or stops",
        say="force stop {name}",
        look="look again in a few minutes first",
        symptoms=_OFF + "|stuck|hang|pending",
        explains=("silent",),
    ),
    Cause(
        "error-state",
        "its provider reports an error, without saying more",
        signs=(in_state(0.6, State.ERROR),),
        against=(answers(0.3),),
        about="a machine is in error state",
        say="force restart {name}",
        look="read its provider's own message and its console first",
        symptoms=_OFF + "|error",
        explains=("silent",),
    ),
    Cause(
        "unknown-state",
        "its provider cannot tell its state",
        signs=(in_state(0.6, State.UNKNOWN),),
        about="the state of a machine is unknown",
        say="describe {name}",
        look="check the connection with `novacron doctor`",
        symptoms=_OFF,
        explains=("silent",),
    ),
    Cause(
        "recent-change",
        "something was changed on it lately",
        signs=(
            when(0.36, _changed),
            did(0.4, _FAILED),
        ),
        about="trouble began after a change",
        say="what was done to {name} in the last 24 hours?",
        look="ask whether the trouble began then; undo it if so",
        symptoms=r"since|after|change|sudden|yesterday|today|morning|upgrade|resiz|deploy",
    ),
)
