"""The one place that talks to a model: any endpoint that speaks chat completions.

Every answer is streamed, so that slow can be told from dead. Lost connections, silence, 429 and 5xx are tried again; an
endpoint that stays away is left in peace for a while, so that a dead one costs a night seconds and not hours.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import openai

from reson.agent.config import ModelSettings
from reson.agent.model.aloud import struck
from reson.agent.model.bounded import guard
from reson.agent.model.conversation import NOTHING, FailureKind, Hear, NoAnswer, Reply, Request, ToolCall, Usage
from reson.agent.model.failures import PASSING, border
from reson.agent.model.pictures import request_tokens, text_tokens
from reson.agent.model.refusals import refused_part
from reson.agent.model.streaming import Said, events_in
from reson.agent.model.waiting import Patience, heard
from reson.agent.model.wire import body_of, parts_of
from reson.errors import OperatorError
from reson.records import Json

FIRST_REST, LONGEST_REST = 30.0, 900.0
"""Seconds in which an endpoint that failed is not asked; doubled with each failure in a row."""
AFTER = 5.0
"""Seconds for which a thread may still wait for a byte when nobody waits for it any more."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
"""Seconds before the second try of a question; doubled with each further one."""

MOST_TIMES, MOST_BESIDE = 50, 100_000
"""An endpoint is believed that counts up to so many times more, or fewer, tokens than are estimated, and so many
beside: thoughts that are not shown, a template of its own, pictures in tiles."""

_FILTERED = re.compile(r"filter|safety|recitation|blocked|prohibited|policy", re.IGNORECASE)
_BROKEN_OFF = re.compile(r"error|abort|cancel|timeout|timed|insufficient|interrupt|unavailable|fail", re.IGNORECASE)
"""Why an answer ended, as endpoints say it where it is none, or half of one."""

_PAID = (FailureKind.TIMEOUT, FailureKind.STOPPED, FailureKind.MALFORMED)
"""Failures of a question that was on its way: whoever answers it wants to be paid all the same."""


