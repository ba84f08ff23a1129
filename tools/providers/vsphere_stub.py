"""pyVmomi's way to a vCenter, taught what it lacks: a session that is renewed, what was never sent,
how long one is asked to wait, and words that came after it.

pyVmomi is loaded here on first use; `from tools.providers.vsphere_stub import vim` costs nothing
until then.
"""

from __future__ import annotations

import importlib
import ssl
import threading
import time
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from types import ModuleType
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from tools.providers.kinds import missing_sdk
from tools.providers.vsphere_errors import NewFault, NotSent, Refused

_TIMEOUT_S = 60
_IDLE_S = 50
_READS = frozenset({
    "RetrievePropertiesEx", "ContinueRetrievePropertiesEx", "RetrieveServiceContent", "QueryPerf",
    "QueryEvents", "CreateContainerView", "DestroyView", "FindByUuid", "CurrentTime", "Fetch",
})  # fmt: skip
"""Methods that may be sent again when they were turned away."""
_WITHOUT_SESSION = frozenset({"RetrieveServiceContent", "Login", "Logout"})
_AGAIN_AFTER_S = 0.2
BUSY = (429, 503)
_last = threading.local()


class _Deferred:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(sdk(), self._name), name)


vim: Any = _Deferred("vim")
vmodl: Any = _Deferred("vmodl")


@cache
def sdk() -> ModuleType:
    """pyVmomi.

    Raises:
        Unsupported: it is not installed.
    """
    try:
        return importlib.import_module("pyVmomi")
    except ImportError as error:
        raise missing_sdk("vsphere", "vsphere") from error


@dataclass(frozen=True, slots=True)
class Address:
    """Where a vCenter is, and how its certificate is looked at."""

    scheme: str
    host: str
    port: int
    path: str = "/sdk"
    insecure: bool = False
    ca_file: str | None = None

    @classmethod
    def parse(
        cls, url: str, *, insecure: bool, ca_file: str | None
    ) -> tuple[Address, tuple[str, str]]:
        """Read `vc.example.com`, or an address with a scheme, as GOVC_URL has it; and the user and
        the password within, where it has them."""
        parts = urlsplit(url if "://" in url else f"https://{url}")
        plain = parts.scheme == "http"
        port = parts.port or (80 if plain else 443)
        path = parts.path.rstrip("/") or "/sdk"
        address = cls(parts.scheme, parts.hostname or "", port, path, insecure, ca_file)
        return address, (unquote(parts.username or ""), unquote(parts.password or ""))

    @property
    def base(self) -> str:
        """The address without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def tls(self) -> ssl.SSLContext | None:
        """How certificates are looked at; None without TLS."""
        if self.scheme == "http":
            return None
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def part(name: str) -> Any:
    """A module of pyVmomi."""
    return importlib.import_module(f"{sdk().__name__}.{name}")


class Session(Protocol):
    """Who is signed in."""

    def signed_in(self) -> int:
        """Which session it is, by number; 0 before the first."""
        ...

    def renew(self, ended: int) -> None:
        """Sign in again after the session of that number ended."""
        ...


def retry_after(headers: Any) -> float | None:
    """How long the sender is asked to wait, in seconds."""
    try:
        return float(headers.get("Retry-After") or "")
    except ValueError:
        return None


def make_stub(session: Session, address: Address, version: str) -> Any:
    """pyVmomi's adapter for this address, with what it lacks."""
    made: Any = type("Stub", (_Renewing, part("SoapAdapter").SoapStubAdapter), {})
    stub = made(
        host=address.host,
        port=address.port if address.scheme == "https" else -address.port,
        path=address.path,
        version=version,
        poolSize=8,
        sslContext=address.tls(),
        httpConnectionTimeout=_TIMEOUT_S,
        connectionPoolTimeout=_IDLE_S,
    )
    stub.session = session
    stub.scheme = type("Connection", (_Answering, stub.scheme), {})
    return stub


class _Turned(HTTPException):
    """An HTTP status came in place of an answer; pyVmomi lets it through."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(str(refused))
        self.refused = refused


class _Answering:
    """Looks at the status before pyVmomi does, which forgets the headers."""

    def getresponse(self) -> Any:
        base: Any = super()
        response = base.getresponse()
        _last.status = response.status
        page = "html" in (response.getheader("Content-Type") or "")
        if response.status == 200 or (response.status == 500 and not page):
            return response
        raise _Turned(Refused(response.status, retry_after(response.headers)))


class _Renewing:
    """Sends what only looks a second time, and all after a session that had ended."""

    session: Session

    def GetConnection(self) -> Any:
        base: Any = super()
        try:
            return base.GetConnection()
        except (OSError, HTTPException) as error:
            raise NotSent from error

    def InvokeMethod(self, mo: Any, info: Any, args: Any, outerStub: Any = None) -> Any:
        session, name = self.session.signed_in(), info.wsdlName
        try:
            return self._invoke(mo, info, args, outerStub)
        except sdk().vim.fault.NotAuthenticated:
            # What comes without a session is turned away and does nothing.
            if name in _WITHOUT_SESSION or not session:
                raise
            self.session.renew(session)
        except Refused as error:
            wait_s = error.retry_after_s or _AGAIN_AFTER_S
            if name not in _READS or error.status not in BUSY or wait_s > _AGAIN_AFTER_S:
                raise
            time.sleep(wait_s)
        except ConnectionError:
            # A kept connection that the other side closed meanwhile.
            if name not in _READS:
                raise
        return self._invoke(mo, info, args, outerStub)

    def _invoke(self, mo: Any, info: Any, args: Any, outerStub: Any) -> Any:
        base: Any = super()
        try:
            return _authenticated(base.InvokeMethod(mo, info, args, outerStub))
        except KeyError as error:
            # pyVmomi knows no type of that name: a fault, or an answer that cannot be read.
            if _last.status == 500:
                raise NewFault(str(error.args[0])) from error
            raise HTTPException(f"an answer of an unknown type {error}") from error
        except AttributeError as error:
            # A word that came after this pyVmomi, such as a new power state, spoils the whole
            # answer; it is learnt, and what only looks is asked again.
            _learn(error)
            if info.wsdlName not in _READS:
                raise HTTPException(f"an answer with a new word {error.name}") from error
            return self._invoke(mo, info, args, outerStub)
        except _Turned as error:
            raise error.refused from error


def _authenticated(answer: Any) -> Any:
    """An answer of the property collector: it refuses nobody, but gives those without a session
    only empty objects.

    Raises:
        NotAuthenticated: the session had ended.
    """
    if isinstance(answer, sdk().vmodl.query.PropertyCollector.RetrieveResult) and answer.objects:
        for missing in answer.objects[0].missingSet:
            if isinstance(missing.fault, sdk().vim.fault.NotAuthenticated):
                raise missing.fault
    return answer


def _learn(error: AttributeError) -> None:
    words: Any = part("VmomiSupport").Enum
    if not (isinstance(error.obj, type) and issubclass(error.obj, words)):
        raise error
    setattr(error.obj, str(error.name), error.obj(error.name))
