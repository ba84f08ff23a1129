"""A schedule runs by the yes of people who may still give it."""

import pytest

from tests.conftest import FrozenClock
from tests.unit.history.doing import call, do, machine
from tests.unit.serve.conftest import ADA
from tools.control import Control
from tools.firing import fire_due
from tools.identity import User
from tools.machine import State
from ui.serve.accounts import Accounts

TONIGHT = {"at": "2026-11-23T22:00:00+00:00"}


@pytest.fixture
def accounts(file_control: Control) -> Accounts:
    made = Accounts(file_control.engine, file_control.clock)
    made.create("ada", "a long password", ["operator", "admin"])
    file_control.standing = made.standing
    return made


def schedule_a_stop(control: Control) -> None:
    do(control, call("stop_vms", "web-03", when=TONIGHT), user=ADA)


def test_by_the_yes_of_somebody_who_still_has_their_role_it_runs(
    file_control: Control, clock: FrozenClock, accounts: Accounts
) -> None:
    schedule_a_stop(file_control)
    clock.advance(12 * 3600 + 1)

    (firing,) = fire_due(file_control)

    assert firing.operation is not None
    assert machine(file_control, "web-03").state is State.STOPPED


def test_by_the_yes_of_somebody_who_was_let_go_it_asks_again(
    file_control: Control, clock: FrozenClock, accounts: Accounts
) -> None:
    schedule_a_stop(file_control)
    accounts.disable("ada")
    clock.advance(12 * 3600 + 1)

    (firing,) = fire_due(file_control)

    assert firing.operation is None
    assert firing.schedule.status == "asked"
    assert "ada may not sign in any more" in firing.note
    assert machine(file_control, "web-03").state is State.RUNNING


def test_by_the_yes_of_somebody_with_fewer_rights_now_it_asks_again(
    file_control: Control, clock: FrozenClock, accounts: Accounts
) -> None:
    schedule_a_stop(file_control)
    accounts.set_roles("ada", ["viewer"])
    clock.advance(12 * 3600 + 1)

    (firing,) = fire_due(file_control)

    assert firing.operation is None
    assert machine(file_control, "web-03").state is State.RUNNING


def test_an_account_of_another_tenant_is_somebody_else(accounts: Accounts) -> None:
    assert accounts.standing(User("ada", ADA.roles, "web", tenant="other")) is None
    assert accounts.standing(User("ada", ADA.roles, "terminal")) is not None
    assert accounts.standing(User("stranger", ADA.roles, "web")) is not None
