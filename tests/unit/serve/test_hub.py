"""The hub: whose is whose, one thread at a time, and a plan's one life over every surface."""

import threading
import uuid

import pytest

from agent.brains.base import Context, Understanding
from agent.turns import Turns
from tests.unit.agent.talks import acts
from tests.unit.serve.conftest import ADA, BOB, EVE, VIC
from tools.control import Control
from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from tools.providers.sandbox import Sandbox
from ui.serve.hub import Hub


def planned(hub: Hub, words: str = "stop web-stg-1") -> tuple[str, str, str]:
    """A thread of Ada's in which a plan waits: thread, plan, digest."""
    thread = hub.create(ADA)
    turn = hub.say(thread, words, ADA)
    assert turn.plan is not None
    return thread, turn.plan.id, turn.plan.digest


def test_what_was_said_is_kept_with_what_came_of_it(hub: Hub) -> None:
    thread = hub.create(ADA)
    hub.say(thread, "how many machines are there?", ADA)

    asked, answered = hub.messages(thread, ADA)
    assert (asked.role, asked.text, asked.author) == (
        "person",
        "how many machines are there?",
        "ada",
    )
    assert answered.role == "novacron"
    assert answered.turn is not None
    assert answered.turn["outcome"] == "answer"
    assert hub.threads(ADA)[0].title == "how many machines are there?"


@pytest.mark.parametrize("other", [BOB, VIC, EVE], ids=["colleague", "viewer", "other tenant"])
def test_a_conversation_is_seen_by_nobody_else(hub: Hub, other: object) -> None:
    thread, _, digest = planned(hub)
    for look in (
        lambda: hub.messages(thread, other),
        lambda: hub.say(thread, "yes", other),
        lambda: hub.confirm(thread, digest, other),
        lambda: hub.pending(thread, other),
        lambda: hub.cancel(thread, other),
        lambda: hub.rename(thread, "mine", other),
        lambda: hub.forget(thread, other),
        lambda: hub.create(other, thread=thread),
    ):
        with pytest.raises(NotFound):
            look()
    assert hub.threads(other) == []
    assert hub.pending(thread, ADA) is not None


def test_another_tenant_sees_and_touches_no_plan_and_no_operation(
    hub: Hub, sandbox: Sandbox
) -> None:
    _, plan, digest = planned(hub)
    assert hub.inbox(EVE) == []
    for touch in (
        lambda: hub.plan(plan, EVE),
        lambda: hub.approve(plan, digest, EVE),
        lambda: hub.call_off(plan, EVE),
    ):
        with pytest.raises(NotFound):
            touch()
    assert acts(sandbox) == []

    operation = hub.approve(plan, digest, BOB).operation
    assert operation is not None
    assert hub.operations(EVE) == []
    with pytest.raises(NotFound):
        hub.operation(operation.id, EVE)
    with pytest.raises(NotFound):
        hub.stop_operation(operation.id, EVE)
    assert [one.id for one in hub.operations(ADA)] == [operation.id]


def test_another_tenant_neither_hears_of_nor_undoes_what_was_done(
    hub: Hub, sandbox: Sandbox
) -> None:
    _, plan, digest = planned(hub)
    operation = hub.approve(plan, digest, BOB).operation
    assert operation is not None
    talk = hub.create(EVE)

    assert "web-stg-1" not in hub.say(talk, "list the operations", EVE).reply
    assert hub.say(talk, "undo the last operation", EVE).plan is None
    assert hub.say(talk, f"undo operation {operation.id}", EVE).plan is None
    own = hub.say(hub.create(ADA), "undo the last operation", ADA)
    assert own.plan is not None


