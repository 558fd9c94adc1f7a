"""What of a model's text is said aloud: no thoughts of its own and no key, also where either comes in pieces."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from urllib.parse import quote

THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
)
"""How models mark what they write for themselves. A mark that is never closed ends with the text."""
STRUCK = "***"
SHORTEST_SECRET = 8
"""A shorter key is a placeholder ("none", "ollama") that may stand in any text."""
STEP = 512
"""Characters that are looked through at a time, so that a text full of marks takes no longer than it is long."""

_ESCAPED = re.compile(r"\\u00([2-7][0-9a-fA-F])|\\(/)")


def struck(text: str, key: str) -> str:
    """The text without the key, also where it is written as headers, addresses and pages write it, or with JSON's
    escapes."""
    if len(key) < SHORTEST_SECRET:
        return text
    if key not in text:
        plain = _ESCAPED.sub(_unescaped, text)
        text = plain if key in plain else text
    for form in forms_of(key):
        text = text.replace(form, STRUCK)
    return text


@lru_cache(maxsize=8)
def forms_of(key: str) -> tuple[str, ...]:
    """A key as it is and as it may come back: in an address, on a page, in base 64, whatever stands before it there."""
    plain, packed = key.encode(errors="replace"), []
    for before in range(3):
        code = base64.b64encode(b"\0" * before + plain).decode()
        whole = code[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]  # what holds nothing but the key
        packed += [whole, whole.replace("+", "-").replace("/", "_")]
    return tuple(dict.fromkeys((key, quote(plain, safe=""), quote(plain), escape(key), *packed)))


def _unescaped(found: re.Match[str]) -> str:
    """The character of an escape, where a JSON text stays what it is with it."""
    character = found[2] or chr(int(found[1], 16))
    return character if character not in '"\\' else found[0]


class Aloud:
    """Takes a text in pieces and gives out what may be heard of each."""

    def __init__(self, key: str = "") -> None:
        self._key = key
        self._secrets = forms_of(key) if len(key) >= SHORTEST_SECRET else ()
        self._closing = ""
        self._pending = ""
        self._said: list[str] = []
        self._thought: list[str] = []

    def feed(self, piece: str) -> str:
        """What may be heard now; the beginning of what may become a mark waits for the next piece."""
        steps = range(0, len(piece), STEP)
        return "".join(self._fed(piece[start : start + STEP]) for start in steps)

    def end(self) -> str:
        """What had waited at the end of the text."""
        return self._taken(last=True)

    @property
    def answer(self) -> str:
        """The answer so far. Where a template opens the thought by itself, only its closing mark is in the text."""
        text = "".join(self._said)
        for _, closing in THOUGHTS:
            text = text.rpartition(closing)[2]
        return struck(text, self._key).strip()

    @property
    def thought(self) -> str:
        return struck("".join(self._thought), self._key).strip()

    def _fed(self, piece: str) -> str:
        self._pending += piece
        return self._taken(last=False)

    def _taken(self, last: bool) -> str:
        aloud: list[str] = []
        while True:
            marks = [self._closing] if self._closing else [opening for opening, _ in THOUGHTS]
            before, mark = _until_first(self._pending, [*marks, *self._secrets])
            if not mark:
                break
            self._pending = self._pending[len(before) + len(mark) :]
            self._put(before, aloud)
            if mark in self._secrets:
                self._put(STRUCK, aloud)
            else:
                self._closing = "" if self._closing else dict(THOUGHTS)[mark]
        held = 0 if last else _held(self._pending, [*marks, *self._secrets])
        self._put(self._pending[: len(self._pending) - held], aloud)
        self._pending = self._pending[len(self._pending) - held :]
        self._said += aloud
        return "".join(aloud)

    def _put(self, text: str, aloud: list[str]) -> None:
        if text:
            (self._thought if self._closing else aloud).append(text)


def _until_first(text: str, marks: Iterable[str]) -> tuple[str, str]:
    """(what stands before the first of the marks, that mark); ("", "") where there is none."""
    found = [(place, mark) for mark in marks if (place := text.find(mark)) >= 0]
    if not found:
        return "", ""
    place, mark = min(found)
    return text[:place], mark


def _held(text: str, marks: Iterable[str]) -> int:
    """Length of the longest end of the text with which one of the marks begins."""
    longest = 0
    for mark in marks:
        for size in range(min(len(mark) - 1, len(text)), longest, -1):
            if text.endswith(mark[:size]):
                longest = size
                break
    return longest
