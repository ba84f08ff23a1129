"""The story of docs/web.md, from the first start to a restart in the middle of a plan.

`make pictures` runs it with NOVACRON_PICTURES=docs/pictures and keeps what is to be seen.
"""

import os
from typing import Any

import pytest

from tests.e2e.web.conftest import Serve, Visit
from tests.e2e.web.servers import ROOT
from tests.e2e.web.visitors import PHONE, Visitor, expect

pytestmark = pytest.mark.timeout(400)

PICTURES = os.environ.get("NOVACRON_PICTURES")
LARGEST = 150_000
SIZE = {"width": 1200, "height": 760}


def keep(visitor: Visitor, name: str) -> None:
    """Keep what is to be seen now, where pictures are wanted."""
    if not PICTURES:
        return
    folder = ROOT / PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    visitor.page.mouse.move(2, 2)
    visitor.page.wait_for_timeout(1200)
    picture = visitor.page.screenshot(path=folder / f"{name}.png")
    assert len(picture) <= LARGEST, f"{name}: {len(picture):,} bytes"


def approve(card: Any, typed: str | None = None) -> None:
    if typed is not None:
        card.get_by_label("To go ahead").fill(typed)
    card.get_by_role("button", name="Approve" if typed is None else "Delete for good").click()


def test_the_story_of_the_docs(serve: Serve, visit: Visit) -> None:
    server = serve(machines="60", policies='["default", "team"]')
    server.add("olga", "operator")
    server.add("vic", "viewer")
    admin = visit(server, None, viewport=SIZE)
    admin.open()
    keep(admin, "sign-in")
    admin.sign_in()
    admin.chat()
    expect(admin.page.locator("#starters, [id^=starter-]").first).to_be_visible()
    keep(admin, "first-run")

    _questions(admin)
    _a_change(admin)

    card = admin.say("delete web-05").locator(".nova-plan")
    expect(card).to_contain_text("two people")
    card.get_by_label("To go ahead").fill("web-05")
    keep(admin, "typed-confirmation")
    approve(card, "web-05")
    expect(card).to_contain_text("admin said yes; another person's yes is needed.")

    server.stop()
    server.start()
    admin.open(admin.page.url.removeprefix(server.base))
    card = admin.page.locator(".nova-plan").last
    expect(card).to_contain_text("admin said yes")
    keep(admin, "resumed")

    olga = visit(server, "olga", "/approvals", viewport=SIZE)
    other = olga.page.locator(".nova-plan").first
    expect(other).to_contain_text("admin said yes")
    assert olga.barriers() == []
    keep(olga, "approvals")
    approve(other, "web-05")
    expect(other).to_have_attribute("data-status", "done")
    expect(card).to_have_attribute("data-status", "done")
    expect(admin.answers.last).to_contain_text("Approved by olga (web).")

    vic = visit(server, "vic", viewport=SIZE)
    expect(vic.say("stop web-04")).to_contain_text("Nothing was changed.")
    keep(vic, "refused")
    admin.open("/fleet?state=running&env=prod")
    expect(admin.page.get_by_role("status")).to_contain_text("of 59")
    keep(admin, "fleet")
    _in_a_hand(visit(server, **PHONE))


def _questions(admin: Visitor) -> None:
    expect(admin.say("list all machines")).to_contain_text("60 machines")
    admin.answers.last.get_by_text("How I got there").click()
    admin.page.locator(".nova-table").scroll_into_view_if_needed()
    keep(admin, "table")
    admin.begin_anew()
    admin.say("what does each team cost?")
    expect(admin.page.locator(".js-plotly-plot").last).to_contain_text("research")
    keep(admin, "costs")
    admin.begin_anew()
    admin.page.emulate_media(color_scheme="dark")
    admin.say("forecast the cpu of web-01 for the next 7 days")
    expect(admin.page.locator(".js-plotly-plot").last).to_contain_text("nine in ten")
    keep(admin, "forecast-dark")
    admin.page.emulate_media(color_scheme="light")


def _a_change(admin: Visitor) -> None:
    admin.begin_anew()
    card = admin.say("stop api-01 and api-02").locator(".nova-plan")
    for said in ("−$0.340 an hour", "start again", "changes-wait-for-a-yes"):
        expect(card).to_contain_text(said)
    keep(admin, "plan")
    approve(card)
    expect(card.get_by_role("progressbar")).to_be_visible()
    expect(card.locator(".nova-progress li")).to_have_count(2)
    keep(admin, "progress")
    done = admin.answers.last
    expect(done).to_contain_text("Done: api-01, api-02.")
    expect(card).to_have_attribute("data-status", "done")
    assert admin.state_of("api-01") == "stopped"
    keep(admin, "done")
    done.get_by_role("button", name="Undo").click()
    back = admin.page.locator(".nova-plan[data-status=pending]")
    expect(back).to_contain_text("Undo")
    keep(admin, "undo")
    approve(back)
    expect(admin.page.locator(".nova-plan[data-status=pending]")).to_have_count(0)
    expect(admin.answers.last).to_contain_text("Done: api-01, api-02.")
    assert admin.state_of("api-01") == "running"


def _in_a_hand(admin: Visitor) -> None:
    admin.say("stop web-02")
    keep(admin, "phone")
