"""Exceptions in other words spare what they name, and turn into no machines that are meant."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        ", with exception of those in production", " with the exclusion of prod",
        ", exceptions are the production ones", "; exempt are those in production",
        ", production exempted", ", exempting production", ", apart of those in production",
        ", making an exception for production", ". Exception: production",
        "; the ones in production are to be left out", " beside production",
        ", with exception of those in production, please",
    ],
)  # fmt: skip
def test_what_is_excepted_is_spared(hold: Hold, planned: Planned, said: str) -> None:
    turn = hold(f"Stop all databases{said}.")[-1]
    assert planned(turn) == ("stop_vms", {"db-stg-1", "dev-db"})


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Stop all dev machines, but only the idle ones", {"ml-train-2", "sandbox-02"}),
        ("Stop the databases, but only the ones in staging", {"db-stg-1"}),
        ("Stop every staging box, without exception.", {"web-stg-1", "db-stg-1"}),
        ("Production is off limits. Stop all idle machines.", {"ml-train-2", "sandbox-02"}),
        ("Stop all staging machines, the only exception is web-stg-1.", {"db-stg-1"}),
    ],
)
def test_a_narrowing_is_no_exception(
    hold: Hold, planned: Planned, said: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1]) == ("stop_vms", names)


def test_a_second_exception_is_added(hold: Hold, planned: Planned) -> None:
    turn = hold("Stop all databases, with exception of those in production.", "Also not dev-db.")
    assert planned(turn[-1]) == ("stop_vms", {"db-stg-1"})
