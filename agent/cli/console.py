"""The console in a browser: `reson console`, `reson console add-user`, and `reson stop`."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from reson.agent.cli import output, place
from reson.agent.cli.errors import WrongUsage
from reson.agent.cli.output import AsJson

app = typer.Typer(help="The console in a browser; add-user makes sign-ins for it.")


@app.callback(invoke_without_command=True)
def console(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens.")] = 8501,
    address: Annotated[
        str, typer.Option(metavar="HOST", help="Address to bind; any but this machine's own asks for sign-in.")
    ] = "127.0.0.1",
    as_json: AsJson = False,
) -> None:
    """Serve the console: chip, inbox, nights, measurements, trajectories, settings.

    Only this machine can reach it unless --address says otherwise; then everybody signs in, and at least one user must
    exist. It runs beside a night without holding it up, and a night goes on when the console ends. Behind a proxy, and
    for signing in at a provider (OpenID Connect), set [console] in lab.toml: docs/console.md.

    \b
    Examples:
      reson console
      reson console --port 8600
      reson console add-user ada --role operator
    """
    if context.invoked_subcommand:
        return
    from importlib.util import find_spec

    from reson.agent.config import read_settings
    from reson.agent.console_settings import LOOPBACK, ConsoleSettings, sign_in_secrets

    lab = place.directory(context).resolve()
    config = lab / "lab.toml"
    how = read_settings(config).console if config.exists() else ConsoleSettings()
    sign_in_secrets(how)
    if address not in LOOPBACK or how.url:
        _require_users(lab)
    found = find_spec("reson.ui")
    assert found is not None and found.submodule_search_locations, "the console ships with the program"
    ui = Path(found.submodule_search_locations[0])
    url = how.url or f"http://{'[::1]' if address == '::1' else address}:{port}"
    if as_json:
        output.document({"url": url, "lab": str(lab)})
    else:
        output.lines([f"console of {lab}: {url} (Ctrl-C ends it; runs go on)"])
    sys.stdout.flush()
    settings = tomllib.loads((ui / "streamlit.toml").read_text(encoding="utf-8"))
    settings["server"] |= {"address": address, "port": port}
    if how.url:
        settings["server"] |= {"baseUrlPath": how.path, "corsAllowedOrigins": how.origin}
    os.environ["RESON_LAB"] = str(lab)
    arguments = [sys.executable, "-m", "streamlit", "run", str(ui / "served.py"), *_flags(settings)]
    os.execv(sys.executable, arguments)


@app.command("add-user")
def add_user(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Under which answers are recorded.")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="viewer, operator or admin.")] = "viewer",
    provider: Annotated[
        bool, typer.Option("--provider", help="Without a password: who signs in under NAME at [console.provider].")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add a user of the console, or change one's role and password. Asks for the password; reads it from a pipe too.

    A viewer looks, an operator also answers requests and starts runs, an admin also sees who may sign in. From the
    first user on, everybody signs in, on this machine too.

    \b
    Examples:
      reson console add-user ada --role operator
      reson console add-user ada@example.org --role operator --provider
    """
    from reson.agent.accounts import Role, add_account, add_provider_account, users_file

    if role not in set(Role):
        raise WrongUsage(f"there is no role {role!r}", f"there are {', '.join(Role)}")
    path = users_file(place.directory(context).resolve())
    if provider:
        add_provider_account(path, name, Role(role))
    else:
        add_account(path, name, Role(role), _password())
    if as_json:
        output.document({"user": name, "role": role, "file": str(path)})
    else:
        how = "at the provider of lab.toml" if provider else f"passwords are kept hashed in {path}"
        output.lines([f"{name} may sign in as {role}; {how}"])


@app.command("remove-user")
def remove_user(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As it was added.")],
    as_json: AsJson = False,
) -> None:
    """Take a user of the console away; an open session of theirs can do nothing more.

    \b
    Example:
      reson console remove-user ada
    """
    from reson.agent.accounts import remove_account, users_file

    path = users_file(place.directory(context).resolve())
    remove_account(path, name)
    if as_json:
        output.document({"removed": name, "file": str(path)})
    else:
        output.lines([f"{name} may no longer sign in"])


def stop(context: typer.Context, as_json: AsJson = False) -> None:
    """Stop the run that holds the lab, at its next safe point; `reson resume` goes on with it.

    \b
    Example:
      reson stop
    """
    from reson.agent.operations.operation import Nothing
    from reson.agent.operations.runs import STOP

    holder = STOP(place.at(context), Nothing())
    if as_json:
        output.document(holder.to_json())
    else:
        output.lines([f"{holder.purpose} (process {holder.pid}) stops at its next safe point"])


def _require_users(lab: Path) -> None:
    from reson.agent.accounts import load_accounts, users_file

    if not load_accounts(users_file(lab)):
        raise WrongUsage(
            "nobody could sign in: this lab has no users", "`reson console add-user NAME --role operator` makes one"
        )


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return typer.prompt("Password", hide_input=True, confirmation_prompt=True)


def _flags(settings: dict[str, Any], path: str = "--") -> Iterator[str]:
    """Streamlit's own settings as its flags, so that no configuration of the user's gets between."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _flags(value, f"{path}{key}.")
        else:
            yield f"{path}{key}={str(value).lower() if isinstance(value, bool) else value}"


def add_to(program: typer.Typer) -> None:
    program.add_typer(app, name="console")
    program.command()(stop)
