"""Looks side by side: a slow or failing one hides no other, and what they found is said."""

from __future__ import annotations

import threading
import time

import pytest

from tools.errors import NotAllowed
from tools.examining import Look, Seen, side_by_side
from tools.providers.base import Capability, Provider
from tools.providers.sandbox import Sandbox
from tools.providers.standing import Lack, Standing, clock_off_s, lacking
from tools.times import parse_moment
from ui.reached import _findings

WELL = Standing("Vendor as nova")


def well(name: str) -> Look:
    return Look(name, lambda: Seen(name, "vendor", WELL))


def test_one_that_is_late_is_told_and_the_others_are_not_kept() -> None:
    go_on = threading.Event()

    def late() -> Seen:
        go_on.wait(20)
        return Seen("slow", "vendor", WELL)

    begun = time.monotonic()
    found = side_by_side([well("a"), Look("slow", late), well("b")], limit_s=0.3)
    took = time.monotonic() - begun
    go_on.set()
    assert took < 10
    assert [one.name for one in found] == ["a", "slow", "b"]
    assert [one.error is None for one in found] == [True, False, True]
    assert found[1].error
    assert "No answer in 0.3 s" in found[1].error.message
    assert found[1].error.hint


def test_all_are_looked_at_at_once() -> None:
    together = threading.Barrier(8, timeout=20)

    def meet() -> Seen:
        together.wait()
        return Seen("met", "vendor", WELL)

    found = side_by_side([Look(f"v{n}", meet) for n in range(8)])
    assert all(one.error is None for one in found)


def test_a_refusal_and_a_fault_of_ours_hide_no_other() -> None:
    def refuse() -> Seen:
        raise NotAllowed("It refuses.", hint="Sign in.")

    def fail() -> Seen:
        raise KeyError("s3cret")

    found = side_by_side([Look("a", refuse), Look("b", fail), well("c")])
    messages = [one.error.message if one.error else "" for one in found]
    assert messages == ["It refuses.", "The look at it failed: KeyError.", ""]


def said(standing: Standing) -> list[tuple[str, str, str]]:
    (found,) = side_by_side([Look("v", lambda: Seen("v", "vendor", standing))])
    return [(f.status, f.text, f.hint) for f in _findings(found, {})]


def test_missing_rights_and_a_wrong_clock_are_warnings_of_their_own() -> None:
    lack = Lack("vm.stop", ("stop", "force_stop"), "project shop")
    standing = Standing("Vendor as nova", (lack,), "Give it vm.stop.", clock_off_s=-125)
    reached, rights, clock = said(standing)
    assert reached == ("ok", "Vendor as nova, clock off by 125 s", "")
    assert rights == ("warning", "may not: vm.stop (stop, force stop; project shop)",
                      "Give it vm.stop.")  # fmt: skip
    assert clock[0] == "warning"
    assert "2 min behind this machine's" in clock[1]
    assert "NTP" in clock[2]


@pytest.mark.parametrize(("off_s", "lines"), [(59.0, 1), (-59.0, 1), (61.0, 2), (None, 1)])
def test_a_minute_is_what_a_clock_may_be_off(off_s: float | None, lines: int) -> None:
    assert len(said(Standing("Vendor", clock_off_s=off_s))) == lines


def test_rights_are_told_once_with_all_that_they_are_for() -> None:
    needed = {
        None: ("vm.list",), Capability.STOP: ("vm.stop",), Capability.RESIZE: ("vm.stop", "vm.set"),
        Capability.MIGRATE_HOST: ("vm.move",),
    }  # fmt: skip
    claimed = frozenset({Capability.STOP, Capability.RESIZE})
    found = lacking(needed, claimed, lambda right: right == "vm.set", "here")
    assert found == (Lack("vm.list", (), "here"), Lack("vm.stop", ("stop", "resize"), "here"))


def test_a_clock_is_judged_by_the_middle_of_the_question() -> None:
    asked, answered = parse_moment("2026-11-30T10:00:00Z"), parse_moment("2026-11-30T10:00:04Z")
    assert clock_off_s("Mon, 30 Nov 2026 10:00:02 GMT", asked, answered) == 0
    assert clock_off_s("Mon, 30 Nov 2026 10:05:02 GMT", asked, answered) == 300
    assert clock_off_s("nonsense", asked, answered) is None
    assert clock_off_s(None, asked, answered) is None


def test_a_provider_that_says_no_more_is_found_by_its_check(sandbox: Sandbox) -> None:
    provider: Provider = sandbox
    assert provider.examine() == Standing(provider.check())
