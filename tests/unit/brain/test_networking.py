"""Ports and addresses by conversation: what is read, what is asked, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.brain.conftest import Hold

OPEN = {"port": "443", "source": "10.0.0.0/8", "protocol": "tcp"}


def names(hold: Hold, said: str) -> set[str]:
    return {i.rsplit("/", 1)[-1] for i in hold(said)[-1].calls[-1].targets}


@pytest.mark.parametrize(
    ("said", "like", "args"),
    [
        ("open port 443 on web-01 to 10.0.0.0/8", "restart web-01", OPEN),
        ("Could you open tcp port 443 for web-01 to 10/8, please?", "restart web-01", OPEN),
        ("open https on web-01 from 10.0.0.0/8", "restart web-01", OPEN),
        ("allow 443/tcp from 10.0.0.0/8 on web oh one", "restart web-01", OPEN),
        (
            "open ports 8000-8100 on web-01 and web-02 to 10.1.0.0/16 and 203.0.113.7",
            "restart web-01 and web-02",
            {"port": "8000-8100", "source": "10.1.0.0/16,203.0.113.7/32", "protocol": "tcp"},
        ),
        (
            "open udp port 53 on dns-1 to the internet",
            "restart dns-1",
            {"port": "53", "source": "0.0.0.0/0", "protocol": "udp"},
        ),
    ],
)
def test_a_port_is_opened(hold: Hold, said: str, like: str, args: dict[str, Any]) -> None:
    turn = hold(said)[-1]
    assert turn.outcome == "confirm", turn.reply
    assert [(c.tool, dict(c.args)) for c in turn.calls] == [("open_port", args)]
    assert names(hold, said) == names(hold, like)


def test_a_port_is_closed_on_a_described_set(hold: Hold) -> None:
    turn = hold("close 22 on the staging web servers")[-1]
    assert (turn.outcome, turn.calls[0].tool) == ("confirm", "close_port")
    assert turn.calls[0].args == {"port": "22", "source": None, "protocol": "tcp"}
    listed = hold("list the staging web servers")[-1]
    assert set(turn.calls[0].targets) == set(listed.calls[0].targets)


def test_several_ports_are_several_calls(hold: Hold) -> None:
    turn = hold("open ports 80 and 443 on web-01 to 10.0.0.0/8")[-1]
    assert [(c.tool, c.args["port"]) for c in turn.calls] == [
        ("open_port", p) for p in ("80", "443")
    ]


@pytest.mark.parametrize(
    ("said", "tool", "like"),
    [
        ("give ci-runner-2 a public address", "assign_public_address", "restart ci-runner-2"),
        ("assign an elastic ip to ci-runner-2", "assign_public_address", "restart ci-runner-2"),
        ("take the public IP off web-03", "release_public_address", "restart web-03"),
        ("remove web-03's public address", "release_public_address", "restart web-03"),
    ],
)
def test_an_address_is_given_and_taken(hold: Hold, said: str, tool: str, like: str) -> None:
    turn = hold(said)[-1]
    assert (turn.outcome, [c.tool for c in turn.calls]) == ("confirm", [tool]), turn.reply
    assert names(hold, said) == names(hold, like)


@pytest.mark.parametrize(
    "said",
    [
        "open port 443 on web-01",
        "open port 443 on web-01 from the office",
        "open port 443 to 10.0.0.0/8 on web-1234",
        "open port 443 on the moon to 10.0.0.0/8",
        "open port 99999 on web-01 to 10.0.0.0/8",
        "open port 443 on web-01 to 10.1.2.3/8",
        "close port 22 on web-01 from the office",
        "open port 443 on web-01 to 10.0.0.0/8 for two hours",
        "give web-9999 a public address",
    ],
)
def test_what_is_missing_or_doubtful_is_asked(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]
    assert (turn.outcome, turn.calls) == ("clarify", ()), turn.reply


def test_the_source_is_asked_for_and_the_answer_makes_the_plan(hold: Hold) -> None:
    asked, planned, done = hold("open ports 80 and 443 on web-01", "from 10.0.0.0/8", "yes")
    assert asked.outcome == "clarify"
    assert "which addresses" in asked.reply
    assert [c.args["source"] for c in planned.calls] == ["10.0.0.0/8", "10.0.0.0/8"]
    assert (planned.outcome, done.outcome) == ("confirm", "done")


def test_a_plan_that_waits_is_put_right(hold: Hold) -> None:
    turns = hold(
        "open port 443 on web-01 to 10.0.0.0/8", "no, port 8443", "only from 10.2.0.0/16", "yes"
    )
    assert [turn.outcome for turn in turns] == ["confirm", "confirm", "confirm", "done"]
    assert turns[2].calls[0].args == {"port": "8443", "source": "10.2.0.0/16", "protocol": "tcp"}


def test_an_operation_is_undone_by_words(hold: Hold) -> None:
    turns = hold("open port 8443 on web-01 to 10.0.0.0/8", "yes", "undo that", "yes")
    assert [turn.outcome for turn in turns] == ["confirm", "done", "confirm", "done"]
    assert "closed" in turns[2].reply


def test_the_whole_internet_is_said_in_the_plan(hold: Hold) -> None:
    assert "WHOLE INTERNET" in hold("open port 22 on web-01 to anywhere")[-1].reply


@pytest.mark.parametrize(
    "said",
    [
        "which ports are open on web-01?",
        "what's open on web-01?",
        "show the firewall rules of web-01",
        "who can reach web-01 from the internet?",
    ],
)
def test_open_ports_are_asked_for(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]
    assert (turn.outcome, [c.tool for c in turn.calls]) == ("answer", ["list_open_ports"])
    assert "tcp 443 from 0.0.0.0/0" in turn.reply


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("which networks do we have?", "list_catalog"),
        ("what's the IP of db-prod-1?", "describe_vms"),
        ("which machines have a public IP?", "list_vms"),
        ("what is the public address of web-01?", "describe_vms"),
        ("give me the public IP of web-01", "describe_vms"),
    ],
)
def test_questions_about_addresses_are_read_as_before(hold: Hold, said: str, tool: str) -> None:
    turn = hold(said)[-1]
    assert (turn.outcome, [c.tool for c in turn.calls]) == ("answer", [tool]), turn.reply


@pytest.mark.parametrize(
    "said",
    [
        "don't open port 443 on web-01 to 10.0.0.0/8",
        "can I open port 443 on web-01 to 10.0.0.0/8?",
        "close port 22 in the security group of bastion-use1",
        "Open port 8443 in the firewall for 10.0.0.0/8.",
        "Block 198.51.100.7 on the perimeter firewall.",
        "delete everything with a public IP in eu-west-9",
        "should we give web-03 a public address?",
        "shut 3 of the web servers",
    ],
)
def test_what_is_no_such_wish_changes_no_port_and_no_address(hold: Hold, said: str) -> None:
    tools = {c.tool for c in hold(said)[-1].calls}
    assert not tools & {
        "open_port", "close_port", "assign_public_address", "release_public_address",
    }  # fmt: skip
