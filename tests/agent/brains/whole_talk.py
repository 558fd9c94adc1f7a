"""A talk with a model from its first question to its last answer, as the graph leads it turn by turn."""

from __future__ import annotations

from collections.abc import Mapping

from reson.agent.asking.choose_by_model import asked, expert_of, looked, opened
from reson.agent.asking.looking import Lookup
from reson.agent.asking.outline import Advice
from reson.agent.model.capabilities import Capabilities
from reson.agent.model.conversation import NoAnswer
from reson.agent.model.desk import Desk
from reson.agent.observation import Decision, Observation


def choose_by_model(
    desk: Desk,
    able: Capabilities,
    observation: Observation,
    advice: Mapping[str, Advice] | None = None,
    lookup: Lookup | None = None,
) -> tuple[dict[str, Decision], NoAnswer | None]:
    """component -> decision, as far as sound ones came; and why none came for the rest. All turns at once.

    ``advice``: component -> why it is asked about, and what the expert would do. ``lookup``: read-only tools that it
    may use for some turns before it decides, where a qubit is in trouble.
    """
    advice = advice or {}
    talk = opened(desk, able, observation, advice, lookup)
    while not talk.over:
        talk = (
            looked(desk, able, talk, lookup)
            if talk.looks
            else asked(desk, observation, talk, expert_of(advice), lookup)
        )
    return talk.decided, talk.failure.as_error() if talk.failure else None
