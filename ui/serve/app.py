"""The web application: the HTTP interface, signing in, MCP, and the chat where it is there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import anyio.to_thread
from fastapi import FastAPI

from tools.settings import Settings
from ui.serve import oidc, signin
from ui.serve.door import Door
from ui.serve.hub import Hub
from ui.serve.problems import add_problems
from ui.serve.routes import conversations, machines, operations, plans, running
from ui.serve.serving import Serving, open_serving

THREADS = 100
"""So many short requests are worked on at once."""

HubGetter = Callable[[], Hub]

_SURFACES = (("ui.slack.mount", "mount_slack"),)
_PAGES = (("ui.web.mount", "mount_web"),)
"""Surfaces that mount themselves: each takes the app, a getter of the hub, and the accounts.

The chat is last: it answers whatever path is left.
"""


def make_app(settings: Settings, *, pages: bool = True) -> FastAPI:
    """The application of one NovaCron; it opens when the server starts.

    Args:
        settings: how it is set up.
        pages: with the chat and other surfaces in it; False: the interfaces for programs alone.
    """
    serving = open_serving(settings)
    app = FastAPI(
        title="NovaCron",
        version=version("novacron"),
        description="Machines, plans, approvals and operations. Nothing but a read runs unasked.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.serving = serving
    add_problems(app)
    for module in (running, conversations, plans, operations, machines, signin, oidc):
        app.include_router(module.router)
    _mount_mcp(app, serving)
    if pages and find_spec("ui.web") is not None:
        serving.pages = True
    _mount_surfaces(app, serving, _SURFACES + _PAGES if pages else _SURFACES)
    app.add_middleware(Door, settings=settings, metrics=serving.metrics)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    serving: Serving = app.state.serving
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    async with AsyncExitStack() as stack:
        if serving.opened is None:
            opening = serving.opening()
            await anyio.to_thread.run_sync(opening.__enter__)
            stack.push_async_callback(anyio.to_thread.run_sync, opening.__exit__, None, None, None)
        if (sessions := getattr(app.state, "mcp", None)) is not None:
            await stack.enter_async_context(sessions.run())
        yield


def _mount_mcp(app: FastAPI, serving: Serving) -> None:
    if find_spec("ui.mcp") is not None:
        import_module("ui.mcp.mount").mount_mcp(app, serving)


def _mount_surfaces(app: FastAPI, serving: Serving, surfaces: Sequence[tuple[str, str]]) -> None:
    for module, name in surfaces:
        if find_spec(module.rpartition(".")[0]) is None or find_spec(module) is None:
            continue
        mount = getattr(import_module(module), name)
        mount(app, lambda: serving.hub, serving.accounts)
