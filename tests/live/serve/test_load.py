"""Many people at once, for a few seconds; `benchmarks/serve.py` does the two minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.live.serve.chatting import chat
from tests.live.serve.processes import Town

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

PEOPLE = 50
CONNECTIONS = 200


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town"))
    try:
        made.start()
        yield made
    finally:
        made.close()


def test_fifty_people_chat_and_memory_stays(town: Town) -> None:
    (server,) = town.servers
    tokens = [town.token("ada")] * PEOPLE
    asyncio.run(chat(server.url, tokens, 3, (0.2, 0.6)))
    before = server.memory_mib()
    told = asyncio.run(chat(server.url, tokens, 6, (0.5, 1.5)))

    assert told.errors == []
    assert len(told.seconds) > PEOPLE
    assert told.percentile(0.5) < 1000
    assert server.memory_mib() - before < 60


def test_many_streams_are_held(town: Town) -> None:
    (server,) = town.servers
    token = town.token("ada")

    async def hold() -> int:
        headers = {"Authorization": f"Bearer {token}"}
        limits = httpx.Limits(max_connections=CONNECTIONS + 1)
        async with httpx.AsyncClient(
            base_url=server.url, headers=headers, limits=limits, timeout=60
        ) as client:
            opened = [client.build_request("GET", "/api/events") for _ in range(CONNECTIONS)]
            streams = await asyncio.gather(*(client.send(one, stream=True) for one in opened))
            assert {stream.status_code for stream in streams} == {200}
            counted = {"selector": {"all": True}}
            answer = await client.post("/api/tools/count_vms", json=counted)
            for stream in streams:
                await stream.aclose()
            return answer.status_code

    assert asyncio.run(hold()) == 200
