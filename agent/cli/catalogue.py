"""The catalogue of experiments, told from its rows: `reson experiments`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.records import Json
    from reson.tools.experiments.experiment import Experiment, Parameter


def experiments(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One of them, to have it explained.")] = None,
    device: Annotated[
        str, typer.Option(metavar="KIND:NAME", help="Say which of them this device can run, like fake:torino.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the experiments, or explain one: what it measures, needs and calibrates, and its parameters.

    \b
    Examples:
      reson experiments
      reson experiments rabi
      reson experiments --device fake:torino
    """
    if device:
        from reson.agent.cli.device import tell_what_it_can

        tell_what_it_can(device, as_json)
        return
    from reson.tools.experiments.catalogue import EXPERIMENTS

    if name:
        row = EXPERIMENTS[arguments.known_name(name, EXPERIMENTS, "experiment")]
        if as_json:
            output.document(described(row))
        else:
            _explain(row)
        return
    if as_json:
        output.document([described(row) for row in EXPERIMENTS.values()])
        return
    output.table(
        ("experiment", "measures", "calibrates"),
        ((row.name, row.measures, ", ".join(row.calibrates)) for row in EXPERIMENTS.values()),
        empty="no experiments",
    )


def described(row: Experiment) -> Json:
    """The facts of a catalogue row as JSON."""
    return {
        "name": row.name,
        "title": row.title,
        "measures": row.measures,
        "family": row.family,
        "effect": row.effect.value,
        "needs": list(row.needs),
        "calibrates": list(row.calibrates),
        "valid_hours": row.valid_hours,
        "parameters": [
            {
                "name": spec.name,
                "unit": spec.unit,
                "low": spec.low,
                "high": spec.high,
                "default": spec.default,
                "whole_number": spec.integer,
                "description": spec.description,
            }
            for spec in row.parameters
        ],
    }


def _explain(row: Experiment) -> None:
    output.lines(
        [
            f"{row.name}: {row.title}",
            f"measures {row.measures}",
            f"needs {', '.join(row.needs) or 'nothing'} to be calibrated first",
            f"calibrates {', '.join(row.calibrates)}; good for {row.valid_hours:g} h",
        ]
    )
    output.table(
        ("parameter", "default", "limits", "meaning"),
        ((spec.name, _default(spec), _limits(spec), spec.description) for spec in row.parameters),
        empty="no parameters",
    )


def _default(spec: Parameter) -> str:
    return "from what is known of the qubit" if spec.default is None else f"{spec.default:g} {spec.unit}"


def _limits(spec: Parameter) -> str:
    return f"{spec.low:g} to {spec.high:g} {spec.unit}".rstrip() + (", whole" if spec.integer else "")


def add_to(app: typer.Typer) -> None:
    app.command()(experiments)
