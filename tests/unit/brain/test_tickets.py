"""A ticket beside a request names no machine; one that is acted on, or is a value, stays."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        ("CHG-4488: restart web-01", "restart_vms", {"web-01"}),
        ("Restart jenkins (JIRA OPS-118)", "restart_vms", {"jenkins"}),
        ("stop web-01 for INC-1, INC-2 and CHG-3", "stop_vms", {"web-01"}),
        ("web-01 is slow, see ticket 4711. Restart it", "restart_vms", {"web-01"}),
        ("CHG-12 is approved. stop web-stg-1", "stop_vms", {"web-stg-1"}),
        ("CHG-4510 needs web-01 stopped", "stop_vms", {"web-01"}),
        ("CHG-12 says to restart gitlab", "restart_vms", {"gitlab"}),
        ("my CS210 class starts, start vdi-104", "start_vms", {"vdi-104"}),
        ("to fix INC-12 restart kafka-2", "restart_vms", {"kafka-2"}),
        ("I have CHG-4488 open to stop web-01, please do it", "stop_vms", {"web-01"}),
        ("because of CVE-2025-1234 reboot ad-01", "restart_vms", {"ad-01"}),
        ("for the CHG-4488 rollout I want nfs-01 protected", "protect_vms", {"nfs-01"}),
        ("stop web-01. CHG-12.", "stop_vms", {"web-01"}),
        ("stop rdp-gw (CHG-881, approved by Priya)", "stop_vms", {"rdp-gw"}),
        ("SEC-204 finding: crm-legacy has a public ip. stop it", "stop_vms", {"crm-legacy"}),
        ("INC-77 -> restart kafka-3", "restart_vms", {"kafka-3"}),
        ("in preparation for CHG-4488 snapshot both dns servers", "snapshot_vms",
         {"dns-1", "dns-2"}),
    ],
)  # fmt: skip
def test_a_reference_is_set_aside(
    hold: Hold, planned: Planned, said: str, tool: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1]) == (tool, names)


@pytest.mark.parametrize(
    "said",
    [
        "restart CHG-12",
        "stop web-01 and INC-2093",
        "stop web-01, INC-2093, web-02",
        "stop web-01 for CHG-12 and web-02",
        "restart the machines listed in CHG-4488",
        "restart the CHG-4488 servers",
        "stop everything in CHG-4502",
        "In CHG-12, stop all machines",
        "restart WEB-09",
        "for WEB-09 show the cost",
        "protect the databases (CHG-12 for web-01)",
        "what was done under CHG-4488?",
        "stop web-01 and req 22",
        "restart web-01 and close INC-3301",
        "when CHG-881 starts, stop rdp-gw",
        "as soon as CHG-881 is approved, stop rdp-gw",
    ],
)
def test_what_may_tell_which_machines_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "argument", "value"),
    [
        ("tag web-01 with ticket=CHG-1", "tags", {"ticket": "CHG-1"}),
        ("snapshot gitlab as CHG-4488", "name", "CHG-4488"),
        ("snapshot gitlab and call it CHG-4488", "name", "CHG-4488"),
        ("clone jenkins as jenkins-inc-2110 for INC-2110", "name", "jenkins-inc-2110"),
    ],
)
def test_a_value_stays_a_value(hold: Hold, said: str, argument: str, value: object) -> None:
    (call,) = hold(said)[-1].calls
    assert call.args[argument] == value


@pytest.mark.parametrize(
    "yes", ["yes, per CHG-4488 go ahead", "approved under CHG-4488, go ahead", "yes (INC-12)"]
)
def test_a_yes_may_cite_its_ticket(hold: Hold, yes: str) -> None:
    assert hold("stop web-stg-1", yes)[-1].outcome == "done"


def test_a_machine_beside_a_ticket_is_no_yes(hold: Hold) -> None:
    assert hold("stop web-stg-1", "yes, and web-01 for CHG-12")[-1].outcome == "confirm"
