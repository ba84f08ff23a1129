"""A server that dies in the middle: the conversation and its plan are there when it is back."""

import signal

import pytest

from tests.e2e.web.conftest import Visit
from tests.e2e.web.servers import Server
from tests.e2e.web.visitors import expect

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_pending_plan_survives_a_restart(spare: Server, visit: Visit, how: int) -> None:
    name = "sandbox-03" if how == signal.SIGKILL else "sandbox-02"
    admin = visit(spare)
    admin.say("what does each team cost?")
    admin.say(f"delete {name}")
    address = admin.page.url

    spare.stop(how)
    spare.start()
    admin.page.goto(address)
    card = admin.page.locator(".nova-plan")
    expect(card).to_be_visible()
    expect(admin.page.locator(".js-plotly-plot")).to_be_visible()
    expect(admin.page.get_by_text("what does each team cost?").first).to_be_visible()
    card.scroll_into_view_if_needed()

    card.get_by_label("To go ahead").fill(name)
    card.get_by_role("button", name="Delete for good").click()
    expect(admin.answers.last).to_contain_text(f"Done: {name}")
    expect(admin.say(f"list machines named {name}")).to_contain_text("No machine")


def test_a_page_that_stayed_open_goes_on_after_a_restart(spare: Server, visit: Visit) -> None:
    admin = visit(spare)
    card = admin.say("stop web-01").locator(".nova-plan")
    spare.stop()
    spare.start()

    card.get_by_role("button", name="Approve").click()
    expect(card).to_have_attribute("data-status", "done")


def test_a_conversation_is_found_again_renamed_and_dropped(server: Server, visit: Visit) -> None:
    admin = visit(server)
    admin.say("how many machines per region?")
    first = admin.page.url
    admin.begin_anew()
    admin.say("how many machines per state?")
    admin.page.get_by_role(
        "button", name="Options of how many machines per state?", exact=True
    ).click()
    admin.page.get_by_role("menuitem", name="Rename").click()
    admin.page.get_by_placeholder("Enter new name").fill("Idle machines")
    admin.page.get_by_role("button", name="Confirm").click()
    expect(admin.page.get_by_role("link", name="Idle machines").first).to_be_visible()

    admin.page.locator(f"a[href='{first.removeprefix(server.base)}']").click()
    expect(admin.answers.first).to_contain_text("60 machines by region")

    admin.page.get_by_role(
        "button", name="Options of how many machines per region?", exact=True
    ).click()
    admin.page.get_by_role("menuitem", name="Delete").click()
    admin.page.get_by_role("button", name="Confirm").click()
    expect(admin.page.get_by_text("Chat deleted")).to_be_visible()
    admin.page.goto(first)
    expect(admin.page.get_by_text("60 machines by region")).to_have_count(0)
