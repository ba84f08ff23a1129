"""The first minutes: the password that was printed, the starters, the names on the controls."""

from pathlib import Path

import pytest

from tests.e2e.web.conftest import Serve, Visit
from tests.e2e.web.servers import Server
from tests.e2e.web.visitors import expect

pytestmark = pytest.mark.timeout(240)


def test_first_run_signs_in_with_the_password_that_was_printed(
    server: Server, visit: Visit
) -> None:
    guest = visit(server, None)
    guest.open("/")
    expect(guest.page).to_have_title("Sign in · NovaCron")
    assert guest.barriers() == []

    guest.sign_in("admin", "not the password")
    expect(guest.page.get_by_role("alert")).to_have_text("Name and password do not fit. Try again.")

    guest.sign_in("admin")
    guest.chat()
    starter = guest.page.get_by_role("button", name="What does each team cost?", exact=True)
    expect(starter).to_be_enabled()


def test_a_starter_is_a_sentence_that_is_said(server: Server, visit: Visit) -> None:
    admin = visit(server)
    admin.page.get_by_role("button", name="Which machines are idle?", exact=True).click()

    expect(admin.answers.first).to_contain_text("cpu (avg of the last 7d)")
    expect(admin.page).to_have_url(f"{server.base}/thread/{admin.page.url.rsplit('/', 1)[1]}")


def test_every_control_has_a_name_in_light_and_dark(server: Server, visit: Visit) -> None:
    admin = visit(server)
    assert admin.barriers() == []
    admin.say("list all machines")
    admin.say("what does each team cost?")
    admin.say("delete sandbox-03")
    expect(admin.page.locator(".js-plotly-plot").first).to_contain_text("research")
    for scheme in ("light", "dark"):
        admin.page.emulate_media(color_scheme=scheme)
        expect(admin.page.locator(f"html.{scheme}")).to_have_count(1)
        assert admin.barriers() == []


def test_a_plan_is_approved_with_the_keyboard_alone(server: Server, visit: Visit) -> None:
    admin = visit(server)
    card = admin.say("snapshot web-02").locator(".nova-plan")
    approve = card.get_by_role("button", name="Approve")
    for _ in range(60):
        if approve.evaluate("node => node === document.activeElement"):
            break
        admin.page.keyboard.press("Shift+Tab")
    expect(approve).to_be_focused()
    admin.page.keyboard.press("Enter")

    expect(admin.answers.last).to_contain_text("Done: web-02")


def test_signing_out_ends_the_conversation_too(server: Server, visit: Visit) -> None:
    admin = visit(server, fresh=True)
    admin.say("how many machines are there?")
    admin.page.get_by_role("button", name="Account").click()
    admin.page.get_by_role("menuitem", name="Sign out").click()
    admin.page.wait_for_url("**/auth/login**")

    admin.open("/fleet")
    assert "/auth/login?next=/fleet" in admin.page.url


def test_how_fast_and_how_large(serve: Serve, visit: Visit) -> None:
    """Not a promise: a bound that catches what got much worse. The figures are printed.

    On a server of its own: what other tests have asked for stays in a shared one's memory.
    """
    server = serve(machines="60")
    admin = visit(server)
    began = admin.page.evaluate("performance.now()")
    admin.say("how many machines are there?")
    first_s = (admin.page.evaluate("performance.now()") - began) / 1000
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    rss_mib = int(status.split("VmRSS:")[1].split()[0]) / 1024
    print(f"start {server.started_in_s:.1f} s, first answer {first_s:.2f} s, RSS {rss_mib:.0f} MiB")  # noqa: T201
    assert server.started_in_s < 40
    assert first_s < 10
    assert rss_mib < 400