def test_a_plan_of_one_conversation_is_approved_by_another_person_and_runs_once(
    hub: Hub, sandbox: Sandbox
) -> None:
    thread, plan, digest = planned(hub)
    (card,) = hub.inbox(BOB)
    assert (card.plan.id, card.plan.digest) == (plan, digest)

    turn = hub.approve(plan, digest, BOB)
    assert turn.outcome == "done"
    assert turn.operation is not None
    assert turn.operation.approved_by == ("bob",)
    again = hub.approve(plan, digest, BOB)
    assert again.operation is not None
    assert again.operation.id == turn.operation.id
    in_words = hub.say(thread, "yes", ADA)

    assert in_words.outcome == "done"
    assert acts(sandbox) == [("web-stg-1", "stop")]
    assert hub.inbox(BOB) == []
    told = [m.text for m in hub.messages(thread, ADA) if m.role == "novacron"]
    assert any(text.startswith("Approved by bob (slack).") for text in told)


def test_yeses_at_once_from_many_places_are_one_act(hub: Hub, sandbox: Sandbox) -> None:
    thread, plan, digest = planned(hub)
    clicks = [lambda: hub.approve(plan, digest, BOB) for _ in range(4)]
    clicks += [lambda: hub.confirm(thread, digest, ADA) for _ in range(2)]
    errors = run_at_once(clicks)

    assert all(isinstance(error, Conflict | NotAllowed) for error in errors)
    assert acts(sandbox) == [("web-stg-1", "stop")]
    assert len(hub.operations(ADA)) == 1


def test_a_viewer_is_not_asked_and_may_not_approve(hub: Hub, sandbox: Sandbox) -> None:
    _, plan, digest = planned(hub)
    assert hub.inbox(VIC) == []
    with pytest.raises(NotAllowed):
        hub.approve(plan, digest, VIC)
    with pytest.raises(NotAllowed):
        hub.call_off(plan, VIC)
    assert acts(sandbox) == []


def test_an_approval_is_for_what_was_seen_and_for_what_was_typed(
    hub: Hub, sandbox: Sandbox
) -> None:
    _, plan, digest = planned(hub, "delete web-stg-1")
    with pytest.raises(Conflict):
        hub.approve(plan, "0" * 64, BOB, "web-stg-1")
    for typed in (None, "", "web-stg-2"):
        with pytest.raises(InvalidRequest):
            hub.approve(plan, digest, BOB, typed)
    assert acts(sandbox) == []

    assert hub.approve(plan, digest, BOB, "web-stg-1").outcome == "done"


def test_what_was_called_off_runs_nowhere(hub: Hub, sandbox: Sandbox) -> None:
    thread, plan, digest = planned(hub)
    hub.call_off(plan, BOB)
    with pytest.raises(Conflict):
        hub.approve(plan, digest, BOB)
    assert hub.pending(thread, ADA) is None
    with pytest.raises(Conflict):
        hub.cancel(thread, ADA)
    assert acts(sandbox) == []


def test_an_old_plan_is_worked_out_afresh_before_anything_runs(
    hub: Hub, sandbox: Sandbox, clock: object
) -> None:
    _, plan, digest = planned(hub)
    clock.advance(3600)
    turn = hub.approve(plan, digest, BOB)

    assert turn.outcome == "confirm"
    assert turn.plan is not None
    assert turn.plan.id != plan
    assert acts(sandbox) == []
    assert hub.approve(turn.plan.id, turn.plan.digest, BOB).outcome == "done"


class Meeting:
    """A brain whose turns wait for one another: it answers only when so many are in it."""

    name = "meeting"

    def __init__(self, people: int) -> None:
        self.barrier = threading.Barrier(people, timeout=5)
        self.inside = 0
        self.most = 0

    def understand(self, text: str, context: Context) -> Understanding:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if text == "wait":
            self.barrier.wait()
        else:
            threading.Event().wait(0.02)
        self.inside -= 1
        return Understanding("reply", text="Met.")


