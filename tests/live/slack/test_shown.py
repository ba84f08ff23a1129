"""What Slack is given to show: tables, files, the App Home; within its limits, no markup."""

from __future__ import annotations

from tests.live.slack.conftest import Town
from tests.live.slack.members import ANSWERED, ASKED, fresh, pressed
from tests.live.slack.rules import texts_of
from tests.live.slack.workspace import eventually

EVIL = "<!channel> <@UADA> *x* `y` & <https://evil.example|ok>"


def test_a_long_answer_is_a_short_table_and_a_file(town: Town) -> None:
    thread = town.mention("UADA", "CS1", "list all machines")
    message = eventually(lambda: town.workspace.posted("CS1", thread))[0]
    table = next(block for block in message.blocks if block["type"] == "table")
    assert len(table["rows"]) == 21
    file = eventually(
        lambda: next((f for f in town.workspace.files.values() if f.get("thread") == thread), None)
    )
    assert file["name"].endswith(".csv")
    assert file["channel"] == "CS1"
    assert len(file["body"].splitlines()) > 60


def test_a_plan_of_many_machines_comes_with_all_of_them(town: Town) -> None:
    thread = town.mention("UADA", "CS2", "tag all prod machines with reviewed=yes")
    card = town.card("CS2", thread)
    assert " more: see the file" in card.words
    file = eventually(
        lambda: next((f for f in town.workspace.files.values() if f.get("thread") == thread), None)
    )
    assert len(file["body"].splitlines()) > 40


def test_where_slack_says_to_wait_it_is_waited_for(town: Town) -> None:
    town.workspace.refuse("chat.postMessage", times=2, retry_after=0)
    thread = town.mention("UADA", "CS3", ASKED)
    town.answer("CS3", thread, ANSWERED)
    assert town.workspace.refusals["chat.postMessage"] == []


def test_names_and_tags_are_no_markup_and_ping_nobody(town: Town) -> None:
    inventory = town.site.serving.hub.control.inventory
    vm = inventory.named("dns-2")[0]
    inventory.provider_of(vm.id).set_tags(vm.id, "t1", {"note": EVIL, "team": EVIL})
    inventory.refresh()
    for words in ("show dns-2", "how many machines has each team?", "restart dns-2"):
        thread = town.mention("UADA", "CS4", words)
        eventually(lambda at=thread: town.workspace.posted("CS4", at))
    shown = "\n".join(message.words for message in town.workspace.posted("CS4"))
    assert EVIL in shown
    for method, args in list(town.workspace.calls):
        if method.startswith("chat."):
            assert "<" not in args["text"]
            assert "*x*" not in args["text"]


def test_the_home_shows_what_waits_and_what_ran(town: Town) -> None:
    thread = town.mention("UADA", "CS5", "stop fileserver")
    town.card("CS5", thread)
    event = {"type": "app_home_opened", "user": "UBOB", "channel": "DBOB", "tab": "home"}
    assert town.event(event).status_code == 200
    blocks = eventually(lambda: town.workspace.homes.get("UBOB"))
    assert "fileserver" in texts_of(blocks)
    rows = [b["elements"] for b in blocks if b["type"] == "actions"]
    plan = next(p for p in town.site.serving.hub.inbox(user_of(town)) if "fileserver" in str(p))
    button = next(b for row in rows for b in row if plan.plan.id in b["value"])
    where = {"container": {"type": "view", "view_id": "V"}, "view": {"type": "home"}}
    town.interact(pressed("UBOB", button, **where))
    town.answer("DBOB", None, "Done: fileserver")

    def ran() -> str:
        return texts_of(town.workspace.homes["UBOB"]).split("ran of late")[1]

    eventually(lambda: "fileserver" in ran())


def user_of(town: Town) -> object:
    return town.site.serving.accounts.user("bob", "slack")


def test_the_home_of_a_stranger_says_so(town: Town) -> None:
    town.event({"type": "app_home_opened", "user": "UWHO2", "channel": "DWHO2", "tab": "home"})
    assert "do not know you" in texts_of(eventually(lambda: town.workspace.homes.get("UWHO2")))


def test_the_command_asks_in_a_thread_of_its_own(town: Town) -> None:
    assert town.command("UADA", "CS6", ASKED).status_code == 200
    root = eventually(lambda: town.workspace.posted("CS6"))[0]
    town.answer("CS6", root.ts, ANSWERED)
    town.command("UADA", "CAWAY", ASKED)
    eventually(lambda: any("invite me" in r["text"] for r in town.workspace.responses))
    town.command("UBOB", "CS6", "inbox")
    eventually(lambda: any("Waiting" in r["text"] for r in town.workspace.responses))
    town.command("UADA", "CS6", "")
    eventually(lambda: any("/nova SENTENCE" in r["text"] for r in town.workspace.responses))


def test_what_is_nothing_for_novacron_is_let_go(town: Town) -> None:
    ts = fresh("1.")
    base = {"type": "message", "channel": "CS7", "user": "UADA", "ts": ts}
    others = (
        {**base, "channel_type": "channel", "text": "stop everything"},
        {**base, "channel_type": "im", "subtype": "message_changed", "text": "stop all"},
        {**base, "channel_type": "im", "bot_id": "B2", "text": "stop all"},
        {"type": "reaction_added", "user": "UADA", "reaction": "eyes"},
        {**base, "type": "app_mention", "text": "x", "edited": {}},
    )
    town.event(others[0])  # with its first event the app asks who it is
    before = len(town.workspace.calls)
    assert [town.event(one).status_code for one in others] == [200] * len(others)
    assert len(town.workspace.calls) == before
