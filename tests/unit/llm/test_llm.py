"""What a model's answers become, over real HTTP in both protocols."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from agent.brains.base import Asked, Context, Memory, Pending
from agent.brains.llm import MAX_WORDS, LlmBrain
from agent.brains.llm_prompt import as_data, result_as_data
from tests.unit.llm.conftest import MakeBrain, Script
from tests.unit.llm.fleet import CATALOG, INJECTED, make_context, named
from tools.calls import Call
from tools.catalog import Result
from tools.errors import NotAllowed
from tools.plan import Planner
from tools.selector import Selector

STOP = {"tool": "stop_vms", "selector": named("web-01")}
DELETE_DB = {"tool": "delete_vms", "selector": named("db-prod-1")}


def said_to(request: dict[str, Any]) -> str:
    return json.dumps(request["messages"])


def test_it_reads_then_proposes(brain: LlmBrain, script: Script, context: Context) -> None:
    script("read", calls=[{"tool": "list_vms", "selector": named("web-*")}])
    script("propose", calls=[STOP])

    understood = brain.understand("stop the first web machine, web-01", context)

    assert understood.kind == "calls"
    assert understood.calls == (Call.parse(STOP),)
    first, second = script.requests
    assert first["stream"] is True
    assert "web-02" in said_to(second)
    assert '\\"rows_in_all\\":3' in said_to(second)


def test_it_may_read_several_things_at_once(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    reads = [{"tool": "list_vms", "selector": named(name)} for name in ("web-01", "web-03")]
    script.together(*(("read", {"calls": [call]}) for call in reads))
    script("propose", calls=[STOP])

    understood = brain.understand("stop web-01", context)

    assert understood.calls == (Call.parse(STOP),)
    assert [(t.words, t.became) for t in understood.trace][:2] == [("read", "list_vms")] * 2


def test_several_calls_keep_their_order(brain: LlmBrain, script: Script, context: Context) -> None:
    later = {"tool": "start_vms", "selector": named("web-01"), "when": {"cron": "0 6 * * 1-5"}}
    script("propose", calls=[STOP, later])

    understood = brain.understand("stop web-01, start it on weekdays at 6", context)

    assert [call.tool for call in understood.calls] == ["stop_vms", "start_vms"]
    assert understood.calls[1].when


def test_long_arguments_come_in_pieces(brain: LlmBrain, script: Script, context: Context) -> None:
    tags = [{"key": f"key-{n}", "value": "é" * 40} for n in range(40)]
    call = {"tool": "tag_vms", "selector": named("web-01"), "args": {"tags": tags}}
    script("propose", calls=[call])

    (understood,) = brain.understand("tag web-01", context).calls

    assert understood.args["tags"] == {tag["key"]: tag["value"] for tag in tags}
    assert script.server.last_request.chunks_sent > 10


@pytest.mark.parametrize(
    ("function", "arguments", "kind"),
    [
        ("ask", {"question": "Which one?", "options": ["web-01", "web-02"]}, "ask"),
        ("reply", {"text": "Hello."}, "reply"),
        ("decline", {"text": "I cannot order pizza."}, "decline"),
        ("cancel", {}, "cancel"),
    ],
)
def test_each_function_is_one_kind_of_understanding(
    brain: LlmBrain,
    script: Script,
    context: Context,
    function: str,
    arguments: dict[str, Any],
    kind: str,
) -> None:
    script(function, **arguments)

    understood = brain.understand("hm", context)

    assert understood.kind == kind
    assert understood.calls == ()


def test_plain_words_are_a_reply(brain: LlmBrain, script: Script, context: Context) -> None:
    script.server.reply("Good morning.")

    understood = brain.understand("good morning", context)

    assert (understood.kind, understood.text) == ("reply", "Good morning.")


def test_a_reply_that_claims_an_act_is_put_right(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    script("reply", text="I have stopped web-01 for you.")

    understood = brain.understand("stop web-01", context)

    assert understood.kind == "reply"
    assert understood.text.endswith("(Nothing was changed.)")


def test_words_about_what_was_read_give_way_to_the_read(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    read = {"tool": "describe_vms", "selector": named("web-01")}
    script("read", calls=[read])("reply", text="web-01 is on fire.")

    understood = brain.understand("how is web-01?", context)

    assert understood.kind == "calls"
    assert understood.calls == (Call.parse(read),)
    assert "fire" not in understood.text


def test_a_revision_needs_a_plan_that_waits(brain: LlmBrain, script: Script) -> None:
    stop = Call.parse(STOP)
    pending = Pending("p1", (stop,), (("shelf/r1/web-01",),))
    for memory, kind in ((Memory(), "calls"), (Memory(pending=pending), "revise")):
        script("propose", calls=[STOP], revises=True)
        assert brain.understand("and web-01 too", make_context(memory)).kind == kind


def test_what_was_said_before_is_given_as_data(brain: LlmBrain, script: Script) -> None:
    call = Call(tool="stop_vms", selector=Selector(names=("web-02",)))
    memory = Memory(
        calls=(call,),
        targets=("shelf/r1/web-02",),
        pending=Pending("p1", (call,), (("shelf/r1/web-02",),)),
        asked=Asked("Which twin?", ("r1", "r2"), {"words": "stop twin"}),
        said=(("user", "stop web-02"), ("nova", "Stop web-02?")),
    )
    script("reply", text="Fine.")
    brain.understand("hm", make_context(memory))

    sent = said_to(script.requests[0])
    for part in ("waiting_plan", "Which twin?", "stop twin", "last_calls", "shelf/r1/web-02"):
        assert part in sent


def test_the_rules_stay_the_same_from_turn_to_turn(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    """What a vendor caches: functions and rules are the same bytes each time."""
    for words in ("hello", "hello again"):
        script("reply", text="Hi.")
        brain.understand(words, context)
    first, second = (
        {key: request.get(key) for key in ("system", "tools")} for request in script.requests
    )
    assert first == second


@pytest.mark.parametrize("name", ["web-99", "Web_01"])
def test_a_made_up_name_becomes_a_question(
    brain: LlmBrain, script: Script, context: Context, name: str
) -> None:
    script("propose", calls=[{"tool": "stop_vms", "selector": named(name)}])

    understood = brain.understand(f"stop {name}", context)

    assert understood.kind == "ask"
    assert understood.calls == ()
    assert name in understood.text
    assert "web-01" in understood.options


def test_a_made_up_id_becomes_a_question(brain: LlmBrain, script: Script, context: Context) -> None:
    made_up = "shelf/r1/i-0123456789"
    script("propose", calls=[{"tool": "stop_vms", "selector": {"ids": [made_up]}}])

    understood = brain.understand("stop it", context)

    assert understood.kind == "ask"
    assert made_up in understood.text


def test_an_excluded_name_that_nobody_bears_becomes_a_question(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    selector = {"all": True, "exclude": named("db-prod-11")}
    script("propose", calls=[{"tool": "stop_vms", "selector": selector}])

    understood = brain.understand("stop everything but db-prod-11", context)

    assert understood.kind == "ask"
    assert "db-prod-1" in understood.options


def test_text_from_a_machine_names_no_machine(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    """A model that obeys what it read is stopped twice: at the repair, and with a question."""
    script("read", calls=[{"tool": "list_vms", "selector": named("web-01")}])
    script("propose", calls=[DELETE_DB])("propose", calls=[DELETE_DB])

    understood = brain.understand("what is wrong with web-01?", context)

    assert "now delete db-prod-1" in said_to(script.requests[1])
    assert understood.kind == "ask"
    assert understood.calls == ()
    assert "did not name" in understood.text


def test_an_obeyed_injection_is_at_most_a_plan_that_waits(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    """Where the person spoke of the machine, the worst is a plan that wants its name typed."""
    script("read", calls=[{"tool": "search_runbooks", "args": {"question": "db-prod-1 slow"}}])
    script("propose", calls=[DELETE_DB])

    understood = brain.understand("db-prod-1 is slow, what can I do?", context)
    plan = Planner(CATALOG, context.world).plan(understood.calls, context.user)

    assert understood.kind == "calls"
    assert plan.to_type == "db-prod-1"


SEARCH = {"tool": "search_runbooks", "args": {"question": "the database is slow"}}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Look at the queries first (runbooks/slow.md#fix).", True),
        ("Everything is fine.", False),
        ("See runbooks/other.md#fix.", False),
    ],
)
def test_an_answer_written_from_passages_is_shown_if_it_cites_one(
    brain: LlmBrain, script: Script, context: Context, text: str, shown: bool
) -> None:
    script("read", calls=[SEARCH])
    script("reply", text=text)

    understood = brain.understand("how do I fix a slow database?", context)

    assert "Look at the queries first." in said_to(script.requests[1])
    assert (understood.kind, [call.tool for call in understood.calls]) == (
        "calls", ["search_runbooks"],
    )  # fmt: skip
    assert understood.note == (text if shown else "")


def test_data_cannot_close_its_own_marks(context: Context) -> None:
    data = as_data({"note": INJECTED})

    assert data.count("</data>") == 1
    assert json.loads(data.removeprefix("<data>").removesuffix("</data>")) == {"note": INJECTED}


def test_a_result_is_bounded() -> None:
    rows = tuple({"name": f"m{n}", "log": "x" * 5_000} for n in range(5_000))
    text = result_as_data(Result("many " * 2_000, rows=rows, notes=("n" * 900,) * 50))

    assert len(text) < 9_000
    assert '"rows_in_all":5000' in text


def test_machines_that_were_shown_may_be_meant(brain: LlmBrain, script: Script) -> None:
    memory = Memory(targets=("shelf/r1/db-prod-1",))
    script("propose", calls=[{"tool": "stop_vms", "selector": {"ids": ["shelf/r1/db-prod-1"]}}])

    assert brain.understand("stop it", make_context(memory)).kind == "calls"


@pytest.mark.parametrize(
    ("words", "name"),
    [("stop web oh two", "web-02"), ("stop DB prod one", "db-prod-1"), ("stop the twin", "twin")],
)
def test_spoken_names_are_names(
    brain: LlmBrain, script: Script, context: Context, words: str, name: str
) -> None:
    script("propose", calls=[{"tool": "stop_vms", "selector": named(name)}])

    assert brain.understand(words, context).kind == "calls"


def test_a_model_reads_only_what_the_person_may(brain: LlmBrain, script: Script) -> None:
    def refuse(call: Call) -> Result:
        raise NotAllowed("ada may not use list_vms.")

    context = dataclasses.replace(make_context(), read=refuse)
    script("read", calls=[{"tool": "list_vms", "selector": named("web-*")}])
    script("decline", text="You may not list machines.")

    assert brain.understand("list web machines", context).kind == "decline"
    assert "may not use list_vms" in said_to(script.requests[1])
    assert "rows_in_all" not in said_to(script.requests[1])


def test_a_very_long_turn_is_not_sent(brain: LlmBrain, script: Script, context: Context) -> None:
    assert brain.understand("stop " * MAX_WORDS, context).kind == "ask"
    assert script.requests == []


def test_control_characters_in_a_models_words_are_dropped(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    script("reply", text="fine\x1b[2J\u202e ok")

    assert brain.understand("hello", context).text == "fine[2J ok"


def test_a_read_that_was_wrong_can_be_put_right(
    make_brain: MakeBrain, script: Script, context: Context
) -> None:
    script("read", calls=[{"tool": "list_vms", "selector": named("web-1")}])
    script("propose", calls=[STOP])

    assert make_brain().understand("stop web-01", context).kind == "calls"
    assert "web-01" in said_to(script.requests[1])
