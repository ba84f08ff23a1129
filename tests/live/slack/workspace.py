"""A Slack of our own on 127.0.0.1: its Web API, its files, and Socket Mode."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect

from tests.live.slack.rules import texts_of, wrong_with

BOT = "UNOVA"
Call = dict[str, Any]


@dataclass
class Message:
    """A message as it is shown now."""

    channel: str
    ts: str
    thread: str | None
    text: str
    blocks: list[dict[str, Any]]
    changes: int = 0

    @property
    def words(self) -> str:
        """What a person reads."""
        return texts_of(self.blocks) or self.text

    def button(self, action_id: str) -> dict[str, Any] | None:
        """A button that it has."""
        rows = [block["elements"] for block in self.blocks if block["type"] == "actions"]
        return next((b for row in rows for b in row if b["action_id"] == action_id), None)


@dataclass
class Workspace:
    """What the workspace holds, and every call of its API."""

    url: str = ""
    calls: list[tuple[str, Call]] = field(default_factory=list)
    messages: dict[tuple[str, str], Message] = field(default_factory=dict)
    whispers: list[Call] = field(default_factory=list)
    homes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    views: list[Call] = field(default_factory=list)
    files: dict[str, Call] = field(default_factory=dict)
    responses: list[Call] = field(default_factory=list)
    emails: dict[str, Call] = field(default_factory=dict)
    refusals: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    sockets: list[tuple[WebSocket, asyncio.AbstractEventLoop]] = field(default_factory=list)
    acks: dict[str, Call] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def posted(self, channel: str, thread: str | None = None) -> list[Message]:
        """The messages of a channel, or of a thread in it."""
        with self.lock:
            found = [m for m in self.messages.values() if m.channel == channel]
        return [m for m in found if thread is None or m.thread == thread]

    def told(self, member: str) -> list[str]:
        """What only this member was told."""
        with self.lock:
            return [texts_of(w["blocks"]) for w in self.whispers if w["user"] == member]

    def refuse(self, method: str, times: int, retry_after: int) -> None:
        """Answer the next calls of a method with "too many"."""
        self.refusals[method] = [(429, retry_after)] * times

    def push(self, kind: str, payload: Call, **more: Any) -> str:
        """Send something over Socket Mode; the envelope's id."""
        envelope = f"envelope-{next(self.numbers)}"
        text = json.dumps({"envelope_id": envelope, "type": kind, "payload": payload, **more})
        socket, loop = self.sockets[-1]
        asyncio.run_coroutine_threadsafe(socket.send_text(text), loop).result(5)
        return envelope


def eventually(found: Callable[[], Any], seconds: float = 8.0) -> Any:
    """What is found as soon as there is something."""
    until = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)
    return value