@dataclass
class HttpEndpoint:
    settings: ModelSettings
    key: str
    patience: Patience
    unknown: set[str] = field(default_factory=set)
    """Parts of a request that were refused by name, and are left out from then on."""
    failures: int = 0
    rests_until: float = float("-inf")
    _client: openai.OpenAI | None = None

    @property
    def name(self) -> str:
        return self.settings.base_url

    def complete(self, request: Request, hear: Hear | None = None) -> Reply:
        """The answer of the model. Raises ``NoAnswer``."""
        began = self.patience.clock()
        if began < self.rests_until:
            raise NoAnswer(FailureKind.RESTING, "the endpoint failed before and is left alone for a while")
        until, wasted, retries = self.patience.until(), NOTHING, 0
        while True:
            try:
                reply = self._tried(request, hear, until)
                break
            except NoAnswer as error:
                wasted += error.wasted
                if not self._again(error, retries, until):
                    error.wasted = wasted
                    self._rest(request, error)
                    raise
                retries += 1
        self.failures = 0
        seconds = self.patience.clock() - began
        return reply.model_copy(update={"seconds": seconds, "retries": retries, "wasted": wasted + reply.wasted})

    def _again(self, error: NoAnswer, retries: int, until: float) -> bool:
        """Whether to ask once more, after a pause."""
        if error.kind not in PASSING or retries >= self.settings.retries:
            return False
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**retries) if error.again_after is None else error.again_after
        return pause >= 0 and self.patience.pause(pause, until)

    def _rest(self, request: Request, error: NoAnswer) -> None:
        """An endpoint that stays away is left alone; longer with each failure in a row."""
        if error.kind in PASSING and not request.tries_out:
            self.failures += 1
            rest = min(LONGEST_REST, FIRST_REST * 2 ** (self.failures - 1))
            self.rests_until = self.patience.clock() + rest

    def _tried(self, request: Request, hear: Hear | None, until: float) -> Reply:
        """One try; what the endpoint refuses by name is left out, and the rest asked at once."""
        wasted = NOTHING
        while True:
            body = body_of(request, self.unknown)
            sent = parts_of(request, body)
            said = Said(self.key)
            try:
                for piece in self._spoken(said, body, sent, until):
                    if hear is not None and piece:
                        hear(piece)
                with border(self.key, self.name):
                    return self._reply(request, said).model_copy(update={"wasted": wasted})
            except NoAnswer as error:
                if error.kind in (FailureKind.TIMEOUT, FailureKind.STOPPED):
                    self._hang_up()
                part = refused_part(error.told, sent)
                if part is None:
                    error.wasted = wasted + self._paid(error, request, said)
                    if hear is not None and said.text and error.kind in PASSING:  # heard once, it is not begun anew
                        raise NoAnswer(FailureKind.MALFORMED, error.message, wasted=error.wasted) from None
                    raise
                self.unknown.add(part)

    def _spoken(self, said: Said, body: dict[str, Any], sent: set[str], until: float) -> Iterator[str]:
        """The text as it comes; all of the answer is in ``said``."""
        with border(self.key, self.name, sent):
            self._client = self._client or client_of(self.settings, self.key)
            ask = self._client.chat.completions.with_streaming_response.create
            for event in heard(lambda: _events(ask, body), self.patience, until):
                yield said.take(event)
            yield said.end()

    def _hang_up(self) -> None:
        """So that the thread which still waits for a byte finds its connection closed."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _reply(self, request: Request, said: Said) -> Reply:
        if said.refusal and not said.text and not said.calls:
            raise NoAnswer(FailureKind.REFUSED, f"the model refused: {said.refusal}")
        if _FILTERED.search(said.finish):
            raise NoAnswer(FailureKind.REFUSED, "a filter cut the answer off")
        if _BROKEN_OFF.search(said.finish):
            raise NoAnswer(FailureKind.SERVER_ERROR, f'it broke its answer off: "{said.finish}"')
        return Reply(
            text=struck(said.text, self.key),
            thought=struck(said.thought, self.key),
            tool_calls=tuple(self._struck(call) for call in said.calls),
            usage=self._counted(request, said),
            finish=struck(said.finish, self.key)[:40],
            model=struck(said.model, self.key)[:200] or request.model,
            left_out=tuple(sorted(self.unknown)),
        )

    def _struck(self, call: ToolCall) -> ToolCall:
        return ToolCall(
            id=struck(call.id, self.key),
            name=struck(call.name, self.key),
            arguments=struck(call.arguments, self.key),
        )

    def _paid(self, error: NoAnswer, request: Request, said: Said) -> Usage:
        """What a question that was given up has cost: as the endpoint counted, else as far as it had come."""
        if error.wasted != NOTHING:
            return error.wasted
        if error.kind in _PAID or said.events:
            return self._counted(request, said)
        return NOTHING

    def _counted(self, request: Request, said: Said) -> Usage:
        """As the endpoint counts, where it counts what it said and what can be."""
        guess = Usage(input=sum(request_tokens(request)), output=text_tokens(said.written), estimated=True)
        told = said.usage
        if (
            told
            and (told.output or not said.written)
            and all(map(_can_be, (told.input, told.output), (guess.input, guess.output)))
        ):
            return told
        return guess


def _can_be(told: int, guess: int) -> bool:
    """Whether a number of tokens may be one: too small a one would cost no budget, too large a one all of it."""
    return guess / MOST_TIMES <= told <= guess * MOST_TIMES + MOST_BESIDE


def _events(ask: Callable[..., Any], body: dict[str, Any]) -> Iterator[Json]:
    with ask(**body) as response:
        yield from events_in(response.iter_bytes())


def open_endpoint(settings: ModelSettings, stop: Event | None = None) -> HttpEndpoint:
    """The endpoint of the lab's settings. Raises ``OperatorError`` where model or key is missing.

    ``stop``: what ends every wait for an answer.
    """
    if not settings.choose:
        raise OperatorError("lab.toml names no model", 'put choose = "MODEL" under [model]; see docs/brains.md')
    key = find_key(settings)
    official = "api.openai.com" in settings.base_url
    if not key and official:
        raise OperatorError(
            f"there is no key for {settings.base_url}",
            f"set {settings.key_env} in the environment, or key_file under [model] in lab.toml",
        )
    patience = Patience(settings.timeout, settings.deadline, stop or Event())
    return HttpEndpoint(settings, key, patience, {"max_tokens"} if official else set())


def find_key(settings: ModelSettings) -> str:
    """The key from the file or the environment; empty where there is none. Raises ``OperatorError``."""
    where = settings.key_file or settings.key_env
    if settings.key_file:
        try:
            key = Path(settings.key_file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise OperatorError(
                f"the key file {settings.key_file} cannot be read", "mend key_file under [model] in lab.toml"
            ) from error
    else:
        key = os.environ.get(settings.key_env, "").strip()
    odd = next((place for place, one in enumerate(key, start=1) if not "!" <= one <= "~"), None)
    if odd is not None:
        raise OperatorError(
            f"the key in {where} cannot be one: its character {odd} is U+{ord(key[odd - 1]):04X}",
            "copy it anew: a dash or a quotation mark may have been made prettier, or a line been broken",
        )
    return key


def client_of(settings: ModelSettings, key: str) -> openai.OpenAI:
    """Tries and deadlines are ours: the package makes one try, and its own waits end a little after we have left.

    Raises ``NoAnswer`` for a proxy of the environment that is none.
    """
    try:
        http = openai.DefaultHttpxClient(
            event_hooks={"response": [guard]},
            headers={"Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(settings.timeout + AFTER),
        )
    except ValueError as error:
        raise NoAnswer(FailureKind.REFUSED, f"the question cannot be sent: {error}") from error
    return openai.OpenAI(
        base_url=settings.base_url,
        api_key=key or "none",
        timeout=settings.timeout + AFTER,
        max_retries=0,
        http_client=http,
    )
