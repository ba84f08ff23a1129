"""vCenter's tags: a tag's category is our key, its name our value.

They live behind vCenter's REST interface, in a session of its own: `/api` on vSphere 7 and later,
`/rest` before. Where neither is served tags are custom attributes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from tools.errors import InvalidRequest, NotAllowed, ProviderError
from tools.providers.vsphere_errors import Refused
from tools.providers.vsphere_link import Link
from tools.providers.vsphere_stub import retry_after

_SESSION = "vmware-api-session-id"
_BATCH = 500
_KNOWN_FOR_S = 600


class Tags:
    """The tags of one vCenter. Names are kept for ten minutes, attachments are always read."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._lock = threading.Lock()
        self._modern = True
        self._session = ""
        self._categories: dict[str, str] = {}
        self._tags: dict[str, tuple[str, str]] = {}
        self._read_at = 0.0
        self.served = self._sign_in()

    def _sign_in(self) -> bool:
        for modern, path in ((True, "/api/session"), (False, "/rest/com/vmware/cis/session")):
            answer = self._link.http.post(path, auth=self._link.credentials)
            if answer.status_code in (200, 201):
                body = answer.json()
                self._modern = modern
                self._session = body if modern else body["value"]
                return True
            if answer.status_code not in (400, 404, 405):
                raise Refused(answer.status_code, retry_after(answer.headers))
        return False

    def of(self, machines: Sequence[str]) -> dict[str, dict[str, str]]:
        """The tags of each machine that has some, by its id; a request for every 500."""
        found: dict[str, dict[str, str]] = {}
        for start in range(0, len(machines) if self.served else 0, _BATCH):
            ids = [_object(machine) for machine in machines[start : start + _BATCH]]
            answer = self._ask(
                "POST", "tag-association", "list-attached-tags-on-objects", {"object_ids": ids}
            )
            for one in answer or ():
                if one.get("tag_ids"):
                    found[one["object_id"]["id"]] = self._named(one["tag_ids"])
        return found

    def _named(self, tag_ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for tag_id in tag_ids:
            category, name = self._tag(tag_id)
            found.setdefault(category, []).append(name)
        return {category: ",".join(sorted(names)) for category, names in found.items()}

    def _tag(self, tag_id: str) -> tuple[str, str]:
        """A tag's category and name, by their names."""
        with self._lock:
            self._forget_old()
            if tag_id not in self._tags:
                tag = self._ask("GET", f"tag/{_by_id(tag_id, self._modern)}")
                self._tags[tag_id] = (tag["category_id"], tag["name"])
            category_id, name = self._tags[tag_id]
            if category_id not in self._categories:
                category = self._ask("GET", f"category/{_by_id(category_id, self._modern)}")
                self._categories[category_id] = category["name"]
            return self._categories[category_id], name

    def _forget_old(self) -> None:
        if time.monotonic() > self._read_at + _KNOWN_FOR_S:
            self._tags.clear()
            self._categories.clear()
            self._read_at = time.monotonic()

    def attach(self, machine: str, tags: Mapping[str, str]) -> None:
        """Give a machine these tags, in the place of others of the same category; categories and
        tags that are not there are made.

        Raises:
            InvalidRequest: a value is empty.
        """
        for key, value in tags.items():
            if not value.strip():
                raise InvalidRequest(f"The tag {key!r} needs a value: vCenter's tags have names.")
        attached = self._attached(machine)
        for key, value in tags.items():
            wanted = self._find_or_make(key, value)
            for tag_id in attached:
                if tag_id != wanted and self._tag(tag_id)[0] == key:
                    self._associate(tag_id, "detach", machine)
            if wanted not in attached:
                self._associate(wanted, "attach", machine)

    def detach(self, machine: str, keys: Sequence[str]) -> None:
        """Take the tags of these categories away, where it has some."""
        for tag_id in self._attached(machine):
            if self._tag(tag_id)[0] in keys:
                self._associate(tag_id, "detach", machine)

    def _attached(self, machine: str) -> list[str]:
        body = {"object_ids": [_object(machine)]}
        answer = self._ask("POST", "tag-association", "list-attached-tags-on-objects", body)
        return [tag_id for one in answer or () for tag_id in one.get("tag_ids") or ()]

    def _associate(self, tag_id: str, action: str, machine: str) -> None:
        path = f"tag-association/{_by_id(tag_id, self._modern)}"
        self._ask("POST", path, action, {"object_id": _object(machine)})

    def _find_or_make(self, key: str, value: str) -> str:
        category_id = self._category(key)
        ids = self._ask(
            "POST", "tag", "list-tags-for-category", {"category_id": category_id}
        ) if self._modern else self._ask(
            "POST", f"tag/{_by_id(category_id, False)}", "list-tags-for-category"
        )  # fmt: skip
        known = {self._tag(tag_id)[1]: tag_id for tag_id in ids or ()}
        alike = {name.casefold(): tag_id for name, tag_id in known.items()}
        found = known.get(value) or alike.get(value.casefold())
        return found or self._make("tag", {
            "name": value, "category_id": category_id, "description": "",
        })  # fmt: skip

    def _category(self, key: str) -> str:
        known: dict[str, str] = {}
        for category_id in self._ask("GET", "category") or ():
            with self._lock:
                if category_id not in self._categories:
                    found = self._ask("GET", f"category/{_by_id(category_id, self._modern)}")
                    self._categories[category_id] = found["name"]
                known[self._categories[category_id]] = category_id
        return known.get(key) or self._make("category", {
            "name": key, "description": "made by NovaCron", "cardinality": "SINGLE",
            "associable_types": ["VirtualMachine"],
        })  # fmt: skip

    def _make(self, what: str, spec: Mapping[str, Any]) -> str:
        return self._ask("POST", what, None, spec if self._modern else {"create_spec": spec})

    def _ask(self, method: str, path: str, action: str | None = None, body: object = None) -> Any:
        """One request; a session that has ended is renewed."""
        root = "/api/cis/tagging" if self._modern else "/rest/com/vmware/cis/tagging"
        mark = "action" if self._modern else "~action"
        url = f"{root}/{path}{f'?{mark}={action}' if action else ''}"
        answer = self._send(method, url, body)
        if answer.status_code == 401:
            self._sign_in()
            answer = self._send(method, url, body)
        if answer.status_code >= 400:
            raise self._refusal(answer.status_code, answer.text, path, answer.headers)
        if not answer.content:
            return None
        said = answer.json()
        return said if self._modern else said.get("value")

    def _send(self, method: str, url: str, body: object) -> httpx.Response:
        mine = {_SESSION: self._session}
        return self._link.http.request(method, url, json=body, headers=mine)

    def _refusal(self, status: int, text: str, path: str, headers: Any) -> Exception:
        if status == 403 or "unauthorized" in text:
            return NotAllowed(
                f"vCenter's tags ({path}) are not for {self._link.user}.",
                hint="Give the connection's user the tagging privileges in vCenter.",
                vendor_code=f"HTTP {status}",
            )
        if status in (400, 404):
            return ProviderError(
                f"vCenter refused the tag ({path}): {text[:200]}", vendor_code=f"HTTP {status}"
            )
        return Refused(status, retry_after(headers))


def _object(machine: str) -> dict[str, str]:
    return {"id": machine, "type": "VirtualMachine"}


def _by_id(identity: str, modern: bool) -> str:
    return quote(identity, safe=":") if modern else f"id:{quote(identity, safe=':')}"
