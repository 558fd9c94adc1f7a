"""Signing in at the provider of lab.toml (OpenID Connect): Streamlit asks it, and keeps who came back in a cookie.

That cookie lives for a month and opens nothing by itself: within an hour of a sign-in it begins a session like that of
a password, for a name that has an account here.
"""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from reson.agent.accounts import Account, load_accounts, users_file
from reson.agent.console_settings import ProviderSettings
from reson.ui.opened import console_settings, directory
from reson.ui.phrases import command, note, show, tag
from reson.ui.sessions import IDLE_MINUTES, SESSIONS, Session


def begun() -> tuple[str, Session] | None:
    """Token and session of somebody who has just come back from the provider and has an account here."""
    provider = console_settings().provider
    claims = _claims(provider)
    name = name_of(claims, provider)
    account = _account(name)
    if name is None or account is None or abs(time.time() - float(claims.get("iat", 0.0))) > IDLE_MINUTES * 60:
        return None
    token = SESSIONS.begin(name, account.hash)
    session = SESSIONS.get(token)
    return (token, session) if session is not None else None


def name_of(claims: dict[str, Any], provider: ProviderSettings) -> str | None:
    """Under which name the provider knows a person; None where it is not sure of the address, or not in plain ASCII."""
    name = claims.get(provider.claim)
    if not isinstance(name, str) or not name.isascii():
        return None
    if provider.claim == "email" and claims.get("email_verified") is not True:
        return None
    return name.lower()


def offer() -> None:
    """The button that leads to the provider, and what became of it."""
    provider = console_settings().provider
    if not provider.discovery:
        return
    claims = _claims(provider)
    name = name_of(claims, provider)
    if claims and _account(name) is None:
        said = (
            f"{name} has no account here." if name else f"{provider.host} did not say who you are ({provider.claim})."
        )
        show(tag("div", said, kind="rs-error"))
        if name:
            note("On the lab's machine: ", command(f"reson console add-user {name} --provider"))
        st.button("Sign in as somebody else", on_click=st.logout, key="other-person")
    elif st.button(f"Sign in with {provider.host}", type="primary", key="by-provider"):
        st.login()


def left() -> None:
    """The person signs out: of the provider's sign-in too."""
    if _claims(console_settings().provider):
        st.logout()


def _claims(provider: ProviderSettings) -> dict[str, Any]:
    """What the provider said of the person at this browser; nothing before that."""
    if not provider.discovery or not st.user.get("is_logged_in"):
        return {}
    return st.user.to_dict()


def _account(name: str | None) -> Account | None:
    account = load_accounts(users_file(directory())).get(name) if name is not None else None
    return account if account is not None and account.by_provider else None
