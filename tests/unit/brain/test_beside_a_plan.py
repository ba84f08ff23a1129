"""What is said beside a plan that waits: thoughts, the person's own acts, corrections in part."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    ["hmm", "let me think", "one moment please", "not sure", "erm, give me a minute", "wait"],
)
def test_a_thought_aloud_keeps_the_plan(hold: Hold, said: str) -> None:
    _, thought, yes = hold("reboot dns-2", said, "yes")

    assert (thought.outcome, thought.calls) == ("answer", ())
    assert yes.outcome == "done"


@pytest.mark.parametrize("said", ["not sure about db-stg-1", "i'm unsure about the database"])
def test_a_doubt_about_a_machine_narrows_nothing(hold: Hold, said: str) -> None:
    assert hold("stop the staging machines", said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("no need, I'll delete some logs", "cancelled"),
        ("nah forget it, we'll clean up", "cancelled"),
        ("I'll do it myself", "cancelled"),
        ("let's park it for today", "cancelled"),
        ("I'll restart it", "clarify"),
    ],
)
def test_an_act_that_the_person_does_is_not_planned(hold: Hold, said: str, outcome: str) -> None:
    assert hold("resize the disk of jenkins to 300", said)[-1].outcome == outcome


@pytest.mark.parametrize("said", ["put it on", "pop it on there"])
def test_putting_it_on_is_the_plan_once_more(hold: Hold, said: str) -> None:
    turn = hold("attach a 500 gig disk to backup-srv", said)[-1]
    assert [c.tool for c in turn.calls] == ["attach_disk"]


@pytest.mark.parametrize(
    ("first", "said", "names"),
    [
        ("stop the staging machines", "yes but only the first", {"web-stg-1"}),
        ("start the stopped ones on kvm-01", "only alice-dev, no sandboxes", {"alice-dev"}),
        (
            "stop all the ci runners",
            "not ci-runner-1 its mid build",
            {"ci-runner-2", "ci-runner-4"},
        ),
        ("stop the vdi machines on esx-03", "and the one on esx-02", {"vdi-102", "vdi-103"}),
        ("resize web-01 to 8 cores", "4, and web-02 as well", {"web-01", "web-02"}),
        ("stop web-01 at 8pm", "make it 9 and do web-02 too", {"web-01", "web-02"}),
        ("move dns-1 to esx-03", "make it esx-02, dns-2 is on 03 already", {"dns-1"}),
        ("list the web servers", "stop the first and third", {"web-01", "web-03"}),
    ],
)
def test_a_correction_touches_only_what_it_names(
    hold: Hold, planned: Planned, first: str, said: str, names: set[str]
) -> None:
    assert planned(hold(first, said)[-1])[1] == names


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("scale workers-prod to 6", "make it 9 and do web-stg-1 too"),
        ("stop web-01 and web-02", "not both"),
        ("restart vdi-102", "and the one on esx-02 as well"),
        ("stop web-01 and web-02 at 8pm", "not web-02, and 9"),
    ],
)
def test_what_is_left_open_in_a_correction_is_asked_about(
    hold: Hold, first: str, said: str
) -> None:
    assert hold(first, said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("first", "said", "at"),
    [
        ("stop web-01 at 8pm", "an hour later, plus web-02", "2026-11-23T21:00:00+00:00"),
        ("resize web-01 to 8 cores", "make it 4 and tonight", "2026-11-23T22:00:00+00:00"),
    ],
)
def test_two_corrections_in_one_turn_both_hold(hold: Hold, first: str, said: str, at: str) -> None:
    (call,) = hold(first, said)[-1].calls
    assert call.when == {"at": at}


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("restart print-srv tonight", "Lovely, that's the one. Book it in."),
        ("attach a 500 gig disk to backup-srv", "aye, stick it on"),
    ],
)
def test_a_yes_in_the_words_of_the_plan_runs_it(hold: Hold, first: str, said: str) -> None:
    assert hold(first, said)[-1].outcome == "done"


@pytest.mark.parametrize(
    "said",
    ["03 ok, 04 not yet", "yes to 03, no to 04", "go for 03 but hold 04", "not 04 but 03"],
)
def test_a_yes_to_one_and_a_no_to_the_other_leaves_the_other_out(
    hold: Hold, planned: Planned, said: str
) -> None:
    assert planned(hold("stop web-03 and web-04", said)[-1])[1] == {"web-03"}


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("protect erp-prod-1", "and its database, please"),
        ("stop carol-dev", "ok but later"),
        ("resize rdp-gw to 8 cores", "four would be plenty, and do it after hours"),
        ("restart kafka-2 at 3am", "4am, and kafka-1 at 5am"),
        ("stop the machines that wei owns", "only the expensive one, please"),
    ],
)
def test_a_correction_that_is_not_plain_is_asked_about(hold: Hold, first: str, said: str) -> None:
    assert hold(first, said)[-1].outcome == "clarify"


def test_a_question_about_the_saving_is_about_the_machines_of_the_plan(hold: Hold) -> None:
    first, saving = hold("stop web-03", "what would that save?")
    assert [c.tool for c in saving.calls] == ["cost_report"]
    assert saving.calls[0].targets == first.calls[0].targets


@pytest.mark.parametrize(
    "said", ["please put back to before", "restore it to what it was", "return to previous"]
)
def test_back_to_before_is_an_undo(hold: Hold, said: str) -> None:
    assert [c.tool for c in hold("stop web-stg-1", "yes", said)[-1].calls] == ["undo"]


def test_a_snapshot_is_restored_of_the_machine_whose_snapshots_were_shown(
    hold: Hold, planned: Planned
) -> None:
    turn = hold("snapshots of gitlab", "roll back to the older one")[-1]
    assert planned(turn) == ("restore_snapshot", {"gitlab"})
    assert turn.calls[0].args["snapshot"] == "gitlab-snap-1"


def test_the_schedule_made_just_now_is_cancelled(hold: Hold) -> None:
    turn = hold("restart gitlab every sunday at 4am", "yes", "bad idea. cancel that schedule")[-1]
    assert [c.tool for c in turn.calls] == ["cancel_schedule"]


@pytest.mark.parametrize(
    ("first", "said", "names"),
    [
        ("resize web-05", "to 8 cores, and web-06", {"web-05", "web-06"}),
        ("resize web-05", "8 cores, web-06 too", {"web-05", "web-06"}),
        ("resize web-05 and web-06", "only web-06, 8 cores", {"web-06"}),
        ("resize web-05 and web-06", "8 cores but not web-06", {"web-05"}),
    ],
)
def test_a_machine_named_in_an_answer_is_heard(
    hold: Hold, planned: Planned, first: str, said: str, names: set[str]
) -> None:
    assert planned(hold(first, said)[-1])[1] == names


def test_a_place_that_is_denied_is_no_place_to_move_to(hold: Hold) -> None:
    turn = hold("move gitlab", "anywhere but kvm-01")[-1]
    assert not any(call.risk != "read" for call in turn.calls)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("stop kafka-1 and kafka-2 tonight", "hang on, kafka-2 leads the cluster"),
        ("delete sandbox-01 and sandbox-03", "delete only what nobody uses"),
        ("restart the web servers", "web-05, and snapshot web-06"),
    ],
)
def test_no_other_machine_or_act_slips_into_the_plan(hold: Hold, first: str, said: str) -> None:
    assert hold(first, said)[-1].outcome == "clarify"


def test_the_number_of_a_deletion_beside_other_words_names_no_machine(
    hold: Hold, planned: Planned
) -> None:
    turn = hold("delete sandbox-01 and sandbox-03", "hmm ok 2")[-1]
    assert planned(turn) == ("delete_vms", {"sandbox-01", "sandbox-03"})
