"""The ledger of what test back ends are known to do otherwise than the vendor's service.

It is strict: a deviation that has healed fails the run, so that the layer or the exception which
it needed goes too. A back end's test file holds its table and derives from `LedgerContract`:

    DEVIATIONS = (Deviation("moto", "a retry with the same ClientToken makes a second machine", …),)

    @pytest.fixture(params=DEVIATIONS, ids=str)
    def deviation(request): return request.param

    @pytest.fixture
    def raw(): …    # the raw client that the probes are given

    class TestMotoLedger(LedgerContract): …
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Deviation:
    """One difference.

    Attributes:
        backend: the back end.
        deviation: what it does otherwise, in a sentence.
        probe: asks the raw back end; true while it still deviates.
    """

    backend: str
    deviation: str
    probe: Callable[[Any], bool]

    def __str__(self) -> str:
        return f"{self.backend}: {self.deviation}"


class LedgerContract:
    """One test a line of the table."""

    def test_it_still_deviates(self, deviation: Deviation, raw: Any) -> None:
        assert deviation.probe(raw), (
            f"{deviation.backend} no longer does this: {deviation.deviation}. "
            "Remove the line, and what was built around it."
        )
