"""The model behind the brains: `reson model check` and `reson model use`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.agent.config import ModelSettings
    from reson.records import Json

app = typer.Typer(help="The model that the brains may ask: what it can do, what it has cost.", no_args_is_help=True)


@app.command()
def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Ask the endpoint of lab.toml a few small questions: can it be reached, what can it do, what does a step cost.

    The answers are kept in endpoint.json in the lab, and a night goes by them. The key is never shown.
    """
    from reson.agent.brains.opening import CAPABILITIES
    from reson.agent.model.capabilities import probe, remember
    from reson.agent.model.conversation import NoAnswer
    from reson.agent.model.endpoint import open_endpoint
    from reson.errors import OperatorError

    lab = place.lab(context)
    settings = lab.config.model
    endpoint = open_endpoint(settings)
    try:
        able = probe(endpoint, settings)
    except NoAnswer as error:
        raise OperatorError(
            f"{settings.base_url} does not answer: {error.message}",
            "mend base_url, model or key under [model] in lab.toml; until then the offline brain decides",
        ) from error
    remember(endpoint, settings, lab.directory / CAPABILITIES, able)
    steps = _steps(settings)
    if as_json:
        output.document(
            {
                "base_url": settings.base_url,
                "choose": settings.choose,
                "read": settings.reader,
                "capabilities": able.to_json(),
                "steps": steps,
            }
        )
        return
    output.lines(
        [
            f"{settings.base_url}: choose by {settings.choose}, read by {settings.reader}",
            f"tools: {_yes(able.tools)}; several calls at once: {_yes(able.parallel_tools)}; "
            f"JSON schema: {_yes(able.json_schema)}; pictures in a request: {able.images or 'none, so it cannot read'}",
            *(f"{name}: about {step['tokens']} tokens in{_price(step)}" for name, step in steps.items()),
        ]
    )


@app.command()
def use(
    context: typer.Context,
    run_id: Annotated[str | None, typer.Argument(metavar="RUN", help="By default the latest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say who answered the questions of a run, and what the model took and cost."""
    from reson.agent.model.accounts import account
    from reson.agent.report.events import events_of
    from reson.errors import OperatorError
    from reson.tools.store.runs import get_run, list_runs

    lab = place.lab(context)
    store = lab.store()
    latest = list_runs(store, 1)
    if run_id is None and not latest:
        raise OperatorError("this lab has no runs yet", "`reson night` starts one")
    run = get_run(store, run_id).id if run_id else latest[0].id
    total = account(events_of(lab.runs / run / "trajectory.jsonl"))
    if as_json:
        output.document(total.to_json())
    else:
        said = total.sentences or ("the offline brain decided alone and asked nobody",)
        output.lines([f"{run}:", *said])


def _steps(settings: ModelSettings) -> Json:
    """Tokens and cost of one decision for five cold qubits and of one reading with its reference plots, estimated."""
    from reson.agent.asking.sizes import typical_tokens
    from reson.agent.config import Price
    from reson.agent.model.accounts import cost_of

    found = {}
    for name, (tokens, output_tokens) in typical_tokens(settings).items():
        price = settings.prices.get(settings.choose if name == "choose" else settings.reader)
        cost = cost_of(price or Price(), tokens, output_tokens) if price else None
        found[name] = {"tokens": tokens, "cost": cost}
    return found


def _yes(able: bool) -> str:
    return "yes" if able else "no"


def _price(step: Json) -> str:
    return "" if step["cost"] is None else f", cost {step['cost']:.4f}"


def add_to(parent: typer.Typer) -> None:
    parent.add_typer(app, name="model")
