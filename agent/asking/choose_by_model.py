"""``choose`` by a model: one question for the whole chip, precise corrections, the offline brain as a last resort.

Opened, asked, looked: each step takes a talk and gives it back longer, so that a checkpoint can lie between two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reson.agent.asking.decisions import decisions_of
from reson.agent.asking.looking import Lookup, answered, shown, split
from reson.agent.asking.outline import Advice, is_failing, outline
from reson.agent.asking.talk import Talk, found_again, kept
from reson.agent.asking.tool_schemas import YARDSTICKS, closing_tools, measure_tool, one_tool_for_all
from reson.agent.asking.toolset import explained, offered
from reson.agent.asking.wishes import Problem, wishes_of
from reson.agent.config import ModelSettings
from reson.agent.model.capabilities import Capabilities
from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Picture, Reply, Request, Tool
from reson.agent.model.desk import Desk
from reson.agent.model.pictures import picture_of
from reson.agent.observation import OF_QUBITS, Decision, DiagnosisCode, Observation, PairView
from reson.prompts.render import render
from reson.tools.experiments.experiment import Experiment


def expert_of(advice: Mapping[str, Advice]) -> dict[str, Decision]:
    """component -> what the expert would do."""
    return {name: one.expert for name, one in advice.items() if one.expert is not None}


def opened(
    desk: Desk, able: Capabilities, observation: Observation, advice: Mapping[str, Advice], lookup: Lookup | None
) -> Talk:
    """The first question about all components of the observation, before it is put."""
    request = question(desk.settings, able, observation, advice, last_plots(desk, able, observation))
    turns = _turns(desk.settings, able, observation, advice) if lookup else 0
    looking = (lookup.tool(),) if lookup and turns else ()
    return Talk(
        components=tuple(view.component for view in observation.qubits),
        because={name: one.because for name, one in advice.items() if one.because},
        said=kept(desk.blobs, request.model_copy(update={"tools": (*request.tools, *looking)})),
        turns=turns,
        corrections=desk.settings.corrections,
    )


def asked(
    desk: Desk, observation: Observation, talk: Talk, expert: Mapping[str, Decision], lookup: Lookup | None
) -> Talk:
    """The next question and what its answer decides; what the answer asks to look up waits for ``looked``."""
    request = found_again(desk.blobs, talk.said)
    try:
        reply = desk.ask(request)
    except NoAnswer as error:
        return talk.failed(error)
    looks, rest = split(reply, _looking(request, lookup))
    found, problems = _sound(rest, observation, talk.missing, expert) if rest.tool_calls or not looks else ({}, [])
    talk = talk.model_copy(update={"decided": talk.decided | found, "looks": len(looks)})
    if talk.over:
        return talk
    more = [reply.as_message()]
    if not looks:
        if not talk.corrections:
            codes = ", ".join(sorted({problem.code for problem in problems})) or "left out"
            rounds = f"{desk.settings.corrections} corrections did not help ({codes})"
            return talk.failed(NoAnswer(FailureKind.INVALID, rounds))
        talk = talk.model_copy(update={"corrections": talk.corrections - 1})
        more += _correction(reply, problems, sorted(found), talk.missing)
    return _with_more(desk, talk, request, more)


def looked(desk: Desk, able: Capabilities, talk: Talk, lookup: Lookup | None) -> Talk:
    """What the last answer asked to look up; after the last turn it is offered no further looks."""
    request = found_again(desk.blobs, talk.said)
    looking = _looking(request, lookup)
    talk = talk.model_copy(update={"looks": 0, "turns": talk.turns - 1})
    more = answered(desk, able, lookup, request.messages[-1], looking, talk.turns) if lookup else ()
    if not talk.turns:
        request = request.model_copy(update={"tools": tuple(one for one in request.tools if one.name not in looking)})
    return _with_more(desk, talk, request, more)


def _looking(request: Request, lookup: Lookup | None) -> frozenset[str]:
    """Calls that look something up, as long as that is on offer."""
    offered_now = {tool.name for tool in request.tools}
    return lookup.names if lookup and lookup.names & offered_now else frozenset()


def _with_more(desk: Desk, talk: Talk, request: Request, more: Sequence[Message]) -> Talk:
    longer = request.model_copy(update={"messages": (*request.messages, *more)})
    return talk.model_copy(update={"said": kept(desk.blobs, longer)})


def _sound(
    reply: Reply, observation: Observation, missing: list[str], expert: Mapping[str, Decision]
) -> tuple[dict[str, Decision], list[Problem]]:
    wishes, unreadable = wishes_of(reply)
    found, unsound = decisions_of(wishes, observation, set(missing), expert)
    return found, unreadable + unsound


def _turns(settings: ModelSettings, able: Capabilities, observation: Observation, advice: Mapping[str, Advice]) -> int:
    """How often the model may look before it decides: never about qubits that do well."""
    troubled = any(is_failing(view) or _because(advice, view.component) for view in observation.qubits)
    return settings.look_turns if able.tools and troubled else 0


def _because(advice: Mapping[str, Advice], component: str) -> str:
    return advice[component].because if component in advice else ""


def last_plots(desk: Desk, able: Capabilities, observation: Observation) -> dict[str, Picture]:
    """component -> the plot of the attempt that just failed, as many as the model that decides takes pictures.

    What is known of pictures was tried with the model that reads: another one that decides is sent none.
    """
    failing = [view for view in observation.qubits if is_failing(view) and view.attempts[-1].figure]
    width = desk.settings.picture_width
    return {
        view.component: picture_of(desk.blobs.path(view.attempts[-1].figure, ".png"), width)
        for view in failing[: shown(desk, able)]
    }


def question(
    settings: ModelSettings,
    able: Capabilities,
    observation: Observation,
    advice: Mapping[str, Advice],
    plots: Mapping[str, Picture],
) -> Request:
    """The question about all qubits of the observation, in the form that this endpoint can answer."""
    pairs = any(isinstance(view, PairView) for view in observation.qubits)
    codes = tuple(DiagnosisCode) if pairs else OF_QUBITS
    experiments = offered(observation, expert_of(advice))
    parts: list[str | Picture] = [_offer(observation, advice, able), outline(observation, advice)]
    for name, picture in plots.items():
        parts += [render("last_plot.j2", component=name), picture]
    return Request(
        purpose="choose",
        model=settings.choose,
        messages=(
            Message(role="system", parts=(_system(able, codes, pairs),)),
            Message(role="user", parts=tuple(parts)),
        ),
        tools=_tools(able, experiments, codes),
        must_call=able.tools,
        max_output_tokens=settings.max_output_tokens,
    )


def _tools(
    able: Capabilities, experiments: tuple[Experiment, ...], codes: tuple[DiagnosisCode, ...]
) -> tuple[Tool, ...]:
    if not able.tools:
        return ()
    if able.parallel_tools:
        return (measure_tool(), *closing_tools(codes))
    return (one_tool_for_all(tuple(row.name for row in experiments), codes),)


def _offer(observation: Observation, advice: Mapping[str, Advice], able: Capabilities) -> str:
    """What may be measured now; all of it with its arguments where a model has no tool to look them up."""
    expert = expert_of(advice)
    every = offered(observation, expert)
    told = explained(observation, expert) if able.parallel_tools else every
    others = [row.name for row in every if row not in told]
    return render("offer.j2", detailed=told, others=others, yardsticks=YARDSTICKS)


def _system(able: Capabilities, codes: tuple[DiagnosisCode, ...], pairs: bool) -> str:
    """The same words for every question about the same kinds of components."""
    style = "text" if not able.tools else "tools" if able.parallel_tools else "one_tool"
    whole = render("system.j2", style=style, codes=list(codes))
    return whole + render("pairs/system.j2") if pairs else whole


def _correction(reply: Reply, problems: list[Problem], accepted: list[str], missing: list[str]) -> list[Message]:
    """Every tool call gets its answer, since endpoints refuse a conversation in which one has none."""
    text = render("corrections.j2", problems=problems, accepted=accepted, missing=missing)
    if not reply.tool_calls:
        return [Message(role="user", parts=(text,))]
    return [
        Message(role="tool", parts=(text if number == 0 else render("see_above.j2"),), tool_call_id=call.id)
        for number, call in enumerate(reply.tool_calls)
    ]
