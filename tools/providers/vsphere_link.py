"""The connection to one vCenter: its session, kept and renewed, and its errors in our words."""

from __future__ import annotations

import contextlib
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from xml.parsers.expat import ExpatError

import httpx

from tools.credentials.secret import Secret
from tools.errors import NovaError, OutcomeUnknown, Unreachable
from tools.providers import vsphere_errors
from tools.providers.vsphere_errors import NewFault, NotSent, Refused
from tools.providers.vsphere_stub import (
    BUSY,
    Address,
    make_stub,
    part,
    retry_after,
    sdk,
    vim,
    vmodl,
)

_FIRST_LOOK_S = 0.05
_LONGEST_LOOK_S = 2.0


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in; `password` is in no text, and looked up for each sign-in."""

    user: str
    password: Secret


class Link:
    """One session on one vCenter, used by many threads; it is renewed when it has ended."""

    def __init__(self, address: Address, login: Login) -> None:
        self.address = address
        self._login = login
        self._lock = threading.Lock()
        self._signed_in = 0
        self._http = httpx.Client(base_url=address.base, verify=address.tls() or True, timeout=30)
        self.stub: Any = None
        try:
            with self.reading("Connecting to vCenter"):
                self.stub = make_stub(self, address, _version(self._http, address))
                self.renew(0)
                instance = vim.ServiceInstance("ServiceInstance", self.stub)
                self.content: Any = instance.RetrieveContent()
        except NovaError:
            self.close()
            raise

    @property
    def http(self) -> httpx.Client:
        """For vCenter's other interface, which speaks REST."""
        return self._http

    @property
    def credentials(self) -> tuple[str, str]:
        """The user and the password."""
        return self._login.user, self._login.password.get_secret_value()

    @property
    def user(self) -> str:
        """Who is signed in."""
        return self._login.user

    def signed_in(self) -> int:
        """Which session it is, by number."""
        return self._signed_in

    def renew(self, ended: int) -> None:
        """Sign in again, unless another thread did since the session of that number ended."""
        with self._lock:
            if self._signed_in == ended:
                content = vim.ServiceInstance("ServiceInstance", self.stub).RetrieveContent()
                self._sign_in(content.sessionManager)
                self._signed_in += 1

    def _sign_in(self, manager: Any) -> None:
        """Sign in; where the password was changed in its store meanwhile, with the new one."""
        user, password = self.credentials
        try:
            manager.Login(user, password, None)
        except vim.fault.InvalidLogin:
            if not self._login.password.changed(password):
                raise
            manager.Login(*self.credentials, None)

    def close(self) -> None:
        """Sign out and let go."""
        with contextlib.suppress(Exception):
            self.content.sessionManager.Logout()
        if self.stub is not None:
            self.stub.DropConnections()
        self._http.close()

    @contextlib.contextmanager
    def reading(self, what: str) -> Generator[None]:
        """Look at something; whatever goes wrong is an error of ours."""
        with _translated(what, acting=False):
            yield

    @contextlib.contextmanager
    def acting(self, what: str) -> Generator[None]:
        """Change something; where no answer comes the outcome is unknown."""
        with _translated(what, acting=True):
            yield

    def reference(self, kind: str, identity: str) -> Any:
        """A managed object by its id; nothing is asked."""
        return getattr(vim, kind)(identity, self.stub)

    def retrieve(
        self, objects: Sequence[Any], paths: Mapping[Any, Sequence[str]]
    ) -> list[tuple[Any, dict[str, Any]]]:
        """The properties of these objects, by kind, in one request; those that are gone are
        absent."""
        query = vmodl.query.PropertyCollector
        spec = query.FilterSpec(
            objectSet=[query.ObjectSpec(obj=one, skip=False) for one in objects],
            propSet=_property_specs(paths),
            reportMissingObjectsInResults=True,
        )
        return self._pages(spec, None)

    def retrieve_all(
        self, paths: Mapping[Any, Sequence[str]], page: int
    ) -> list[tuple[Any, dict[str, Any]]]:
        """The properties of every object of these kinds: one request a page."""
        manager, query = self.content.viewManager, vmodl.query.PropertyCollector
        view = manager.CreateContainerView(self.content.rootFolder, list(paths), True)
        try:
            inside = query.TraversalSpec(
                name="inside", path="view", skip=False, type=vim.view.ContainerView
            )
            spec = query.FilterSpec(
                objectSet=[query.ObjectSpec(obj=view, skip=True, selectSet=[inside])],
                propSet=_property_specs(paths),
                reportMissingObjectsInResults=True,
            )
            return self._pages(spec, page)
        finally:
            with contextlib.suppress(Exception):
                view.DestroyView()

    def _pages(self, spec: Any, page: int | None) -> list[tuple[Any, dict[str, Any]]]:
        collector = self.content.propertyCollector
        options = vmodl.query.PropertyCollector.RetrieveOptions(maxObjects=page)
        result = collector.RetrievePropertiesEx([spec], options)
        found: list[tuple[Any, dict[str, Any]]] = []
        while result is not None:
            for one in result.objects:
                found.append((one.obj, {prop.name: prop.val for prop in one.propSet}))
            token = result.token
            result = collector.ContinueRetrievePropertiesEx(token) if token else None
        return found

    def wait(self, task: Any, limit_s: float) -> Any:
        """The result of a task when it has ended.

        Raises:
            the task's own fault.
            OutcomeUnknown: it does not end in time; it goes on in vCenter.
        """
        paths = {vim.Task: ("info.state", "info.result", "info.error")}
        end, pause = time.monotonic() + limit_s, _FIRST_LOOK_S
        while True:
            seen = self.retrieve([task], paths)
            info = seen[0][1] if seen else {}
            if info.get("info.state") == "success":
                return info.get("info.result")
            if info.get("info.state") == "error":
                raise info["info.error"]
            if time.monotonic() > end:
                raise OutcomeUnknown(
                    f"The task {task._moId} still runs after {limit_s:g} s.",
                    hint="Look at vCenter's recent tasks; it goes on there.",
                )
            time.sleep(pause)
            pause = min(pause * 1.6, _LONGEST_LOOK_S)


