"""The sub-graph in which a brain asks and looks until it decides: a checkpoint lies between any two of its turns.

A process that is killed there goes on with what was said: it neither asks nor looks again, whatever the record holds
meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from reson.agent.asking.talk import Talk
from reson.agent.brains.brain import InTurns
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.state import Asking
from reson.agent.observation import Observation
from reson.tools.store.server import through_restarts


class AskingState(TypedDict):
    """What it shares with the campaign's graph."""

    asking: Asking | None


def begun(bench: Bench, observation: Observation) -> Asking | None:
    """The talk that a brain opens about an observation; None where it decides without one."""
    talk = bench.brain.opened(observation) if isinstance(bench.brain, InTurns) else None
    if talk is None:
        return None
    seen = bench.store.blobs.put(observation.model_dump_json().encode(), ".json")
    return Asking(observation=seen, talk=talk.to_json())


def observed(bench: Bench, asking: Asking) -> Observation:
    """What the talk is about, as it was when it was opened."""
    return Observation.model_validate_json(bench.store.blobs.get(asking["observation"], ".json"))


def asking_graph(bench: Bench) -> CompiledStateGraph:
    graph = StateGraph(AskingState)
    graph.add_node("ask", _turn(bench, lambda brain, seen, talk: brain.asked(seen, talk)))
    graph.add_node("look", _turn(bench, lambda brain, seen, talk: brain.looked(seen, talk)))
    graph.add_conditional_edges(START, _next, ["ask", "look", END])
    graph.add_conditional_edges("ask", _next, ["ask", "look", END])
    graph.add_edge("look", "ask")
    return graph.compile()


def _turn(bench: Bench, turn: Callable[[InTurns, Observation, Talk], Talk]) -> Callable[..., dict[str, Any]]:
    def run(state: AskingState) -> dict[str, Any]:
        asking, brain = state["asking"], bench.brain
        assert asking is not None and isinstance(brain, InTurns), "a talk is opened by the brain that leads it"
        talk = through_restarts(lambda: turn(brain, observed(bench, asking), talk_of(asking)))
        return {"asking": Asking(observation=asking["observation"], talk=talk.to_json())}

    return run


def talk_of(asking: Asking) -> Talk:
    return Talk.model_validate(asking["talk"])


def _next(state: AskingState) -> str:
    talk = talk_of(state["asking"]) if state["asking"] else None
    if talk is None or talk.over:
        return END
    return "look" if talk.looks else "ask"
