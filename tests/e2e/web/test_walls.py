"""What must not get in or out: other sites, other people, markup, Chainlit's own back doors."""

import http.client
import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.web.conftest import Serve, Visit
from tests.e2e.web.servers import ROOT, Server
from tests.e2e.web.visitors import expect

pytestmark = pytest.mark.timeout(240)

MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
LINK = "![x](http://attacker.invalid/a.png)"


@pytest.fixture(scope="module")
def marked_fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract's fleet with markup for a machine's name and tags."""
    folder = tmp_path_factory.mktemp("fleet")
    source = ROOT / "evals" / "fleets" / "contract"
    shutil.copy(source / "metrics.csv", folder)
    fleet = json.loads((source / "fleet.json").read_text())
    fleet["vms"][0]["name"] = MARKUP
    fleet["vms"][0]["tags"] = {"env": "dev", "team": MARKUP, "owner": LINK}
    fleet["vms"][1]["name"] = LINK
    (folder / "fleet.json").write_text(json.dumps(fleet))
    return folder


def test_markup_in_names_and_tags_is_only_text(
    serve: Serve, visit: Visit, marked_fleet: Path
) -> None:
    server = serve(fleet=str(marked_fleet))
    admin = visit(server)
    first = admin.say("list all machines")
    expect(first.locator(".nova-table")).to_contain_text(MARKUP)
    expect(first.locator(".nova-text").first).to_contain_text(LINK)
    admin.say(f"describe {json.loads((marked_fleet / 'fleet.json').read_text())['vms'][0]['id']}")
    admin.say("what does each team cost?")
    expect(admin.page.locator(".js-plotly-plot").first).to_contain_text("<script>")
    admin.say("stop every machine of dev")
    admin.say(MARKUP)
    admin.say(LINK)
    admin.open("/approvals")
    expect(admin.page.locator(".nova-plan").first).to_contain_text(MARKUP)
    admin.open("/fleet")
    expect(admin.page.locator("main")).to_contain_text(MARKUP)
    admin.open("/fleet?q=" + "%3Cscript%3Ealert(3)%3C/script%3E&provider=%22%3E%3Cb%3E")
    expect(admin.page.locator("main")).to_contain_text("No machine fits that.")

    assert admin.page.locator("main b, main script:not([type])").count() == 0


def test_the_page_is_guarded(server: Server, visit: Visit) -> None:
    guest = visit(server, None)
    answer = guest.page.goto(server.base + "/public/chat.js")
    assert answer is not None
    admin = visit(server)
    page = admin.page.goto(server.base + "/")
    assert page is not None
    policy = page.headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in page.headers
    assert "googleapis" not in page.text()
    assert "jsdelivr" not in page.text()


def ask(server: Server, method: str, path: str, **headers: str) -> int:
    request = urllib.request.Request(server.base + path, b"{}", headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


NOT_THERE = (
    ("POST", "/project/file?session_id=x"),
    ("GET", "/project/file/x?session_id=x"),
    ("PUT", "/project/element"),
    ("PUT", "/project/thread/share"),
    ("GET", "/project/share/00000000-0000-4000-8000-000000000000"),
    ("PUT", "/feedback"),
    ("POST", "/login"),
    ("POST", "/auth/jwt"),
    ("POST", "/auth/header"),
    ("GET", "/copilot/index.js"),
    ("GET", "/thread/' OR 1=1 --".replace(" ", "%20")),
    ("GET", "/ws/socket.io/?EIO=4&transport=polling"),
    ("GET", "/public/../../../../etc/passwd"),
)


def test_what_the_chat_does_not_need_is_not_there(server: Server, visit: Visit) -> None:
    headers = {"Cookie": visit(server).cookie, "Origin": server.base}
    found = {path: ask(server, method, path, **headers) for method, path in NOT_THERE}
    assert set(found.values()) <= {400, 401, 404, 405}, found


def test_another_site_can_send_nothing(server: Server, visit: Visit) -> None:
    cookie = visit(server).cookie
    for path in ("/project/action", "/project/threads", "/logout"):
        assert ask(server, "POST", path, Cookie=cookie, Origin="https://evil.example") == 403
    assert ask(server, "POST", "/project/threads", Origin=server.base) == 401


def test_another_site_opens_no_socket(server: Server, visit: Visit) -> None:
    cookie = visit(server).cookie
    opened = {
        origin: ask_socket(server, origin, cookie)
        for origin in (server.base, "https://evil.example", "null")
    }
    assert opened == {server.base: 101, "https://evil.example": 403, "null": 403}
    assert ask_socket(server, server.base, "novacron_session=made-up") == 403


def ask_socket(server: Server, origin: str, cookie: str) -> int:
    """The answer to a browser that would like to open the chat's socket."""
    headers = {
        "Origin": origin, "Cookie": cookie, "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", "/ws/socket.io/?EIO=4&transport=websocket", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_another_persons_conversation_is_not_there(server: Server, visit: Visit) -> None:
    admin = visit(server)
    admin.say("how many machines are there?")
    thread = admin.page.url.rsplit("/", 1)[1]

    olga = visit(server, "olga")
    found = olga.page.evaluate(
        """async (thread) => {
            const ask = async (method, path, body) => (await fetch(path, { method, body,
                headers: { "content-type": "application/json" } })).status;
            const whose = { threadId: thread };
            return [
                await ask("GET", `/project/thread/${thread}`),
                await ask("PUT", "/project/thread", JSON.stringify({ ...whose, name: "x" })),
                await ask("DELETE", "/project/thread", JSON.stringify(whose)),
                await ask("GET", `/api/web/rows/${thread}/1/0`),
                await ask("GET", `/api/web/figures/${thread}/1/0`),
            ];
        }""",
        thread,
    )
    assert thread
    assert set(found) <= {401, 404}, found
    listed = olga.page.evaluate(
        """async () => (await (await fetch("/project/threads", { method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ pagination: { first: 50 }, filter: { userId: "admin" } }) })
        ).json()).data.length"""
    )
    assert listed == 0
    olga.open(f"/thread/{thread}")
    olga.chat()
    expect(olga.answers).to_have_count(0)
    assert "how many machines" not in olga.page.inner_text("body")


def test_another_tenant_finds_nothing_of_this_one(server: Server, visit: Visit) -> None:
    admin = visit(server)
    admin.say("stop cache-1")
    plan = admin.page.evaluate(
        """async () => (await (await fetch("/api/plans")).json()).plans.find(
            (plan) => JSON.stringify(plan).includes("cache-1"))"""
    )
    eve = visit(server, "eve")
    found = eve.page.evaluate(
        """async ([plan, thread]) => {
            const ask = async (path, body) => (await fetch(path, body && { method: "POST", body:
                JSON.stringify(body), headers: { "content-type": "application/json" } })).status;
            return [
                await ask(`/api/web/plans/${plan.id}`),
                await ask(`/api/web/plans/${plan.id}/approve`, { digest: plan.digest }),
                await ask(`/api/web/plans/${plan.id}/cancel`, {}),
                await ask(`/api/web/plans/${plan.id}/stop`, {}),
                await ask(`/project/thread/${thread}`),
            ];
        }""",
        [plan, admin.page.url.rsplit("/", 1)[1]],
    )
    assert found == [404, 404, 404, 404, 401]
    eve.open("/approvals")
    expect(eve.page.locator("main")).to_contain_text("Nothing waits for your yes.")
    assert "cache-1" not in eve.page.inner_text("main")