def test_two_conversations_run_at_once(file_control: Control) -> None:
    hub = Hub(Turns(file_control, Meeting(2)), None)
    mine, yours = hub.create(ADA), hub.create(BOB)
    errors = run_at_once([lambda: hub.say(mine, "wait", ADA), lambda: hub.say(yours, "wait", BOB)])
    hub.close()

    assert errors == []


def test_one_conversation_takes_one_turn_at_a_time(file_control: Control) -> None:
    brain = Meeting(2)
    hub = Hub(Turns(file_control, brain), None)
    thread = hub.create(ADA)
    errors = run_at_once([lambda: hub.say(thread, "go", ADA) for _ in range(6)])
    roles = [message.role for message in hub.messages(thread, ADA)]
    hub.close()

    assert errors == []
    assert brain.most == 1
    assert roles == ["person", "novacron"] * 6


def test_a_restart_keeps_talk_and_pending_plan(file_control: Control, tmp_path: object) -> None:
    from agent.brains.embedded import EmbeddedBrain

    url = f"sqlite:///{tmp_path}/talks.db"
    first = Hub(Turns(file_control, EmbeddedBrain()), url)
    thread, plan, digest = planned(first)
    first.close()
    second = Hub(Turns(file_control, EmbeddedBrain()), url)
    waiting = second.pending(thread, ADA)

    assert waiting is not None
    assert waiting.plan is not None
    assert waiting.plan.id == plan
    assert len(second.messages(thread, ADA)) == 2
    assert second.confirm(thread, digest, ADA).outcome == "done"
    second.close()


def test_listeners_hear_of_their_tenant_only(hub: Hub) -> None:
    with hub.subscribe(BOB) as heard, hub.subscribe(EVE) as other:
        _, plan, digest = planned(hub)
        hub.approve(plan, digest, BOB)
        types = [heard.get_nowait()["type"] for _ in range(heard.qsize())]

    assert types[0] == "plan.offered"
    assert "operation.step" in types
    assert types[-1] == "operation.finished"
    assert other.qsize() == 0


def test_a_shared_conversation_is_its_tenants_on_its_surface(hub: Hub) -> None:
    channel = str(uuid.uuid4())
    hub.create(BOB, thread=channel, shared=True)
    colleague = type(ADA)("ada", ADA.roles, "slack")
    hub.say(channel, "how many machines are there?", colleague)
    for outsider in (ADA, type(EVE)("eve", EVE.roles, "slack", "other")):
        with pytest.raises(NotFound):
            hub.messages(channel, outsider)
    assert hub.threads(colleague) == []


def test_a_conversations_id_is_a_uuid(hub: Hub) -> None:
    with pytest.raises(InvalidRequest):
        hub.create(ADA, thread="' OR 1=1 --")


def test_conversations_are_paged_and_forgotten(hub: Hub, clock: object) -> None:
    made = []
    for number in range(5):
        clock.advance(1)
        made.append(hub.create(ADA, title=f"talk {number}"))
    first = hub.threads(ADA, limit=2)
    rest = hub.threads(ADA, limit=9, before=first[-1].id)

    assert [t.id for t in (*first, *rest)] == list(reversed(made))
    hub.forget(made[0], ADA)
    assert len(hub.threads(ADA)) == 4
    with pytest.raises(NotFound):
        hub.messages(made[0], ADA)


def run_at_once(jobs: list) -> list[Exception]:
    """Run these in threads of their own; the errors that came out."""
    errors: list[Exception] = []

    def run(job: object) -> None:
        try:
            job()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return errors


def test_a_program_that_only_plans_says_yes_in_no_way(hub: Hub, sandbox: Sandbox) -> None:
    from dataclasses import replace

    program = replace(ADA, approves=False)
    thread, plan, digest = planned(hub)
    with pytest.raises(NotAllowed):
        hub.approve(plan, digest, program)
    hub.say(thread, "yes", program)
    hub.confirm(thread, digest, program) if hub.pending(thread, ADA) else None

    assert acts(sandbox) == []
    assert hub.operations(ADA) == []
