"""vSphere tells how it stands: the simulator grants everything, so the wire takes rights away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.standing import StandingBench, StandingContract, kept_in
from tests.contract.test_vsphere import KeptWire, opened
from tests.contract.wire import Request, Way, WireFault
from tests.live.vcsim import build
from tests.live.vcsim.world import PASSWORD, USER, Vcenter, needed, vcenter
from tools.errors import NotAllowed
from tools.providers.base import Capability
from tools.providers.vsphere import PROVIDER, VsphereSettings
from tools.times import utc_now

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

RIGHT = "VirtualMachine.State.RevertToSnapshot"
_GRANTED = re.compile(
    rb"(<privId>" + RIGHT.encode() + rb"</privId>\s*<isGranted>)true(</isGranted>)"
)


@pytest.fixture(scope="module")
def vc() -> Iterator[Vcenter]:
    needed()
    build.binary()
    with vcenter() as running:
        yield running


@pytest.fixture
def wire(vc: Vcenter) -> Iterator[KeptWire]:
    made = KeptWire(vc.host, vc.port)
    yield made
    made.close()


def rewritten(wire: KeptWire, asked: bytes, rewrite: object) -> AbstractContextManager[object]:
    """Change the answers to a request."""

    def is_it(request: Request) -> bool:
        return asked in request.body

    return wire.faulty(WireFault(Way.REWRITTEN, is_it, rewrite=rewrite))  # type: ignore[arg-type]


def later(body: bytes) -> bytes:
    """vCenter's present time, 300 s from now."""
    moment = (datetime.now(UTC) + timedelta(seconds=300)).isoformat().replace("+00:00", "Z")
    return re.sub(rb"(<returnval[^>]*>)[^<]+", rb"\g<1>" + moment.encode(), body)


@pytest.fixture
def stood(vc: Vcenter, wire: KeptWire) -> Iterator[StandingBench]:
    provider = opened(vc, wire)
    yield StandingBench(
        provider,
        wire,
        lambda: rewritten(
            wire, b"HasUserPrivilegeOnEntities", lambda body: _GRANTED.sub(rb"\1false\2", body)
        ),
        RIGHT,
        Capability.RESTORE,
        "machines",
        ahead=lambda: rewritten(wire, b"<CurrentTime ", later),
        secrets=(PASSWORD,),
    )
    provider.close()


class TestVsphereStanding(StandingContract):
    """The group."""


def test_it_is_told_on_how_many_machines_a_right_is_missing(
    vc: Vcenter, stood: StandingBench, wire: KeptWire
) -> None:
    count = len(vc.machines())

    def once(body: bytes) -> bytes:
        return _GRANTED.sub(rb"\1false\2", body, count=1)

    with rewritten(wire, b"HasUserPrivilegeOnEntities", once):
        (lack,) = stood.provider.examine().lacks
    assert (lack.right, lack.where) == (RIGHT, f"1 of {count} machines")


def test_a_password_that_was_replaced_in_its_store_is_met_without_a_restart(vc: Vcenter) -> None:
    settings = VsphereSettings(url=vc.url, user=USER, password=kept_in("old", "old", PASSWORD))
    with pytest.raises(NotAllowed):
        PROVIDER.open(settings, utc_now)
    provider = PROVIDER.open(settings, utc_now)
    assert USER in provider.check()
    provider.close()