def _property_specs(paths: Mapping[Any, Sequence[str]]) -> list[Any]:
    spec = vmodl.query.PropertyCollector.PropertySpec
    return [spec(type=kind, pathSet=list(p), all=False) for kind, p in paths.items()]


@contextlib.contextmanager
def _translated(what: str, *, acting: bool) -> Generator[None]:
    try:
        yield
    except Refused as error:
        raise vsphere_errors.refused(error, what, acting=acting) from error
    except NewFault as error:
        raise vsphere_errors.new_fault(error, what) from error
    except (NotSent, OSError, HTTPException, ExpatError, ET.ParseError, httpx.HTTPError) as error:
        raise vsphere_errors.broken(_unsent(error), what, acting=acting) from error
    except Exception as error:
        if not _is_fault(error):
            raise
        raise vsphere_errors.in_our_words(error, what, acting=acting) from error


def _unsent(error: BaseException) -> BaseException:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        unsent = NotSent()
        unsent.__cause__ = error
        return unsent
    return error


def _is_fault(error: BaseException) -> bool:
    return isinstance(error, sdk().vmodl.MethodFault | sdk().vmodl.RuntimeFault)


def _version(http: httpx.Client, address: Address) -> str:
    """The newest version of the interface that both sides speak."""
    support: Any = part("VmomiSupport")
    answer = http.get(f"{address.path}/vimServiceVersions.xml")
    if answer.status_code != 200:
        if answer.status_code in BUSY:
            raise Refused(answer.status_code, retry_after(answer.headers))
        raise Unreachable(
            f"{address.base} is no vCenter: it answered HTTP {answer.status_code}.",
            hint="Give the address of vCenter's SDK, such as https://vcenter.example.com/sdk.",
        )
    spoken = {element.text for element in ET.fromstring(answer.text).iter("version")}
    for version in support.GetServiceVersions("vim25"):
        if support.versionIdMap[version] in spoken:
            return version
    raise Unreachable(
        f"{address.base} speaks no version of the interface that pyVmomi knows.",
        hint="Install a newer pyvmomi.",
    )
