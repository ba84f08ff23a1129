"""Who may do what: the shipped policies, default deny, and errors that refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tools.catalog import Risk, Step, Undo
from tools.errors import InvalidRequest, NotFound
from tools.identity import User
from tools.machine import VM, State
from tools.plan import Plan, PlannedCall, digest_of
from tools.policy import Policy, load_policies

DANA = User("dana", frozenset({"operator"}), "terminal")
OMAR = User("omar", frozenset({"operator"}), "slack")
ADA = User("ada", frozenset({"operator", "admin"}), "web")
VIEWER = User("vic", frozenset({"viewer"}), "web")
STRANGER = User("eve", frozenset(), "web")
SIZES = {"prod": 10, "dev": 40}


@dataclass(frozen=True)
class Yes:
    user: User
    typed: str | None = None


def policy(*names: str) -> Policy:
    return Policy(load_policies(names or ("default",)), lambda: SIZES)


def machines(count: int, env: str = "dev") -> tuple[VM, ...]:
    return tuple(
        VM(f"aws/x/{env}-{n}", f"{env}-{n}", "aws", "x", State.RUNNING, tags={"env": env})
        for n in range(count)
    )


def plan(tool: str, risk: Risk, vms: tuple[VM, ...], asked_by: User = DANA) -> Plan:
    steps = tuple(Step(vm.id, vm.name) for vm in vms)
    call = PlannedCall(
        tool, risk, None, vms, {}, None, steps, "act on it", 0.0, Undo(False, "not at all")
    )
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    return Plan("p", (call,), asked_by.name, asked_by.surface, "default", now, digest_of([call]))


STOP_ONE = plan("stop_vms", Risk.DISRUPT, machines(1))
DELETE_ONE = plan("delete_vms", Risk.DESTROY, machines(1))


def test_a_change_waits_for_one_yes_and_the_rule_is_named() -> None:
    decision = policy().decide(STOP_ONE, DANA)

    assert decision.effect == "ask"
    assert decision.rules == ("changes-wait-for-a-yes",)


def test_a_yes_allows_the_change() -> None:
    assert policy().decide(STOP_ONE, DANA, [Yes(DANA)]).effect == "allow"


def test_a_plain_yes_is_not_enough_where_data_is_lost() -> None:
    assert policy().decide(DELETE_ONE, DANA, [Yes(DANA)]).effect == "ask"
    assert policy().decide(DELETE_ONE, DANA, [Yes(DANA, "dev-0")]).effect == "allow"


@pytest.mark.parametrize("user", [VIEWER, STRANGER], ids=["viewer", "stranger"])
def test_who_is_no_operator_changes_nothing(user: User) -> None:
    assert policy().decide(STOP_ONE, user).effect == "deny"
    assert policy().decide(STOP_ONE, user, [Yes(user, "x")]).effect == "deny"


def test_the_yes_of_somebody_who_may_not_approve_counts_for_nothing() -> None:
    assert policy().decide(STOP_ONE, DANA, [Yes(VIEWER)]).effect == "ask"


def test_data_is_never_lost_by_voice_alone() -> None:
    aloud = User("dana", frozenset({"operator"}), "voice")

    assert policy().decide(DELETE_ONE, DANA, [Yes(aloud, "dev-0")]).effect == "ask"


def test_viewers_read_and_strangers_do_not() -> None:
    assert policy().may_read(VIEWER, "list_vms").effect == "allow"
    assert policy().may_read(STRANGER, "list_vms").effect == "deny"


def test_a_team_takes_two_people_for_production_data() -> None:
    team = policy("default", "team")
    doomed = plan("delete_vms", Risk.DESTROY, machines(1, "prod"))

    assert team.decide(doomed, DANA).effect == "ask_two"
    assert team.decide(doomed, DANA, [Yes(DANA, "prod-0")]).effect == "ask_two"
    assert team.decide(doomed, DANA, [Yes(OMAR, "prod-0")]).effect == "ask_two"
    assert team.decide(doomed, DANA, [Yes(DANA, "prod-0"), Yes(OMAR)]).effect == "allow"


def test_a_cap_on_machines_refuses_whoever_says_yes_and_says_which_rule() -> None:
    team = policy("default", "team")
    decision = team.decide(plan("delete_vms", Risk.DESTROY, machines(26)), ADA)

    assert decision.effect == "deny"
    assert decision.rules == ("at-most-25-machines-lose-data-at-once",)


@pytest.mark.parametrize(("count", "effect"), [(5, "ask"), (6, "deny")])
def test_a_cap_on_the_share_of_production(count: int, effect: str) -> None:
    team = policy("default", "team")

    assert team.decide(plan("stop_vms", Risk.DISRUPT, machines(count, "prod")), DANA).effect == (
        effect
    )


def test_only_admins_take_guards_away_in_a_team() -> None:
    team = policy("default", "team")
    unguard = plan("unprotect_vms", Risk.DISRUPT, machines(1))

    assert team.decide(unguard, DANA).effect == "deny"
    assert team.decide(unguard, ADA).effect == "ask"


def test_a_policy_may_loosen_a_change() -> None:
    text = """
    @id("tags-run-at-once")
    permit (principal, action == Action::"change", resource == Tool::"tag_vms");
    """
    loose = Policy([*load_policies(["default"]), text], lambda: SIZES)

    assert loose.decide(plan("tag_vms", Risk.CHANGE, machines(1)), DANA).effect == "allow"


def test_without_policies_everything_is_refused() -> None:
    nothing = Policy([], lambda: SIZES)

    assert nothing.decide(STOP_ONE, ADA, [Yes(ADA, "x")]).effect == "deny"
    assert nothing.may_read(ADA, "list_vms").effect == "deny"


@pytest.mark.parametrize(
    "text",
    [
        "permit (principal, action, resource) when { context.approvalz > 1 };",
        'permit (principal, action == Action::"explode", resource);',
        "permit (principal",
    ],
    ids=["unknown attribute", "unknown action", "broken syntax"],
)
def test_a_policy_with_a_typo_stops_the_start(text: str) -> None:
    with pytest.raises(InvalidRequest):
        Policy([text], lambda: SIZES)


def test_a_policy_file_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match=r"no-such\.cedar"):
        load_policies(["no-such.cedar"])
