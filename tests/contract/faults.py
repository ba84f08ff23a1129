"""What comes of a wire that goes wrong: one table of errors for every provider over the network.

`test_<provider>.py` derives a class from `FaultContract` and gives the fixture `faulted`: a
provider behind a `Wire`, and how its vendor words each refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from tests.contract.suite import Witnessed
from tests.contract.wire import Answer, Request, Way, Wire, WireFault
from tools.errors import (
    Capacity,
    Conflict,
    NotAllowed,
    NotFound,
    NovaError,
    OutcomeUnknown,
    ProviderError,
    Throttled,
    Unreachable,
)
from tools.machine import State
from tools.providers.base import Provider

REFUSALS: dict[str, tuple[type[NovaError], ...]] = {
    "throttled": (Throttled,),
    "throttled_for_2_s": (Throttled,),
    "expired": (NotAllowed,),
    "denied": (NotAllowed,),
    "capacity": (Capacity,),
    "conflict": (Conflict,),
    "not_found": (NotFound,),
    "invented": (ProviderError,),
}
"""Each refusal that a vendor words, and what it is in our words. `throttled_for_2_s` says how long
to wait; `invented` is a code that the vendor does not have yet."""

READ_REFUSALS = ("throttled", "throttled_for_2_s", "expired", "denied", "invented")

HTML = Answer(
    500, b"<!doctype html><html><h1>Internal Server Error</h1></html>",
    {"Content-Type": "text/html"},
)  # fmt: skip
"""What a load balancer in front of any vendor may answer."""


def stop(provider: Provider, machine_id: str, token: str) -> None:
    """The act that goes wrong where a bench names no other."""
    provider.stop(machine_id, token)


@dataclass
class FaultBench:
    """A provider behind a wire.

    Attributes:
        provider: what is tested; few attempts of its own, so that tests are short.
        machine_id: a running machine.
        wire: between it and its back end.
        witness: reads a machine by another way, past the wire.
        refusals: the vendor's answer for each of `REFUSALS` that it has.
        is_act: whether a request is the one that changes something.
        act, acted: an act that takes one changing request, and whether a witness shows it.
        secrets: what must not be in any error.
    """

    provider: Provider
    machine_id: str
    wire: Wire
    witness: Callable[[str], Witnessed | None]
    refusals: Mapping[str, Answer]
    is_act: Callable[[Request], bool]
    secrets: tuple[str, ...]
    act: Callable[[Provider, str, str], None] = stop
    acted: Callable[[Witnessed | None], bool] = lambda seen: (
        seen is None or seen.get("state") != State.RUNNING
    )
    tokens: list[str] = field(default_factory=list[str])

    def token(self) -> str:
        """A token that was never used."""
        self.tokens.append(f"faults-{id(self)}-{len(self.tokens)}")
        return self.tokens[-1]

    def done(self) -> bool:
        """Whether the act was carried out."""
        return self.acted(self.witness(self.machine_id))

    def refusal(self, name: str) -> Answer:
        """The vendor's words; a vendor without them skips the test."""
        if name not in self.refusals:
            pytest.skip(f"{self.provider.kind} has no words for {name}")
        return self.refusals[name]

    def check(self, error: NovaError) -> None:
        """It says what to do next, and no secret."""
        assert error.hint
        said = f"{error!r} {error.as_dict()}"
        assert not [secret for secret in self.secrets if secret in said]


class FaultContract:
    """The table; a provider's test class derives from it."""

    @pytest.mark.parametrize("name", READ_REFUSALS)
    def test_a_refused_reading_is_an_error_of_ours(self, faulted: FaultBench, name: str) -> None:
        fault = WireFault(Way.ANSWERED, answer=faulted.refusal(name))
        with faulted.wire.faulty(fault), pytest.raises(REFUSALS[name]) as caught:
            faulted.provider.list_machines()
        faulted.check(caught.value)
        if name == "throttled_for_2_s":
            assert caught.value.retry_after_s == 2

    @pytest.mark.parametrize("way", [Way.LOST, Way.DROPPED, Way.BROKEN, "html"])
    def test_a_reading_without_a_sound_answer_is_unreachable(
        self, faulted: FaultBench, way: Way | str
    ) -> None:
        fault = WireFault(Way.ANSWERED, answer=HTML) if way == "html" else WireFault(Way(way))
        with faulted.wire.faulty(fault), pytest.raises(Unreachable) as caught:
            faulted.provider.list_machines()
        faulted.check(caught.value)

    def test_a_reading_outlives_one_fault(self, faulted: FaultBench) -> None:
        before = faulted.provider.list_machines()
        fault = WireFault(Way.ANSWERED, answer=faulted.refusal("throttled"), requests=1)
        with faulted.wire.faulty(fault):
            assert faulted.provider.list_machines() == before
        assert fault.met == 1

    @pytest.mark.parametrize("name", REFUSALS)
    def test_a_refused_act_is_an_error_of_ours_and_changes_nothing(
        self, faulted: FaultBench, name: str
    ) -> None:
        answer = faulted.refusal(name)
        fault = WireFault(Way.ANSWERED, faulted.is_act, answer=answer)
        with faulted.wire.faulty(fault), pytest.raises(REFUSALS[name]) as caught:
            faulted.act(faulted.provider, faulted.machine_id, faulted.token())
        faulted.check(caught.value)
        if name == "throttled_for_2_s":
            assert caught.value.retry_after_s == 2
        assert not faulted.done()

    @pytest.mark.parametrize("way", [Way.LOST, Way.DROPPED, Way.BROKEN, "html"])
    def test_an_act_without_a_sound_answer_is_unknown_and_sent_once(
        self, faulted: FaultBench, way: Way | str
    ) -> None:
        html = WireFault(Way.ANSWERED, faulted.is_act, answer=HTML)
        fault = html if way == "html" else WireFault(Way(way), faulted.is_act)
        with faulted.wire.faulty(fault), pytest.raises(OutcomeUnknown) as caught:
            faulted.act(faulted.provider, faulted.machine_id, faulted.token())
        faulted.check(caught.value)
        assert fault.met == 1
        assert faulted.done() == (way in (Way.DROPPED, Way.BROKEN))

    def test_the_same_token_after_a_dropped_answer_acts_no_second_time(
        self, faulted: FaultBench
    ) -> None:
        if not faulted.provider.deduplicates:
            pytest.skip("it does not honour tokens")
        token = faulted.token()
        with (
            faulted.wire.faulty(WireFault(Way.DROPPED, faulted.is_act)),
            pytest.raises(OutcomeUnknown),
        ):
            faulted.act(faulted.provider, faulted.machine_id, token)
        faulted.act(faulted.provider, faulted.machine_id, token)
        assert faulted.done()

    def test_nobody_there_is_unreachable_and_nothing_was_sent(self, faulted: FaultBench) -> None:
        with faulted.wire.cut():
            for use in (
                faulted.provider.list_machines,
                faulted.provider.check,
                lambda: faulted.act(faulted.provider, faulted.machine_id, faulted.token()),
            ):
                with pytest.raises(Unreachable) as caught:
                    use()
                faulted.check(caught.value)
        assert not faulted.done()
        assert faulted.provider.get_machine(faulted.machine_id).state is State.RUNNING
