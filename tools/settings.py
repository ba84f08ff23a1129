"""Every setting, its default, and one line of help: from the environment or novacron.toml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tools.errors import InvalidRequest
from tools.validation import explain


def _config_file() -> Path:
    if given := os.environ.get("NOVACRON_CONFIG"):
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

    model_config = SettingsConfigDict(env_prefix="NOVACRON_", extra="forbid", frozen=True)

    data_dir: Path = Field(default_factory=_data_dir, description="where NovaCron keeps its files")
    database_url: str = Field("", description="sqlite:///… or postgresql://…; empty: in data_dir")
    fleet: Path | None = Field(None, description="a folder with fleet.json for the sandbox")
    sandbox: bool = Field(True, description="connect the simulated fleet")
    machines: int = Field(60, ge=1, le=1_000_000, description="size of the generated sandbox fleet")
    delays: bool = Field(True, description="let the sandbox's transitions take time")
    libvirt_uris: str = Field("auto", description="hypervisors, separated by spaces; auto; none")
    libvirt_images: Path | None = Field(None, description="folder of images for new libvirt guests")
    policies: tuple[str, ...] = Field(("default",), description="shipped policies or Cedar files")
    environment_tag: str = Field("env", description="the tag that names a machine's environment")
    production: tuple[str, ...] = Field(
        ("prod", "production"), description="environments that count as production"
    )
    zone: str = Field("UTC", description="time zone for times that are said without one")
    approval_minutes: float = Field(5, gt=0, le=1440, description="how long a yes stays valid")
    brain: Literal["embedded", "anthropic", "openai"] = Field(
        "embedded", description="what understands sentences"
    )
    model: str = Field("", description="the model's name, for the brains that have one")
    base_url: str | None = Field(None, description="address of an OpenAI-compatible server")
    api_key: SecretStr | None = Field(None, description="key of the model's service")
    public_url: str = Field("", description="address under which people reach `novacron serve`")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="further host names that `novacron serve` answers to"
    )
    refresh_seconds: float = Field(
        30, ge=1, description="how often `novacron serve` reads the machines anew"
    )
    session_hours: float = Field(12, gt=0, le=720, description="how long a browser is signed in")
    metrics_open: bool = Field(False, description="/metrics without a token")
    oidc_issuer: str = Field("", description="OpenID Connect: the provider's issuer address")
    oidc_client_id: str = Field("", description="OpenID Connect: this NovaCron's client id")
    oidc_client_secret: SecretStr | None = Field(None, description="OpenID Connect: its secret")
    oidc_name_claim: str = Field("preferred_username", description="claim with a person's name")
    oidc_groups_claim: str = Field("groups", description="claim with a person's groups")
    oidc_tenant_claim: str = Field("", description="claim with a person's tenant; empty: default")
    oidc_roles: dict[str, tuple[str, ...]] = Field(
        default_factory=dict[str, tuple[str, ...]],
        description='roles of each group: {"ops": ["operator"]}; others may not sign in',
    )
    webhooks: tuple[str, ...] = Field((), description="addresses that get operation events")
    webhook_secret: SecretStr | None = Field(None, description="key that signs webhooks")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="what `novacron serve` logs"
    )

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
    except ValueError as error:
        raise InvalidRequest(f"{_config_file()} cannot be read: {error}") from error
