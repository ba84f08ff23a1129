"""Chainlit, kept at arm's length: imported on a diet, configured by us, closed where it is open.

Chainlit keeps its configuration in globals, so there is one of it in a process.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import types
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tools.errors import ProviderError
from ui.serve.callers import COOKIE

PUBLIC = Path(__file__).parent / "static"
_DROPPED_EVENTS = (
    "edit_message",
    "message_favorite",
    "chat_settings_change",
    "chat_settings_edit",
    "window_message",
)
"""What a browser could send that this chat has no use for."""
_OTHERS = re.compile(r"^(SLACK_|DISCORD_|TEAMS_|OAUTH_|LITERAL_|DATABASE_URL$)")
"""Settings in the environment at which Chainlit would open doors of its own."""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>NovaCron</title>
<meta name="description" content="Say what you want of your machines; see the plan; say yes.">
<meta property="og:root_path" content="">
<link rel="icon" href="/public/mark.svg">
<link rel="stylesheet" href="{style}">
<link rel="stylesheet" href="/public/look.css">
<link rel="stylesheet" href="/public/cards.css">
<link rel="stylesheet" href="/public/chat.css">
<script src="/public/theme.js"></script>
{scripts}
<script type="module" src="{script}"></script>
</head>
<body><div id="root"></div><noscript>The chat needs JavaScript. The terminal does not:
novacron chat.</noscript></body>
</html>
"""
SCRIPTS = ("dom.js", "table.js", "plan.js", "answer.js", "chat.js", "follow.js", "speech.js")
"""Ours, in the order in which they stand on one another."""


def load(
    folder: Path, user_of_cookie: Callable[[str], str | None], store: Callable[[], Any]
) -> Any:
    """Chainlit's ASGI application, ready to be mounted at the root.

    Args:
        folder: where it may write; it leaves its translations there.
        user_of_cookie: the name of who is signed in with a cookie, or None.
        store: makes the data layer.
    """
    logging.getLogger("chainlit").setLevel(logging.WARNING)
    _write_config(folder)
    with _own_environment(folder):
        _stub_tracing()
        import_module("chainlit")
        server: Any = import_module("chainlit.server")
    _configure(import_module("chainlit.config").config, store)
    _sign_in_with(user_of_cookie)
    page = index_page(Path(server.build_dir) / "index.html")
    server.get_html_template = partial(_same, page)
    server.public_dir = str(PUBLIC)
    for event in _DROPPED_EVENTS:
        server.sio.handlers["/"].pop(event, None)
    return server.app


def _same(page: str, _root: str) -> str:
    return page


def index_page(index: Path) -> str:
    """Chainlit's page with nothing in it from elsewhere: no fonts, styles, pictures or links.

    Raises:
        ProviderError: this Chainlit is built otherwise than we know.
    """
    built = index.read_text("utf-8")
    script = re.search(r'src="(/assets/[\w.-]+\.js)"', built)
    style = re.search(r'href="(/assets/[\w.-]+\.css)"', built)
    if script is None or style is None:
        raise ProviderError(
            f"Chainlit {version('chainlit')} has another page than the chat was made for.",
            hint="Install what requirements/runtime.lock names.",
        )
    ours = "\n".join(f'<script src="/public/{name}" defer></script>' for name in SCRIPTS)
    return _PAGE.format(script=script[1], style=style[1], scripts=ours)


@contextmanager
def _own_environment(folder: Path) -> Generator[None]:
    """What Chainlit reads at import: where it may write and how our cookie is called."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if _OTHERS.match(name)}
    os.environ.update(
        CHAINLIT_APP_ROOT=str(folder),
        CHAINLIT_ENV_FILE=os.devnull,
        CHAINLIT_CUSTOM_AUTH="1",
        CHAINLIT_AUTH_COOKIE_NAME=COOKIE,
    )
    try:
        yield
    finally:
        os.environ.update(hidden)


def _write_config(folder: Path) -> None:
    """Chainlit's own file, anew at every start, so that an older one cannot open anything."""
    (folder / ".chainlit").mkdir(parents=True, exist_ok=True)
    made_by = json.dumps(version("chainlit"))
    text = f'[project]\n[features]\n[UI]\nname = "NovaCron"\n[meta]\ngenerated_by = {made_by}\n'
    (folder / ".chainlit" / "config.toml").write_text(text, "utf-8")


def _stub_tracing() -> None:
    """An empty traceloop: the real one brings pandas and forty instrumentations."""
    sdk: Any = types.ModuleType("traceloop.sdk")
    sdk.Traceloop = type("Traceloop", (), {})
    parent: Any = types.ModuleType("traceloop")
    parent.sdk = sdk
    sys.modules.setdefault("traceloop", parent)
    sys.modules.setdefault("traceloop.sdk", sdk)


def _configure(config: Any, store: Callable[[], Any]) -> None:
    project, features, look = config.project, config.features, config.ui
    project.allow_origins = []
    project.transports = ["websocket"]
    project.session_timeout = 600
    features.edit_message = False
    features.user_message_autoscroll = False
    features.assistant_message_autoscroll = False
    features.unsafe_allow_html = False
    features.user_message_markdown = False
    features.latex = False
    features.allow_thread_sharing = False
    features.favorites = False
    features.mcp.enabled = False
    upload = import_module("chainlit.config").SpontaneousFileUploadFeature
    features.spontaneous_file_upload = upload(
        enabled=False, accept={"text/plain": []}, max_files=0, max_size_mb=0
    )
    look.description = "Machines by conversation"
    look.cot = "full"
    look.confirm_new_chat = False
    look.language = "en-US"
    look.layout = "wide"
    config.run.headless = True
    config.code.data_layer = store
    object.__setattr__(config, "load_translation", _worded(config.load_translation))


def _worded(load_translation: Callable[[str], dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    """Chainlit's words with ours in their place where its own are wrong here."""

    def worded(language: str) -> dict[str, Any]:
        words = load_translation(language)
        chat = words["chat"]
        chat["input"]["placeholder"] = "Ask about machines, or say what should happen to them"
        chat["input"]["actions"]["stop"] = "Stop: begin nothing more"
        chat["watermark"] = "Nothing changes before you say yes to the exact plan."
        sidebar = words["threadHistory"]["sidebar"]
        sidebar["title"], sidebar["empty"] = "Conversations", "No conversations yet"
        words["navigation"]["user"]["menu"]["logout"] = "Sign out"
        return words

    return worded


def _sign_in_with(user_of_cookie: Callable[[str], str | None]) -> None:
    """Let our cookie stand for Chainlit's token: one session, one sign-out."""
    auth: Any = import_module("chainlit.auth")
    user = import_module("chainlit.user").User

    def decode(token: str | None) -> Any:
        name = user_of_cookie(token) if token else None
        if name is None:
            raise PermissionError("nobody is signed in")
        return user(identifier=name)

    auth.decode_jwt = decode
