"""Whoever guesses passwords waits, and nobody can make somebody else wait."""

from __future__ import annotations

import pytest

from reson.ui.guessing import (
    PAUSE_SECONDS,
    REMEMBERED_SECONDS,
    SLOWEST,
    TOGETHER,
    TRIES,
    Guesses,
    device,
    device_cookie,
    source,
)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def _wrong(guesses: Guesses, place: str, times: int, known: bool = False) -> list[float]:
    return [guesses.wait(place, known) for _ in range(times)]


def test_a_place_pauses_after_some_attempts_and_no_other_place_does() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    assert _wrong(guesses, "203.0.113.9", TRIES) == [0.0] * TRIES
    assert guesses.wait("203.0.113.9", False) == PAUSE_SECONDS
    assert guesses.wait("198.51.100.1", False) == 0.0, "an operator at another address"
    assert guesses.wait("browser of ada", True) == 0.0, "and one at the same address, in a browser that is known"
    clock.now += PAUSE_SECONDS - 1
    assert guesses.wait("203.0.113.9", False) == 1.0, "asking during the pause does not make it longer"
    clock.now += 1
    assert guesses.wait("203.0.113.9", False) == 0.0


def test_attempts_at_once_count_from_their_beginning_and_a_right_one_clears_them() -> None:
    guesses = Guesses(Clock())
    _wrong(guesses, "here", TRIES - 1)
    assert guesses.wait("here", False) == 0.0
    guesses.right("here", False)
    assert _wrong(guesses, "here", TRIES) == [0.0] * TRIES


def test_who_has_an_account_cannot_clear_attempts_at_others() -> None:
    """Four guesses at the operator, one right sign-in of one's own, and so on: 800 guesses in no time."""
    guesses = Guesses(Clock())
    tried = 0
    for _ in range(50):
        tried += sum(guesses.wait("here", False, "ada") == 0.0 for _ in range(TRIES - 1))
        if guesses.wait("here", False, "mallory") == 0.0:
            guesses.right("here", False, "mallory")
    assert tried <= TRIES


def test_attempts_from_everywhere_at_many_names_are_counted_together_and_slow_each_other_down() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    for number in range(TOGETHER):
        guesses.wait(f"198.51.100.{number}", False)
    assert guesses.slowness() == 0.0
    for number in range(200):
        assert guesses.wait(f"203.0.113.{number}", False) == 0.0, "slower, and never refused"
    assert guesses.slowness() == SLOWEST
    assert guesses.lately() == TOGETHER + 200
    clock.now += REMEMBERED_SECONDS + 1
    assert guesses.slowness() == 0.0


def test_a_browser_is_known_to_its_person_until_the_password_changes() -> None:
    cookie = device_cookie("ada", "hash")
    browser = device(cookie, "ada", "hash")
    assert browser is not None and cookie.split(":")[0] in browser
    for wrong in (
        device(cookie, "bob", "hash"),
        device(cookie, "ada", "another hash"),
        device(cookie, "ada", ""),
        device(cookie, "eve", None),
        device(cookie[:-1] + "é", "ada", "hash"),
        device("", "ada", "hash"),
        device(None, "ada", "hash"),
    ):
        assert wrong is None
    assert device(device_cookie("ada", "hash"), "ada", "hash") != browser


@pytest.mark.parametrize(
    ("address", "forwarded", "place"),
    [
        (None, None, "127.0.0.1"),
        ("203.0.113.9", None, "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),  # what the browser itself said comes first
        ("127.0.0.1", "1.2.3.4, nonsense", "elsewhere"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8:1:2:3::4]:443", "2001:0db8:0001:0002"),
        ("127.0.0.1", "203.0.113.9, [::1", "elsewhere"),
        ("2001:db8:1:2:3::4", None, "2001:0db8:0001:0002"),
        ("2001:db8:1:2:ffff::", None, "2001:0db8:0001:0002"),
        ("::ffff:203.0.113.9", None, "203.0.113.9"),  # of a server that listens to both kinds
        ("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", None, "fe80:0000:0000:0000"),
    ],
)
def test_the_place_is_the_address_that_cannot_be_chosen(address: str | None, forwarded: str | None, place: str) -> None:
    assert source(address, forwarded) == place
