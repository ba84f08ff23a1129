"""Every setting, its default, and one line of help: from the environment or novacron.toml."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from tools.channels import Channel, Report, lasting_bound
from tools.credentials.secret import Secret, hidden, secrets_in
from tools.credentials.stores import Stores
from tools.credentials.vault import JWT_FILE, Auth, VaultOptions
from tools.errors import InvalidRequest
from tools.selector import Selector
from tools.validation import explain


def _config_file() -> Path:
    if given := os.environ.get("NOVACRON_CONFIG"):
        if not Path(given).exists():
            raise InvalidRequest(
                f"NOVACRON_CONFIG: there is no {given}.",
                hint="Name the file that there is, or unset it.",
            )
        return Path(given)
    here = Path("novacron.toml")
    if here.is_file():
        return here
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "novacron" / "novacron.toml"


def _data_dir() -> Path:
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "novacron"


class Settings(BaseSettings):
    """How one NovaCron is set up; `NOVACRON_<NAME>` or a key of novacron.toml sets each."""

    model_config = SettingsConfigDict(
        env_prefix="NOVACRON_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(default_factory=_data_dir, description="where NovaCron keeps its files")
    database_url: str = Field("", description="sqlite:///… or postgresql://…; empty: in data_dir")
    fleet: Path | None = Field(None, description="a folder with fleet.json for the sandbox")
    sandbox: bool = Field(True, description="connect the simulated fleet")
    machines: int = Field(60, ge=1, le=1_000_000, description="size of the generated sandbox fleet")
    delays: bool = Field(True, description="let the sandbox's transitions take time")
    libvirt_uris: str = Field("auto", description="hypervisors, separated by spaces; auto; none")
    libvirt_images: Path | None = Field(None, description="folder of images for new libvirt guests")
    connections: tuple[dict[str, Any], ...] = Field(
        (), description='clouds and clusters: [{"kind": "aws", "profile": "prod"}]'
    )
    discover: bool = Field(True, description="connect the clouds whose credentials are found here")
    vault_address: str = Field("", description="Vault, for references to it; empty: VAULT_ADDR")
    vault_namespace: str = Field("", description="Vault: its namespace; empty: VAULT_NAMESPACE")
    vault_auth: Auth = Field("token", description="Vault: token, approle or kubernetes")
    vault_mount: str = Field("", description="Vault: where that is mounted; empty: its own name")
    vault_role: str = Field("", description="Vault: AppRole's role id, or Kubernetes' role")
    vault_token: Secret | None = Field(
        None, description="Vault: a token; empty: VAULT_TOKEN, or that of `vault login`"
    )
    vault_secret_id: Secret | None = Field(None, description="Vault: AppRole's secret id")
    vault_jwt_file: Path = Field(JWT_FILE, description="Vault: the pod's token, for kubernetes")
    policies: tuple[str, ...] = Field(("default",), description="shipped policies or Cedar files")
    environment_tag: str = Field("env", description="the tag that names a machine's environment")
    production: tuple[str, ...] = Field(
        ("prod", "production"), description="environments that count as production"
    )
    chroma_url: str = Field(
        "", description="a Chroma server for people's documents; empty: kept in data_dir"
    )
    zone: str = Field("UTC", description="time zone for times that are said without one")
    approval_minutes: float = Field(5, gt=0, le=1440, description="how long a yes stays valid")
    brain: Literal["embedded", "anthropic", "openai"] = Field(
        "embedded", description="what understands sentences"
    )
    model: str = Field("", description="the model's name, for the brains that have one")
    base_url: str | None = Field(None, description="address of an OpenAI-compatible server")
    api_key: Secret | None = Field(None, description="key of the model's service")
    voice_model: str = Field(
        "", description="speech model: base, tiny.en or a folder; empty: the best that is installed"
    )
    voice_threads: int = Field(
        0, ge=0, le=64, description="processors that hearing may use; 0: all"
    )
    voice_answers: bool = Field(False, description="`novacron listen` says its answers aloud")
    public_url: str = Field("", description="address under which people reach `novacron serve`")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="further host names that `novacron serve` answers to"
    )
    refresh_seconds: float = Field(
        30, ge=1, description="how often `novacron serve` reads the machines anew"
    )
    patience_seconds: float = Field(
        5, gt=0, le=600, description="how long an answer waits for a slow connection"
    )
    session_hours: float = Field(12, gt=0, le=720, description="how long a browser is signed in")
    metrics_open: bool = Field(False, description="/metrics without a token")
    prometheus_url: str = Field(
        "", description="address of a Prometheus server that knows the machines"
    )
    prometheus_token: Secret | None = Field(None, description="its bearer token, if it asks")
    prometheus_labels: tuple[str, ...] = Field(
        ("uuid", "domain", "instance"), description="labels that name a machine, the surest first"
    )
    prometheus_queries: dict[str, str] = Field(
        default_factory=dict[str, str],
        description='PromQL by metric in place of the usual: {"cpu": "…"}; see docs/metrics.md',
    )
    prometheus_rate: str = Field(
        "5m", pattern=r"^\d+[smh]$", description="length over which counters become rates"
    )
    sample_minutes: float = Field(
        5, gt=0, le=60, description="how often `serve` samples machines whose provider keeps none"
    )
    sample_days: int = Field(90, ge=1, le=3650, description="how long those samples are kept")
    oidc_issuer: str = Field("", description="OpenID Connect: the provider's issuer address")
    oidc_client_id: str = Field("", description="OpenID Connect: this NovaCron's client id")
    oidc_client_secret: Secret | None = Field(None, description="OpenID Connect: its secret")
    oidc_name_claim: str = Field("preferred_username", description="claim with a person's name")
    oidc_groups_claim: str = Field("groups", description="claim with a person's groups")
    oidc_tenant_claim: str = Field("", description="claim with a person's tenant; empty: default")
    oidc_roles: dict[str, tuple[str, ...]] = Field(
        default_factory=dict[str, tuple[str, ...]],
        description='roles of each group: {"ops": ["operator"]}; others may not sign in',
    )
    tenant_machines: dict[str, Selector] = Field(
        default_factory=dict[str, Selector],
        description="the machines that exist for each tenant, as selectors; empty: all for all",
    )
    webhooks: tuple[str, ...] = Field((), description="addresses that get operation events")
    webhook_secret: Secret | None = Field(None, description="key that signs webhooks")
    slack_bot_token: Secret | None = Field(None, description="Slack: the app's bot token, xoxb-…")
    slack_app_token: Secret | None = Field(
        None, description="Slack: the app-level token for Socket Mode, xapp-…"
    )
    slack_signing_secret: Secret | None = Field(
        None, description="Slack: the app's signing secret; opens /slack/events in `serve`"
    )
    slack_users: dict[str, str] = Field(
        default_factory=dict[str, str],
        description='Slack: the account of each member: {"U0123ABCD": "ada"}',
    )
    slack_emails: bool = Field(
        False, description="Slack: members of the workspace are the accounts of their e-mail"
    )
    slack_channels: dict[str, Channel] = Field(
        default_factory=dict[str, Channel],
        description="Slack: role, machines, tenant by channel id, * or dm: see docs/slack.md",
    )
    slack_reports: tuple[Report, ...] = Field(
        (), description='Slack: reports: [{"channel": "C0…", "cron": "0 9 * * 1-5", "say": "…"}]'
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Slack: address of its API")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="what `novacron serve` logs"
    )

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {zone!r}") from error
        return zone

    @field_validator("connections")
    @classmethod
    def _secrets_are_hidden(cls, entries: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        return tuple(hidden(entry) for entry in entries)

    @field_validator("vault_token", "vault_secret_id")
    @classmethod
    def _not_in_vault_itself(cls, secret: Secret | None) -> Secret | None:
        if secret is not None and (kept := secret.reference) and kept.scheme == "vault":
            raise ValueError("what signs in to Vault cannot be kept in Vault")
        return secret

    @model_validator(mode="after")
    def _secrets_know_their_stores(self) -> Settings:
        for secret in secrets_in(dict(self)):
            secret.bind(self.stores)
        return self

    @field_validator("tenant_machines")
    @classmethod
    def _bounds_last(cls, bounds: dict[str, Selector]) -> dict[str, Selector]:
        return {tenant: lasting_bound(machines) for tenant, machines in bounds.items()}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=_config_file())
        return (init_settings, env_settings, file)

    @cached_property
    def stores(self) -> Stores:
        """Where references lead to."""
        options = VaultOptions(
            self.vault_address,
            self.vault_namespace,
            self.vault_auth,
            self.vault_mount,
            self.vault_role,
            self.vault_token,
            self.vault_secret_id,
            self.vault_jwt_file,
        )
        return Stores(options)

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'novacron.db'}"


def load_settings(**given: object) -> Settings:
    """The settings; what is given here comes before environment and file.

    Raises:
        InvalidRequest: a key is unknown or a value is wrong.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**chosen)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        raise InvalidRequest(
            f"The settings are not valid: {explain(error)}.", hint="See docs/settings.md."
        ) from error
    except SettingsError as error:
        hint = "A list or table in the environment is JSON: NOVACRON_PRODUCTION='[\"prod\"]'."
        raise InvalidRequest(f"The settings are not valid: {error}.", hint=hint) from error
    except ValueError as error:
        raise InvalidRequest(f"{_config_file()} cannot be read: {error}") from error
