"""Nothing is decided by the wording of a message: with every message reworded, each decision stays what it was."""

from __future__ import annotations

from reson.agent.expert import pairs
from reson.agent.expert.next_step import next_decision
from reson.agent.observation import Decision, GoalsView, PairView, QubitView
from reson.records import Json


def decided(view: QubitView, goals: GoalsView) -> Decision:
    """The expert's decision, after a look that it would be the same if every reason were told in other words."""
    decision = _next(view, goals)
    assert deed(_next(reworded(view), goals)) == deed(decision)
    return decision


def _next(view: QubitView, goals: GoalsView) -> Decision:
    return pairs.next_decision(view, goals) if isinstance(view, PairView) else next_decision(view, goals)


def reworded(view: QubitView) -> QubitView:
    attempts = [one.model_copy(update={"reasons": ("o tempora",) * len(one.reasons)}) for one in view.attempts]
    return view.model_copy(update={"attempts": tuple(attempts)})


def deed(decision: Decision) -> Json:
    """What the decision does; its sentences may quote what was said."""
    document = decision.to_json()
    return document | {"why": "", "diagnoses": [one["code"] for one in document.get("diagnoses", ())]}
