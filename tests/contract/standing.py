"""What `examine` must tell of every provider that is reached over the network; and secrets that
were replaced in their store, for those that sign in with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest

from tests.contract.wire import Wire
from tools.credentials.found import Found
from tools.credentials.secret import Secret
from tools.credentials.stores import Stores
from tools.errors import Unreachable
from tools.providers.base import Capability, Provider


@dataclass
class StandingBench:
    """A provider whose rights and whose clock can be changed.

    Attributes:
        provider: what is tested, over `wire`.
        wire: between it and its back end.
        denied: takes `right` away for a while.
        right: a right in the vendor's words.
        capability: what `right` is needed for.
        where: a part of what is said of where it is missing.
        ahead: lets the back end's clock run 300 s ahead for a while; None: by the wire's `Date`.
        secrets: what no answer may hold.
    """

    provider: Provider
    wire: Wire
    denied: Callable[[], AbstractContextManager[object]]
    right: str
    capability: Capability
    where: str
    ahead: Callable[[], AbstractContextManager[object]] | None = None
    secrets: tuple[str, ...] = ()


class _Changing:
    """A store whose secret is another one at each reading; the last one stays."""

    def __init__(self, values: Sequence[str]) -> None:
        self._values = list(values)

    def read(self, path: str) -> Found:
        value = self._values.pop(0) if len(self._values) > 1 else self._values[0]
        return Found({"key": value})

    def check(self) -> str:
        return "changing"


def kept_in(*values: str) -> Secret:
    """A secret in a store that gives these values, one a reading."""
    stores = Stores()
    stores._stores["vault"] = _Changing(values)
    secret = Secret("vault:secret/data/nova#key")
    secret.bind(stores)
    return secret


class StandingContract:
    """The group; a test class gives the fixture `stood`."""

    def test_who_may_everything_lacks_nothing(self, stood: StandingBench) -> None:
        found = stood.provider.examine()
        assert found.reached == stood.provider.check()
        assert (found.lacks, found.unsure) == ((), "")
        assert found.clock_off_s is not None
        assert abs(found.clock_off_s) < 30
        assert not [secret for secret in stood.secrets if secret in repr(found)]

    def test_a_missing_right_is_told_with_what_it_is_for(self, stood: StandingBench) -> None:
        with stood.denied():
            found = stood.provider.examine()
        assert [lack.right for lack in found.lacks] == [stood.right]
        (lack,) = found.lacks
        assert stood.capability.value in lack.needed_for
        assert stood.where in lack.where
        assert found.advice
        assert stood.provider.examine().lacks == ()

    def test_a_clock_that_runs_ahead_is_told(self, stood: StandingBench) -> None:
        if stood.ahead is not None:
            with stood.ahead():
                found = stood.provider.examine()
        else:
            stood.wire.ahead_s = 300
            found = stood.provider.examine()
        assert found.clock_off_s is not None
        assert abs(found.clock_off_s - 300) < 30

    def test_one_that_is_away_is_unreachable(self, stood: StandingBench) -> None:
        with stood.wire.cut(), pytest.raises(Unreachable):
            stood.provider.examine()
