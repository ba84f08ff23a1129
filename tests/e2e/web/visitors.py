"""People in real Chromium: nothing that they do may leave this machine, and no script may fail."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright import sync_api
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.web.servers import PASSWORD, Server

PATIENCE_MS = 30_000
"""The machine may be busy with something else: a wait ends as soon as what is awaited is there."""
DESK = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

_STILL = """document.getAnimations().every(one =>
    one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)"""

expect: Any = sync_api.expect
expect.set_options(timeout=PATIENCE_MS)


class Desk:
    """One browser profile: it keeps its cookies and its files, as a person's browser does."""

    def __init__(self, browser: Browser, server: Server, alone: bool, **options: Any) -> None:
        self.server = server
        self.alone = alone
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("request", self._asked)
        self.abroad: list[str] = []
        self.known = False

    def _asked(self, request: Any) -> None:
        self.check(request.url)

    def check(self, url: str) -> None:
        here = re.match(r"(?:http|ws)://127\.0\.0\.1:\d+/", url)
        if not here and not url.startswith(("data:", "blob:", "about:")):
            self.abroad.append(url)


class Visitor:
    """Somebody at a page."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.server = desk.server
        self.page: Page = desk.context.new_page()
        self.mishaps: list[str] = []
        self.page.on("websocket", lambda socket: desk.check(socket.url))
        self.page.on("pageerror", lambda error: self.mishaps.append(str(error)))
        self.page.on("dialog", lambda dialog: self.mishaps.append(f"dialog {dialog.message}"))

    @property
    def cookie(self) -> str:
        pairs = (f"{one.get('name')}={one.get('value')}" for one in self.desk.context.cookies())
        return "; ".join(pairs)

    @property
    def answers(self) -> Any:
        return self.page.locator(".nova-answer")

    def sign_in(self, name: str = "admin", password: str | None = None, path: str = "/") -> None:
        """By hand, from the page to which one is sent."""
        self.page.goto(self.server.base + path)
        known = self.server.password if name == "admin" else PASSWORD
        self.page.fill("#name", name)
        self.page.fill("#password", password or known)
        self.page.click("button[type=submit]")

    def open(self, path: str = "/") -> None:
        self.page.goto(self.server.base + path)

    def come_in(self, name: str, path: str = "/") -> None:
        """To a page, signing in where this browser has not yet."""
        if self.desk.known:
            self.open(path)
        else:
            self.sign_in(name, path=path)
            self.desk.known = True
        if path == "/":
            self.chat()
        else:
            self.page.wait_for_url(f"**{path}")

    def leave(self) -> None:
        """Go; nothing has left the machine, and no script has failed."""
        self.page.close()
        if self.desk.alone:
            self.desk.context.close()
        assert self.desk.abroad == []
        assert self.mishaps == []

    def chat(self) -> None:
        """Wait until something can be said."""
        self.page.wait_for_selector("#chat-input")
        self.page.wait_for_selector(".nova-links")

    def begin_anew(self) -> None:
        """Begin a new conversation."""
        self.page.get_by_role("button", name="New conversation").first.click()
        self.page.wait_for_selector("#welcome-screen")
        self.chat()

    def say(self, words: str) -> Any:
        """Say something and give the answer's node."""
        before = self.answers.count()
        self.page.fill("#chat-input", words)
        self.page.wait_for_selector("#chat-submit:not([disabled])")
        self.page.press("#chat-input", "Enter")
        answer = self.answers.nth(before)
        answer.wait_for()
        return answer

    def state_of(self, machine: str) -> str:
        """What state a machine is in, from the HTTP interface."""
        return self.page.evaluate(
            "async (name) => (await (await fetch(`/api/machines/${name}`)).json()).state", machine
        )

    def barriers(self) -> list[str]:
        """What axe finds serious or critical, once nothing fades in any more."""
        self.page.wait_for_function(_STILL)
        axe: Any = Axe()
        found = axe.run(self.page).response["violations"]
        return [
            f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]


class Reception:
    """Browser profiles by server, person and form: a sign-in holds from test to test."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._desks: dict[tuple[str, str, str], Desk] = {}

    def visitor(
        self,
        server: Server,
        name: str | None,
        *,
        fresh: bool = False,
        before: str | None = None,
        **form: Any,
    ) -> Visitor:
        """Somebody at a browser.

        Args:
            server: whom they visit.
            name: who they are; None: somebody whom the server does not know yet.
            fresh: in a browser of their own, which nobody was signed in with.
            before: a script that runs in every page first.
            form: the browser's size and kind; a desk's, where it is not given.
        """
        key = (server.base, name or "", str(form))
        desk = self._desks.get(key)
        if desk is None or fresh or name is None:
            alone = fresh or name is None
            desk = Desk(self._browser, server, alone, **{**DESK, **form})
            if not alone:
                self._desks[key] = desk
        visitor = Visitor(desk)
        visitor.page.emulate_media(color_scheme="light")
        if before is not None:
            visitor.page.add_init_script(before)
        return visitor

    def close(self) -> None:
        """Close every browser profile."""
        for desk in self._desks.values():
            desk.context.close()
