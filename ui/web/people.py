"""Who is at the other end of a request, a socket or a page of the chat."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.requests import HTTPConnection

from tools.identity import User
from ui.serve.accounts import Accounts
from ui.serve.callers import COOKIE
from ui.serve.errors import Unauthenticated

SURFACE = "web"


class People:
    """The people who are signed in, asked anew each time: who is signed out is out at once."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def of_connection(self, connection: HTTPConnection) -> User | None:
        """Who sends this, by the cookie."""
        return self._of_cookie(connection.cookies.get(COOKIE))

    def sign_out(self, connection: HTTPConnection) -> None:
        """Let that cookie hold no more."""
        if cookie := connection.cookies.get(COOKIE):
            self._accounts.close_session(cookie)

    def name_of_cookie(self, cookie: str) -> str | None:
        """The name of who is signed in with that cookie."""
        user = self._of_cookie(cookie)
        return user.name if user else None

    def named(self, name: str) -> User | None:
        """Somebody as they are now; None for who is unknown or disabled."""
        return self._accounts.user(name, SURFACE)

    def of_session(self, session: Any) -> User:
        """Who talks in a chat session: both its own person and the cookie of its socket.

        Raises:
            Unauthenticated: they have signed out since, or somebody else signed in.
        """
        try:
            cookies = SimpleCookie(session.environ.get("HTTP_COOKIE", ""))
        except CookieError as error:
            raise Unauthenticated("You are signed out.") from error
        user = self._of_cookie(cookies[COOKIE].value) if COOKIE in cookies else None
        if user is None or session.user is None or user.name != session.user.identifier:
            raise Unauthenticated("You are signed out.", hint="Sign in again.")
        return user

    def _of_cookie(self, cookie: str | None) -> User | None:
        return self._accounts.user_of_session(cookie, SURFACE) if cookie else None
