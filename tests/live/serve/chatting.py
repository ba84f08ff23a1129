"""People who chat over HTTP, each in a conversation of their own, all at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

READS = (
    "how many machines are running?",
    "list the stopped machines",
    "which machines are idle?",
    "what does the fleet cost per month?",
    "group the machines by provider",
    "show the production databases",
    "what was done today?",
    "help",
)


@dataclass
class Told:
    """What came of it: seconds of each read turn beyond a person's first, and what went wrong."""

    seconds: list[float] = field(default_factory=list[float])
    errors: list[str] = field(default_factory=list[str])
    plans: int = 0

    def percentile(self, share: float) -> float:
        """So long took at most this share of the turns, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def chat(
    url: str,
    tokens: Sequence[str],
    seconds: float,
    pause_s: tuple[float, float],
    plans: bool = True,
) -> Told:
    """Let everybody chat for so long."""
    told = Told()
    limits = httpx.Limits(max_connections=len(tokens), max_keepalive_connections=len(tokens))
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as client:
        until = time.monotonic() + seconds
        people = [
            _person(client, token, until, pause_s, random.Random(number), told, plans)
            for number, token in enumerate(tokens)
        ]
        await asyncio.gather(*people)
    return told


async def _person(
    client: httpx.AsyncClient, token: str, until: float, pause_s: tuple[float, float],
    chance: random.Random, told: Told, plans: bool,
) -> None:  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    begun = await client.post("/api/conversations", json={}, headers=headers)
    path = f"/api/conversations/{begun.json()['id']}/messages"
    await asyncio.sleep(chance.uniform(0, pause_s[1]))
    turn = 0
    while time.monotonic() < until:
        planning = plans and turn % 10 == 9
        words = "stop web-stg-1" if planning else chance.choice(READS)
        began = time.monotonic()
        answer = await client.post(path, json={"text": words}, headers=headers)
        spent = time.monotonic() - began
        if answer.status_code != 200:
            told.errors.append(f"{answer.status_code} {answer.text[:200]}")
        elif planning:
            told.plans += 1
        elif turn > 0:
            told.seconds.append(spent)
        turn += 1
        await asyncio.sleep(chance.uniform(*pause_s))
