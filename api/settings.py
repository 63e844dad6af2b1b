"""Settings: read once from the environment and a TOML file, then passed down unchanged."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

import sqlalchemy as sa
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from copilot.errors import CopilotError

DEFAULT_FILE = "copilot.toml"


class SettingsError(CopilotError):
    """The settings cannot be used; the message is one sentence for the person who starts this."""


class Settings(BaseSettings):
    """Every knob of the service. COPILOT_<NAME> in the environment beats the TOML file."""

    model_config = SettingsConfigDict(env_prefix="COPILOT_", frozen=True, extra="forbid", toml_file=None)

    database_url: str = Field(
        "sqlite:///var/copilot.db",
        description="SQLAlchemy URL: sqlite:///file or postgresql+psycopg://user:password@host/name",
    )
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one")
    allow_remote: bool = Field(False, description="Must be true to listen on an address other machines can reach")
    max_body_bytes: int = Field(1_048_576, ge=1_024, description="Largest request body")
    rate_limit_per_minute: int = Field(6_000, ge=1, description="Requests per key and minute")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    classifier: str = Field(
        "encoder-zh",
        min_length=1,
        description="Name or folder of the classifier's artefact, or transformers:NAME for a model of your own",
    )
    index_folder: str = Field(
        "var/precedents", min_length=1, description="Where the index of precedents is kept between starts"
    )
    public_url: str = Field(
        "", description="Where people reach this server, such as https://copilot.example.org; for links and sign-in"
    )
    oidc_issuer: str = Field("", description="An OpenID Connect provider for the console; empty: passwords only")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    schedules: bool = Field(True, description="Run the content calendar in this process")
    feed_allow: str = Field(
        "", description="Networks and names of one's own that feeds and webhooks may use, such as 10.1.0.0/16 rss.local"
    )
    outbox_folder: str = Field("var/outbox", min_length=1, description="Where drafts published to a file are kept")
    generator: str = Field("", description="A language model for drafts: openai:MODEL or transformers:DIR; empty: none")
    generator_base_url: str = Field("", description="Its server, such as http://127.0.0.1:11434/v1")
    generator_key_file: str = Field("", description="A file with its key; else COPILOT_GENERATOR_KEY is read")
    generator_tokens_per_day: int = Field(
        200_000, ge=0, description="Tokens that one community may use on one day; 0: no limit"
    )
    model_threads: int = Field(0, ge=0, le=64, description="Threads of one batch; 0 takes one a core, up to two")

    @field_validator("database_url")
    @classmethod
    def _usable_url(cls, value: str) -> str:
        try:
            backend = sa.make_url(value).get_backend_name()
        except (sa.exc.ArgumentError, ValueError):
            raise ValueError("is no database URL; write for example sqlite:///var/copilot.db") from None
        if backend not in ("sqlite", "postgresql"):
            raise ValueError(f"names {backend!r}; only sqlite and postgresql are supported")
        return value

    @model_validator(mode="after")
    def _safe_bind(self) -> Self:
        if not self.allow_remote and not _is_loopback(self.host):
            raise ValueError(
                f"host {self.host!r} can be reached by other machines; set allow_remote = true "
                "(COPILOT_ALLOW_REMOTE=true) if that is meant"
            )
        return self

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.public_url):
            raise ValueError("oidc_issuer needs oidc_client_id and public_url beside it")
        return self

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
        file = os.environ.get("COPILOT_CONFIG", DEFAULT_FILE)
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(file))

    def redacted(self) -> dict[str, Any]:
        """All values, with the database password masked."""
        shown = self.model_dump()
        shown["oidc_client_secret"] = "***" if self.oidc_client_secret.get_secret_value() else ""
        shown["database_url"] = sa.make_url(self.database_url).render_as_string(hide_password=True)
        return shown


def load(**overrides: Any) -> Settings:
    """Read the settings; `overrides` that are None are left out. Raises SettingsError."""
    file = os.environ.get("COPILOT_CONFIG")
    if file is not None and not Path(file).is_file():
        raise SettingsError(f"COPILOT_CONFIG names {file}, which is not a file.")
    try:
        return Settings(**{k: v for k, v in overrides.items() if v is not None})
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file or DEFAULT_FILE} is not valid TOML: {error}.") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"There is no setting called {name!r}; see `community-copilot config`."
    message = first["msg"].removeprefix("Value error, ")
    return f"{name}: {message}." if name else f"{message[0].upper()}{message[1:]}."


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
