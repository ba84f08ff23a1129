"""`novacron plan`: the contract's planning interface."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cli.conftest import FLEET, NOVACRON, Nova, spent_s

NOW = "2026-11-23T10:00:00+00:00"
STREAM = ("plan", "--fleet", str(FLEET), "--now", NOW, "--jsonl")


def lines(*conversations: Any) -> str:
    return "".join(
        (c if isinstance(c, str) else json.dumps(c, ensure_ascii=False)) + "\n"
        for c in conversations
    )


def talk(conversation_id: str, *turns: str) -> dict[str, Any]:
    return {"id": conversation_id, "turns": list(turns)}


def test_a_conversation_gives_what_the_contract_says(nova: Nova) -> None:
    ran = nova(*STREAM, input=lines(talk("c1", "stop web-02", "yes")))
    assert ran.code == 0, ran.err
    out = ran.json
    assert out["id"] == "c1"
    asked, done = out["turns"]
    assert asked["outcome"] == "confirm"
    (call,) = asked["calls"]
    assert (call["tool"], call["risk"], call["when"]) == ("stop_vms", "disrupt", None)
    assert len(call["targets"]) == 1
    assert done["outcome"] == "done"
    assert done["calls"] == asked["calls"]
    assert asked["reply"]
    assert asked["latency_ms"] > 0
    (change,) = [c for c in out["changes"] if c["field"] == "state"]
    assert change == {
        "id": call["targets"][0],
        "field": "state",
        "from": "running",
        "to": "stopped",
    }


def test_each_conversation_has_a_fresh_fleet(nova: Nova) -> None:
    ran = nova(*STREAM, input=lines(*(talk(str(n), "stop web-02", "yes") for n in range(3))))
    outs = [json.loads(line) for line in ran.out.splitlines()]
    assert [out["turns"][1]["outcome"] for out in outs] == ["done"] * 3
    assert outs[0]["changes"] == outs[1]["changes"] == outs[2]["changes"]


def test_the_stream_answers_each_line_before_the_next_comes(nova: Nova) -> None:
    with subprocess.Popen(
        [*NOVACRON, *STREAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=nova.environment,
        text=True,
    ) as ran:
        assert ran.stdin is not None
        assert ran.stdout is not None
        for name in ("a", "b", "c"):
            ran.stdin.write(lines(talk(name, "how many machines are there?")))
            ran.stdin.flush()
            assert json.loads(ran.stdout.readline())["id"] == name
        ran.stdin.close()
        assert ran.wait(30) == 0


BROKEN = (
    "{not json",
    "[]",
    '"text"',
    "null",
    "{}",
    '{"id": "x", "turns": "stop web-01"}',
    '{"id": "x", "turns": [1, 2]}',
    "[" * 100_000,
    '{"id": "x", "turns": ["\\ud800"]}',
)


def test_the_stream_goes_on_after_broken_lines(nova: Nova) -> None:
    given = lines(*BROKEN, talk("last", "how many machines are there?"))
    ran = nova(
        *STREAM, input=given.encode() + b"\xff\xfe\x00\n" + lines(talk("end", "hi")).encode()
    )
    outs = [json.loads(line) for line in ran.out.splitlines()]
    assert len(outs) == len(BROKEN) + 3
    assert ran.code == 2
    broken = [out for out in outs if "error" in out]
    assert len(broken) >= len(BROKEN)
    assert all(out["error"]["message"] and out["error"]["hint"] for out in broken)
    assert [out["id"] for out in broken].count("x") >= 2
    found = next(out for out in outs if out["id"] == "last")
    assert found["turns"][0]["outcome"] == "answer"
    assert outs[-1]["id"] == "end"


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("stop " + "web-01 " * 160_000, id="1 MB"),
        pytest.param(
            "stop \x00\x07\x1b[2J\x1b]0;title\x07web-01\r\n\u202e", id="control characters"
        ),
        pytest.param("\u200b\u2028\ufeff", id="nothing visible"),
        pytest.param("", id="nothing"),
        pytest.param("🔥" * 1000, id="emoji"),
        pytest.param("'; DROP TABLE machines; --", id="SQL"),
    ],
)
def test_strange_sentences_change_nothing_and_end_nothing(nova: Nova, sentence: str) -> None:
    ran = nova(*STREAM, input=lines(talk("strange", sentence), talk("next", "hello")))
    strange, after = [json.loads(line) for line in ran.out.splitlines()]
    assert "error" not in strange, strange["error"]
    assert strange["changes"] == []
    assert strange["turns"][0]["reply"]
    assert "\x1b" not in strange["turns"][0]["reply"]
    assert after["turns"][0]["outcome"] == "answer"


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("plan", "--jsonl"), 2, "needs a fleet"),
        (("plan",), 2, "no sentence"),
        (("plan", "--fleet", "nowhere", "--jsonl"), 3, "no fleet.json"),
        (("plan", "--fleet", str(FLEET), "--now", "yesterday", "--jsonl"), 2, "RFC 3339"),
        (("plan", "--fleet", str(FLEET), "--brain", "hal9000", "--jsonl"), 2, "brain"),
        (("plan", "--fleet", str(FLEET), "--brain", "openai", "--jsonl"), 2, "needs a model"),
    ],
)
def test_a_wrong_beginning_is_a_clear_error(
    nova: Nova, args: tuple[str, ...], code: int, said: str
) -> None:
    failed = nova(*args, input=lines(talk("c", "hi")))
    assert failed.code == code, failed
    assert said in failed.err
    assert failed.out == ""


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"vms": 3}', '{"vms": [{"id": 1}]}', '{"vms": [{"name": "x"}]}']
)
def test_a_broken_fleet_is_a_clear_error(nova: Nova, tmp_path: Path, text: str) -> None:
    (tmp_path / "fleet.json").write_text(text)
    failed = nova("plan", "--fleet", str(tmp_path), "--jsonl", input=lines(talk("c", "hi")))
    assert failed.code == 2
    assert "fleet.json" in failed.err
    assert "Traceback" not in failed.err


def test_explain_shows_the_plan_and_keeps_nothing(nova: Nova) -> None:
    shown = nova("plan", "--fleet", str(FLEET), "--explain", "stop web-02")
    assert shown.code == 0, shown.err
    assert "stop_vms" in shown.out
    assert "web-02" in shown.out
    assert "only planned" in shown.out
    assert nova("plan", "stop web-02").code == 0
    assert "No plan waits" in nova("pending").out


def test_explain_as_json_names_the_words(nova: Nova) -> None:
    shown = nova("plan", "--fleet", str(FLEET), "--explain", "--json", "stop web-02").json
    assert shown["proposed"][0]["tool"] == "stop_vms"
    assert shown["explain"]
    assert shown["plan"]["calls"][0]["vms"][0]["name"] == "web-02"


def test_it_needs_no_home_no_network_and_no_configuration(nova: Nova) -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": nova.environment["PYTHONPATH"]}
    bare |= {"HOME": "/nowhere", "http_proxy": "http://127.0.0.1:9"}
    ran = subprocess.run(
        [*NOVACRON, *STREAM],
        input=lines(talk("c", "how many machines are there?")).encode(),
        env=bare,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["turns"][0]["outcome"] == "answer"


@pytest.mark.slow
def test_the_open_cases_with_start_up_take_under_three_seconds(nova: Nova) -> None:
    cases = FLEET.parents[1] / "cases" / "look" / "dev.jsonl"
    given = lines(
        *(
            talk(case["id"], *(turn["say"] for turn in case["turns"]))
            for case in map(json.loads, cases.read_text().splitlines()[:30])
        )
    )
    nova(*STREAM, input=lines(talk("warm", "hi")))
    assert min(spent_s(lambda: nova(*STREAM, input=given)) for _ in range(2)) < 3
