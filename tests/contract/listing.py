"""Listing: pages without gaps or doubles, requests counted, whatever else happens meanwhile.

`test_<provider>.py` derives a class from `ListingContract` and gives the fixture `listed`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.contract.wire import Matches, Way, Wire, WireFault, any_request
from tools.machine import State
from tools.providers.base import Provider


@dataclass
class ListingBench:
    """A provider with a good number of machines, behind a wire that counts.

    Attributes:
        open: the provider, reading pages of so many machines where it has pages.
        pages: page sizes to try.
        ids: every machine that is there.
        most_requests: the most that a listing of all may take with this page size.
        most_requests_by_id: the most that reading all of them by id may take.
        make, remove: add a machine past the wire, giving its id; take one away.
        strange: a word of the back end's answers, in whose place a state stands that nobody knows,
            and which answers are meant.
    """

    wire: Wire
    open: Callable[[int], Provider]
    pages: tuple[int, ...]
    ids: frozenset[str]
    most_requests: Callable[[int], int]
    most_requests_by_id: int
    make: Callable[[], str]
    remove: Callable[[str], None]
    strange: tuple[bytes, bytes]
    strange_answers: Matches = any_request


class ListingContract:
    """The group; a provider's test class derives from it."""

    def test_every_machine_is_listed_once_whatever_the_page(self, listed: ListingBench) -> None:
        seen: list[list[str]] = []
        for size in listed.pages:
            provider = listed.open(size)
            found = [vm.id for vm in provider.list_machines()]
            assert len(found) == len(set(found)), f"doubles with pages of {size}"
            assert set(found) == listed.ids, f"gaps with pages of {size}"
            seen.append(found)
            provider.close()
        assert all(found == seen[0] for found in seen), "the order depends on the page"

    def test_a_listing_takes_one_request_a_page(self, listed: ListingBench) -> None:
        for size in listed.pages:
            provider = listed.open(size)
            provider.list_machines()
            with listed.wire.counted() as sent:
                provider.list_machines()
            assert 0 < len(sent) <= listed.most_requests(size), [r.body[:80] for r in sent]
            provider.close()

    def test_reading_many_by_id_takes_few_requests(self, listed: ListingBench) -> None:
        provider = listed.open(listed.pages[-1])
        provider.list_machines()
        with listed.wire.counted() as sent:
            found = provider.get_machines(sorted(listed.ids))
        assert set(found) == listed.ids
        assert 0 < len(sent) <= listed.most_requests_by_id, [r.body[:80] for r in sent]
        with listed.wire.counted() as sent:
            assert provider.get_machines([]) == {}
        assert sent == []
        provider.close()

    def test_machines_that_come_and_go_hide_no_others(self, listed: ListingBench) -> None:
        provider = listed.open(listed.pages[0])
        over = threading.Event()

        def churn() -> None:
            while not over.wait(0.05):
                listed.remove(listed.make())

        churning = threading.Thread(target=churn)
        churning.start()
        try:
            for _ in range(3):
                found = [vm.id for vm in provider.list_machines()]
                assert len(found) == len(set(found))
                assert set(found) >= listed.ids
        finally:
            over.set()
            churning.join()
        assert {vm.id for vm in provider.list_machines()} == listed.ids
        provider.close()

    def test_a_state_that_nobody_knows_is_unknown(self, listed: ListingBench) -> None:
        provider = listed.open(listed.pages[-1])
        before = {vm.id: vm for vm in provider.list_machines()}
        word, strange = listed.strange
        fault = WireFault(
            Way.REWRITTEN, listed.strange_answers, rewrite=lambda body: body.replace(word, strange)
        )
        with listed.wire.faulty(fault):
            after = {vm.id: vm for vm in provider.list_machines()}
        assert set(after) == set(before)
        unknown = {i for i, vm in after.items() if vm.state is State.UNKNOWN}
        assert unknown == {i for i, vm in before.items() if vm.state is State.RUNNING} != set()
        provider.close()
