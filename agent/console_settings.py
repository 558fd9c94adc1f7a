"""``[console]`` of lab.toml: under which address browsers reach the console, and who says who they are."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from reson.errors import OperatorError
from reson.records import Json, Record

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ProviderSettings(Record):
    """An OpenID Connect provider at which people sign in. Its secret never stands in a file of the lab."""

    discovery: str = ""
    """Address of its description, which ends in /.well-known/openid-configuration."""
    client_id: str = ""
    secret_env: str = "RESON_CONSOLE_SECRET"
    secret_file: str = ""
    claim: Annotated[str, Field(min_length=1)] = "email"
    """What of a person the names of accounts are compared with; an email address counts where it is verified."""

    @field_validator("discovery")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
            raise ValueError("an address that begins with https://")
        return value

    @model_validator(mode="after")
    def _whole(self) -> ProviderSettings:
        if bool(self.discovery) != bool(self.client_id):
            raise ValueError("discovery and client_id go together")
        return self

    @property
    def host(self) -> str:
        """For a person: who is asked."""
        return urlsplit(self.discovery).hostname or ""


class ConsoleSettings(Record):
    url: str = ""
    """The whole address, with its path, under which browsers reach the console; empty: its own."""
    provider: ProviderSettings = ProviderSettings()

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        if value and not (plain and "@" not in parts.netloc):
            raise ValueError("an address like https://lab.example.org/reson, without user or query")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _can_come_back(self) -> ConsoleSettings:
        if self.provider.discovery and not self.url:
            raise ValueError("a provider sends people back to url, which is empty")
        return self

    @property
    def origin(self) -> str:
        """Scheme, host and port of ``url``, as browsers name the page that asks; empty without a ``url``."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" if self.url else ""

    @property
    def path(self) -> str:
        """The path of ``url``: empty or like ``/reson``."""
        return urlsplit(self.url).path


def sign_in_secrets(console: ConsoleSettings) -> Json:
    """What Streamlit's sign-in asks for; empty without a provider. Sign-ins end with the process, as its key does.

    Raises ``OperatorError`` where the provider's secret is missing.
    """
    provider = console.provider
    if not provider.discovery:
        return {}
    return {
        "auth": {
            "redirect_uri": f"{console.url}/oauth2callback",
            "cookie_secret": secrets.token_hex(32),
            "client_id": provider.client_id,
            "client_secret": _secret(provider),
            "server_metadata_url": provider.discovery,
            "client_kwargs": {"scope": "openid email profile"},
        }
    }


def _secret(provider: ProviderSettings) -> str:
    remedy = "see docs/console.md: secret_env or secret_file under [console.provider] in lab.toml"
    if provider.secret_file:
        try:
            return Path(provider.secret_file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise OperatorError(f"{provider.secret_file} cannot be read", remedy) from error
    if not (secret := os.environ.get(provider.secret_env, "")):
        raise OperatorError(f"the secret of {provider.host} is missing: {provider.secret_env} is not set", remedy)
    return secret
