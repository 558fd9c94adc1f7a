"""Who sits at the console. On this machine the person at the keyboard; from anywhere else, and wherever a lab has
users, somebody who has signed in. Without an answer to that question nothing is shown and nothing is done."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st

from reson.agent.accounts import Role, check_password, load_accounts, may_operate, users_file
from reson.agent.cli.arguments import login
from reson.errors import OperatorError
from reson.ui.opened import directory
from reson.ui.phrases import command, heading, note, show, tag, told
from reson.ui.sessions import SESSIONS, Session, cookie_name

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TRIES, PAUSE_SECONDS = 5, 60.0


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
    """Unless the server is bound to this machine, was asked for by this machine's own name, and has no users."""
    bound = st.get_option("server.address") in LOOPBACK
    asked = urlsplit(f"//{st.context.headers.get('Host') or LOOPBACK[0]}").hostname
    return not bound or asked not in LOOPBACK or users_file(directory()).exists()


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
    kept = st.context.cookies.get(cookie_name(st.get_option("server.port")))
    for token in (st.session_state.get("token"), kept):
        if token is not None and (session := SESSIONS.get(token)) is not None:
            st.session_state["token"] = token
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


def seen() -> None:
    """The person has done something: the session goes on."""
    if (session := _session()) is not None:
        session.seen = time.monotonic()


def keep_signed_in() -> None:
    """Have the browser keep the session's token, where it does not yet."""
    if (session := _session()) is not None and session.ticket is not None:
        asked = json.dumps({"method": "POST", "body": session.ticket})
        st.html(f"<script>fetch('session', {asked})</script>", unsafe_allow_javascript=True)


def sign_out() -> None:
    """In every tab that shares the session."""
    if token := st.session_state.get("token"):
        SESSIONS.end(token)
    st.session_state.clear()


def sign_in_page() -> None:
    """Name and password; after a few wrong ones, a pause."""
    _, middle, _ = st.columns([1, 1.4, 1])
    with middle:
        heading("Reson console", "Sign in")
        with st.form("sign-in"):
            name = st.text_input("Name", autocomplete="username")
            password = st.text_input("Password", type="password", autocomplete="current-password")
            sent = st.form_submit_button("Sign in", type="primary")
        if sent:
            _sign_in(name.strip(), password)
        note("Accounts are made on the lab's machine with ", command("reson console add-user"), ".")


def _sign_in(name: str, password: str) -> None:
    with _gate().lock:  # one attempt at a time: guessing in parallel gains nothing
        if (wait := _gate().wait(name)) > 0:
            show(tag("div", f"Too many wrong attempts; wait {wait:.0f} s.", kind="rs-error"))
            return
        try:
            role = check_password(users_file(directory()), name, password)
        except OperatorError as error:
            told(error)
            return
        _gate().record(name, role is not None)
    if role is None:
        show(tag("div", "Name or password is wrong.", kind="rs-error"))
        return
    st.session_state["token"] = SESSIONS.begin(name, load_accounts(users_file(directory()))[name].hash)
    st.rerun()


class _Gate:
    """Counts wrong attempts by name, over all sessions."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wrong: dict[str, tuple[int, float]] = {}

    def wait(self, name: str) -> float:
        """Seconds until this name may try again."""
        number, last = self.wrong.get(name, (0, 0.0))
        return last + PAUSE_SECONDS - time.monotonic() if number >= TRIES else 0.0

    def record(self, name: str, right: bool) -> None:
        if right:
            self.wrong.pop(name, None)
        else:
            number, last = self.wrong.get(name, (0, 0.0))
            fresh = time.monotonic() - last > PAUSE_SECONDS
            self.wrong[name] = (1 if fresh else number + 1, time.monotonic())


@st.cache_resource
def _gate() -> _Gate:
    return _Gate()
