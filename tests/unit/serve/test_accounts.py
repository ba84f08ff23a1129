"""Accounts and tokens: who comes in, with what, and who does not."""

import contextlib
import threading

import pytest
import sqlalchemy as sa

from tests.conftest import FrozenClock
from tools.database import open_database
from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from tools.identity import User
from ui.serve.accounts import Accounts, TooManySignIns
from ui.serve.tables import people, sessions, tokens
from ui.serve.tokens import Tokens

PASSWORD = "a quiet harbour"


@pytest.fixture
def accounts(clock: FrozenClock) -> Accounts:
    made = Accounts(open_database("sqlite://"), clock)
    made.create("Ada", PASSWORD, ("operator", "admin"))
    made.create("vic", PASSWORD, ("viewer",), tenant="other")
    return made


def test_the_first_start_makes_an_admin_once(clock: FrozenClock) -> None:
    accounts = Accounts(open_database("sqlite://"), clock)
    password = accounts.first_start()

    assert password is not None
    assert accounts.sign_in("admin", password) == User(
        "admin", frozenset({"admin", "operator"}), "web"
    )
    assert accounts.first_start() is None


def test_two_first_starts_at_once_make_one_admin(tmp_path: object, clock: FrozenClock) -> None:
    accounts = Accounts(open_database(f"sqlite:///{tmp_path}/nova.db"), clock)
    made: list[str | None] = []
    starts = [
        threading.Thread(target=lambda: made.append(accounts.first_start())) for _ in range(4)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert len([password for password in made if password]) == 1


def test_sign_in_gives_roles_tenant_and_surface(accounts: Accounts) -> None:
    assert accounts.sign_in(" ADA ", PASSWORD, "web") == User(
        "ada", frozenset({"operator", "admin"}), "web"
    )
    assert accounts.sign_in("vic", PASSWORD, "web") == User(
        "vic", frozenset({"viewer"}), "web", "other"
    )


@pytest.mark.parametrize(
    ("name", "password"),
    [("ada", "a quiet harboun"), ("ada", ""), ("nobody", PASSWORD), ("", ""), ("ada' --", "x")],
)
def test_what_does_not_fit_opens_nothing(accounts: Accounts, name: str, password: str) -> None:
    assert accounts.sign_in(name, password) is None


def test_failed_sign_ins_are_limited_by_name_and_address(
    accounts: Accounts, clock: FrozenClock
) -> None:
    for _ in range(5):
        assert accounts.sign_in("ada", "wrong", address="192.0.2.1") is None
    with pytest.raises(TooManySignIns):
        accounts.sign_in("ada", PASSWORD, address="192.0.2.1")
    assert accounts.sign_in("ada", PASSWORD, address="192.0.2.2") is not None

    for number in range(25):
        assert accounts.sign_in(f"n{number}", "wrong", address="192.0.2.1") is None
    with pytest.raises(TooManySignIns):
        accounts.sign_in("vic", PASSWORD, address="192.0.2.1")
    clock.advance(16 * 60)
    assert accounts.sign_in("ada", PASSWORD, address="192.0.2.1") is not None


def test_a_disabled_person_is_out_everywhere(accounts: Accounts) -> None:
    user = accounts.sign_in("ada", PASSWORD)
    assert user is not None
    cookie = accounts.open_session(user)
    _, secret = Tokens(accounts).create("ada", "ci", ["read"])
    accounts.disable("ada")

    assert accounts.sign_in("ada", PASSWORD) is None
    assert accounts.user_of_session(cookie) is None
    assert Tokens(accounts).bearer(secret) is None
    accounts.disable("ada", disabled=False)
    assert accounts.user_of_session(cookie) is None
    assert Tokens(accounts).bearer(secret) is None
    assert accounts.sign_in("ada", PASSWORD) is not None


def test_a_new_password_signs_browsers_out(accounts: Accounts) -> None:
    cookie = accounts.open_session(User("ada"))
    accounts.set_password("ada", "another quiet one")

    assert accounts.user_of_session(cookie) is None
    assert accounts.sign_in("ada", PASSWORD) is None
    assert accounts.sign_in("ada", "another quiet one") is not None


def test_a_session_ends(accounts: Accounts, clock: FrozenClock) -> None:
    cookie = accounts.open_session(User("ada"))
    assert accounts.user_of_session(cookie) is not None
    clock.advance(13 * 3600)
    assert accounts.user_of_session(cookie) is None
    other = accounts.open_session(User("ada"))
    accounts.close_session(other)
    assert accounts.user_of_session(other) is None


def test_roles_are_those_of_now(accounts: Accounts) -> None:
    cookie = accounts.open_session(User("ada"))
    accounts.set_roles("ada", ["viewer"])
    user = accounts.user_of_session(cookie)

    assert user is not None
    assert user.roles == {"viewer"}


def test_names_are_one_whatever_their_case(accounts: Accounts) -> None:
    with pytest.raises(Conflict):
        accounts.create("ADA", PASSWORD, ("viewer",))
    for name in ("", "a b", "x" * 101, "a/b"):
        with pytest.raises(InvalidRequest):
            accounts.create(name, PASSWORD, ("viewer",))
    with pytest.raises(InvalidRequest):
        accounts.create("bob", "short", ("viewer",))
    with pytest.raises(InvalidRequest):
        accounts.create("bob", PASSWORD, ())


def test_a_single_sign_on_never_takes_a_password_account(accounts: Accounts) -> None:
    assert accounts.welcome("ada", ["admin"], "default", "web", "idp 1") is None
    carl = accounts.welcome("carl@example.org", ["operator"], "other", "web", "idp 2")
    assert carl == User("carl@example.org", frozenset({"operator"}), "web", "other")
    accounts.disable("carl@example.org")
    assert accounts.welcome("carl@example.org", ["admin"], "default", "web", "idp 2") is None
    assert accounts.sign_in("carl@example.org", "") is None


def test_who_takes_anothers_name_at_the_single_sign_on_is_not_them(accounts: Accounts) -> None:
    carl = accounts.welcome("carl", ["operator"], "default", "web", "idp 2")
    assert accounts.welcome("carl", ["admin"], "default", "web", "idp 3") is None
    renamed = accounts.welcome("Charles", ["operator"], "default", "web", "idp 2")
    assert renamed == carl
    assert accounts.welcome("vic", ["admin"], "default", "web", "idp 2") == User(
        "carl", frozenset({"admin"}), "web"
    )


def test_many_tries_at_once_are_no_more_tries(tmp_path: object, clock: FrozenClock) -> None:
    accounts = Accounts(open_database(f"sqlite:///{tmp_path}/nova.db"), clock)
    accounts.create("ada", PASSWORD, ("operator",))
    looked_at: list[int] = []

    def guess(number: int) -> None:
        with contextlib.suppress(TooManySignIns):
            accounts.sign_in("ada", f"guess {number}", address="192.0.2.1")
            looked_at.append(number)

    guesses = [threading.Thread(target=guess, args=(number,)) for number in range(16)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()

    assert len(looked_at) == 5


def test_no_secret_is_kept(accounts: Accounts) -> None:
    cookie = accounts.open_session(User("ada"))
    _, secret = Tokens(accounts).create("ada", "ci", ["read"])
    with accounts.engine.connect() as db:
        kept = [
            str(row) for table in (people, sessions, tokens) for row in db.execute(sa.select(table))
        ]

    for shown in (cookie, secret, PASSWORD):
        assert not any(shown in row for row in kept)


def test_a_token_gives_what_its_scopes_say(accounts: Accounts, clock: FrozenClock) -> None:
    held = Tokens(accounts)
    token, secret = held.create("ada", "ci", ["plan", "read"], days=1)
    bearer = held.bearer(secret)

    assert bearer is not None
    assert bearer.scopes == {"read", "plan"}
    assert not bearer.user.approves
    assert bearer.user.surface == "api"
    assert held.get(token.id).used_at == clock.now
    clock.advance(25 * 3600)
    assert held.bearer(secret) is None
    assert held.bearer("nova_guess") is None


def test_a_revoked_token_opens_nothing(accounts: Accounts) -> None:
    held = Tokens(accounts)
    token, secret = held.create("ada", "ci", ["approve"])
    assert held.bearer(secret) is not None
    assert held.revoke(token.id).revoked_at is not None
    assert held.bearer(secret) is None
    with pytest.raises(NotFound):
        held.revoke("nothing")


def test_tokens_give_no_more_than_their_person_has(accounts: Accounts) -> None:
    held = Tokens(accounts)
    with pytest.raises(NotAllowed):
        held.create("vic", "ci", ["admin"])
    with pytest.raises(InvalidRequest):
        held.create("ada", "ci", ["root"])
    with pytest.raises(InvalidRequest):
        held.create("ada", "ci", [])
    with pytest.raises(NotFound):
        held.create("nobody", "ci", ["read"])


def test_a_token_of_who_is_admin_no_more_opens_nothing_of_admins(accounts: Accounts) -> None:
    held = Tokens(accounts)
    _, secret = held.create("ada", "ci", ["read", "admin"])
    accounts.set_roles("ada", ["operator"])
    found = held.bearer(secret)

    assert found is not None
    assert found.scopes == {"read"}
