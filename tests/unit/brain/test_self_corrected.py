"""What is put right in the same breath, or in the next turn in other words."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        ("restart web-03... no, forgive me, web-04", "restart_vms", {"web-04"}),
        ("stop jenkins, hmm, gitlab instead", "stop_vms", {"gitlab"}),
        ("restart web-03 - pardon me - web-04", "restart_vms", {"web-04"}),
        ("shut down crm-legacy, well, print-srv actually", "stop_vms", {"print-srv"}),
        ("suspend ml-train-1, not ml-train-1, ml-train-2", "suspend_vms", {"ml-train-2"}),
        (
            "restart the web servers, or rather the search servers",
            "restart_vms",
            {"search-1", "search-2", "search-3"},
        ),
    ],
)
def test_the_machines_said_last_are_meant(
    hold: Hold, planned: Planned, said: str, tool: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1]) == (tool, names)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("restart web-03 at 5pm, sorry, 6pm", "2026-11-23T18:00"),
        ("restart web-03 at 5pm (sorry, 6pm)", "2026-11-23T18:00"),
        ("stop bob-dev tonight, I mean tomorrow at 7am", "2026-11-24T07:00"),
    ],
)
def test_the_time_said_last_is_meant(hold: Hold, said: str, at: str) -> None:
    when = hold(said)[-1].calls[0].when
    assert when is not None
    assert str(when["at"]).startswith(at)


@pytest.mark.parametrize(
    ("said", "argument", "value"),
    [
        ("give dns-1 4 cores, or rather 2", "vcpus", 2),
        ("attach a 100 gb disk to nfs-01, make that 200", "size_gib", 200),
        ("move vdi-101 to esx-02, actually esx-03", "host", "esx-03"),
        ("resize db-stg-1 to r6i.xlarge, no, m6i.xlarge", "size", "m6i.xlarge"),
        ("tag web-01 with owner=lena, no wait, bob", "tags", {"owner": "bob"}),
    ],
)
def test_the_figure_said_last_is_meant(hold: Hold, said: str, argument: str, value: object) -> None:
    (call,) = hold(said)[-1].calls
    assert call.args[argument] == value


@pytest.mark.parametrize(
    ("first", "then", "tool", "names"),
    [
        ("restart web-03", "what about web-04 instead?", "restart_vms", {"web-04"}),
        ("restart web-03", "could you make it web-04?", "restart_vms", {"web-04"}),
        ("stop jenkins", "let it be gitlab", "stop_vms", {"gitlab"}),
        ("stop jenkins", "wrong, it's gitlab", "stop_vms", {"gitlab"}),
        (
            "restart the web servers",
            "no, the search servers",
            "restart_vms",
            {"search-1", "search-2", "search-3"},
        ),
        (
            "stop the staging boxes",
            "replace the staging boxes by the kafka brokers",
            "stop_vms",
            {"kafka-1", "kafka-2", "kafka-3"},
        ),
    ],
)
def test_a_plan_is_put_right_in_other_words(
    hold: Hold, planned: Planned, first: str, then: str, tool: str, names: set[str]
) -> None:
    assert planned(hold(first, then)[-1]) == (tool, names)


@pytest.mark.parametrize(
    ("then", "hour"),
    [("replace 5pm with 6pm", 18), ("I said 5pm but I meant 7pm", 19), ("6pm, not 5pm", 18)],
)
def test_the_time_of_a_plan_is_put_right_in_other_words(hold: Hold, then: str, hour: int) -> None:
    when = hold("restart web-03 at 5pm", then)[-1].calls[0].when
    assert when is not None
    assert f"T{hour}:00" in str(when["at"])


@pytest.mark.parametrize("then", ["I think pre-b is better", "I guess the other is better"])
def test_what_is_better_is_no_yes(hold: Hold, then: str) -> None:
    assert hold("snapshot gitlab as pre-a", then)[-1].outcome != "done"
