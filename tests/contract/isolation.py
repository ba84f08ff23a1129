"""What outlives a process and what is left over: tokens after a crash, disks after a deletion.

`test_<provider>.py` derives its class from `IsolationContract` beside `ProviderContract`, and gives
its bench `reopen` and `holdings`.
"""

from __future__ import annotations

import pytest

from tests.contract.suite import Bench
from tools.providers.base import Capability


class IsolationContract:
    """The group; a provider's test class derives from it."""

    def test_a_token_is_honoured_by_the_process_that_comes_after_a_crash(
        self, bench: Bench
    ) -> None:
        bench.require(Capability.CREATE, Capability.DELETE)
        if bench.wanted is None or bench.reopen is None or not bench.provider.deduplicates:
            pytest.skip("nothing to create or reopen, or tokens are not honoured")
        token = bench.token()
        first = bench.provider.create(bench.wanted, token)
        bench.settle()
        later = bench.reopen()
        assert later.create(bench.wanted, token) == first
        assert len([vm for vm in later.list_machines() if vm.name == bench.wanted.name]) == 1
        later.delete(first, bench.token())
        later.close()
        bench.settle()

    def test_a_deleted_machine_leaves_nothing_that_costs_money(self, bench: Bench) -> None:
        bench.require(Capability.CREATE, Capability.DELETE)
        if bench.wanted is None or bench.holdings is None:
            pytest.skip("nothing to create, or nobody to say what is left")
        before = bench.holdings()
        made = bench.provider.create(bench.wanted, bench.token())
        bench.settle()
        if Capability.ATTACH_DISK in bench.provider.capabilities:
            bench.provider.attach_disk(made, bench.token(), size_gib=1)
            bench.settle()
        if Capability.SNAPSHOT in bench.provider.capabilities:
            bench.provider.snapshot(made, bench.token(), name="contract-left")
            bench.settle()
        assert bench.holdings() > before
        bench.provider.delete(made, bench.token())
        bench.settle()
        assert bench.holdings() == before
