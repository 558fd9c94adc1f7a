"""What a run's questions cost and who answered them: read from its trajectory, for the report and for the budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reson.agent.config import Price
from reson.agent.model.conversation import Usage
from reson.events import Event, FellBack, ModelCalled, Paid, Questioned
from reson.records import Finite, Json, Record

MOST_FALLBACKS = 8
"""Different fallbacks that a report names."""


class Account(Record):
    """``questions``: purpose (choose, read) -> who answered (offline, model, person) -> how many."""

    calls: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    wasted: int = 0
    """Tokens, among those, of tries that were given up: lost, cut off, or unreadable."""
    estimated: bool = False
    """Whether some of the tokens were estimated, since the endpoint did not count them."""
    cost: Finite = 0.0
    questions: dict[str, dict[str, int]] = {}
    fallbacks: tuple[str, ...] = ()
    """One sentence for each decision or reading that the offline brain took over."""

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def with_call(self, paid: Json) -> Account:
        """The account with one call more."""
        return self.with_paid(paid).model_copy(update={"calls": self.calls + 1})

    def with_paid(self, paid: Json) -> Account:
        """The account with what something took: usage, cost and, for tries that were given up, wasted."""
        usage, wasted = (Usage.model_validate(paid.get(name) or {}) for name in ("usage", "wasted"))
        both = usage + wasted
        return self.model_copy(
            update={
                "input_tokens": self.input_tokens + both.input,
                "output_tokens": self.output_tokens + both.output,
                "wasted": self.wasted + wasted.input + wasted.output,
                "estimated": self.estimated or both.estimated,
                "cost": self.cost + paid.get("cost", 0.0),
            }
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """For a person: who answered how many questions, what the model took, and where it had to be replaced."""
        if not self.questions and not self.calls:
            return ()
        about = "about " if self.estimated else ""
        calls = f"{self.calls} calls of the model, {self.failed} of them without an answer"
        lost = f", {self.wasted} of them for answers that were given up" if self.wasted else ""
        tokens = f"{about}{self.input_tokens} tokens in and {self.output_tokens} out{lost}, cost {self.cost:.4g}"
        asked = (f"{purpose}: {_shares(by)}" for purpose, by in self.questions.items())
        return (*asked, f"{calls}: {tokens}", *_replaced(self.fallbacks))


def _replaced(fallbacks: tuple[str, ...]) -> list[str]:
    """The most common ones; a dead endpoint makes one for every question."""
    common = Counter(fallbacks).most_common()
    lines = [f"offline in its place: {line}{f' ({n} times)' if n > 1 else ''}" for line, n in common[:MOST_FALLBACKS]]
    left = sum(n for _, n in common[MOST_FALLBACKS:])
    return [*lines, *([f"offline in its place {left} times more: see the trajectory"] if left else [])]


def _shares(by: dict[str, int]) -> str:
    """``12 offline, 3 by the model``."""
    return ", ".join(f"{number} {who if who == 'offline' else f'by the {who}'}" for who, number in sorted(by.items()))


def account(events: Iterable[Event]) -> Account:
    """The account over the events of a trajectory; all zero for a run that asked nobody."""
    questions: dict[str, dict[str, int]] = {}
    fallbacks: list[str] = []
    total, failed = Account(), 0
    for event in events:
        match event:
            case Questioned():
                by = questions.setdefault(event.purpose, {})
                by[event.answered_by] = by.get(event.answered_by, 0) + 1
            case FellBack():
                fallbacks.append(f"{event.purpose} of {', '.join(event.components)}: {event.reason}")
            case ModelCalled():
                total = total.with_call(event.recorded())
                failed += bool(event.failure)
            case Paid():
                total = total.with_paid(event.recorded())
    return total.model_copy(update={"failed": failed, "questions": questions, "fallbacks": tuple(fallbacks)})


def cost_of(price: Price, input_tokens: int, output_tokens: int) -> float:
    """In the currency of the price, which is per million tokens."""
    return (price.input * input_tokens + price.output * output_tokens) / 1e6
