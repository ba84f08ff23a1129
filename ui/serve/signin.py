"""Signing in with a browser: a form or JSON, a cookie that only this site gets back."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from tools.errors import InvalidRequest, NovaError
from tools.identity import User
from ui.serve.accounts import TooManySignIns
from ui.serve.callers import COOKIE, bearer_of, check_origin, own_origin, serving_of
from ui.serve.errors import Unauthenticated
from ui.serve.logs import log_of
from ui.serve.problems import RESPONSES
from ui.serve.wire import Credentials

router = APIRouter(prefix="/auth", tags=["signing in"], responses=RESPONSES)

_STYLE_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in · NovaCron</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; --bg: #f8fafc; --card: #fff; --text: #17222f; --dim: #4b5b6c;
  --line: #d8e0e8; --edge: #8896a5; --main: #0a6c64; --on: #fff; --bad: #b42318;
  font: 16px/1.5 Inter, system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }}
@media (prefers-color-scheme: dark) {{ :root {{ --bg: #0f141b; --card: #161d26; --text: #e3e9ef;
  --dim: #a3b0bd; --line: #2c3846; --edge: #5f6f80; --main: #2fc7b4; --on: #062220;
  --bad: #ff8f87 }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--bg);
  color: var(--text) }}
main {{ width: min(23rem, calc(100vw - 2rem)); box-sizing: border-box; padding: 2rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  box-shadow: 0 8px 30px rgb(15 30 45 / .07) }}
h1 {{ display: flex; align-items: center; gap: .7rem; font-size: 1.45rem; margin: 0;
  letter-spacing: -.02em }}
.lead {{ color: var(--dim); margin: .4rem 0 1.4rem; font-size: .93rem }}
label {{ font-size: .87rem; font-weight: 600 }}
label, input, button, a.button {{ display: block; width: 100%; box-sizing: border-box }}
input, button, a.button {{ font: inherit; padding: .6rem .8rem; border-radius: .55rem }}
input {{ margin: .25rem 0 1rem; color: var(--text); background: var(--bg);
  border: 1px solid var(--edge) }}
button {{ margin-top: .4rem; font-weight: 650; color: var(--on); background: var(--main);
  border: 1px solid var(--main); cursor: pointer }}
a.button {{ margin-top: .8rem; text-align: center; text-decoration: none; font-weight: 600;
  color: var(--text); border: 1px solid var(--edge) }}
:focus-visible {{ outline: 2px solid var(--main); outline-offset: 2px }}
[role=alert] {{ margin: 0 0 1rem; padding: .5rem .8rem; border-left: 4px solid var(--bad);
  color: var(--bad); font-weight: 500 }}
</style></head><body><main><h1><svg viewBox="0 0 32 32" width="34" height="34" aria-hidden="true">
<rect width="32" height="32" rx="9" fill="#0f766e"/><path fill="#fff"
d="M16 5.5l2.6 7.9 7.9 2.6-7.9 2.6L16 26.5l-2.6-7.9L5.5 16l7.9-2.6z"/></svg>NovaCron</h1>
<p class="lead">Sign in to talk with your machines.</p>{trouble}
<form method="post" action="/auth/login">
<input type="hidden" name="next" value="{next}">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" required{name_first} maxlength="200"
  value="{name}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
  required{password_first}>
<button type="submit">Sign in</button></form>{single}</main></body></html>"""


@router.get("/login", response_class=HTMLResponse)
def form(request: Request, next: str = "/") -> HTMLResponse:
    """The form at which people sign in."""
    return _form(request, next)


@router.post("/login", responses={303: {"description": "signed in with the form"}})
async def sign_in(request: Request) -> Response:
    """Sign in with name and password, as JSON or as a form; sets the cookie."""
    check_origin(request)
    as_json = request.headers.get("content-type", "").startswith("application/json")
    given, target = _credentials(await request.body(), as_json)
    serving = serving_of(request)
    address = request.client.host if request.client else ""
    try:
        user = await run_in_threadpool(
            serving.accounts.sign_in, given.name, given.password, "web", address
        )
    except TooManySignIns as error:
        serving.metrics.sign_ins.labels("limited").inc()
        log_of("sign-in").warning("too many sign-ins", address=address)
        return _refused(request, error, as_json, target, given.name)
    serving.metrics.sign_ins.labels("failed" if user is None else "done").inc()
    if user is None:
        log_of("sign-in").warning("sign-in failed", address=address)
        refused = Unauthenticated("Name and password do not fit.", hint="Try again.")
        return _refused(request, refused, as_json, target, given.name)
    body = {"name": user.name, "tenant": user.tenant, "roles": sorted(user.roles)}
    answer = JSONResponse(body) if as_json else RedirectResponse(target, 303)
    if before := request.cookies.get(COOKIE):  # whoever was signed in here is no more
        serving.accounts.close_session(before)
    set_cookie(request, answer, user)
    return answer


@router.post("/logout", status_code=204)
def sign_out(request: Request) -> Response:
    """Sign this browser out."""
    check_origin(request)
    if cookie := request.cookies.get(COOKIE):
        serving_of(request).accounts.close_session(cookie)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


@router.get("/me")
def who(request: Request) -> dict[str, Any]:
    """Who is signed in."""
    user = bearer_of(request, "web").user
    return {"name": user.name, "tenant": user.tenant, "roles": sorted(user.roles)}


def set_cookie(request: Request, answer: Response, user: User) -> None:
    """Sign somebody in, in the browser that gets this answer."""
    serving = serving_of(request)
    answer.set_cookie(
        COOKIE,
        serving.accounts.open_session(user),
        max_age=int(serving.settings.session_hours * 3600),
        path="/",
        secure=own_origin(request)[0] == "https",
        httponly=True,
        samesite="strict",
    )


def local_path(given: str) -> str:
    """A path on this server; anything else is its front page."""
    parts = urlsplit(given)
    safe = given.startswith("/") and not given.startswith(("//", "/\\"))
    safe = safe and not parts.scheme and not parts.netloc
    return given if safe and given.isprintable() and "\\" not in given else "/"


def _credentials(body: bytes, as_json: bool) -> tuple[Credentials, str]:
    try:
        if as_json:
            return Credentials.model_validate(json.loads(body)), "/"
        fields = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        target = local_path(fields.pop("next", "/"))
        return Credentials.model_validate(fields), target
    except (ValidationError, ValueError, RecursionError) as error:
        raise InvalidRequest("A sign-in is a name and a password.") from error


def _refused(request: Request, error: NovaError, as_json: bool, target: str, name: str) -> Response:
    if as_json:
        raise error
    return _form(request, target, f"{error.message} {error.hint}", error.http_status, name)


def _form(
    request: Request, target: str, trouble: str = "", status: int = 200, name: str = ""
) -> HTMLResponse:
    next_path = local_path(target)
    single = f'<a class="button" href="/auth/oidc?next={quote(next_path)}">Single sign-on</a>'
    page = _PAGE.format(
        next=html.escape(next_path),
        name=html.escape(name),
        name_first="" if name else " autofocus",
        password_first=" autofocus" if name else "",
        trouble=f'<p role="alert">{html.escape(trouble)}</p>' if trouble else "",
        single=single if serving_of(request).settings.oidc_issuer else "",
    )
    return HTMLResponse(page, status, {"content-security-policy": _STYLE_CSP})
