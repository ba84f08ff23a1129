"""HTML made by hand, safely: text is escaped unless it is markup that was made here."""

from __future__ import annotations

import html
import json
from typing import Any

from fastapi.responses import HTMLResponse

from tools.identity import User
from ui.text import clean

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PAGES = (("/", "Chat"), ("/fleet", "Fleet"), ("/approvals", "Approvals"))
_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · NovaCron</title>
<link rel="icon" href="/public/mark.svg">
<link rel="stylesheet" href="/public/look.css">
<link rel="stylesheet" href="/public/cards.css">
<link rel="stylesheet" href="/public/pages.css">
<script src="/public/theme.js"></script>
{scripts}
</head><body>
<a class="skip" href="#main">To the content</a>
<header class="top"><a class="brand" href="/"><img src="/public/mark.svg" alt="" width="28"
height="28"><span>NovaCron</span></a>
<nav aria-label="NovaCron">{links}</nav>
<div class="who"><button type="button" id="theme" class="plain" aria-label="Light or dark"></button>
<span class="name">{user}</span><button type="button" id="sign-out" class="plain">Sign out</button>
</div></header>
<main id="main">{body}</main>
</body></html>
"""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element: `tag("a", "Fleet", href="/fleet")`; `class_` and `for_` lose their underline."""
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{html.escape(str(value), quote=True)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in ("input", "meta", "img", "br"):
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{join(*children)}</{name}>")


def join(*children: object) -> Markup:
    """Children one after another; text is escaped and loses its control characters."""
    return Markup("".join(_one(child) for child in children if child is not None))


def _one(child: object) -> str:
    if isinstance(child, Markup):
        return child
    if isinstance(child, list | tuple):
        return join(*child)  # pyright: ignore[reportUnknownArgumentType]
    return html.escape(clean(str(child)))


def data(value: Any, **attributes: object) -> Markup:
    """JSON for the page's scripts; it cannot end its element."""
    text = json.dumps(value).replace("<", "\\u003c")
    return tag("script", Markup(text), type="application/json", **attributes)


def page(title: str, body: Markup, user: User, current: str, status: int = 200) -> HTMLResponse:
    """A whole page with the way to the others."""
    links = join(
        *(
            tag("a", name, href=path, aria_current="page" if path == current else None)
            for path, name in _PAGES
        )
    )
    names = ("dom.js", "plan.js", "pages.js")
    scripts = join(*(tag("script", src=f"/public/{name}", defer=True) for name in names))
    text = _FRAME.format(
        title=html.escape(title), scripts=scripts, links=links, user=join(user.name), body=body
    )
    headers = {"content-security-policy": CSP, "cache-control": "no-store"}
    return HTMLResponse(text, status, headers)
