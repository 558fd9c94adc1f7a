"""Against guessing of passwords. Whoever guesses waits, and nobody can make somebody else wait.

Wrong attempts are counted by where they come from and not by the name they try, so that no name can be locked. A
browser in which a person has signed in before is known by a cookie and counted by itself, whoever else guesses from the
same address (OWASP's "device cookies"). All attempts of unknown browsers are counted together, whatever names they try:
beyond a few each of them takes longer, and is never refused for that.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

TRIES, PAUSE_SECONDS = 5, 60.0
"""Attempts from one place, and the rest after them."""
TOGETHER, REMEMBERED_SECONDS, SLOWEST = 20, 600.0, 10.0
"""Wrong attempts of all places within that time before each takes longer, by half a second more each, up to that."""
DEVICE_DAYS = 180


_WITH_A_PORT = re.compile(r'"?(?:\[([^\]]*)\]|([^:]*))(?::\d+)?"?')
"""An address as some proxies write it; one by IPv6 stands in brackets then."""


class Guesses:
    """An attempt counts as wrong from its beginning until it proves right: trying many at once gains nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_place: dict[str, tuple[Counter[str], float]] = {}
        """Place -> (attempts at each name, the last)."""
        self._unknown: deque[float] = deque()

    def wait(self, place: str, known: bool, name: str = "") -> float:
        """Seconds until there may be an attempt from here; 0: now, and it is counted."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            names, last = self._by_place.get(place, (Counter(), now))
            if names.total() >= TRIES:
                return last + PAUSE_SECONDS - now
            self._by_place[place] = (names + Counter([name]), now)
            if not known:
                self._unknown.append(now)
            return 0.0

    def right(self, place: str, known: bool, name: str = "") -> None:
        """The attempt was right after all: those at this name are forgotten. Those at others are not, else whoever has
        an account could guess at theirs for ever."""
        with self._lock:
            if place in self._by_place:
                del self._by_place[place][0][name]
            if not known and self._unknown:
                self._unknown.pop()

    def slowness(self) -> float:
        """Seconds that an attempt of an unknown browser takes besides."""
        return min(SLOWEST, max(0, self.lately() - TOGETHER) / 2)

    def lately(self) -> int:
        """Wrong attempts of unknown browsers in the last minutes, whatever names they tried."""
        with self._lock:
            self._forget(self._clock())
            return len(self._unknown)

    def _forget(self, now: float) -> None:
        self._by_place = {
            place: (names, last) for place, (names, last) in self._by_place.items() if now - last < PAUSE_SECONDS
        }
        while self._unknown and now - self._unknown[0] > REMEMBERED_SECONDS:
            self._unknown.popleft()


def source(address: str | None, forwarded: str | None) -> str:
    """Where an attempt comes from. ``forwarded``: what a proxy that is trusted has appended to; its last entry counts.

    All addresses that one customer of a network gets by IPv6 are one place.
    """
    said = forwarded.rpartition(",")[2].strip() if forwarded else address
    found = _WITH_A_PORT.fullmatch(said or "127.0.0.1")
    try:
        place = ip_address((found[1] or found[2] if found else said or "").partition("%")[0])  # by whichever network
    except ValueError:
        return "elsewhere"
    if isinstance(place, IPv6Address):
        place = place.ipv4_mapped or place
    return str(place) if place.version == 4 else place.exploded[:19]


def device_cookie(name: str, account: str) -> str:
    """For a browser in which this person has just signed in; ``account``: hash of the password, unknown to others."""
    nonce = secrets.token_urlsafe(18)
    return f"{nonce}:{_mark(nonce, name, account)}"


def device(cookie: str | None, name: str, account: str | None) -> str | None:
    """Which browser it is, where this person has signed in there since the last change of the password."""
    nonce, _, mark = (cookie or "").partition(":")
    right = account and hmac.compare_digest(mark.encode(), _mark(nonce, name, account).encode())
    return f"browser {nonce}" if right else None


def _mark(nonce: str, name: str, account: str) -> str:
    return hmac.new(account.encode(), f"{nonce}:{name}".encode(), hashlib.sha256).hexdigest()
