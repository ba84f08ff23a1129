"""The pages beside the chat: the fleet, the inbox, at a desk and on a phone."""

import pytest

from tests.e2e.web.conftest import Visit
from tests.e2e.web.servers import Server
from tests.e2e.web.visitors import PHONE, expect

pytestmark = pytest.mark.timeout(240)


def test_the_fleet_is_filtered_sorted_and_paged(server: Server, visit: Visit) -> None:
    admin = visit(server, path="/fleet")
    page = admin.page
    expect(page.get_by_role("status")).to_contain_text("60 machines")
    expect(page.locator("tbody tr")).to_have_count(50)
    assert admin.barriers() == []

    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_label("Name").fill("db-*")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**q=db-***")
    shown = page.locator("tbody th a").all_inner_texts()
    assert shown
    assert all(name.startswith("db-") for name in shown)
    page.get_by_role("link", name="Cost").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Cost")
    page.get_by_role("link", name="Cost").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Cost")
    costs = [float(c.strip("$/h")) for c in page.locator("tbody td:nth-child(8)").all_inner_texts()]
    assert costs == sorted(costs, reverse=True)

    page.get_by_label("State").select_option("stopped")
    page.wait_for_url("**state=stopped**")
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_role("status")).to_contain_text("60 machines")


def test_a_machine_of_the_fleet_is_asked_about_in_the_chat(server: Server, visit: Visit) -> None:
    admin = visit(server, path="/fleet")
    admin.page.get_by_role("link", name="web-01").first.click()
    expect(admin.page.locator("#chat-input")).to_have_value("describe web-01")
    admin.page.wait_for_selector("#chat-submit:not([disabled])")
    admin.page.press("#chat-input", "Enter")
    expect(admin.page.locator(".nova-sheet")).to_contain_text("m6i.large")


def test_what_waits_is_approved_from_the_inbox(server: Server, visit: Visit) -> None:
    admin = visit(server)
    admin.say("stop kafka-01")
    expect(admin.page.get_by_role("link", name="Approvals")).to_be_visible()
    admin.open("/approvals")
    card = admin.page.locator(".nova-plan", has_text="Stop kafka-01")
    card.get_by_role("button", name="Approve").click()
    expect(card).to_have_attribute("data-status", "done")
    admin.page.reload()
    expect(admin.page.get_by_role("region", name="Operations")).to_contain_text("kafka-01")


@pytest.mark.parametrize("path", ["/", "/fleet", "/approvals"])
def test_nothing_is_wider_than_a_phone(server: Server, visit: Visit, path: str) -> None:
    admin = visit(server, path=path, **PHONE)
    if path == "/":
        admin.say("list all machines")
        admin.say("stop web-02")
    wide = admin.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert admin.barriers() == []
