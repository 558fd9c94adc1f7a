"""``choose`` by a model: one question for the whole chip, precise corrections, the offline brain as a last resort."""

from __future__ import annotations

from collections.abc import Mapping

from reson.agent.asking.decisions import decisions_of
from reson.agent.asking.looking import Lookup, answered, shown, split
from reson.agent.asking.outline import Advice, is_failing, outline
from reson.agent.asking.tool_schemas import YARDSTICKS, closing_tools, experiment_tool, one_tool_for_all
from reson.agent.asking.toolset import offered
from reson.agent.asking.wishes import Problem, wishes_of
from reson.agent.config import ModelSettings
from reson.agent.model.capabilities import Capabilities
from reson.agent.model.conversation import FailureKind, Message, NoAnswer, Picture, Reply, Request, Tool
from reson.agent.model.desk import Desk
from reson.agent.model.pictures import picture_of
from reson.agent.observation import OF_QUBITS, Decision, DiagnosisCode, Observation, PairView
from reson.prompts.render import render
from reson.tools.experiments.experiment import Experiment


def choose_by_model(
    desk: Desk,
    able: Capabilities,
    observation: Observation,
    advice: Mapping[str, Advice] | None = None,
    lookup: Lookup | None = None,
) -> tuple[dict[str, Decision], NoAnswer | None]:
    """component -> decision, as far as sound ones came; and why none came for the rest.

    ``advice``: component -> why it is asked about, and what the expert would do. ``lookup``: read-only tools that it
    may use for some turns before it decides, where a qubit is in trouble.
    """
    advice = advice or {}
    expert = {name: one.expert for name, one in advice.items() if one.expert is not None}
    request = question(desk.settings, able, observation, advice, last_plots(desk, able, observation))
    deciding = request.tools
    turns = _turns(desk.settings, able, observation, advice) if lookup else 0
    looking = lookup.tools() if lookup and turns else ()
    decided: dict[str, Decision] = {}
    missing = [view.component for view in observation.qubits]
    problems: list[Problem] = []
    corrections = desk.settings.corrections
    while corrections >= 0:
        request = request.model_copy(update={"tools": (*deciding, *looking)})
        try:
            reply = desk.ask(request)
        except NoAnswer as error:
            return decided, error
        looks, rest = split(reply, [tool.name for tool in looking])
        found, problems = _sound(rest, observation, missing, expert) if rest.tool_calls or not looks else ({}, [])
        decided |= found
        missing = [name for name in missing if name not in found]
        if not missing:
            return decided, None
        if looks and lookup:
            turns -= 1
            looking = looking if turns else ()
            more = answered(desk, able, lookup, reply, looks, turns)
        else:
            corrections -= 1
            more = (reply.as_message(), *_correction(reply, problems, sorted(found), missing))
        request = request.model_copy(update={"messages": (*request.messages, *more)})
    codes = ", ".join(sorted({problem.code for problem in problems})) or "left out"
    rounds = f"{desk.settings.corrections} corrections did not help ({codes})"
    return decided, NoAnswer(FailureKind.INVALID, rounds)


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
    experiments = offered(observation, {name: one.expert for name, one in advice.items() if one.expert is not None})
    parts: list[str | Picture] = [outline(observation, advice)]
    for name, picture in plots.items():
        parts += [render("last_plot.j2", component=name), picture]
    return Request(
        purpose="choose",
        model=settings.choose,
        messages=(
            Message(role="system", parts=(_system(able, experiments, codes, pairs),)),
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
    names = tuple(row.name for row in experiments)
    return (
        (*map(experiment_tool, names), *closing_tools(codes))
        if able.parallel_tools
        else (one_tool_for_all(names, codes),)
    )


def _system(
    able: Capabilities, experiments: tuple[Experiment, ...], codes: tuple[DiagnosisCode, ...], pairs: bool
) -> str:
    style = "text" if not able.tools else "tools" if able.parallel_tools else "one_tool"
    whole = render(
        "system.j2",
        style=style,
        experiments=experiments,
        yardsticks=YARDSTICKS,
        codes=list(codes),
    )
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
