"""Whatever goes wrong outside: a clear error, nothing changed, an exit code that is not 0."""

from __future__ import annotations

import json
import resource
import subprocess
from pathlib import Path

import pytest

from tests.e2e.cli.conftest import NOVACRON, Done, Nova


def assert_clear(failed: Done, code: int, *said: str) -> None:
    assert failed.code == code, failed
    assert failed.err.startswith("Error: ")
    assert "Traceback" not in failed.err
    for words in said:
        assert words in failed.err


@pytest.mark.parametrize(
    ("environment", "code", "said"),
    [
        ({"NOVACRON_FLEET": "/no/such/folder"}, 3, "fleet.json"),
        ({"NOVACRON_MACHINES": "many"}, 2, "machines"),
        ({"NOVACRON_MACHINES": "-1"}, 2, "machines"),
        ({"NOVACRON_BRAIN": "hal9000"}, 2, "brain"),
        ({"NOVACRON_BRAIN": "anthropic"}, 2, "NOVACRON_MODEL"),
        ({"NOVACRON_POLICIES": '["no-such-policy"]'}, 3, "no-such-policy"),
        ({"NOVACRON_POLICIES": "not json"}, 2, "policies"),
        ({"NOVACRON_DATABASE_URL": "mysql://x/y"}, 2, "SQLite or Postgres"),
        ({"NOVACRON_DATABASE_URL": "no url"}, 2, "database URL"),
        ({"NOVACRON_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, 6, "database"),
        ({"NOVACRON_CONFIG": "/no/such/novacron.toml"}, 2, "NOVACRON_CONFIG"),
    ],
    ids=lambda value: next(iter(value.values()))[:24] if isinstance(value, dict) else "",
)
def test_a_wrong_setting_is_named(
    nova: Nova, environment: dict[str, str], code: int, said: str
) -> None:
    failed = nova("vms", "list", **environment)
    assert_clear(failed, code, said)


def test_a_broken_settings_file_is_named(nova: Nova) -> None:
    (nova.home / "novacron.toml").write_text("machines = = 3")
    assert_clear(nova("vms", "list"), 2, "novacron.toml")
    (nova.home / "novacron.toml").write_text('colour = "red"')
    assert_clear(nova("vms", "list"), 2, "colour")


def test_an_unreachable_hypervisor_hides_nothing_else(nova: Nova) -> None:
    pytest.importorskip("libvirt")
    uri = "qemu+tcp://127.0.0.1:1/system"
    listed = nova("vms", "list", "--limit", "3", "--json", NOVACRON_LIBVIRT_URIS=uri)
    assert listed.code == 0, listed
    assert f"Warning: libvirt:{uri} is left out: " in listed.err
    alone = nova("vms", "list", NOVACRON_LIBVIRT_URIS=uri, NOVACRON_SANDBOX="false")
    assert_clear(alone, 6, "127.0.0.1")
    doctor = nova("doctor", "--json", NOVACRON_LIBVIRT_URIS=uri)
    assert doctor.code == 1
    problem = next(f for f in doctor.json["findings"] if f["status"] == "problem")
    assert "127.0.0.1" in problem["part"] + problem["text"]
    assert problem["hint"]


def test_an_unreachable_fleet_changes_nothing(nova: Nova) -> None:
    nova("vms", "list")
    nova("sandbox", "fault", "unreachable", "--always")
    failed = nova("vms", "stop", "web-02", "--yes")
    assert failed.code in (5, 6, 10), failed
    assert "Traceback" not in failed.err
    assert "Warning: sandbox is shown as it was last read: " in nova("vms", "count").err
    assert nova("sandbox", "heal").code == 0
    assert nova.state_of("web-02") == "running"
    assert nova.acts() == []


@pytest.mark.parametrize(("kind", "code"), [("refused", 6), ("dropped", 0)])
def test_a_fault_of_the_provider_is_told_as_it_is(nova: Nova, kind: str, code: int) -> None:
    nova("vms", "list")
    nova("sandbox", "fault", kind, "--machine", "web-02", "--requests", "1")
    done = nova("vms", "stop", "web-02", "--yes", "--json")
    assert done.code == code, done
    seen = nova.state_of("web-02")
    assert seen == ("stopped" if code == 0 else "running")
    assert len(nova.acts()) == (1 if code == 0 else 0)


def test_a_file_that_is_not_there_is_named(nova: Nova) -> None:
    assert_clear(nova("eval", "no-such-file.jsonl"), 3, "no-such-file.jsonl")
    (nova.home / "cases.jsonl").write_text('{"id": 1}\n')
    assert_clear(nova("eval", "cases.jsonl"), 2, "cases.jsonl:1")
    (nova.home / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    assert_clear(nova("eval", "binary.jsonl"), 2, "UTF-8")


def test_a_data_folder_that_cannot_be_made_is_named(nova: Nova) -> None:
    (nova.home / "a-file").write_text("")
    failed = nova("vms", "list", NOVACRON_DATA_DIR=str(nova.home / "a-file" / "data"))
    assert failed.code in (2, 6), failed
    assert "a-file" in failed.err
    assert "Traceback" not in failed.err


def test_one_megabyte_is_declined_and_changes_nothing(nova: Nova) -> None:
    declined = nova("ask", "-", "--json", input="stop " + "web-02 " * 150_000)
    assert declined.code == 4, declined
    assert declined.json["outcome"] == "decline"
    assert nova.state_of("web-02") == "running"


def test_control_characters_never_reach_the_terminal(nova: Nova) -> None:
    said = nova("ask", "-", input=b"describe \x1b]0;owned\x07\x1b[2Jweb-02\xff\x00")
    assert "\x1b" not in said.out + said.err
    assert "\x07" not in said.out + said.err
    assert "Traceback" not in said.err


def limited(nova: Nova, kib: int, *args: str) -> Done:
    """A run in which no file may grow past a size: what a full disk does to a program."""

    def limit() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (kib * 1024, kib * 1024))

    ran = subprocess.run(
        [*NOVACRON, *args],
        env={**nova.environment, "PYTHONDONTWRITEBYTECODE": "1"},  # or half a file is kept
        cwd=nova.home,
        capture_output=True,
        preexec_fn=limit,
        timeout=60,
        check=False,
    )
    return Done(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


@pytest.mark.parametrize("kib", [0, 8, 64])
def test_a_full_disk_at_the_first_start_is_a_clear_error(nova: Nova, kib: int) -> None:
    failed = limited(nova, kib, "vms", "list")
    assert_clear(failed, 6)
    assert nova("vms", "list").code == 0  # with room again, nothing is left broken


@pytest.mark.parametrize("kib", [1, 80, 110, 150])
def test_a_full_disk_is_told_and_no_act_is_lost(nova: Nova, kib: int) -> None:
    """The room ends while reading, while planning, in the journal before or after the act."""
    nova("vms", "list")
    failed = limited(nova, kib, "vms", "stop", "web-02", "--yes")
    assert_clear(failed, 6)
    acts = nova.acts()
    assert len(acts) <= 1
    assert nova.state_of("web-02") == ("stopped" if acts else "running")
    assert nova("audit", "verify").code == 0
    assert nova("vms", "stop", "web-03", "--yes").code == 0


def test_an_export_does_not_write_over_a_file(nova: Nova) -> None:
    nova("vms", "stop", "web-02", "--yes")
    out = nova.home / "audit.jsonl"
    assert nova("audit", "export", "--out", str(out)).code == 0
    kept = out.read_text()
    assert json.loads(kept.splitlines()[0])["number"] == 1
    assert_clear(nova("audit", "export", "--out", str(out)), 5, "already")
    assert out.read_text() == kept


def test_a_fleet_is_not_exported_over_another(nova: Nova, tmp_path: Path) -> None:
    folder = tmp_path / "fleet"
    assert nova("sandbox", "make", str(folder), "--machines", "20").code == 0
    assert_clear(nova("sandbox", "export", str(folder)), 5, "already")
    listed = nova("vms", "list", "--json", NOVACRON_FLEET=str(folder))
    assert len(listed.json["results"][0]["rows"]) == 20


def test_an_mcp_client_that_leaves_is_no_error(nova: Nova) -> None:
    ended = nova("mcp")
    assert (ended.code, ended.err) == (0, ""), ended


def test_a_role_that_no_policy_speaks_of_is_refused(nova: Nova) -> None:
    assert_clear(nova("users", "add", "ada", "--role", "operater"), 3, "operater", "operator")
    assert nova("users", "list", "--json").json == []
