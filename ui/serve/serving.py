"""What one server has open: the hub, the accounts, what runs, and what must end with it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import to_thread

from agent.assembly import open_turns
from agent.turns import Turn
from tools.database import open_database
from tools.errors import NovaError
from tools.settings import Settings
from tools.times import utc_now
from ui.serve.accounts import Accounts
from ui.serve.errors import Stopping
from ui.serve.hub import Hub
from ui.serve.keeping import Keeping
from ui.serve.logs import log_of
from ui.serve.metrics import Metrics
from ui.serve.tokens import Tokens
from ui.serve.webhooks import Webhooks
from ui.talk import conversations_url

PEOPLE_AT_ONCE = 64
"""So many turns and operations run at once; more wait their turn."""
LAST_WAIT_S = 20.0
"""How long a stop waits for what is under way; the next start takes over what is left."""

_LOOK_AGAIN_S = 0.05

T = TypeVar("T")


class Runs:
    """Turns and operations under way, each in a thread: an answer may be waited for, or not."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(PEOPLE_AT_ONCE, thread_name_prefix="run")
        self._futures: set[Future[object]] = set()
        self._stopping = False

    async def run(
        self, work: Callable[[], T], within_s: float, is_durable: Callable[[], bool] | None = None
    ) -> T | None:
        """What came of it, or None where it is still under way after so long.

        Args:
            work: what to do.
            within_s: how long to wait for it.
            is_durable: whether it would be gone on with after a crash; waited for in any case.
        """
        if self._stopping:
            raise Stopping("NovaCron is stopping.")
        future = self._pool.submit(
            copy_context().run, work
        )  # with the request's span and log facts
        kept: Future[object] = future  # pyright: ignore[reportAssignmentType]
        self._futures.add(kept)
        kept.add_done_callback(self._futures.discard)
        waited = asyncio.wrap_future(future)
        done, _ = await asyncio.wait({waited}, timeout=within_s)
        while not done and is_durable is not None and not await to_thread.run_sync(is_durable):
            done, _ = await asyncio.wait({waited}, timeout=_LOOK_AGAIN_S)
        if not done:
            waited.add_done_callback(_forget)
            return None
        return waited.result()

    @property
    def under_way(self) -> int:
        """How many there are."""
        return len(self._futures)

    def stop(self, within_s: float) -> int:
        """Begin no more and wait for those under way; how many are left."""
        self._stopping = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        return len(wait(list(self._futures), within_s).not_done)


def _forget(late: asyncio.Future[T]) -> None:
    """Nobody waits for it any more: its outcome is in the conversation or in the journal."""
    if not late.cancelled() and (error := late.exception()) is not None:
        code = error.code if isinstance(error, NovaError) else type(error).__name__
        log_of("serve").warning("failed after its answer", code=code, error=str(error))


@dataclass
class Serving:
    """A server's parts; `hub` and what stands on it are there while it is up.

    Attributes:
        stopping: set when the server was told to stop: streams end themselves.
        pages: with the chat and its pages for browsers.
        beside: what opens with the hub and ends before it, such as a surface's own connection.
        freezes: in a process of its own: what is loaded at the start is never collected, since
            looking it all through takes 0.1 s each time.
    """

    settings: Settings
    accounts: Accounts
    tokens: Tokens
    metrics: Metrics = field(default_factory=Metrics)
    runs: Runs = field(default_factory=Runs)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    freezes: bool = False
    pages: bool = False
    beside: list[Callable[[Hub], AbstractContextManager[object]]] = field(
        default_factory=list[Callable[[Hub], AbstractContextManager[object]]]
    )
    opened: Hub | None = None

    @property
    def hub(self) -> Hub:
        """The hub of the open NovaCron.

        Raises:
            Stopping: it is not open yet, or no longer.
        """
        if self.opened is None:
            raise Stopping("NovaCron is not open yet, or no longer.")
        return self.opened

    @contextmanager
    def opening(self) -> Generator[Hub]:
        """Open NovaCron, look after what runs by itself, and end it all in order."""
        log = log_of("serve")
        turns, skipped = open_turns(self.settings, lasts=True)
        for one in skipped:
            log.warning("connection skipped", connection=one.name, error=one.error.message)
        turns.control.standing = self.accounts.standing
        hub = Hub(turns, conversations_url(self.settings), on_turn=self._count)
        keeping = Keeping(hub.control, log.info)
        webhooks = Webhooks(hub.control, hub.bus, log.info)
        with ExitStack() as ends:
            ends.callback(hub.control.close)
            ends.callback(hub.close)
            ends.callback(self._close)
            hub.start()
            ends.callback(webhooks.stop)
            webhooks.start()
            ends.callback(keeping.stop, LAST_WAIT_S)
            keeping.start()
            ends.callback(self._finish)
            self.opened = hub
            for open_one in self.beside:
                ends.enter_context(open_one(hub))
            if self.freezes:
                gc.collect()
                gc.freeze()
                ends.callback(gc.unfreeze)
            log.info("open", machines=hub.control.inventory.count())
            yield hub

    def _finish(self) -> None:
        left = self.runs.stop(LAST_WAIT_S)
        log_of("serve").info("closed", left_to_the_next_start=left)

    def _close(self) -> None:
        self.opened = None

    def _count(self, turn: Turn, surface: str) -> None:
        self.metrics.turns.labels(turn.outcome, surface).inc()


def open_serving(settings: Settings) -> Serving:
    """The parts that are there before NovaCron itself is open."""
    accounts = Accounts(open_database(settings.database), utc_now, settings.session_hours)
    return Serving(settings, accounts, Tokens(accounts))
