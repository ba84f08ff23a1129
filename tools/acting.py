"""One act against a provider: repeated only where that is safe, and read back until it shows."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tools.catalog import Change, Step, Verdict
from tools.errors import NovaError, OutcomeUnknown, ProviderError, Throttled, Unreachable
from tools.inventory import Inventory
from tools.losses import DISK
from tools.machine import VM
from tools.providers.base import Provider
from tools.world import World

ATTEMPTS = 6
"""So often a request that was refused for now is sent; after that the step has failed."""
UNANSWERED = 3
"""So often a request that may be repeated is sent without an answer."""
LONGEST_WAIT_S = 30.0
SETTLE_S = 180.0
"""So long an accepted act may take to show; after that its outcome counts as unknown."""
BLIND_S = 45.0
"""So long a provider may be out of reach after an act was sent; then its outcome is unknown."""


@dataclass
class Act:
    """One step as it is carried out.

    Attributes:
        again: it may have been sent before by a process that died.
        token: the provider's client token; the same for every attempt.
        verdict: what the last reading said; None until there is one.
    """

    number: int
    step: Step
    change: Change[Any]
    provider: Provider | None
    token: str
    again: bool
    before: VM | None = None
    attempts: int = 0
    verdict: Verdict | None = None
    error: NovaError | None = None
    result_id: str | None = None
    after: VM | None = None
    unknown: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing more is to come."""
        if self.error is not None:
            return True
        return self.verdict is not None and self.verdict.status in ("done", "failed")

    @property
    def machine_id(self) -> str:
        """Where the outcome shows."""
        return self.result_id or self.step.target


@dataclass
class _Lane:
    """The acts on one provider; once it could not be reached, each of the rest is tried once."""

    is_down: bool = False


def perform(acts: Sequence[Act], world: World) -> None:
    """Send every act, so many at once as each provider takes."""
    by_provider: dict[str, list[Act]] = {}
    for act in acts:
        if act.provider is None:
            _here(act, world)
        else:
            by_provider.setdefault(act.provider.name, []).append(act)
    turns = [turn for group in by_provider.values() for turn in _turns(group)]
    if len(turns) == 1:
        _in_turn(*turns[0])
    elif turns:
        with ThreadPoolExecutor(len(turns)) as pool:
            for one in [pool.submit(_in_turn, *turn) for turn in turns]:
                one.result()


def _turns(group: Sequence[Act]) -> list[tuple[Sequence[Act], _Lane]]:
    """The acts on one provider in as many turns as it takes requests at once."""
    provider, lane = group[0].provider, _Lane()
    at_once = min(len(group), provider.concurrency if provider else 1)
    return [(group[start::at_once], lane) for start in range(at_once)]


def _in_turn(acts: Sequence[Act], lane: _Lane) -> None:
    for act in acts:
        _send(act, lane)


def _here(act: Act, world: World) -> None:
    act.attempts += 1
    try:
        act.verdict = act.change.act_here(world, act.step)
    except NovaError as error:
        act.error = error
    if act.verdict is None and act.error is None:
        act.error = ProviderError(f"No provider carries out {act.step.label}.")


def _send(act: Act, lane: _Lane) -> None:
    """Send one act; what may not be repeated is read back instead."""
    if act.again and not _may_repeat(act):
        return
    while not _try(act, lane):
        pass


def _try(act: Act, lane: _Lane) -> bool:
    """One attempt: whether it was the last."""
    assert act.provider is not None
    act.attempts += 1
    try:
        act.result_id = act.change.act(act.provider, act.step, act.token)
    except (Throttled, Unreachable) as refused:
        gives_up = lane.is_down and isinstance(refused, Unreachable)
        if act.attempts < ATTEMPTS and not gives_up:
            time.sleep(_pause(refused, act.attempts))
            return False
        lane.is_down = isinstance(refused, Unreachable)
        act.error = _as_known(act, refused)
    except OutcomeUnknown as unknown:
        act.unknown = True
        if _may_repeat(act):
            if act.attempts < UNANSWERED:
                return False
            act.error = unknown
    except NovaError as error:
        act.error = _as_known(act, error)
    except Exception as error:  # a provider's bug must not take the others along
        act.error = _as_known(act, ProviderError(f"{type(error).__name__}: {error}"))
    else:
        act.unknown = lane.is_down = False
    return True


def _as_known(act: Act, error: NovaError) -> NovaError:
    """The error, unless an earlier attempt may have been carried out in spite of it."""
    assert act.provider is not None
    certain = act.provider.deduplicates and not error.retryable
    if certain or not (act.unknown or act.again):
        return error
    return OutcomeUnknown(f"It may have been done at an earlier attempt. {error.message}")


def _may_repeat(act: Act) -> bool:
    deduplicates = act.provider is not None and act.provider.deduplicates
    return deduplicates or (act.change.repeatable and act.change.visible)


def _pause(refused: NovaError, attempt: int) -> float:
    """The provider's own wish, else doubling from a quarter of a second, with jitter."""
    if refused.retry_after_s is not None:
        return min(refused.retry_after_s, LONGEST_WAIT_S)
    return min(0.25 * 2 ** (attempt - 1), LONGEST_WAIT_S) * random.uniform(0.7, 1.3)


