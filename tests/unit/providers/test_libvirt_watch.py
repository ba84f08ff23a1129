"""libvirt tells what changed: only that is read; over libvirt's own test driver."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

libvirt = pytest.importorskip("libvirt")

from tools.machine import State  # noqa: E402
from tools.providers import libvirt_watch  # noqa: E402
from tools.providers.base import Changes  # noqa: E402
from tools.providers.libvirt import Libvirt  # noqa: E402

URI = "test:///default"
GUEST = (
    "<domain type='test'><name>{name}</name><memory>262144</memory><vcpu>1</vcpu>"
    "<os><type>hvm</type></os></domain>"
)


@pytest.fixture
def provider() -> Iterator[Libvirt]:
    made = Libvirt.open(URI)
    yield made
    made.close()


@pytest.fixture
def raw() -> Iterator[Any]:
    connection = libvirt.open(URI)
    yield connection
    connection.close()


def heard(provider: Libvirt, mark: str) -> Changes:
    """What changed, as soon as libvirt has told of something."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = provider.changes(mark)
        if found.whole or found.seen or found.gone:
            return found
        time.sleep(0.02)
    raise AssertionError("libvirt told of nothing")


def quiet_at(provider: Libvirt, mark: str) -> str:
    """The mark from which on libvirt tells of nothing: what it told late of is read."""
    quiet = 0
    while quiet < 5:
        found = provider.changes(mark)
        mark, quiet = found.mark, 0 if found.seen or found.gone else quiet + 1
        time.sleep(0.02)
    return mark


def test_only_what_changed_is_read(
    provider: Libvirt, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    guests = [raw.defineXML(GUEST.format(name=f"watched-{n}")) for n in range(3)]
    first = provider.changes("")
    assert first.whole
    assert {"watched-0", "watched-1", "watched-2"} <= {vm.name for vm in first.seen}
    settled = quiet_at(provider, first.mark)
    read: list[int] = []
    reading = libvirt_watch.read_machines

    def counted(connection: Any, place: Any, domains: Any = None) -> Any:
        read.append(len(domains))
        return reading(connection, place, domains)

    monkeypatch.setattr(libvirt_watch, "read_machines", counted)
    quiet = provider.changes(settled)
    assert (quiet.whole, list(quiet.seen), list(quiet.gone), read) == (False, [], [], [])

    guests[1].create()
    started = heard(provider, quiet.mark)
    assert [(vm.name, vm.state) for vm in started.seen] == [("watched-1", State.RUNNING)]
    guests[1].destroy()
    stopped = heard(provider, started.mark)
    assert [(vm.name, vm.state) for vm in stopped.seen] == [("watched-1", State.STOPPED)]
    gone = next(vm.id for vm in first.seen if vm.name == "watched-2")
    guests[2].undefine()
    left = heard(provider, stopped.mark)
    assert list(left.gone) == [gone]
    raw.defineXML(GUEST.format(name="watched-3"))
    assert [vm.name for vm in heard(provider, left.mark).seen] == ["watched-3"]
    assert max(read) == 1
    for name in ("watched-0", "watched-1", "watched-3"):
        raw.lookupByName(name).undefine()


def test_a_link_that_broke_is_read_as_a_whole(provider: Libvirt) -> None:
    first = provider.changes("")
    assert not provider.changes(first.mark).whole
    provider._told.close()  # pyright: ignore[reportPrivateUsage]
    again = provider.changes(first.mark)
    assert again.whole
    assert again.mark != first.mark
