"""Who answered, what it cost, and what is told of it."""

from __future__ import annotations

import pytest

from reson.agent.config import Price
from reson.agent.model.accounts import account, cost_of
from reson.events import Decided, Event, FellBack, ModelCalled, Questioned, Started


def call(tokens: tuple[int, int], cost: float, estimated: bool = False) -> Event:
    usage = {"input": tokens[0], "output": tokens[1], "estimated": estimated}
    return ModelCalled.model_construct(usage=usage, cost=cost)


def question(purpose: str, who: str) -> Event:
    return Questioned.model_construct(purpose=purpose, answered_by=who)


def fallback(reason: str) -> Event:
    return FellBack.model_construct(purpose="read", components=("q0",), reason=reason)


def test_calls_questions_and_fallbacks_are_counted():
    events = [
        Started.model_construct(),
        call((1000, 100), 0.5),
        call((2000, 50), 0.25, estimated=True),
        ModelCalled.model_construct(failure="timeout"),
        question("choose", "model"),
        question("read", "offline"),
        question("read", "offline"),
        question("read", "person"),
        fallback("timeout: silence"),
        fallback("timeout: silence"),
    ]
    total = account(events)
    assert (total.calls, total.failed, total.tokens, total.cost, total.estimated) == (3, 1, 3150, 0.75, True)
    assert total.questions == {"choose": {"model": 1}, "read": {"offline": 2, "person": 1}}
    assert total.sentences == (
        "choose: 1 by the model",
        "read: 2 offline, 1 by the person",
        "3 calls of the model, 1 of them without an answer: about 3000 tokens in and 150 out, cost 0.75",
        "offline in its place: read of q0: timeout: silence (2 times)",
    )


def test_a_dead_endpoint_does_not_fill_the_report():
    total = account([fallback(f"reason {number}") for number in range(100)] + [question("read", "offline")])
    assert len(total.sentences) == 11
    assert total.sentences[-1] == "offline in its place 92 times more: see the trajectory"


def test_an_offline_night_has_nothing_to_tell():
    assert account([Started.model_construct(), Decided.model_construct()]).sentences == ()


def test_prices_are_per_million_tokens():
    assert cost_of(Price(input=2.5, output=10.0), 1_000_000, 100_000) == pytest.approx(3.5)