@contextmanager
def open_workspace() -> Generator[Workspace]:
    """A Slack until the block ends."""
    workspace = Workspace()
    config = uvicorn.Config(
        _api(workspace), host="127.0.0.1", port=0, log_level="error", ws="wsproto", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    eventually(lambda: server.started, 20)
    port = server.servers[0].sockets[0].getsockname()[1]
    workspace.url = f"http://127.0.0.1:{port}"
    try:
        yield workspace
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


def _api(workspace: Workspace) -> FastAPI:
    app = FastAPI()

    @app.post("/api/{method}")
    async def call(method: str, request: Request) -> Response:
        args = await _args(request)
        with workspace.lock:
            workspace.calls.append((method, args))
            if refusals := workspace.refusals.get(method):
                status, wait = refusals.pop(0)
                return Response(
                    '{"ok":false,"error":"ratelimited"}', status, {"Retry-After": str(wait)}
                )
            answer = _METHODS[method](workspace, args)
        return Response(
            json.dumps({"ok": "error" not in answer, **answer}), media_type="application/json"
        )

    @app.post("/upload/{file_id}")
    async def upload(file_id: str, request: Request) -> Response:
        body = await request.body()
        is_text = not workspace.files[file_id]["name"].endswith(".png")
        workspace.files[file_id]["body"] = body.decode() if is_text else body
        return Response("OK")

    @app.post("/respond")
    async def respond(request: Request) -> Response:
        workspace.responses.append(await request.json())
        return Response("ok")

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(json.dumps({"type": "hello", "num_connections": 1}))
        workspace.sockets.append((websocket, asyncio.get_running_loop()))
        try:
            while True:
                ack = json.loads(await websocket.receive_text())
                workspace.acks[ack["envelope_id"]] = ack.get("payload") or {}
        except (WebSocketDisconnect, RuntimeError, ValueError):
            pass

    return app


async def _args(request: Request) -> Call:
    if "json" in request.headers.get("content-type", ""):
        return json.loads(await request.body() or b"{}")
    form = {key: str(value) for key, value in (await request.form()).items()}
    for name in ("blocks", "view", "files"):
        if name in form:
            form[name] = json.loads(form[name])
    return form


def _post(workspace: Workspace, args: Call) -> Call:
    blocks = args.get("blocks") or []
    if wrong := wrong_with(blocks):
        return {"error": "invalid_blocks", "said": wrong}
    if args["channel"] == "CAWAY":
        return {"error": "not_in_channel"}
    channel = f"D{args['channel'][1:]}" if args["channel"].startswith("U") else args["channel"]
    ts = f"1700000000.{next(workspace.numbers):06d}"
    made = Message(channel, ts, args.get("thread_ts"), args["text"], blocks)
    workspace.messages[channel, ts] = made
    return {"channel": channel, "ts": ts}


def _update(workspace: Workspace, args: Call) -> Call:
    message = workspace.messages.get((args["channel"], args["ts"]))
    if message is None:
        return {"error": "message_not_found"}
    if wrong := wrong_with(args["blocks"]):
        return {"error": "invalid_blocks", "said": wrong}
    message.blocks, message.text = args["blocks"], args["text"]
    message.changes += 1
    return {"channel": args["channel"], "ts": args["ts"]}


def _whisper(workspace: Workspace, args: Call) -> Call:
    if wrong := wrong_with(args["blocks"]):
        return {"error": "invalid_blocks", "said": wrong}
    workspace.whispers.append(args)
    return {"message_ts": "1.1"}


def _publish(workspace: Workspace, args: Call) -> Call:
    if wrong := wrong_with(args["view"]["blocks"], 100):
        return {"error": "invalid_blocks", "said": wrong}
    workspace.homes[args["user_id"]] = args["view"]["blocks"]
    return {"view": {}}


def _open_view(workspace: Workspace, args: Call) -> Call:
    view = args["view"]
    if wrong := wrong_with(view["blocks"], 100) or (
        "" if len(view["private_metadata"]) <= 3000 else "long"
    ):
        return {"error": "invalid_blocks", "said": wrong}
    workspace.views.append(view)
    return {"view": view}


def _upload_url(workspace: Workspace, args: Call) -> Call:
    file_id = f"F{next(workspace.numbers)}"
    workspace.files[file_id] = {"name": args["filename"]}
    return {"upload_url": f"{workspace.url}/upload/{file_id}", "file_id": file_id}


def _uploaded(workspace: Workspace, args: Call) -> Call:
    for file in args["files"]:
        shown = {"channel": args["channel_id"], "thread": args.get("thread_ts")}
        workspace.files[file["id"]].update(shown)
    return {"files": [{"id": file["id"]} for file in args["files"]]}


def _member(workspace: Workspace, args: Call) -> Call:
    found = workspace.emails.get(args["user"])
    return {"user": found} if found else {"error": "user_not_found"}


_METHODS: dict[str, Callable[[Workspace, Call], Call]] = {
    "auth.test": lambda w, a: {"user_id": BOT, "bot_id": "BNOVA", "team_id": "T1", "user": "nova"},
    "chat.postMessage": _post,
    "chat.update": _update,
    "chat.postEphemeral": _whisper,
    "views.publish": _publish,
    "views.open": _open_view,
    "files.getUploadURLExternal": _upload_url,
    "files.completeUploadExternal": _uploaded,
    "files.info": lambda w, a: {"file": {"id": a["file"]}},
    "users.info": _member,
    "conversations.open": lambda w, a: {"channel": {"id": f"D{a['users'][1:]}"}},
    "conversations.info": lambda w, a: {"channel": {"is_ext_shared": a["channel"] == "CSHARED"}},
    "apps.connections.open": lambda w, a: {"url": f"{w.url.replace('http', 'ws')}/socket"},
}
