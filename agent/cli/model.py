"""The model behind the brains: `reson model check` and `reson model use`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.agent.config import ModelSettings
    from reson.agent.lab import Lab
    from reson.agent.model.capabilities import Finding, Findings
    from reson.agent.model.desk import Desk
    from reson.records import Json

app = typer.Typer(help="The model that the brains may ask: what it can do, what it has cost.", no_args_is_help=True)


@app.command()
def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Ask the endpoint of lab.toml a few small questions: can it be reached, what can it do, what does a step cost.

    What is sure of the answers is kept in endpoint.json in the lab, and a night goes by it; what lab.toml sets is not
    asked. The calls are on record in model-checks.jsonl, within the budget of one run. The key is never shown.
    """
    from reson.agent.model.capabilities import CAPABILITIES, findings
    from reson.agent.model.conversation import NoAnswer
    from reson.errors import OperatorError

    lab = place.lab(context)
    settings = lab.config.model
    desk = _desk(lab)
    try:
        found = findings(desk, lab.directory / CAPABILITIES, anew=True)
    except NoAnswer as error:
        raise OperatorError(
            f"{settings.base_url} does not answer: {error.message}",
            "mend base_url, model or key under [model] in lab.toml; until then the offline brain decides",
        ) from error
    steps = _steps(settings)
    if as_json:
        output.document(
            {
                "base_url": settings.base_url,
                "choose": settings.choose,
                "read": settings.reader,
                "capabilities": {name: one.able for name, one in found.items()},
                "reasons": {name: one.why for name, one in found.items() if one.why},
                "tokens": desk.spent.tokens,
                "steps": steps,
            }
        )
        return
    output.lines(
        [
            f"{settings.base_url}: choose by {settings.choose}, read by {settings.reader}",
            *_findings(found),
            f"asking took {desk.spent.tokens} tokens in {desk.spent.calls} calls",
            *(f"{name}: about {step['tokens']} tokens in{_price(step)}" for name, step in steps.items()),
        ]
    )


def _findings(found: Findings) -> list[str]:
    """All in one line where all is well, and a line for each thing that is lacking or unknown."""
    names = {"tools": "tools", "parallel_tools": "several calls at once", "json_schema": "JSON schema"}
    said = [f"{words}: {_yes(found[name])}" for name, words in names.items()]
    images = found["images"].able
    said.append(f"pictures in a request: {'unknown' if images is None else images or 'none, so it cannot read'}")
    why = {f"{names.get(name, 'pictures')}: {one.why}" for name, one in found.items() if one.why}
    return ["; ".join(said), *sorted(why)]


def _desk(lab: Lab) -> Desk:
    """A desk of its own, with the budget of one run; its calls are on record beside the runs."""
    from datetime import UTC, datetime

    from reson.agent.model.desk import open_desk
    from reson.agent.model.endpoint import open_endpoint
    from reson.tools.store.blobs import Blobs
    from reson.trajectory import TrajectoryWriter

    writer = TrajectoryWriter(lab.directory / "model-checks.jsonl")
    now = datetime.now(UTC)

    def tell(event_id: str, kind: str, body: Json) -> None:
        writer.write(f"{now:%Y%m%dT%H%M%S.%f}-{event_id}", kind, body, device_time=now.timestamp())

    settings = lab.config.model
    return open_desk(open_endpoint(settings), settings, Blobs(lab.directory / "blobs"), tell, [])


@app.command()
def use(
    context: typer.Context,
    run_id: Annotated[str | None, typer.Argument(metavar="RUN", help="By default the latest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say who answered the questions of a run, and what the model took and cost."""
    from reson.agent.operations.nights import OfRun
    from reson.agent.operations.record import MODEL_USE

    run, total = MODEL_USE(place.at(context), OfRun(run_id=run_id or ""))
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


def _yes(finding: Finding) -> str:
    return "unknown" if finding.able is None else "yes" if finding.able else "no"


def _price(step: Json) -> str:
    return "" if step["cost"] is None else f", cost {step['cost']:.4f}"


def add_to(parent: typer.Typer) -> None:
    parent.add_typer(app, name="model")
