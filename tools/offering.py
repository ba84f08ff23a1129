"""What the connections offer: asked for side by side, kept until a connection is read anew."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import wait

from tools.errors import NotFound, NovaError, Unreachable
from tools.machine import Offer
from tools.providers.base import Provider
from tools.refreshing import Refreshing

_PATIENCE_S = 30.0


class Offering:
    """The offers of some connections.

    Args:
        providers: the connections by name, as they are at each question.
    """

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self._known: dict[str, list[Offer] | NovaError] = {}
        self._asking = Refreshing(self._ask)

    def forget(self, name: str | None = None) -> None:
        """Ask this connection again, or all of them, at the next question."""
        if name is None:
            self._known.clear()
        else:
            self._known.pop(name, None)

    def all(self) -> list[Offer]:
        """Everything that is offered, in the order of the connections."""
        return [offer for found in self._read().values() for offer in _offers(found)]

    def problems(self) -> dict[str, NovaError]:
        """Why a connection could not say what it offers, by its name."""
        return {n: found for n, found in self._read().items() if isinstance(found, NovaError)}

    def provider_for(self, kind: str, region: str | None = None) -> Provider:
        """The connection on which a new machine of this kind is made.

        Raises:
            NotFound: no connection offers it.
        """
        found = self._read()
        for name, provider in list(self._providers.items()):
            for offer in _offers(found.get(name, [])):
                if offer.provider == kind and (region is None or region in offer.regions):
                    return provider
        where = f"{kind} in {region}" if region else kind
        raise NotFound(f"No connection offers {where}.")

    def _read(self) -> dict[str, list[Offer] | NovaError]:
        """What each connection offers; those that are not known are asked at once."""
        names = list(self._providers)
        unknown = [name for name in names if name not in self._known]
        for one in wait([self._asking.begin(name) for name in unknown], _PATIENCE_S).done:
            one.result()
        late = Unreachable(f"No answer about what there is came within {_PATIENCE_S:.0f} s.")
        known = dict(self._known)
        return {name: known.get(name, late) for name in names}

    def _ask(self, name: str) -> None:
        provider = self._providers.get(name)
        if provider is None:
            return
        try:
            found: list[Offer] | NovaError = provider.offers()
        except NovaError as error:
            found = error
        self._known[name] = found


def _offers(found: list[Offer] | NovaError) -> list[Offer]:
    return [] if isinstance(found, NovaError) else found
