"""MCP with the real client, over standard input and output and over HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.unit.serve.server import Site, serving_site, settings_of
from tools.catalog import Catalog, Risk
from tools.control import TOOL_PACKAGES, connect
from tools.settings import load_settings

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

NOVACRON = Path(sys.executable).with_name("novacron")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, fleet_folder: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("serve")
    with serving_site(settings_of(folder, fleet_folder)) as made:
        yield made


@asynccontextmanager
async def over_http(site: Site, token: str) -> AsyncGenerator[ClientSession]:
    async with AsyncExitStack() as stack:
        headers = {"Authorization": f"Bearer {token}"}
        client = await stack.enter_async_context(httpx.AsyncClient(headers=headers))
        pipes = await stack.enter_async_context(
            streamable_http_client(f"{site.url}/mcp", http_client=client)
        )
        session = await stack.enter_async_context(ClientSession(pipes[0], pipes[1]))
        await session.initialize()
        yield session


@asynccontextmanager
async def over_stdio(environment: dict[str, str]) -> AsyncGenerator[ClientSession]:
    started = StdioServerParameters(command=str(NOVACRON), args=["mcp"], env=environment)
    async with stdio_client(started) as pipes, ClientSession(*pipes) as session:
        await session.initialize()
        yield session


@pytest.fixture
def environment(tmp_path: Path, fleet_folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        "HOME": str(tmp_path),
        "NOVACRON_CONFIG": os.devnull,
        "NOVACRON_DATA_DIR": str(tmp_path / "data"),
        "NOVACRON_FLEET": str(fleet_folder),
        "NOVACRON_DELAYS": "false",
        "NOVACRON_LIBVIRT_URIS": "none",
        "NOVACRON_PUBLIC_URL": "https://nova.example.org/",
    }


async def looks_and_plans(session: ClientSession, name: str, links_at: str) -> str:
    """What every client can do; gives the id of the plan that waits, whose link begins so."""
    tools = {tool.name: tool for tool in (await session.list_tools()).tools}
    catalog = Catalog.load(TOOL_PACKAGES)
    assert set(tools) == {*catalog, "show_plan", "show_operation"}
    for tool_name, tool in catalog.items():
        hints = tools[tool_name].annotations
        assert hints is not None
        assert hints.readOnlyHint is tool.reads
        assert hints.destructiveHint is (tool.risk in (Risk.DISRUPT, Risk.DESTROY))

    counted = await session.call_tool("count_vms", {"selector": {"all": True}})
    assert not counted.isError
    assert counted.structuredContent is not None
    assert len(counted.structuredContent["targets"]) == 68

    planned = await session.call_tool("stop_vms", {"selector": {"names": [name]}})
    assert planned.structuredContent is not None
    assert planned.structuredContent["status"] == "waits"
    plan = planned.structuredContent["plan"]
    assert plan["digest"] in planned.content[0].text
    assert f"novacron approve {plan['id']}" in planned.content[0].text
    assert plan["link"] == f"{links_at}{plan['id']}"
    assert plan["link"] in planned.content[0].text
    return plan["id"]


async def is_refused(session: ClientSession) -> None:
    """What a client gets wrong, or is not meant to do."""
    for name, arguments, code in (
        ("stop_vms", {}, "invalid_request"),
        ("stop_vms", {"selector": {"names": ["nobody"]}}, "not_found"),
        ("stop_vms", {"selector": {"names": ["web-stg-1"]}, "confirm": True}, "invalid_request"),
        ("stop_vms", {"selector": {"names": ["web-stg-1"]}, "approved": True}, "invalid_request"),
        ("approve", {"plan": "0" * 32}, "not_found"),
        ("show_plan", {"plan": "0" * 32}, "not_found"),
        ("show_plan", {"plan": 7}, "invalid_request"),
        ("count_vms", {"selector": {"colour": "red"}}, "invalid_request"),
        ("count_vms", {"selector": {"all": True}, "when": {"at": "now"}}, "invalid_request"),
    ):
        answer = await session.call_tool(name, arguments)
        assert answer.isError, name
        assert answer.structuredContent is not None
        assert answer.structuredContent["error"]["code"] == code, (name, answer.structuredContent)


def test_over_http_a_change_waits_for_a_person(site: Site) -> None:
    async def talk() -> str:
        async with over_http(site, site.token("ada")) as session:
            plan = await looks_and_plans(session, "web-stg-1", f"{site.url}/api/plans/")
            await is_refused(session)
            return plan

    plan = asyncio.run(talk())
    ada = site.client("ada")
    shown = ada.get(f"/api/plans/{plan}").json()
    assert shown["surface"] == "mcp"
    assert shown["status"] == "pending"
    assert ada.get("/api/machines/web-stg-1").json()["state"] == "running"
    yes = {"digest": shown["digest"]}
    assert ada.post(f"/api/plans/{plan}/approve", json=yes).json()["outcome"] == "done"

    async def follow() -> None:
        async with over_http(site, site.token("ada", "read")) as session:
            answer = await session.call_tool("show_plan", {"plan": plan})
            assert answer.structuredContent is not None
            assert answer.structuredContent["status"] == "done"
            operation = answer.structuredContent["operation"]["id"]
            seen = await session.call_tool("show_operation", {"operation": operation})
            assert seen.structuredContent is not None
            assert seen.structuredContent["status"] == "done"

    asyncio.run(follow())


def test_over_http_a_reading_token_sees_no_change_and_makes_none(site: Site) -> None:
    async def talk() -> None:
        async with over_http(site, site.token("ada", "read")) as session:
            names = {tool.name for tool in (await session.list_tools()).tools}
            assert "list_vms" in names
            assert "stop_vms" not in names
            answer = await session.call_tool("stop_vms", {"selector": {"names": ["web-prd-1"]}})
            assert answer.isError

    asyncio.run(talk())


def test_over_http_another_tenants_plan_is_not_there(site: Site) -> None:
    plan = (
        site.client("ada")
        .post("/api/tools/restart_vms", json={"selector": {"names": ["jenkins"]}})
        .json()["id"]
    )

    async def talk() -> None:
        async with over_http(site, site.token("eve")) as session:
            answer = await session.call_tool("show_plan", {"plan": plan})
            assert answer.isError
            done = await session.call_tool("list_operations", {})
            assert done.structuredContent is not None
            assert done.structuredContent["rows"] == []

    asyncio.run(talk())


def test_over_http_nobody_speaks_without_a_token(site: Site) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    browser = site.browser()
    login = {"name": "ada", "password": "a quiet harbour"}
    browser.post("/auth/login", json=login)
    assert site.stranger().post("/mcp", json=body, headers=accept).status_code == 401
    assert browser.post("/mcp", json=body, headers=accept).status_code == 401
    elsewhere = {**accept, "Origin": "https://evil.example"}
    assert site.client("ada").post("/mcp", json=body, headers=elsewhere).status_code == 403
    planner = site.client("ada", "plan")
    assert planner.post("/mcp", json=body, headers=accept).status_code == 403


def test_over_stdio_a_change_waits_for_the_terminal(environment: dict[str, str]) -> None:
    async def talk() -> str:
        async with over_stdio(environment) as session:
            plan = await looks_and_plans(
                session, "web-stg-1", "https://nova.example.org/approvals#plan-"
            )
            await is_refused(session)
            return plan

    plan = asyncio.run(talk())
    settings = load_settings(
        data_dir=Path(environment["NOVACRON_DATA_DIR"]),
        fleet=Path(environment["NOVACRON_FLEET"]),
        libvirt_uris="none",
        delays=False,
    )
    control, _ = connect(settings)
    assert control.approvals.status(plan) == "pending"
    assert control.approvals.plan(plan).surface == "mcp"
    assert control.operations.list() == []
    control.close()
