"""The campaign as a LangGraph graph: choose, gate, acquire, analyse, read, judge, propose, commit, remember, and pause.

Between choose and gate a brain that talks first has a sub-graph of its own, asking, which conclude ends.

``pause`` is the only place where a run stops before it is finished: an interrupt whose value is the named ending and
its reason. Resuming goes on from there, in the same or in another process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt

from reson.agent.campaign.asking import asking_graph
from reson.agent.campaign.bench import Bench
from reson.agent.campaign.choosing import choose, conclude
from reson.agent.campaign.gating import gate
from reson.agent.campaign.measuring import acquire, analyse, judge, read
from reson.agent.campaign.remembering import remember
from reson.agent.campaign.state import CampaignState
from reson.agent.campaign.writing import commit, propose
from reson.records import Ending
from reson.tools.store.server import through_restarts

Node = Callable[[Bench, CampaignState], dict[str, Any]]

NODES: dict[str, Node] = {
    "choose": choose,
    "conclude": conclude,
    "gate": gate,
    "acquire": acquire,
    "analyse": analyse,
    "read": read,
    "judge": judge,
    "propose": propose,
    "commit": commit,
    "remember": remember,
}


def build_graph(bench: Bench, checkpointer: BaseCheckpointSaver) -> CompiledStateGraph:
    """The compiled campaign of one run; its thread id is the run's id."""
    graph = StateGraph(CampaignState)
    for name, node in NODES.items():
        graph.add_node(name, _on_bench(node, bench))
    graph.add_node("asking", asking_graph(bench))
    graph.add_node("pause", pause)
    graph.add_edge(START, "choose")
    graph.add_conditional_edges("choose", after_choose, ["asking", "gate", "pause", "choose", END])
    graph.add_edge("asking", "conclude")
    graph.add_conditional_edges("conclude", after_choose, ["gate", "pause", "choose", END])
    graph.add_conditional_edges("gate", after_gate, ["acquire", "gate", "pause", "choose"])
    graph.add_conditional_edges(
        "acquire", lambda state: "analyse" if state["job"] else _next_job(state), ["analyse", "gate", "choose"]
    )
    for here, there in (
        ("analyse", "read"),
        ("read", "judge"),
        ("judge", "propose"),
        ("propose", "commit"),
        ("commit", "remember"),
    ):
        graph.add_edge(here, there)
    graph.add_conditional_edges("remember", _next_job, ["gate", "choose"])
    graph.add_edge("pause", "choose")
    return graph.compile(checkpointer=checkpointer)


def _on_bench(node: Node, bench: Bench) -> Callable[..., dict[str, Any]]:
    def run(state: CampaignState) -> dict[str, Any]:
        return through_restarts(lambda: node(bench, state))

    return run


def after_choose(state: CampaignState) -> str:
    if state.get("asking"):
        return "asking"
    if state["queue"]:
        return "gate"
    states = {qubit["state"] for qubit in state["qubits"].values()}
    if "ready" in states:  # every request of this round was refused; the brain hears why and decides again
        return "choose"
    return "pause" if "parked" in states else END


def after_gate(state: CampaignState) -> str:
    if state["pause"]:
        return "pause"
    if state["job"]:
        return "acquire"
    return _next_job(state)


def _next_job(state: CampaignState) -> str:
    return "gate" if state["queue"] else "choose"


def pause(state: CampaignState) -> dict[str, Any]:
    """Stop here until somebody resumes the run; which is why an effect never stands in this node."""
    waiting = sorted({qubit["approval"] for qubit in state["qubits"].values() if qubit["state"] == "parked"})
    reason = state["pause"] or {
        "ending": Ending.WAITING_FOR_APPROVAL.value,
        "reason": _waits(len(waiting)),
    }
    interrupt({**reason, "approvals": waiting})
    return {"pause": None}


def _waits(number: int) -> str:
    return "1 approval waits for a person" if number == 1 else f"{number} approvals wait for a person"
