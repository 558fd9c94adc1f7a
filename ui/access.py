"""Who sits at the console. On this machine the person at the keyboard; from anywhere else, and wherever a lab has
users, somebody who has signed in. Without an answer to that question nothing is shown and nothing is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import streamlit as st

from reson.agent.accounts import Role, check_password, load_accounts, may_operate, users_file
from reson.agent.console_settings import LOOPBACK
from reson.agent.keyboard import login
from reson.agent.operations.opened import PERSON, OpenLab
from reson.errors import OperatorError
from reson.ui import provider
from reson.ui.guessing import Guesses, device, source
from reson.ui.opened import console_settings, directory
from reson.ui.phrases import command, heading, note, show, tag, told
from reson.ui.sessions import SESSIONS, Session, browser_cookie_name, cookie_name

FORWARDED = (
    *("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"),
    *("X-Forwarded-Server", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "CF-Connecting-IP"),
)
"""Headers of which at least one says that a proxy stands between."""
GUESSES = Guesses()


@dataclass(frozen=True)
class Person:
    """Under whose name answers are recorded."""

    name: str
    role: Role

    @property
    def operates(self) -> bool:
        """Whether this person may answer requests, and start and stop runs."""
        return may_operate(self.role)


def must_sign_in() -> bool:
    """Unless the server is bound to this machine, was asked for by this machine's own name and through no proxy, and
    has no users."""
    headers = st.context.headers
    bound = st.get_option("server.address") in LOOPBACK
    asked = urlsplit(f"//{headers.get('Host') or LOOPBACK[0]}").hostname
    proxy = bool(console_settings().url) or any(headers.get(name) for name in FORWARDED)
    return not bound or asked not in LOOPBACK or proxy or users_file(directory()).exists()


def person() -> Person | None:
    """Who acts in this session; None before sign-in and after it has lapsed."""
    if not must_sign_in():
        return Person(login(), Role.ADMIN)
    session = _session()
    account = load_accounts(users_file(directory())).get(session.name) if session else None
    if session is None or account is None or account.hash != session.account:
        return None
    return Person(session.name, account.role)


def _session() -> Session | None:
    """By the token that this page holds, or else the one that its browser has kept."""
    for token in (st.session_state.get("token"), _cookie(cookie_name)):
        if token is not None and (session := SESSIONS.get(token)) is not None:
            st.session_state["token"] = token
            return session
    if (begun := provider.begun()) is not None:
        st.session_state["token"], session = begun
        return session
    return None


def operator() -> Person:
    """The person, if they may act. Raises ``OperatorError`` for a viewer and after the session has lapsed."""
    acting = person()
    if acting is None:
        raise OperatorError("your session has ended", "sign in again; nothing was done")
    if not acting.operates:
        raise OperatorError(f"{acting.name} may look but not act", "ask an operator")
    seen()
    return acting


def acting(place: OpenLab) -> OpenLab:
    """The lab as the person has it who acts. Raises as ``operator`` does."""
    return replace(place, author=operator().name, may=PERSON)


def seen() -> None:
    """The person has done something: the session goes on."""
    if (session := _session()) is not None:
        session.seen = time.monotonic()


def keep_signed_in() -> None:
    """Have the browser keep the session's token, where it does not yet."""
    if (session := _session()) is not None and session.ticket is not None:
        ticket = f'<span data-reson-ticket="{session.ticket}"></span>'
        st.html(f'{ticket}<script src="keep_session.js"></script>', unsafe_allow_javascript=True)


def sign_out() -> None:
    """In every tab that shares the session."""
    if token := st.session_state.get("token"):
        SESSIONS.end(token)
    st.session_state.clear()
    provider.left()


def sign_in_page() -> None:
    """The provider's button where there is one; name and password where somebody has one."""
    _, middle, _ = st.columns([1, 1.4, 1])
    with middle:
        heading("Reson console", "Sign in")
        provider.offer()
        accounts = load_accounts(users_file(directory())).values()
        if not accounts or not all(account.by_provider for account in accounts):
            _with_a_password()
        note("Accounts are made on the lab's machine with ", command("reson console add-user"), ".")


def _with_a_password() -> None:
    with st.form("sign-in"):
        name = st.text_input("Name", autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        sent = st.form_submit_button("Sign in", type="primary")
    if sent:
        _sign_in(name.strip(), password)


def _sign_in(name: str, password: str) -> None:
    try:
        account = load_accounts(users_file(directory())).get(name)
        browser = device(_cookie(browser_cookie_name), name, account.hash if account else None)
        place, known = browser or _source(), browser is not None
        if (wait := GUESSES.wait(place, known, name)) > 0:
            show(tag("div", f"Too many wrong attempts from here; wait {wait:.0f} s.", kind="rs-error"))
            return
        if not known:
            time.sleep(GUESSES.slowness())
        role = check_password(users_file(directory()), name, password)
    except OperatorError as error:
        told(error)
        return
    if role is None or account is None:
        show(tag("div", "Name or password is wrong.", kind="rs-error"))
        return
    GUESSES.right(place, known, name)
    st.session_state["token"] = SESSIONS.begin(name, account.hash)
    st.rerun()


def _source() -> str:
    forwarded = st.context.headers.get_all("X-Forwarded-For") if console_settings().url else []
    return source(st.context.ip_address, ",".join(forwarded))


def _cookie(named: Callable[[int], str]) -> str | None:
    return st.context.cookies.get(named(st.get_option("server.port")))