def read_machines(provider: Provider, ids: Sequence[str]) -> dict[str, VM]:
    """The machines as they are; a reading that is refused for now is tried again.

    Raises:
        NovaError: they cannot be read.
    """
    attempt = 1
    while True:
        try:
            return provider.get_machines(ids)
        except (Throttled, Unreachable) as refused:
            if attempt >= ATTEMPTS:
                raise
            time.sleep(_pause(refused, attempt))
            attempt += 1


def settle(acts: Sequence[Act], on_settled: Callable[[Sequence[Act]], None]) -> None:
    """Read back until every act shows or its time is up; a batch is one reading a provider."""
    until = time.monotonic() + SETTLE_S
    read_at: dict[str, float] = {}
    pause = 0.05
    _look_once([act for act in acts if isinstance(act.error, OutcomeUnknown)])
    waiting = [act for act in acts if not act.settled]
    on_settled([act for act in acts if act.settled])
    while waiting:
        unread = _read_back(waiting)
        _give_up(waiting, unread, read_at)
        late = time.monotonic() > until
        for act in waiting:
            if late and not act.settled:
                seen = act.verdict.seen if act.verdict else "nothing to see"
                act.error = OutcomeUnknown(f"It does not show after {SETTLE_S:.0f} s: {seen}.")
        on_settled([act for act in waiting if act.settled])
        waiting = [act for act in waiting if not act.settled]
        if waiting:
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)


def _look_once(unanswered: Sequence[Act]) -> None:
    """Where no answer came, a reading may show all the same that it was done."""
    visible = [act for act in unanswered if act.change.visible and act.provider is not None]
    errors = [act.error for act in visible]
    for act in visible:
        act.error = None
    _read_back(visible)
    for act, error in zip(visible, errors, strict=True):
        if act.verdict is None or act.verdict.status != "done":
            act.error = error


def _give_up(
    waiting: Sequence[Act], unread: Mapping[str, NovaError], read_at: dict[str, float]
) -> None:
    """Wait no longer for providers that have been out of reach since the acts were sent.

    Args:
        waiting: the acts that do not show yet.
        unread: the providers that could not be read just now, and why.
        read_at: when each of the others was read last; brought up to date.
    """
    now = time.monotonic()
    for act in waiting:
        name = act.provider.name if act.provider else ""
        if name not in unread:
            read_at[name] = now
        elif now - read_at.setdefault(name, now) > BLIND_S and not act.settled:
            why = unread[name].message
            act.error = OutcomeUnknown(f"It was sent, and {name} cannot be read since: {why}")


def _read_back(acts: Sequence[Act]) -> dict[str, NovaError]:
    """Read the machines and judge each act; which providers could not be reached, and why."""
    unread: dict[str, NovaError] = {}
    groups: dict[str, list[Act]] = {}
    for act in acts:
        if act.provider is None:
            continue
        verdict = _judged(act)
        if verdict is not None:
            act.verdict = verdict
            act.after = act.before  # what was judged is no part of the machine's record
        else:
            groups.setdefault(act.provider.name, []).append(act)
    for group in groups.values():
        provider = group[0].provider
        assert provider is not None
        try:
            seen = provider.get_machines([act.machine_id for act in group])
        except (Throttled, Unreachable) as error:
            if isinstance(error, Unreachable):
                unread[provider.name] = error
            continue
        except NovaError as error:
            for act in group:
                act.error = OutcomeUnknown(f"It was sent and cannot be read back: {error.message}")
            continue
        _judge(group, seen)
    return unread


def _judge(group: Sequence[Act], seen: Mapping[str, VM]) -> None:
    for act in group:
        act.after = seen.get(act.machine_id)
        if not act.change.visible and act.unknown:
            act.error = OutcomeUnknown("It was sent and no answer came back.")
            continue
        if not act.change.visible and act.again and act.attempts == 0:
            act.error = OutcomeUnknown(
                "The process that sent it died; nothing shows whether it was done."
            )
            continue
        act.verdict = act.change.verify(act.before, act.after, act.step)


def _judged(act: Act) -> Verdict | None:
    assert act.provider is not None
    try:
        return act.change.read_back(act.provider, act.step)
    except (Throttled, Unreachable) as refused:
        return Verdict.waiting(refused.message)
    except NovaError as error:
        act.error = OutcomeUnknown(f"It was sent and cannot be read back: {error.message}")
        return Verdict.waiting(error.message)


def provider_of_step(
    inventory: Inventory, step: Step, known: Mapping[str, Provider]
) -> Provider | None:
    """The connection that carries out a step, or None where only our own records change.

    Raises:
        NotFound: no connection reaches it.
    """
    if step.target.startswith("schedule:"):
        return None
    if step.target in known:
        return known[step.target]
    inner: Mapping[str, Any] = step.args.get("args", step.args)
    if step.target.startswith("new:"):
        return inventory.provider_for(str(inner.get("provider")), inner.get("region"))
    if step.target.startswith(DISK):
        return inventory.providers.get(str(inner.get("connection")))
    if step.target.startswith("group:"):
        name = step.target.removeprefix("group:")
        for offer in inventory.offers():
            if any(group.name == name for group in offer.groups):
                return inventory.provider_for(offer.provider, None)
    return inventory.provider_of(step.target)
