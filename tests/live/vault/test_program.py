"""The program itself with its secrets in Vault: it signs in with them and shows them nowhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cli.conftest import ROOT as REPOSITORY
from tests.e2e.cli.conftest import Done, Nova
from tests.live.fakepve.world import PASSWORD, USER, Cluster, cluster, needed
from tests.live.vault.world import ROOT, Server, vault_server

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

BOT = "xoxb-0pen-Sesame-12"
OUTDATED = "0utdated-Sesame"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needed()
    return tmp_path_factory.mktemp("program")


@pytest.fixture(scope="module")
def vault(folder: Path) -> Iterator[Server]:
    with vault_server(folder) as running:
        yield running


@pytest.fixture(scope="module")
def pve(folder: Path) -> Iterator[Cluster]:
    with cluster(folder) as running:
        running.begin_anew()
        yield running


@pytest.fixture
def nova(vault: Server, pve: Cluster, folder: Path, tmp_path: Path) -> Nova:
    """A NovaCron whose Proxmox password and Slack token are in Vault."""
    vault.put("novacron", pve=PASSWORD, slack=BOT)
    (tmp_path / "novacron.toml").write_text(
        'slack_bot_token = "vault:secret/data/novacron#slack"\n'
        '[[connections]]\nkind = "proxmox"\n'
        f'url = "https://127.0.0.1:{pve.port}"\nuser = "{USER}"\n'
        f'verify = "{folder / "cert.pem"}"\npassword = "vault:secret/data/novacron#pve"\n'
    )
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {
        "HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1",
        "NOVACRON_DATA_DIR": str(tmp_path / "data"), "NOVACRON_LIBVIRT_URIS": "none",
        "NOVACRON_SANDBOX": "false", "NOVACRON_DISCOVER": "false",
        "VAULT_ADDR": vault.url, "VAULT_TOKEN": ROOT,
    }  # fmt: skip
    return Nova(tmp_path, environment)


def found(done: Done, part: str) -> list[dict[str, Any]]:
    return [one for one in done.json["findings"] if one["part"].startswith(part)]


def test_a_machine_is_stopped_with_a_password_from_vault_that_is_written_nowhere(
    nova: Nova, pve: Cluster
) -> None:
    doctor = nova("doctor", "--json")
    (store,) = found(doctor, "vault")
    assert (store["status"], store["text"][-18:]) == ("ok", "2 references found")
    (cluster_line,) = found(doctor, "proxmox")
    assert cluster_line["status"] == "ok"
    assert cluster_line["details"]["missing_rights"] == []
    assert abs(cluster_line["details"]["clock_off_s"]) < 30
    done = nova("vms", "stop", "web-01", "--force", "--yes", "--json")
    assert done.code == 0, done
    assert pve.guests()[100]["status"] == "stopped"
    audit = nova("audit", "list", "--json")
    everything = [text for one in (doctor, done, audit) for text in (one.out, one.err)]
    kept = [path.read_bytes() for path in nova.home.rglob("*") if path.is_file()]
    assert len(kept) > 2
    for secret in (PASSWORD, BOT, ROOT):
        assert not [text for text in everything if secret in text]
        assert not [data for data in kept if secret.encode() in data]


def test_what_is_wrong_is_told_with_what_to_do_and_without_the_secret(
    nova: Nova, vault: Server
) -> None:
    vault.put("novacron", pve=OUTDATED, bot=BOT)
    wrong = nova("doctor", "--json")
    (problem,) = found(wrong, "proxmox")
    assert (wrong.code, problem["status"]) == (1, "problem")
    assert "cannot sign in" in problem["text"]
    assert problem["hint"]
    (store,) = found(wrong, "vault")
    assert "has no key 'slack'" in store["text"]
    away = nova("vms", "list", VAULT_ADDR="http://127.0.0.1:9", NOVACRON_DEBUG="1")
    assert "does not answer" in away.err
    told = json.dumps(wrong.json) + away.out + away.err
    assert not [secret for secret in (PASSWORD, OUTDATED, BOT, ROOT) if secret in told]
