"""Talking with the lab: `reson chat`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.errors import WrongUsage
from reson.agent.cli.output import AsJson
from reson.wording import asked, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from reson.agent.chat.session import Person, Session
    from reson.records import Json
    from reson.tools.store.approvals import ApprovalRow

LEAVING = ("quit", "exit")


def chat(
    context: typer.Context,
    resume: Annotated[str, typer.Option(metavar="NAME", help="Go on with a conversation; `last` for the latest.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="List the conversations of the lab.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask about the chip, its history and why something was decided; ask for an experiment or a calibration.

    With a model (brain = "openai" or "cascade" in lab.toml) you talk freely; else plain commands are understood. What
    the policy leaves to a person is asked here and now. An empty line, quit or Ctrl-D ends it.

    \b
    Examples:
      reson chat
      reson chat --resume last
    """
    from reson.agent.chat.opening import open_record, open_session
    from reson.agent.operations.conversations import HELP, conversations, has_model, new_name

    if as_json and not listed:
        raise WrongUsage(
            "a conversation is no JSON document", "--json goes with --list; `reson runs --json` tells what ran"
        )
    lab = place.lab(context)
    if listed and as_json:
        output.document(conversations(lab))
        return
    if listed:
        output.table(("conversation",), ((name,) for name in conversations(lab)), empty="no conversations yet")
        return
    record, person = open_record(lab), _person()
    if has_model(lab):
        known = conversations(lab)
        name = (known[-1] if known else new_name(lab)) if resume == "last" else resume or new_name(lab)
        session = open_session(lab, record, name)
        typer.echo(f"{name} on {record.device}, model {lab.config.model.choose}")
        _talk(lambda line: _say(session, line, person))
        return
    from reson.agent.chat.commands import answer
    from reson.agent.operations.plainly import lines_of
    from reson.errors import OperatorError, ToolError

    def command(line: str) -> None:
        try:
            found = answer(record, line, person)
            typer.echo("\n".join(HELP)) if found is HELP else output.lines(lines_of(found))
        except ToolError as error:
            output.lines([error.message])
        except OperatorError as error:
            output.lines([error.what, error.remedy])

    typer.echo("\n".join(HELP))
    _talk(command)


def _talk(take: Callable[[str], None]) -> None:
    while True:
        try:
            line = input("> " if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            break
        if line.strip().lower() in LEAVING or (not line.strip() and sys.stdin.isatty()):
            break
        if line.strip():
            take(line)


def _say(session: Session, line: str, person: Person) -> None:
    from reson.agent.model.conversation import NoAnswer
    from reson.agent.operations.conversations import NOT_LOOKED_UP

    try:
        looked_up = session.say(line, person)
        typer.echo()
        if not looked_up:
            typer.secho(NOT_LOOKED_UP, dim=True)
    except NoAnswer as error:
        typer.echo(f"\nno answer: {one_line(str(error))}", err=True)
    except KeyboardInterrupt:
        typer.echo("\nno answer: interrupted", err=True)


def _person() -> Person:
    from reson.agent.chat.session import Person
    from reson.agent.operations.for_models import call_in_words
    from reson.agent.progress import sentences

    def shown(tool: str, arguments: Json) -> None:
        typer.secho(f"  {one_line(call_in_words(tool, arguments), 120)}", dim=True)

    def watch(kind: str, body: Json) -> None:
        for sentence in sentences(kind, body):
            typer.secho(f"  {one_line(sentence, 160)}", dim=True)

    def hear(piece: str) -> None:
        typer.echo("".join(char if char.isprintable() or char == "\n" else " " for char in piece), nl=False)

    return Person(hear, shown, watch, _ask)


def _ask(row: ApprovalRow) -> tuple[str, str] | None:
    """The answer of the one at the keyboard; none where nobody sits there."""
    if not sys.stdin.isatty():
        return None
    typer.secho(f"\n{one_line(f'{asked(row.action)} on {row.component}')}", bold=True)
    typer.echo(f"because {one_line(row.why)}; rule {one_line(row.rule)}; `reson approvals show {row.id}` tells more")
    said = typer.prompt("approve? y, n (reject), or Enter to leave it waiting", default="", show_default=False)
    match said.strip().lower():
        case "y" | "yes":
            return "approve", "in the chat"
        case "n" | "no":
            return "reject", "in the chat"
    return None


def add_to(app: typer.Typer) -> None:
    app.command()(chat)
