"""The lab's policy in words: `reson policy`."""

from __future__ import annotations

from typing import Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson


def policy(
    context: typer.Context,
    default: Annotated[bool, typer.Option("--default", help="Print the policy that a new lab gets.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say in words what Reson may do by itself here, what it asks a person about, and what it never does.

    The rules are in policy.toml in the lab's directory; the first that matches decides. A change of it is in force at
    the next action, also of a night that runs.
    """
    from reson.agent.operations.operation import Nothing
    from reson.agent.operations.requests import POLICY
    from reson.agent.policy import DEFAULT_POLICY, describe

    if default:
        typer.echo(DEFAULT_POLICY, nl=False)
        return
    rules = POLICY(place.at(context), Nothing())
    if as_json:
        output.document({"rules": [rule.to_json() for rule in rules.rule], "in_words": describe(rules)})
    else:
        output.lines(describe(rules))


def add_to(app: typer.Typer) -> None:
    app.command()(policy)
