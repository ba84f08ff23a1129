"""How fast and how steady one server answers many people who chat at once.

    python benchmarks/serve.py [PEOPLE] [SECONDS] [--postgres]

One `novacron serve` over the sandbox fleet; each person has a conversation and says something
every 1.5 to 4.5 seconds, as somebody who reads the answers does; every tenth turn asks for a plan.
Printed are the read turns beyond each person's first, over HTTP, as the clients see them; the
clients run on the same computer. Memory is the server's, after a quarter of the time and at the
end.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.live.serve.chatting import Told, chat
from tests.live.serve.processes import Process, Town
from tests.postgres import fresh_database, postgres_binaries, running_postgres

PAUSE_S = (1.5, 4.5)
LIMIT_MS = 100


def main(people: int, seconds: float, postgres: bool) -> int:
    """Print the figures; 1 if there was an error or the slow turns are too slow."""
    print(f"{people} people, {seconds:.0f} s, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder, database(postgres) as url:
        town = Town(Path(folder), url)
        try:
            server = town.start()
            tokens = [town.token(f"person{number}") for number in range(min(people, 10))]
            told = measure(server, [tokens[n % len(tokens)] for n in range(people)], seconds)
        finally:
            town.close()
    return 1 if told.errors or told.percentile(0.95) > LIMIT_MS else 0


def measure(server: Process, tokens: list[str], seconds: float) -> Told:
    """Let everybody chat twice: a quarter of the time to warm up, then what counts."""
    asyncio.run(chat(server.url, tokens, seconds / 4, PAUSE_S))
    before = server.memory_mib()
    told = asyncio.run(chat(server.url, tokens, seconds, PAUSE_S))
    after = server.memory_mib()
    rate = (len(told.seconds) + told.plans) / seconds
    figures = "  ".join(
        f"p{share:.0f} {told.percentile(share / 100):.0f} ms" for share in (50, 95, 99)
    )
    print(f"read turns: {len(told.seconds)}  {figures}  ({rate:.0f} turns/s)")
    print(f"plans: {told.plans}  errors: {len(told.errors)}  {told.errors[:1]}")
    print(f"memory: {before:.0f} MiB, then {after:.0f} MiB")
    return told


@contextmanager
def database(postgres: bool) -> Generator[str]:
    """A Postgres of its own, or SQLite in the data folder."""
    if not postgres:
        yield ""
        return
    binaries = postgres_binaries()
    if binaries is None:
        sys.exit("Postgres is not installed.")
    with running_postgres(binaries, "max_connections=200") as server, fresh_database(server) as url:
        yield url


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    count = int(given[0]) if given else 50
    length = float(given[1]) if len(given) > 1 else 120
    raise SystemExit(main(count, length, "--postgres" in sys.argv))
