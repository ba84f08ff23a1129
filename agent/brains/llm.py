"""A brain over a chat model: Claude, GPT, or any server that speaks OpenAI's protocol.

The model reads as often as its budget allows and proposes calls; it holds no credential, and no
answer of it is a yes. Where it fails, another brain reads the turn, or it becomes a question.
"""

from __future__ import annotations

import dataclasses
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from agent.brains.base import Brain, Context, Trace, Understanding
from agent.brains.llm_checks import MadeUp, find_made_up, find_unspoken
from agent.brains.llm_prompt import REPAIR, RULES, as_data, opening, result_as_data
from agent.brains.llm_wire import Answer, ModelFailed, Talk, Use
from agent.toolbox import Proposal, Toolbox
from tools.calls import Call
from tools.catalog import Catalog, Result
from tools.errors import InvalidRequest, NovaError

ANTHROPIC_URL = "https://api.anthropic.com"
OPENAI_URL = "https://api.openai.com/v1"
MAX_WORDS = 8_000
"""Characters of one turn that a model gets; a longer turn is asked about."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one turn may take: requests, tokens and seconds in all, and tokens of one answer."""

    requests: int = 8
    tokens: int = 200_000
    seconds: float = 60.0
    answer_tokens: int = 4_096


@dataclass(frozen=True)
class LlmBrain:
    """A chat model behind the protocol that every brain has.

    Attributes:
        cached: whether the vendor is told to cache the rules.
        instead: the brain that reads a turn for which the model failed.
    """

    name: str
    model: BaseChatModel = field(repr=False)
    budget: Budget = Budget()
    cached: bool = False
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    instead: Brain | None = None

    def understand(self, text: str, context: Context) -> Understanding:
        """Read one turn; the person is told where the model failed."""
        if len(text) > MAX_WORDS:
            return _ask(f"That is {len(text):,} characters. Can you say it shorter?", text)
        try:
            return _Reading(self, text, context).understand()
        except ModelFailed as failure:
            if self.instead is not None:
                return without_model(self.instead.understand(text, context), failure)
            said = f"I could not work that out: {failure.reason}. Nothing was changed. Try again?"
            return _ask(said, text, options=("try again",))


def anthropic_brain(
    model: str,
    api_key: SecretStr | None,
    base_url: str | None = None,
    budget: Budget | None = None,
    instead: Brain | None = None,
) -> LlmBrain:
    """Claude, or a server that speaks its protocol."""
    from langchain_anthropic import ChatAnthropic

    budget = budget or Budget()
    chat = ChatAnthropic(
        model_name=model,
        base_url=base_url or ANTHROPIC_URL,
        api_key=_key(api_key, base_url),
        max_tokens_to_sample=budget.answer_tokens,
        timeout=budget.seconds,
        max_retries=0,
        stop=None,
    )
    return LlmBrain("anthropic", chat, budget, cached=True, instead=instead)


def openai_brain(
    model: str,
    api_key: SecretStr | None,
    base_url: str | None = None,
    budget: Budget | None = None,
    instead: Brain | None = None,
) -> LlmBrain:
    """GPT, or any server that speaks OpenAI's chat protocol."""
    from langchain_openai import ChatOpenAI

    budget = budget or Budget()
    chat = ChatOpenAI(
        model=model,
        base_url=base_url or OPENAI_URL,
        api_key=_key(api_key, base_url),
        max_completion_tokens=budget.answer_tokens,
        timeout=budget.seconds,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
    )
    return LlmBrain("openai", chat, budget, instead=instead)


def _key(api_key: SecretStr | None, base_url: str | None) -> SecretStr:
    """The key; a local server may need none, the vendors' own always do."""
    if api_key is None and base_url is None:
        raise InvalidRequest("This brain needs a key.", hint="Set NOVACRON_API_KEY.")
    return api_key or SecretStr("none")


