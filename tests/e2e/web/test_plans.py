"""A plan in the browser: typed for, called off, approved once, and every way of refusing it."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.web.conftest import Visit
from tests.e2e.web.servers import Server
from tests.e2e.web.visitors import expect

pytestmark = pytest.mark.timeout(240)


def test_data_is_lost_only_after_its_name_was_typed(spare: Server, visit: Visit) -> None:
    admin = visit(spare)
    card = admin.say("delete sandbox-01").locator(".nova-plan")
    go = card.get_by_role("button", name="Delete for good")
    box = card.get_by_label("To go ahead, type the machine's name: sandbox-01")
    expect(go).to_be_disabled()
    box.fill("sandbox-0")
    expect(go).to_be_disabled()
    box.press("Enter")
    expect(card).to_have_attribute("data-status", "pending")
    box.fill("sandbox-01")
    go.click()

    expect(admin.answers.last).to_contain_text("Done: sandbox-01")
    expect(admin.answers.last.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_plan_is_called_off(server: Server, visit: Visit) -> None:
    admin = visit(server)
    card = admin.say("stop web-03").locator(".nova-plan")
    card.get_by_role("button", name="Call it off").click()

    expect(card).to_have_attribute("data-status", "cancelled")
    expect(card.get_by_role("button")).to_have_count(0)
    expect(admin.answers.last).to_contain_text("Called off")
    assert admin.state_of("web-03") == "running"


def test_a_yes_in_words_moves_the_same_card(server: Server, visit: Visit) -> None:
    admin = visit(server)
    card = admin.say("stop web-04").locator(".nova-plan")
    admin.say("yes")

    expect(card).to_have_attribute("data-status", "done")


def waiting(page: Page, machine: str) -> Any:
    """The plan that waits for a machine."""
    plans = page.evaluate("async () => (await (await fetch('/api/plans')).json()).plans")
    return next(plan for plan in plans if machine in json.dumps(plan))


def call(page: Page, name: str, payload: dict[str, Any]) -> Any:
    """A click as a browser that has been tampered with would send it."""
    session = page.evaluate("window.nova.session")
    return page.evaluate(
        """async ([session, name, payload]) => {
            const answer = await fetch("/project/action", {
                method: "POST", headers: { "content-type": "application/json" },
                body: JSON.stringify({ sessionId: session, action: { name, payload, forId: "x",
                    label: "", tooltip: "", icon: null, id: "x" } }),
            });
            return [answer.status, await answer.json().catch(() => null)];
        }""",
        [session, name, payload],
    )


@pytest.fixture
def session_spy() -> str:
    """Notes Chainlit's session id, which only its own code knows."""
    return """
        const real = window.fetch;
        window.fetch = (url, given = {}) => {
            try {
                const body = JSON.parse(given.body);
                if (body.session_id) (window.nova ||= {}).session = body.session_id;
            } catch {}
            return real(url, given);
        };
    """


def test_the_server_believes_no_page(server: Server, visit: Visit, session_spy: str) -> None:
    admin = visit(server, before=session_spy)
    admin.say("delete sandbox-02")
    plan = waiting(admin.page, "sandbox-02")
    good = {"plan": plan["id"], "digest": plan["digest"], "typed": "sandbox-02"}
    for forged, said in (
        ({**good, "typed": "sandbox-2"}, "Type sandbox-02"),
        ({**good, "typed": None}, "Type sandbox-02"),
        ({**good, "digest": "0" * 64}, "not this one"),
        ({**good, "plan": "0" * 32}, "no such plan"),
        ({**good, "plan": "../etc"}, "no plan"),
    ):
        status, answer = call(admin.page, "nova_approve", forged)
        assert status == 200
        assert said in json.dumps(answer), (forged, answer)
    assert admin.state_of("sandbox-02") == "stopped"

    status, _ = call(admin.page, "nova_nothing", good)
    assert status == 404


def test_a_double_click_runs_once(server: Server, visit: Visit, session_spy: str) -> None:
    admin = visit(server, before=session_spy)
    card = admin.say("snapshot api-03").locator(".nova-plan")
    plan = waiting(admin.page, "api-03")
    given = {"plan": plan["id"], "digest": plan["digest"]}
    for _ in range(3):
        call(admin.page, "nova_approve", given)

    expect(card).to_have_attribute("data-status", "done")
    ran = admin.page.evaluate(
        "async () => (await (await fetch('/api/operations')).json()).operations"
    )
    assert sum(one["plan_id"] == plan["id"] for one in ran) == 1


def test_the_policies_refuse_a_viewer(server: Server, visit: Visit) -> None:
    vic = visit(server, "vic")
    expect(vic.say("how many machines are there?")).to_contain_text("machines")
    refused = vic.say("stop web-05")

    expect(refused).to_contain_text("That is not allowed")
    expect(refused).to_contain_text("Nothing was changed.")
    expect(vic.page.locator(".nova-plan")).to_have_count(0)
