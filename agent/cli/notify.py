"""Who is told of a night: `reson notify test`."""

from __future__ import annotations

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson

app = typer.Typer(help="Who is told of a night by mail, Slack or a webhook.", no_args_is_help=True)


@app.command()
def test(context: typer.Context, as_json: AsJson = False) -> None:
    """Send a test to every address that lab.toml names under [notify]; exit code 1 where one was not reached.

    Addresses are never shown: each is named by its service and its line in the file.
    """
    from reson.agent.notices import send, trial_notice
    from reson.agent.notify_settings import find_urls
    from reson.errors import OperatorError

    lab = place.lab(context)
    settings = lab.config.notify
    urls = find_urls(settings, lab.directory)
    if not urls:
        raise OperatorError("nobody is told of a night here", "name a file under [notify] in lab.toml: docs/console.md")
    sent = send(settings, urls, trial_notice(lab))
    if as_json:
        output.document([{"name": one.name, "delivered": not one.failed, "reason": one.failed} for one in sent])
    else:
        output.lines(f"{one.name}: {one.failed or 'told'}" for one in sent)
    if any(one.failed for one in sent):
        raise typer.Exit(1)
