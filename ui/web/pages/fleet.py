"""The fleet as a page: filtered, sorted and paged on the server, whatever its size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from tools.control import Control
from tools.errors import NotAllowed
from tools.identity import User
from tools.inventory import Inventory
from tools.machine import VM, State
from tools.selector import Selector, is_glob
from ui.format import moment, money_hour, number, zone_of
from ui.serve.hub import Hub
from ui.text import counted
from ui.web.pages.html import Markup, join, page, tag

SIZE = 50
_FIELDS = ("provider", "region", "state")
_SORTS = {
    "name": "Name", "state": "State", "provider": "Provider", "region": "Region", "size": "Size",
    "vcpus": "vCPUs", "memory_gib": "Memory", "hourly_cost_usd": "Cost",
}  # fmt: skip
_RIGHT = ("vcpus", "memory_gib", "hourly_cost_usd")
_TAGS = 2


def fleet_page(request: Request, hub: Hub, user: User) -> Response:
    """The machines that fit the address's filter.

    Raises:
        NotAllowed: the policies let this person see none.
    """
    control = hub.control
    decision = control.policy.may_read(user, "list_vms")
    if decision.effect != "allow":
        raise NotAllowed(f"{user.name} may not list machines: {decision.reason}.")
    asked = _asked(request)
    inventory = control.world.of(user).inventory
    found = inventory.select(Selector.parse(_selector(asked, control)))
    found = _sorted(found, asked)
    pages = max(1, -(-len(found) // SIZE))
    at = min(max(_number(asked.get("page")), 1), pages)
    shown = found[(at - 1) * SIZE : at * SIZE]
    total = inventory.count()
    body = join(
        tag("h1", "Fleet"),
        _summary(found, total),
        _filters(asked, inventory, control.settings.environment_tag),
        _table(shown, asked) if shown else tag("p", "No machine fits that.", class_="empty"),
        _pager(asked, at, pages, len(found)),
        _connections(control),
    )
    return page("Fleet", body, user, "/fleet")


Asked = dict[str, str]


def _asked(request: Request) -> Asked:
    known = ("q", *_FIELDS, "env", "sort", "down", "page")
    given = {name: request.query_params.get(name, "")[:200].strip() for name in known}
    return {name: value for name, value in given.items() if value}


def _selector(asked: Asked, control: Control) -> dict[str, Any]:
    given: dict[str, Any] = {name: [asked[name]] for name in _FIELDS if name in asked}
    if words := asked.get("q"):
        given["names"] = [words if is_glob(words) else f"*{words}*"]
    if "env" in asked:
        given["tags"] = {control.settings.environment_tag: [asked["env"]]}
    return given or {"all": True}


def _sorted(found: list[VM], asked: Asked) -> list[VM]:
    key = asked.get("sort")
    if key not in _SORTS:
        return found
    return sorted(found, key=lambda vm: _value(vm, key), reverse="down" in asked)


def _value(vm: VM, key: str) -> Any:
    value = getattr(vm, key)
    return value if key in _RIGHT else str(value or "")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 1


def _summary(found: Sequence[VM], total: int) -> Markup:
    states = Counter(vm.state.value for vm in found)
    cost = sum(vm.hourly_cost_usd for vm in found if vm.state is State.RUNNING)
    many = counted(len(found), "machine")
    whole = many if len(found) == total else f"{many} of {total:,}"
    parts = [tag("strong", whole), *(_state(name, f"{count:,} {name}") for name, count in
             states.most_common())]  # fmt: skip
    if cost:
        parts.append(tag("span", f"running for {money_hour(cost)}/h"))
    return tag("p", *parts, class_="summary", role="status")


def _state(state: str, text: str | None = None) -> Markup:
    return tag("span", text or state, class_="nova-state", data_state=state)


def _filters(asked: Asked, inventory: Inventory, environment_tag: str) -> Markup:
    environments = list(inventory.tag_counts(environment_tag))
    fields = [
        tag("label", "Name", tag("input", type="search", name="q", value=asked.get("q", ""),
            placeholder="web-* or part of a name")),
        *(_choice(name.capitalize(), name, inventory.values(name), asked) for name in _FIELDS),
        _choice("Environment", "env", sorted(environments), asked),
    ]  # fmt: skip
    kept = [tag("input", type="hidden", name=n, value=asked[n]) for n in ("sort", "down")
            if n in asked]  # fmt: skip
    clear = tag("a", "Clear", href="/fleet", class_="nova-button plain")
    show = tag("button", "Show", type="submit", class_="nova-button primary")
    buttons = tag("div", show, clear if asked else None, class_="nova-buttons")
    return tag("form", *fields, *kept, buttons, class_="filters", role="search", id="filters",
               aria_label="Machines")  # fmt: skip


def _choice(label: str, name: str, values: Sequence[str], asked: Asked) -> Markup:
    options = [tag("option", "All", value="")]
    options += [
        tag("option", value, value=value, selected=asked.get(name) == value) for value in values
    ]
    return tag("label", label, tag("select", *options, name=name))


def _table(shown: Sequence[VM], asked: Asked) -> Markup:
    heads = [_head(key, title, asked) for key, title in _SORTS.items()]
    heads.append(tag("th", tag("span", "Tags", class_="head"), scope="col"))
    rows = [_row(vm) for vm in shown]
    table = tag("table", tag("caption", "Machines", class_="nova-unseen"),
                tag("thead", tag("tr", *heads)), tag("tbody", *rows))  # fmt: skip
    return tag("div", tag("div", table, class_="nova-scroll", tabindex="0", role="region",
               aria_label="Machines"), class_="nova-table")  # fmt: skip


def _head(key: str, title: str, asked: Asked) -> Markup:
    sorted_here = asked.get("sort") == key
    down = sorted_here and "down" not in asked
    target = {n: v for n, v in asked.items() if n not in ("sort", "down", "page")}
    target |= {"sort": key, **({"down": "1"} if down else {})}
    way = ("descending" if "down" in asked else "ascending") if sorted_here else "none"
    mark = {"ascending": "↑", "descending": "↓", "none": ""}[way]
    arrow = tag("span", mark, aria_hidden="true") if mark else None
    link = tag("a", title, arrow, href=f"/fleet?{urlencode(target)}", class_="head")
    return tag("th", link, scope="col", aria_sort=way, data_figure=key in _RIGHT)


def _row(vm: VM) -> Markup:
    tags = [
        tag("span", f"{key}={value}", class_="tag") for key, value in list(vm.tags.items())[:_TAGS]
    ]
    if len(vm.tags) > _TAGS:
        tags.append(tag("span", f"+{len(vm.tags) - _TAGS}", class_="tag"))
    about = urlencode({"prompt": f"describe {vm.name or vm.id}"})
    name = tag("a", vm.name or vm.id, href=f"/?{about}", title=vm.id)
    lock = tag("span", "protected", class_="tag") if vm.protected else None
    return tag(
        "tr",
        tag("th", name, " ", lock, scope="row"),
        tag("td", _state(vm.state.value)),
        tag("td", vm.provider),
        tag("td", vm.region),
        tag("td", vm.size or "–"),
        tag("td", number(vm.vcpus), data_figure=True),
        tag("td", f"{number(vm.memory_gib)} GiB", data_figure=True),
        tag("td", f"{money_hour(vm.hourly_cost_usd)}/h", data_figure=True),
        tag("td", *tags, class_="tags"),
    )


def _pager(asked: Asked, at: int, pages: int, total: int) -> Markup:
    if pages == 1:
        return Markup("")

    def link(label: str, target: int) -> Markup:
        if not 1 <= target <= pages:
            return tag("span", label, class_="nova-button plain", aria_disabled="true")
        query = urlencode({**asked, "page": target})
        return tag("a", label, href=f"/fleet?{query}", class_="nova-button plain")

    first, last = (at - 1) * SIZE + 1, min(at * SIZE, total)
    where = tag("span", f"{first:,}–{last:,} of {total:,}", class_="nova-where")
    return tag("nav", link("Previous", at - 1), where, link("Next", at + 1), class_="pager",
               aria_label="Pages")  # fmt: skip


def _connections(control: Control) -> Markup:
    """How fresh it is, and what cannot be reached."""
    zone = zone_of(control.settings.zone)
    lines: list[Markup] = []
    for one in control.inventory.connected():
        seen = (
            f"read {moment(datetime.fromtimestamp(one.refreshed_at, UTC), zone)}"
            if one.refreshed_at
            else "not read yet"
        )
        trouble = f": {one.error.get('message', 'not reachable')}" if one.error else ""
        lines.append(tag("li", tag("strong", one.name), Markup(" "), f"{seen}{trouble}"))
    return tag("ul", *lines, class_="connections", aria_label="Connections")
