"""Changes of one machine: power, size, tags, protection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tools.errors import (
    Conflict,
    InvalidRequest,
    NotAllowed,
    NovaError,
    OutcomeUnknown,
    Unsupported,
)
from tools.machine import State
from tools.providers.aws_link import OURS, Facts, Place, digest, tag_list, tags_of
from tools.providers.aws_reading import Types
from tools.providers.aws_record import TypeFacts, name_of, state_of

_RESTART_TAG = f"{OURS}restart"
RESUME_TAG = f"{OURS}runs-after"
"""Written before a running machine is stopped for a change: the token of that change."""


def start(place: Place, instance_id: str) -> None:
    """Power a machine on; one that is hibernated goes on where it was."""
    state = state_of(place.instance(instance_id))
    if state not in {State.RUNNING, State.STARTING}:
        place.act("ec2", "start_instances", InstanceIds=[instance_id])


def stop(place: Place, instance_id: str, *, force: bool) -> None:
    """Shut a machine down; with `force` its system is not asked."""
    instance = place.instance(instance_id)
    state = state_of(instance)
    if state is State.SUSPENDED:
        raise Conflict(
            f"{name_of(instance)} is hibernated: AWS keeps its memory until it starts.",
            hint="Resume it, then stop it.",
        )
    if state is State.STOPPED or (state is State.STOPPING and not force):
        return
    hard: Facts = {"Force": True, "SkipOsShutdown": True} if force else {}
    place.act("ec2", "stop_instances", InstanceIds=[instance_id], **hard)


def suspend(place: Place, instance_id: str) -> None:
    """Hibernate a running machine: its memory goes to its first disk."""
    instance = place.instance(instance_id)
    _require(instance, State.RUNNING, "suspended")
    if not instance.get("HibernationOptions", {}).get("Configured"):
        raise Unsupported(
            f"{name_of(instance)} was launched without hibernation, and AWS cannot add it.",
            hint="Stop it instead, or make a new machine that hibernates.",
        )
    place.act("ec2", "stop_instances", InstanceIds=[instance_id], Hibernate=True)


def resume(place: Place, instance_id: str) -> None:
    """Start a hibernated machine."""
    instance = place.instance(instance_id)
    if state_of(instance) in {State.RUNNING, State.STARTING}:
        return
    _require(instance, State.SUSPENDED, "resumed")
    place.act("ec2", "start_instances", InstanceIds=[instance_id])


def restart(place: Place, instance_id: str, token: str) -> None:
    """Reboot a running machine, once for a token.

    EC2 has no client token here and shows no trace of a reboot, so ours is written on the machine
    before: one that is found there belongs to a reboot of which nobody knows whether it was sent.
    AWS asks the system to shut down and, where it does not within minutes, resets the machine.
    """
    instance = place.instance(instance_id)
    _require(instance, State.RUNNING, "restarted")
    mark = digest(token)
    if tags_of(instance).get(_RESTART_TAG) == mark:
        raise OutcomeUnknown(f"A restart of {name_of(instance)} was begun, and no answer came.")
    _write(place, instance_id, {_RESTART_TAG: mark})
    try:
        place.act("ec2", "reboot_instances", InstanceIds=[instance_id])
    except OutcomeUnknown:
        raise
    except NovaError:
        _erase(place, instance_id, [_RESTART_TAG])
        raise


def resize(place: Place, instance_id: str, token: str, size: str, types: Types) -> None:
    """Give a machine another type; one that runs is stopped, changed and started again.

    Where AWS has no room for the new type, or refuses it, the machine gets its old type back and
    runs as before. A retry goes on where a dead process stopped.
    """
    instance = place.instance(instance_id)
    ran = running_before(place, instance, token)
    _check_type(instance, types.get(place, size))
    before = instance["InstanceType"]
    if before == size and RESUME_TAG not in tags_of(instance):
        return
    if ran:
        stop_for_change(place, instance, token)
    elif state_of(instance) is not State.STOPPED:
        _require(instance, State.STOPPED, "resized")
    try:
        if before != size:
            place.act(
                "ec2", "modify_instance_attribute",
                InstanceId=instance_id, InstanceType={"Value": size},
            )  # fmt: skip
        if ran:
            place.act("ec2", "start_instances", InstanceIds=[instance_id])
    except OutcomeUnknown:
        raise
    except NovaError:
        _put_back(place, instance_id, before, ran=ran)
        raise
    if ran:
        settle_after_change(place, instance_id)


def _check_type(instance: Facts, kind: TypeFacts) -> None:
    architecture = instance.get("Architecture", "x86_64")
    if architecture not in kind.architectures:
        runs = ", ".join(kind.architectures)
        raise InvalidRequest(
            f"{name_of(instance)} is a machine for {architecture}; {kind.name} runs {runs}.",
            hint=f"Choose a size for {architecture}.",
        )


def _put_back(place: Place, instance_id: str, before: str, *, ran: bool) -> None:
    place.act(
        "ec2", "modify_instance_attribute", InstanceId=instance_id, InstanceType={"Value": before}
    )
    if ran:
        place.act("ec2", "start_instances", InstanceIds=[instance_id])
        settle_after_change(place, instance_id)


def running_before(place: Place, instance: Facts, token: str) -> bool:
    """Whether the machine runs, or ran before this very change stopped it."""
    begun = tags_of(instance).get(RESUME_TAG) == digest(token)
    return begun or state_of(instance) in {State.RUNNING, State.STARTING}


def stop_for_change(place: Place, instance: Facts, token: str) -> None:
    """Stop a machine that shall run again afterwards, and write that down first."""
    instance_id = instance["InstanceId"]
    if tags_of(instance).get(RESUME_TAG) != digest(token):
        _write(place, instance_id, {RESUME_TAG: digest(token)})
    if state_of(place.instance(instance_id)) is not State.STOPPED:
        place.act("ec2", "stop_instances", InstanceIds=[instance_id])
    place.wait_for_state(instance_id, "stopped")


def settle_after_change(place: Place, instance_id: str) -> None:
    """The machine was started again: what was written down for a retry goes."""
    _erase(place, instance_id, [RESUME_TAG])


def set_tags(place: Place, instance_id: str, tags: Mapping[str, str]) -> None:
    """Add or change tags; `Name` renames the machine."""
    place.instance(instance_id)
    for key in tags:
        if key.startswith(("aws:", OURS)):
            raise InvalidRequest(f"Tags that begin with {key.split(':')[0]!r}: are not for people.")
    _write(place, instance_id, dict(tags))


def remove_tags(place: Place, instance_id: str, keys: Iterable[str]) -> None:
    """Remove tags where it has them."""
    instance = place.instance(instance_id)
    wanted = [key for key in keys if not key.startswith(("aws:", OURS))]
    here = [key for key in wanted if key in tags_of(instance)]
    if here:
        _erase(place, instance_id, here)


def set_protected(place: Place, instance_id: str, protected: bool) -> None:
    """Turn termination protection on or off."""
    place.instance(instance_id)
    place.act(
        "ec2", "modify_instance_attribute",
        InstanceId=instance_id, DisableApiTermination={"Value": protected},
    )  # fmt: skip


def scale(place: Place, group: Facts, count: int) -> None:
    """Bring an Auto Scaling group to this many machines."""
    least, most = int(group["MinSize"]), int(group["MaxSize"])
    name = group["AutoScalingGroupName"]
    if not least <= count <= most:
        raise NotAllowed(
            f"{name} may have {least} to {most} machines, not {count}.",
            hint="Choose a number within its limits, or change them in AWS.",
        )
    place.act(
        "autoscaling", "set_desired_capacity",
        AutoScalingGroupName=name, DesiredCapacity=count, HonorCooldown=False,
    )  # fmt: skip


def _write(place: Place, instance_id: str, tags: dict[str, str]) -> None:
    if tags:
        place.act("ec2", "create_tags", Resources=[instance_id], Tags=tag_list(tags))


def _erase(place: Place, instance_id: str, keys: Iterable[str]) -> None:
    place.act("ec2", "delete_tags", Resources=[instance_id], Tags=[{"Key": key} for key in keys])


def _require(instance: Facts, state: State, verb: str) -> None:
    now = state_of(instance)
    if now is not state:
        raise Conflict(f"{name_of(instance)} is {now.value} and cannot be {verb}.")
