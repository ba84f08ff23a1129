"""Ports and public addresses: whole sentences of a few plain shapes, and nothing beside them.

A turn is read here only if all of it has one of the shapes: a verb, ports or an address, machines
and a range of addresses. The machines are read by the same rules as everywhere. What has no such
shape is left to the other rules, as if this module were not there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.brains.base import Context, Trace, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.text import cleaned, tokenise
from tools.calls import Call
from tools.errors import NovaError
from tools.ports import ANYWHERE, SERVICES, read_ports, read_source

PORT_TOOLS = ("open_port", "close_port")

_POLITE = (
    r"(?:(?:hey|hi|hello|ok|okay|please|pls|kindly|just|now|nova\w*|quickly|(?:can|could|would|will)"
    r" you)[\s,]+)*"
)
_ONE_PORT = rf"(?:\d{{1,5}}(?:\s*(?:-|–|through|to)\s*\d{{1,5}})?|{'|'.join(SERVICES)})(?![\w.:])"
_PORTS = (
    r"(?:(?:the|firewall)\s+)*(?:(?P<before>tcp|udp)\s+)?(?:(?P<named>ports?)\s+)?"
    rf"(?P<ports>{_ONE_PORT}(?:\s*(?:,|and|&)\s*(?:port\s+)?{_ONE_PORT})*)"
    r"(?:\s*/\s*(?P<after>tcp|udp)|\s+\(?(?P<spoken>tcp|udp)\)?)?"
)
_RANGE = r"\d{1,3}(?:\.\d{1,3}){0,3}/\d{1,2}|\d{1,3}(?:\.\d{1,3}){3}"
_EVERYBODY = (
    r"anywhere|everywhere|(?:the\s+)?(?:whole\s+)?(?:internet|world)|everyone|everybody|anyone"
)
_SOURCE = re.compile(
    rf"\s*,?\s*\b(?:only\s+)?(?:to|from|for)\s+(?:only\s+)?"
    rf"(?P<source>(?:{_RANGE})(?:\s*(?:,|and|&)\s*(?:{_RANGE}))*|{_EVERYBODY})(?![\w./])(?:\s+only\b)?",
    re.IGNORECASE,
)
_ADDRESS = (
    r"(?:(?:public|external|elastic|floating)\s+(?:ipv?4?\s+)?(?:ip\s+)?(?:address(?:es)?|ips?)|"
    r"(?:public|external|elastic|floating)\s+ips?|eips?)"
)
_ONE_MORE = rf"(?:an?|another|its\s+own|their\s+own)\s+(?:new\s+)?{_ADDRESS}"
_OF_IT = r"(?:the|its|their|that|those)?\s*"


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"^{_POLITE}{pattern}$", re.IGNORECASE)


_OPENS = _shape(rf"(?:open(?:\s+up)?|allow|unblock)\s+{_PORTS}(?P<rest>\s.*)?")
_CLOSES = _shape(rf"(?:close(?:\s+off)?|block)\s+{_PORTS}(?P<rest>\s.*)?")
_GIVES = (
    _shape(
        r"(?:give|assign|attach|allocate|get)\s+(?!me\b|us\b|him\b|her\b|a\b|an\b)"
        rf"(?P<machines>.+?)\s+{_ONE_MORE}(?P<tail>(?:\s.*)?)"
    ),
    _shape(
        rf"(?:give|assign|attach|add|allocate|associate)\s+{_ONE_MORE}\s+(?:to|with|for)\s+"
        r"(?P<machines>.+)"
    ),
)
_TAKES = (
    _shape(
        rf"(?:take|remove|release|drop|detach|strip|disassociate)\s+(?:away\s+)?{_OF_IT}{_ADDRESS}\s+"
        r"(?:off|from|away\s+from|of|on|for)\s+(?P<machines>.+)"
    ),
    _shape(
        r"(?:take|remove|release|drop|detach)\s+(?P<machines>.+?)(?:'s|(?<=s)')\s+"
        rf"{_ADDRESS}(?:\s+(?:away|off))?(?P<tail>)"
    ),
)
_LISTS = (
    _shape(
        r"(?:which|what)\s+ports?\s+(?:are|is)\s+(?:open|exposed)\s+(?:on|for|of|in|at)\s+"
        r"(?P<machines>.+)"
    ),
    _shape(
        r"(?:list|show)(?:\s+(?:me|us))?\s+(?:all\s+)?(?:the\s+)?(?:open\s+ports|"
        r"(?:firewall|security\s+group|inbound)\s+rules)\s+(?:on|of|for)\s+(?P<machines>.+)"
    ),
    _shape(
        r"(?:what(?:'s|\s+is)|which\s+traffic\s+is)\s+(?:open|exposed|let\s+in|allowed\s+in)\s+"
        r"(?:on|for|of|to)\s+(?P<machines>.+)"
    ),
    _shape(
        r"(?:what|who)\s+(?:can|may)\s+(?:reach|connect\s+to|get\s+(?:at|in(?:to)?))\s+"
        r"(?P<machines>.+?)(?:\s+from\s+(?:the\s+)?(?:outside|internet))?"
    ),
)
_ELSEWHERE = re.compile(
    r"\b(?:firewalls?|security\s+groups?|routers?|switch(?:es)?|gateways?|load\s*balancers?)\b",
    re.IGNORECASE,
)
"""Things that are no machines: what is asked of them is not done here."""

_LEAD = re.compile(r"^\s*,?\s*(?:(on|for)\b\s*|(?:of|at|in)\b\s*)?", re.IGNORECASE)
_OTHER_SOURCE = re.compile(r"\s*,?\s*\b(?:from|to)\b\s*(?P<what>.*)$", re.IGNORECASE)
_CORRECTS = re.compile(
    r"^(?:(?:no|sorry|actually|rather|wait|make\s+(?:it|that)|i\s+meant?|only|just|to|from|port|"
    rf"instead)[\s,]+)*(?:(?P<source>(?:{_RANGE})(?:\s*(?:,|and|&)\s*(?:{_RANGE}))*|{_EVERYBODY})|"
    rf"(?P<port>{_ONE_PORT}))(?:[\s,]+(?:instead|only|please))*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Asked:
    """What a sentence of one of the shapes asks for."""

    tool: str
    args: tuple[dict[str, Any], ...]
    machines: str
    lacking: bool = False


class Networking:
    """Reads one turn of one conversation."""

    def __init__(self, context: Context, reader: Reader, builder: Builder) -> None:
        self._memory = context.memory
        self._reader = reader
        self._builder = builder

    def understand(self, text: str) -> Understanding | None:
        """The understanding of a turn that has one of the shapes, else None."""
        plain = _plain(text)
        if (answer := self._answered(plain)) is not None:
            return answer
        if (put_right := self._corrected(plain)) is not None:
            return put_right
        try:
            asked = _asked(plain)
            return self._understood(asked) if asked is not None else None
        except Doubt as doubt:
            return doubt.understanding
        except NovaError as wrong:
            return replies.ask(f"{wrong.message} {wrong.hint}".strip())

    def _understood(self, asked: _Asked) -> Understanding:
        calls = [self._call(asked, args) for args in asked.args]
        if asked.lacking:
            return _which_source(calls)
        trace = tuple(Trace(asked.machines, f"machines of {call.tool}") for call in calls)
        return Understanding("calls", tuple(calls), trace=trace)

    def _call(self, asked: _Asked, args: dict[str, Any]) -> Call:
        items = self._reader.scanner.scan(tokenise(cleaned(asked.machines)))
        frame = self._reader.framed(asked.tool, Clause(items))
        frame.said.args.update(args)
        lasts = frame.said.lasts is not None or frame.said.until is not None
        if lasts:
            raise Doubt(
                replies.ask("That holds until it is taken back. Ask for both, each with its time.")
            )
        reading = Reading(asked.machines, items, [frame])
        call = self._builder.calls([frame], reading)[0]
        if call.selector is None:
            raise Doubt(replies.ask("Which machines do you mean?"))
        return call

    def _answered(self, text: str) -> Understanding | None:
        """The range of addresses that was asked for."""
        asked = self._memory.asked
        if asked is None or asked.frame.get("kind") != "ports":
            return None
        found = _CORRECTS.match(text)
        if found is None or not found["source"]:
            return None
        try:
            said = _said(found)
        except NovaError as wrong:
            return replies.ask(f"{wrong.message} {wrong.hint}".strip(), (), asked.frame)
        calls = [Call.parse(call) for call in asked.frame["ports"]]
        made = [call.model_copy(update={"args": {**call.args, **said}}) for call in calls]
        return Understanding("calls", tuple(made))

    def _corrected(self, text: str) -> Understanding | None:
        """ "no, port 8443", "only from 10.1.0.0/16", for the one plan that waits."""
        pending = self._memory.pending
        found = _CORRECTS.match(text)
        if pending is None or found is None or len(pending.calls) != 1:
            return None
        call = pending.calls[0]
        if call.tool not in PORT_TOOLS:
            return None
        try:
            args = {**call.args, **_said(found)}
        except NovaError as wrong:
            return replies.ask(f"{wrong.message} {wrong.hint}".strip())
        return Understanding("revise", (call.model_copy(update={"args": args}),))


def _plain(text: str) -> str:
    """One line without the mark at its end."""
    line = re.sub(r"\s+", " ", text.replace("’", "'")).strip()
    line = re.sub(r"[\s,]+(?:please|pls|thanks|thank you|now)\s*(?=[.!?]*$)", "", line, flags=re.I)
    return line.rstrip(" .!?")


def _asked(text: str) -> _Asked | None:
    """What a sentence of one of the shapes asks for."""
    for tool, shape in (("open_port", _OPENS), ("close_port", _CLOSES)):
        if found := shape.match(text):
            return _of_ports(tool, found)
    for tool, shapes in (
        ("assign_public_address", _GIVES),
        ("release_public_address", _TAKES),
        ("list_open_ports", _LISTS),
    ):
        for shape in shapes:
            if (found := shape.match(text)) and not _ELSEWHERE.search(found["machines"]):
                tail = found.groupdict().get("tail") or ""
                tail = re.sub(r"^\s+each\b", "", tail, flags=re.IGNORECASE)
                return _Asked(tool, ({},), found["machines"] + tail)
    return None


def _of_ports(tool: str, found: re.Match[str]) -> _Asked | None:
    rest = found["rest"] or ""
    source = _SOURCE.search(rest)
    args: dict[str, Any] = {}
    if source is not None:
        args["source"] = _source(source["source"])
        rest = rest[: source.start()] + rest[source.end() :]
    lacking = tool == "open_port" and source is None
    if (other := _OTHER_SOURCE.search(rest)) is not None:
        rest, lacking = rest[: other.start()], True
    led = _LEAD.match(rest)
    machines = rest[led.end() :] if led else rest
    sure = found["named"] or (not re.fullmatch(r"\d", found["ports"]) and led and led[1])
    if _ELSEWHERE.search(machines) or not machines.strip() or not sure:
        return None
    if protocol := found["before"] or found["after"] or found["spoken"]:
        args["protocol"] = protocol.casefold()
    return _Asked(
        tool, tuple({"port": p, **args} for p in _ports(found["ports"])), machines, lacking
    )


def _ports(text: str) -> list[str]:
    """Each of "80, 443 and 8000-8100"."""
    parts = re.split(r"\s*(?:,|\band\b|&)\s*(?:port\s+)?", text)
    return [_port(part) for part in parts]


def _port(text: str) -> str:
    first, last = read_ports(re.sub(r"\s*(?:–|through|to)\s*", "-", text))
    return f"{first}" if first == last else f"{first}-{last}"


def _source(text: str) -> str:
    """Ranges of addresses as the tool takes them; "10/8" is short for 10.0.0.0/8."""
    if re.fullmatch(_EVERYBODY, text, re.IGNORECASE):
        return ANYWHERE
    found: list[str] = []
    for part in re.split(r"\s*(?:,|\band\b|&)\s*", text):
        address, slash, bits = part.partition("/")
        whole = ".".join([*address.split("."), "0", "0", "0"][:4]) if slash else address
        found.append(read_source(f"{whole}{slash}{bits}"))
    return ",".join(found)


def _said(found: re.Match[str]) -> dict[str, Any]:
    if found["source"]:
        return {"source": _source(found["source"])}
    return {"port": _port(found["port"])}


def _which_source(calls: Sequence[Call]) -> Understanding:
    """The source is never guessed."""
    return replies.ask(
        "From which addresses? Give a range such as 10.0.0.0/8, one address, or say “anywhere” "
        "for the whole internet.",
        (),
        {"from": "brain", "kind": "ports", "ports": [call.to_dict() for call in calls]},
    )
