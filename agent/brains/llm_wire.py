"""The edge to a model: one talk over a LangChain chat model, streamed, bounded, read strictly.

Whatever the model's library raises becomes a `ModelFailed` that names no secret. Nothing here
knows machines or tools.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.ai import add_ai_message_chunks

log = logging.getLogger(__name__)

MAX_CHARACTERS = 60_000
"""An answer that streams past this is cut off: no proposal is that long."""

QUIET_S = 30.0
"""The longest silence within a stream."""

_WHOLE = frozenset({"stop", "tool_calls", "end_turn", "tool_use", "stop_sequence"})
_CUT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
_REFUSED = frozenset({"refusal", "content_filter"})
_BY_STATUS = {
    401: "the model service refused the credentials",
    403: "the model service refused the credentials",
    404: "the model service does not know this model or address",
    408: "the model did not answer in time",
    413: "the model service found the request too long",
    429: "the model service asks to slow down",
}
_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 529})


class ModelFailed(Exception):
    """No usable answer came.

    Args:
        reason: what happened, as the rest of a sentence; no secrets, nothing the server wrote.
        again: whether a second try may help.
        wait_s: how long the service asks to wait.
    """

    def __init__(self, reason: str, *, again: bool = False, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Use:
    """A function that the model called; `arguments` is None where they are not a JSON object."""

    id: str
    name: str
    arguments: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model gave: words, functions, or both; `tokens` of the request and the answer."""

    text: str
    uses: tuple[Use, ...]
    tokens: int


class Talk:
    """One turn's exchange with a model."""

    def __init__(
        self, model: BaseChatModel, functions: Sequence[Mapping[str, Any]], *, cached: bool
    ) -> None:
        self._model = model.bind_tools([dict(function) for function in functions])
        self._cached = cached
        self._messages: list[BaseMessage] = []

    def begin(self, rules: str, words: str) -> None:
        """The rules that hold, and the turn."""
        block: dict[str, Any] = {"type": "text", "text": rules}
        if self._cached:
            block["cache_control"] = {"type": "ephemeral"}
        content: Any = [block] if self._cached else rules
        self._messages = [SystemMessage(content=content), HumanMessage(content=words)]

    def give_back(self, answer: Answer, results: Mapping[str, str]) -> None:
        """The results of the functions of an answer, by the id of each use."""
        calls = [{"id": u.id, "name": u.name, "args": u.arguments or {}} for u in answer.uses]
        self._messages.append(AIMessage(content=answer.text, tool_calls=cast(Any, calls)))
        for use in answer.uses:
            self._messages.append(ToolMessage(content=results[use.id], tool_call_id=use.id))

    def add(self, words: str) -> None:
        """More from our side; the answer before it is not kept."""
        self._messages.append(HumanMessage(content=words))

    def answer(self, seconds: float) -> Answer:
        """The model's next answer, streamed to its end.

        Raises:
            ModelFailed: none came, or not a whole one, within the time.
        """
        with _translated():
            whole = self._streamed(seconds)
        return _read(whole, _characters(self._messages))

    def _streamed(self, seconds: float) -> AIMessageChunk:
        deadline = time.monotonic() + seconds
        chunks: list[AIMessageChunk] = []
        size = 0
        stream = cast(
            Generator[AIMessageChunk],
            self._model.stream(self._messages, timeout=min(seconds, QUIET_S)),
        )
        with closing(stream):
            for chunk in stream:
                chunks.append(chunk)
                size += len(str(chunk.text)) + sum(map(_length, cast(Any, chunk.tool_call_chunks)))
                if time.monotonic() > deadline:
                    raise ModelFailed("the model did not answer in time")
                if size > MAX_CHARACTERS:
                    raise ModelFailed("the model's answer was too long")
        if not chunks:
            raise ModelFailed("the model's answer broke off", again=True)
        return add_ai_message_chunks(*chunks)  # at once: one by one takes squared time


def _read(whole: AIMessageChunk, sent: int) -> Answer:
    """The answer, only if it ended as a whole one does: half of a call is not a call."""
    about: dict[str, Any] = whole.response_metadata
    end = about.get("stop_reason") or about.get("finish_reason")
    extra: dict[str, Any] = whole.additional_kwargs
    if end in _REFUSED or extra.get("refusal"):
        raise ModelFailed("the model declined to answer")
    if end in _CUT:
        raise ModelFailed("the model's answer was too long")
    if end not in _WHOLE:
        raise ModelFailed("the model's answer broke off", again=True)
    text = str(whole.text).strip()
    chunks = cast(Sequence[Mapping[str, Any]], whole.tool_call_chunks)
    uses = tuple(_use(chunk, place) for place, chunk in enumerate(chunks))
    usage = cast(Mapping[str, Any], whole.usage_metadata or {})
    estimate = (sent + len(text) + len(str(chunks))) // 4
    return Answer(text, uses, max(int(usage.get("total_tokens") or 0), estimate))


def _use(chunk: Mapping[str, Any], place: int) -> Use:
    """A function call, its arguments parsed strictly: LangChain's own parse mends cut JSON."""
    raw = str(chunk.get("args") or "").strip() or "{}"
    try:
        arguments: Any = json.loads(raw, parse_constant=_refuse, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        arguments = None
    fit = cast(dict[str, Any], arguments) if isinstance(arguments, dict) else None
    return Use(str(chunk.get("id") or f"use_{place}"), str(chunk.get("name") or ""), fit)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _length(chunk: Mapping[str, Any]) -> int:
    return len(chunk.get("args") or "")


def _characters(messages: Sequence[BaseMessage]) -> int:
    return sum(len(str(cast(Any, message.content))) for message in messages)


@contextmanager
def _translated() -> Generator[None]:
    """Turn whatever a model's library raises into `ModelFailed`, without what the server wrote."""
    try:
        yield
    except ModelFailed:
        raise
    except Exception as error:  # SDKs, httpx and JSON raise their own; all mean: no answer
        failure = _failure(error)
        log.warning("model failed: %s (%s)", failure.reason, type(error).__name__)
        raise failure from None


def _failure(error: Exception) -> ModelFailed:
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        reason = _BY_STATUS.get(status, f"the model service failed (HTTP {status})")
        return ModelFailed(reason, again=status in _AGAIN, wait_s=_wait(error))
    kind = " ".join(cls.__name__ for cls in type(error).__mro__)
    if "Timeout" in kind:
        return ModelFailed("the model did not answer in time")
    if "Protocol" in kind or "JSONDecode" in kind:
        return ModelFailed("the model's answer broke off", again=True)
    if "Connect" in kind or "Transport" in kind:
        return ModelFailed("the model cannot be reached", again=True)
    return ModelFailed("the model's answer could not be read", again=True)


def _wait(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except (TypeError, ValueError):
        return None
