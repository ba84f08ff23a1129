"""A service principal of Azure's whose secret is looked up, and anew where it was replaced."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

from tools.credentials.secret import Secret


class Principal:
    """A credential in azure-identity's sense; its SDK is loaded at the first sign-in.

    Args:
        tenant_id, client_id: who signs in.
        secret: its secret.
        authority: where, if not at Microsoft's own sign-in.
    """

    def __init__(self, tenant_id: str, client_id: str, secret: Secret, authority: str = "") -> None:
        self._options: dict[str, Any] = {}
        if authority:
            self._options = {"authority": authority, "disable_instance_discovery": True}
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._secret = secret
        self._used: str | None = None
        self._inner: Any = None
        self._lock = threading.Lock()

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """A token for these scopes; a refused secret is looked up anew once.

        Raises:
            azure.core.exceptions.ClientAuthenticationError: it was refused.
            NovaError: the secret cannot be looked up.
        """
        refused: Any = import_module("azure.core.exceptions").ClientAuthenticationError
        with self._lock:
            credential = self._credential()
            try:
                return credential.get_token(*scopes, **options)
            except refused:
                if self._used is None or not self._secret.changed(self._used):
                    raise
            return self._credential().get_token(*scopes, **options)

    def _credential(self) -> Any:
        """The SDK's credential with the secret as it is kept now."""
        secret = self._secret.get_secret_value()
        if self._inner is None or secret != self._used:
            self.close()
            identity: Any = import_module("azure.identity")
            self._inner = identity.ClientSecretCredential(
                self._tenant_id, self._client_id, secret, **self._options
            )
            self._used = secret
        return self._inner

    def close(self) -> None:
        """Let go of the connection to Azure's sign-in."""
        if self._inner is not None:
            self._inner.close()
            self._inner = None
