"""Many workers: Procrastinate carries batches over Postgres; the journal stays the truth.

A batch that is carried twice does no harm, since each step is claimed in the journal before it
acts. So a worker that fell silent is never asked: its batches are simply handed to another.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.database import is_postgres, reading, steps, take_turn, turn_number
from tools.firing import fire_due

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.types import JSONDict

    from tools.control import Control
    from tools.journal import Operation

QUEUE = "novacron"
TASK = "novacron.batch"

HEARTBEAT_S = 1.0
SILENT_S = 4.0
"""A worker without a heartbeat for so long is taken for dead."""
SWEEP_S = 1.0
"""How often each worker looks for what others left behind and for schedules that are due."""
CONCURRENCY = 4
"""How many batches one worker carries out at once."""

_SMALLEST = 10
"""So many steps at least go together, where there are fewer than all workers could take."""

_OPEN = sa.text(
    "SELECT DISTINCT args->>'operation' FROM procrastinate_jobs"
    " WHERE queue_name = :queue AND status IN ('todo', 'doing')"
)
_ALIVE = sa.text(
    "SELECT count(*) FROM procrastinate_workers"
    " WHERE last_heartbeat > now() - make_interval(secs => :silent)"
)


class Queue:
    """The batches of operations that wait for a worker; only for a Postgres engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._prepared = False

    def prepare(self) -> None:
        """Make Procrastinate's tables if they are not there yet."""
        if self._prepared:
            return
        with self._engine.begin() as db:
            take_turn(db, "queue/tables")
            if db.scalar(sa.select(sa.func.to_regclass("procrastinate_jobs"))) is None:
                with self._app() as app:
                    app.schema_manager.apply_schema()
        self._prepared = True

    def submit(self, operation_id: str, batches: Sequence[Sequence[int]]) -> None:
        """Hand an operation's batches to the workers; once, however often it is called.

        Only those of the first call that is open: later ones would keep workers waiting, and are
        handed over by the sweep when their turn has come.
        """
        self.prepare()
        with self._engine.begin() as db:
            take_turn(db, "queue/submit")
            if operation_id in self._open(db):
                return
            wanted = set(db.scalars(_first_call(operation_id)))
            size = max(_SMALLEST, math.ceil(len(wanted) / (4 * max(1, self._alive(db)))))
            with self._app() as app:
                job = app.configure_task(TASK, queue=QUEUE)
                jobs: list[JSONDict] = [
                    {"operation": operation_id, "indexes": list(batch[start : start + size])}
                    for batch in batches
                    if not wanted.isdisjoint(batch)
                    for start in range(0, len(batch), size)
                ]
                if jobs:
                    job.batch_defer(*jobs)

    def carried(self) -> set[str]:
        """The operations of which a batch waits or is being carried out."""
        self.prepare()
        with reading(self._engine) as db:
            return self._open(db)

    def workers(self) -> int:
        """How many workers are alive."""
        self.prepare()
        with reading(self._engine) as db:
            return self._alive(db)

    def _alive(self, db: sa.Connection) -> int:
        return int(db.execute(_ALIVE, {"silent": SILENT_S}).scalar_one())

    def _open(self, db: sa.Connection) -> set[str]:
        return set(db.scalars(_OPEN, {"queue": QUEUE}))

    def _app(self) -> AbstractContextManager[App]:
        from procrastinate import App, SyncPsycopgConnector

        address = conninfo(self._engine)
        return App(connector=SyncPsycopgConnector(conninfo=address, min_size=1, max_size=1)).open()


def _first_call(operation_id: str) -> sa.Select[Any]:
    """The numbers of the steps of the first call that is not settled."""
    ours = sa.and_(steps.c.operation_id == operation_id, steps.c.status.in_(("pending", "running")))
    first = sa.select(sa.func.min(steps.c.call_index)).where(ours).scalar_subquery()
    return sa.select(steps.c.number).where(ours, steps.c.call_index == first)


def conninfo(engine: Engine) -> str:
    """The engine's address in libpq's own form, password and all."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def run_worker(control: Control, until: Callable[[], bool] = lambda: False) -> None:
    """Carry out batches, take over what dead workers left, fire schedules; until told to stop.

    On SQLite there is no queue: this process takes over and fires by itself.
    """
    if is_postgres(control.engine):
        asyncio.run(_work(control, until))
        return
    while True:
        control.operations.recover()
        fire_due(control)
        if until():
            return
        time.sleep(SWEEP_S)


async def _work(control: Control, until: Callable[[], bool]) -> None:
    from procrastinate import App, PsycopgConnector, RetryStrategy

    queue = Queue(control.engine)
    await asyncio.to_thread(queue.prepare)
    app = App(connector=PsycopgConnector(conninfo=conninfo(control.engine), min_size=1, max_size=4))

    @app.task(name=TASK, queue=QUEUE, retry=RetryStrategy(max_attempts=100, wait=1))
    def _(operation: str, indexes: list[int]) -> None:
        control.operations.run_batch(operation, indexes)

    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=SWEEP_S,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=SILENT_S,
                delete_jobs="successful",
            )
        )
        while not worker.done() and not until():
            await _take_back(app, control.engine)
            await asyncio.to_thread(_sweep, control, queue)
            await asyncio.wait([worker], timeout=SWEEP_S)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def _take_back(app: App, engine: Engine) -> None:
    """Put the batches of silent workers back into the queue; one worker at a time does."""
    with engine.begin() as db:
        if not db.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(turn_number("queue/sweep")))):
            return
        for job in await app.job_manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=SILENT_S
        ):
            await app.job_manager.retry_job(job)


def _sweep(control: Control, queue: Queue) -> None:
    """Submit what was started and never submitted, and fire what is due."""
    carried = queue.carried()
    for operation in control.operations.list(status="running"):
        if operation.id not in carried:
            _hand_over(control, queue, operation.id)

    def carry_out(operation_id: str) -> Operation:
        _hand_over(control, queue, operation_id)
        return control.operations.get(operation_id)

    fire_due(control, carry_out)


def _hand_over(control: Control, queue: Queue, operation_id: str) -> None:
    if batches := control.operations.batches(operation_id):
        queue.submit(operation_id, batches)
