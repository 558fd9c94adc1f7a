"""What a run's questions cost and who answered them: read from its trajectory, for the report and for the budget."""

from __future__ import annotations

from collections.abc import Iterable

from reson.agent.config import Price
from reson.records import Finite, Json, Record


class Account(Record):
    """``questions``: purpose (choose, read) -> who answered (offline, model, person) -> how many."""

    calls: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    """Whether some of the tokens were estimated, since the endpoint did not count them."""
    cost: Finite = 0.0
    questions: dict[str, dict[str, int]] = {}
    fallbacks: tuple[str, ...] = ()
    """One sentence for each decision or reading that the offline brain took over."""

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


def account(events: Iterable[Json]) -> Account:
    """The account over the events of a trajectory; all zero for a run that asked nobody."""
    questions: dict[str, dict[str, int]] = {}
    fallbacks: list[str] = []
    calls = [event for event in events if _noted(event, questions, fallbacks)]
    answered = [event for event in calls if "usage" in event]
    return Account(
        calls=len(calls),
        failed=len(calls) - len(answered),
        input_tokens=sum(event["usage"]["input"] for event in answered),
        output_tokens=sum(event["usage"]["output"] for event in answered),
        estimated=any(event["usage"]["estimated"] for event in answered),
        cost=sum(event["cost"] for event in answered),
        questions=questions,
        fallbacks=tuple(fallbacks),
    )


def _noted(event: Json, questions: dict[str, dict[str, int]], fallbacks: list[str]) -> bool:
    """Count a question or a fallback; True for a model call."""
    if event["kind"] == "question":
        by = questions.setdefault(event["purpose"], {})
        by[event["answered_by"]] = by.get(event["answered_by"], 0) + 1
    elif event["kind"] == "fallback":
        fallbacks.append(f"{event['purpose']} of {', '.join(event['components'])}: {event['reason']}")
    return event["kind"] == "model_call"


def cost_of(price: Price, input_tokens: int, output_tokens: int) -> float:
    """In the currency of the price, which is per million tokens."""
    return (price.input * input_tokens + price.output * output_tokens) / 1e6
