"""Who is signed in: a table in the console's own process, by random tokens. It is gone when the console ends.

A page holds its token for as long as it is open. So that a reload or another tab finds it again, the browser keeps it
in a cookie that no script can read; only an answer of the server can set such a cookie, so a page that has just signed
in trades a ticket, good for once, for it.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass

IDLE_MINUTES = 60


@dataclass
class Session:
    """``account``: hash of the password that opened it, so that a new password ends it; empty where a provider did."""

    name: str
    account: str
    seen: float
    """When its person last did something, seconds of the monotonic clock."""
    ticket: str | None


class Sessions:
    """Those that are signed in, for all pages of all browsers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_token: dict[str, Session] = {}

    def begin(self, name: str, account: str) -> str:
        """A new session; returns its token."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._by_token[token] = Session(name, account, time.monotonic(), secrets.token_urlsafe(32))
        return token

    def get(self, token: str) -> Session | None:
        """The session of this token; None where there is none, or nobody was there for an hour."""
        with self._lock:
            self._forget_idle()
            return self._by_token.get(token)

    def end(self, token: str) -> None:
        with self._lock:
            self._by_token.pop(token, None)

    def redeem(self, ticket: str) -> str | None:
        """The token that this ticket stands for, once."""
        with self._lock:
            self._forget_idle()
            for token, session in self._by_token.items():
                if session.ticket is not None and secrets.compare_digest(session.ticket.encode(), ticket.encode()):
                    session.ticket = None
                    return token
        return None

    def _forget_idle(self) -> None:
        oldest = time.monotonic() - IDLE_MINUTES * 60
        self._by_token = {token: one for token, one in self._by_token.items() if one.seen >= oldest}


SESSIONS = Sessions()


def cookie_name(port: int) -> str:
    """Cookies do not tell ports apart, and one machine may serve several consoles."""
    return f"reson-session-{port}"


def browser_cookie_name(port: int) -> str:
    """Of the cookie that tells a browser in which somebody has signed in before: see ``guessing.py``."""
    return f"reson-browser-{port}"
