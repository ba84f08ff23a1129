"""Server-sent events: of one operation until its end, and of a tenant until the caller leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from tools.identity import User
from tools.journal import Operation
from ui.serve.events import KEPT, Bus, Event
from ui.serve.hub import step_json
from ui.serve.serving import Serving

MEDIA = "text/event-stream"
_READ_AGAIN_S = 2.0
_STILL_HERE_S = 15.0
STILL_HERE = ": still here\n\n"


def written(kind: str, data: Any) -> str:
    """An event as it goes over the wire."""
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=True)}\n\n"


class _Ear:
    """The bus, heard in an event loop."""

    def __init__(self, bus: Bus, tenant: str, stack: ExitStack) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def hear(event: Event) -> None:
            with suppress(RuntimeError):  # the loop has ended, and with it who listens
                loop.call_soon_threadsafe(self._put, event)

        stack.enter_context(bus.calling(tenant, hear))

    def _put(self, event: Event) -> None:
        if self._queue.qsize() < KEPT:
            self._queue.put_nowait(event)

    async def next(self, serving: Serving, within_s: float) -> Event | None:
        """The next event; None where none came, or the server is stopping."""
        getting = asyncio.ensure_future(self._queue.get())
        stopping = asyncio.ensure_future(serving.stopping.wait())
        try:
            await asyncio.wait(
                {getting, stopping}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
            )
            return getting.result() if getting.done() else None
        finally:
            getting.cancel()
            stopping.cancel()


async def tenant_events(serving: Serving, user: User) -> AsyncGenerator[str]:
    """Everything that happens in a person's tenant."""
    with ExitStack() as stack:
        ear = _Ear(serving.hub.bus, user.tenant, stack)
        stack.enter_context(serving.metrics.streams.track_inprogress())
        yield STILL_HERE
        while not serving.stopping.is_set():
            event = await ear.next(serving, _STILL_HERE_S)
            yield STILL_HERE if event is None else written(event["type"], event)


async def operation_events(
    serving: Serving, operation: Operation, user: User
) -> AsyncGenerator[str]:
    """An operation's steps as the journal has them: whoever carries them out, none is missed.

    The bus only says that it is worth looking again.
    """
    told: dict[int, str] = {}
    with ExitStack() as stack:
        ear = _Ear(serving.hub.bus, user.tenant, stack)
        stack.enter_context(serving.metrics.streams.track_inprogress())
        while True:
            for step in operation.steps:
                if told.get(step.index) != step.status:
                    told[step.index] = step.status
                    yield written("step", step_json(step))
            if operation.status != "running":
                yield written("end", {"operation": operation.id, "status": operation.status})
                return
            if serving.stopping.is_set():
                return
            event = await ear.next(serving, _READ_AGAIN_S)
            if event is None:
                yield STILL_HERE
            look = partial(serving.hub.operation, operation.id, user)
            operation = await run_in_threadpool(look)