class _Reading:
    """One turn: what was asked of the model so far, and what it made of it."""

    def __init__(self, brain: LlmBrain, text: str, context: Context) -> None:
        self.brain = brain
        self.text = text
        self.context = context
        self.toolbox = Toolbox(context.catalog)
        self.talk = Talk(brain.model, self.toolbox.functions, cached=brain.cached)
        self.ends_at = time.monotonic() + brain.budget.seconds
        self.requests = 0
        self.tokens = 0
        self.repaired = False
        self.retried = False
        self.read_calls: tuple[Call, ...] = ()
        self.links: list[str] = []
        self.trace: list[Trace] = []

    def understand(self) -> Understanding:
        """Ask until the model gives its one final function.

        Raises:
            ModelFailed: it never does.
        """
        self.talk.begin(RULES, opening(self.text, self.context))
        while True:
            answer = self._answer()
            try:
                understood = self._taken(answer)
            except NovaError as error:
                self._repair(error.message)
                continue
            if understood is not None:
                return dataclasses.replace(understood, trace=tuple(self.trace))

    def _answer(self) -> Answer:
        try:
            return self._request()
        except ModelFailed as failure:
            wait = 0.5 if failure.wait_s is None else failure.wait_s
            if not failure.again or wait >= self.ends_at - time.monotonic() or self.retried:
                raise
            self.retried = True
            self.brain.sleep(wait)
            return self._request()

    def _request(self) -> Answer:
        budget = self.brain.budget
        left = self.ends_at - time.monotonic()
        if self.requests >= budget.requests or self.tokens >= budget.tokens or left <= 0:
            raise ModelFailed("it took more than one turn may take")
        self.requests += 1
        answer = self.talk.answer(left)
        self.tokens += answer.tokens
        return answer

    def _repair(self, reason: str) -> None:
        """Say once what was wrong; the second time it is given up."""
        if self.repaired:
            raise ModelFailed(f"the model's proposal was not valid ({_clean(reason, 300)})")
        self.repaired = True
        self.talk.add(REPAIR.format(reason=as_data(_clean(reason, 600))))

    def _taken(self, answer: Answer) -> Understanding | None:
        """What an answer means; None where it only looked.

        Raises:
            NovaError: it is not valid.
        """
        if not answer.uses:
            return self._reply(answer.text)
        if any(use.arguments is None for use in answer.uses):
            raise InvalidRequest("The arguments were not a JSON object.")
        if all(use.name == "read" for use in answer.uses):
            self.talk.give_back(answer, {use.id: self._looked(use) for use in answer.uses})
            return None
        first, *more = answer.uses
        if more:
            raise InvalidRequest("Call one function: read to look, or one that ends the turn.")
        return self._final(first)

    def _final(self, use: Use) -> Understanding:
        arguments = use.arguments or {}
        match use.name:
            case "propose":
                return self._proposed(self.toolbox.proposal(arguments))
            case "ask":
                question = self.toolbox.question(arguments)
                options = tuple(_clean(option, 200) for option in question.options)
                return _ask(_clean(question.question, 1_000), self.text, options)
            case "reply":
                return self._reply(self.toolbox.text(arguments))
            case "decline":
                said = _clean(self.toolbox.text(arguments), 2_000)
                return Understanding("decline", text=said, in_own_words=True)
            case "cancel":
                return Understanding("cancel")
            case _:
                raise InvalidRequest("There is no such function.")

    def _looked(self, use: Use) -> str:
        """The results of a `read`; what is wrong with it comes back as a result too."""
        try:
            calls = self.toolbox.reads(use.arguments or {})
            results = [self.context.read(call) for call in calls]
            found = [result_as_data(result) for result in results]
        except NovaError as error:
            self.trace.append(Trace("read", error.code))
            closest = {"choices": list(error.choices[:5])} if error.choices else {}
            return as_data({"error": _clean(error.message, 500), "hint": error.hint, **closest})
        self.read_calls = calls
        self.links += [link for result in results for link in _links(result)]
        self.trace += [Trace("read", call.tool) for call in calls]
        return "\n".join(found)

    def _proposed(self, proposal: Proposal) -> Understanding:
        calls = proposal.calls
        if made_up := find_made_up(calls, self.context):
            return _ask_which(made_up, self.text)
        if unspoken := find_unspoken(calls, self.text, self.context):
            if self.repaired:
                names = ", ".join(unspoken[:5])
                said = f"Do you mean {names}? You did not name it, so nothing is planned."
                return _ask(_clean(said, 1_000), self.text, unspoken[:5])
            raise InvalidRequest(
                f"The person did not name {', '.join(unspoken[:5])}: describe the machines by the "
                "person's own words, or ask."
            )
        self.trace.append(Trace(self.text, ", ".join(call.tool for call in calls)))
        revises = proposal.revises and self.context.memory.pending is not None
        return Understanding("revise" if revises else "calls", calls)

    def _reply(self, text: str) -> Understanding:
        """Plain words; what was read to find them is answered by code, from what was seen.

        Words written from passages of documents stand before these, if they cite one of them.
        """
        if not text:
            raise InvalidRequest("The answer was empty.")
        said = _honest(_clean(text, 2_000), self.context.catalog)
        if self.read_calls:
            looked_up = all(call.tool == "search_runbooks" for call in self.read_calls)
            cites = any(link in text for link in self.links)
            return Understanding("calls", self.read_calls, note=said if looked_up and cites else "")
        return Understanding("reply", text=said, in_own_words=True)


def _links(result: Result) -> list[str]:
    """Where the passages of a result stand."""
    return [str(row["link"]) for row in result.rows if row.get("link")]


def without_model(understood: Understanding, failure: ModelFailed) -> Understanding:
    """Another brain's reading, with a note of why it is not the model's before its own."""
    note = f"({failure.reason[:1].upper()}{failure.reason[1:]}: read without it.)"
    notes = f"{note}\n{understood.note}" if understood.note else note
    return dataclasses.replace(understood, note=notes)


def _ask(text: str, words: str, options: Sequence[str] = ()) -> Understanding:
    frame = {"from": "model", "words": words[:500]}
    return Understanding("ask", text=text, options=tuple(options), frame=frame, in_own_words=True)


def _ask_which(made_up: MadeUp, words: str) -> Understanding:
    said = f"No machine is called {_clean(made_up.name, 200)!r}."
    if made_up.closest:
        said += f" Did you mean {' or '.join(made_up.closest)}?"
    else:
        said += " Which one do you mean?"
    return _ask(said, words, made_up.closest)


def _clean(text: str, most: int) -> str:
    """A model's words without control and direction characters, and not too long."""
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    return kept.strip()[:most]


def _honest(text: str, catalog: Catalog) -> str:
    """A model's words about changes always say that this turn changed nothing."""
    verbs = {name.split("_")[0] for name, tool in catalog.items() if not tool.reads}
    if re.search(rf"\b({'|'.join(map(re.escape, sorted(verbs)))}|done)", text, re.IGNORECASE):
        return f"{text}\n(Nothing was changed.)"
    return text
