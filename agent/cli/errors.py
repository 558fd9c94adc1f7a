"""Errors as a person meets them: what happened and what to do, on two lines; a bug keeps its traceback."""

from __future__ import annotations

import json

import typer

from reson.errors import DeviceUnavailable, OperatorError, Stopped, ToolError, ToolErrorKind
from reson.wording import one_line

USAGE = 2
INTERRUPTED = 130
"""As a shell has it for a program that Ctrl-C ended."""


class WrongUsage(OperatorError):
    """The command line itself is wrong, whatever the lab holds: exit code 2."""


REMEDIES: dict[ToolErrorKind, str] = {
    ToolErrorKind.BAD_ARGUMENTS: "`reson experiments NAME` and `reson params show` tell names, units and limits",
    ToolErrorKind.NOT_ALLOWED: "`reson approvals list` and `reson policy` tell what is allowed and what waits",
    ToolErrorKind.OVER_BUDGET: "raise the [budget] in lab.toml",
    ToolErrorKind.DEVICE_REFUSED: "`reson device show` tells the device's limits",
    ToolErrorKind.JOB_FAILED: "try again; if it goes on, look at the device: its control system, queue and connection",
    ToolErrorKind.ANALYSIS_FAILED: "the data is kept; look at its plot in `reson report`",
}


def exit_code_of(app: typer.Typer, arguments: list[str]) -> int:
    """Run a command line. Errors that have an addressee are printed, with ``--json`` as one JSON document."""
    as_json = "--json" in arguments
    try:
        code = app(arguments, prog_name="reson", standalone_mode=False) or 0
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "reson"
        return _tell(error.format_message(), f"`{command} --help` explains it with examples", USAGE, as_json)
    except ToolError as error:
        code = USAGE if error.kind is ToolErrorKind.BAD_ARGUMENTS else 1
        return _tell(error.message, REMEDIES[error.kind], code, as_json)
    except (DeviceUnavailable, Stopped) as error:
        return _tell(str(error), "`reson device check` tells whether the device answers", 1, as_json)
    except OperatorError as error:
        return _tell(error.what, error.remedy, USAGE if isinstance(error, WrongUsage) else 1, as_json)
    except OSError as error:
        if error.filename is None:
            raise
        return _tell(
            f"{error.filename}: {error.strerror}", "mend or remove it, or restore it from a backup", 1, as_json
        )
    except UnicodeEncodeError:
        odd = next((one for one in arguments if not _is_text(one)), None)
        if odd is None:
            raise
        return _tell(f"{odd!r} is no text in UTF-8", "write it anew; it was kept nowhere", USAGE, as_json)
    except typer.Abort:
        return _tell("nothing was changed", "answer y to go on, or add --yes", 1, as_json)
    if code == INTERRUPTED:
        return _tell("interrupted", "`reson runs` names the run, `reson resume RUN` goes on with it", code, as_json)
    return code


def _is_text(argument: str) -> bool:
    """Whether it can be kept: bytes that are no UTF-8 come in as halves of characters."""
    return not any("\ud800" <= one <= "\udfff" for one in argument)


def _tell(what: str, remedy: str, code: int, as_json: bool) -> int:
    what, remedy = one_line(what), one_line(remedy)
    if as_json:
        typer.echo(json.dumps({"error": what, "remedy": remedy}, ensure_ascii=False), err=True)
    else:
        typer.secho(what, err=True, fg=typer.colors.RED)
        typer.echo(remedy, err=True)
    return code
