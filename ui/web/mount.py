"""Puts the chat, its pages and its files into the server's application."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from fastapi import FastAPI

from ui.serve.accounts import Accounts
from ui.serve.hub import Hub
from ui.serve.serving import Serving
from ui.web import api, chainlit_host
from ui.web.gate import Gate
from ui.web.pages import routes
from ui.web.people import People
from ui.web.speech import add_speech
from ui.web.talk import Talk

FOLDER = "web"


def mount_web(app: FastAPI, hub: Callable[[], Hub], accounts: Accounts) -> None:
    """Mount the chat at the root; what the application has already comes first.

    Args:
        app: with its `Serving` in its state.
        hub: gives the hub while the server is up.
        accounts: who may come in.
    """
    serving = cast(Serving, app.state.serving)
    people = People(accounts)

    def store() -> object:
        from ui.web.store import Store  # Chainlit's base class: only after Chainlit is set up

        return Store(hub, people)

    chat = chainlit_host.load(serving.settings.data_dir / FOLDER, people.name_of_cookie, store)
    Talk(serving, people).register()
    app.include_router(api.router)
    app.include_router(routes.router)
    add_speech(app)
    app.mount("", Gate(chat, people), name="chat")
