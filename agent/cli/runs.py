"""Commands that run something: night, calibrate, run, resume."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import arguments, output, place
from reson.agent.cli.output import AsJson

Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="A line for each job and each value written, too.")]

if TYPE_CHECKING:
    from collections.abc import Callable

    from reson.agent.lab import Lab
    from reson.agent.launch import Ended, Plan
    from reson.agent.operations.opened import Watch

# Written out, since importing the records takes longer than all the rest of the help; a test holds it to EXIT_CODES.
EXIT_TEXT = """\b
Exit codes:
  0  finished: every qubit and pair is done, or set aside with a diagnosis
  1  failed: an error; the record is kept and `reson resume RUN` goes on
  2  wrong usage
  3  waiting_for_approval: a person must answer first: `reson approvals list`
  4  budget_spent: device time, shots, wall time or hours are used up
  5  device_unavailable: the device did not answer
  6  stopped: stopped by a person (Ctrl-C) at a safe point
"""


def night(
    context: typer.Context,
    seed: place.Seed = None,
    qubits: place.Qubits = "",
    device: place.OnDevice = "",
    until: Annotated[str, typer.Option(metavar="HH:MM", help="Start no job after this hour.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what it would cost at IBM; send nothing.")
    ] = False,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> int:
    """Bring up or keep up every qubit and pair, and write a report.

    Works through all qubits, then through the pairs with a tunable coupler, until they reach their goals, the budget is
    spent or the hours are over. What fails or waits for a person does not hold up the others. Ctrl-C stops at the next
    safe point.

    \b
    Examples:
      reson night
      reson night --until 06:00
      reson --lab torino night --device fake:torino --qubits best:10
      reson --lab torino night --dry-run
      reson --lab ~/labs/other night --seed 11 --qubits 3
    """
    from reson.agent.launch import Plan
    from reson.tools.devices.order import NAMELESS

    hour = arguments.hour(until)
    lab = place.lab_to_make(context, seed, qubits, device)
    counted = qubits.isdecimal() and lab.config.device.kind in NAMELESS
    if dry_run:
        return _cost(lab, "" if counted else qubits, as_json)
    return start(lab, Plan(kind="night", until=hour, measure="" if counted else qubits, rest=True), as_json, verbose)


SHORT = "the budget does not cover everything once: quantum_seconds under [ibm] in lab.toml, or fewer qubits"


def _cost(lab: Lab, measure: str, as_json: bool) -> int:
    """Print what a night would take of the account, and send nothing."""
    from reson.agent.cli import output
    from reson.agent.estimate import estimate
    from reson.agent.which_qubits import choose_qubits

    device, budget = lab.device(lab.store()), lab.config.ibm.quantum_seconds
    found = estimate(device, choose_qubits(measure or lab.config.device.measure or "all", device), budget)
    if as_json:
        totals = {name: getattr(found, name) for name in ("seconds", "expected", "worst", "share")}
        output.document(found.to_json() | totals)
        return 0
    output.table(
        ("experiment", "jobs", "quantum seconds", "with all repeats"),
        ((row.experiment, str(row.jobs), f"{row.seconds:.0f}", f"{row.worst:.0f}") for row in found.rows),
        empty="no experiments",
    )
    left = "" if found.remaining is None else f"; the account has {found.remaining:.0f} s left"
    output.lines(
        [
            *(f"left out: {name}: {why}" for name, why in found.left_out.items()),
            f"{found.seconds:.0f} quantum seconds on {found.qubits} qubits of {found.device}, everything measured once",
            f"{found.expected:.0f} expected, {found.worst:.0f} at worst: repeats end with the budget of {budget:g} s",
            f"{found.share:.0%} of the {found.allowance:.0f} s of a month expected{left}",
            *([SHORT] if found.seconds > budget else []),
        ]
    )
    return 0


def calibrate(
    context: typer.Context,
    qubits: Annotated[str, typer.Argument(metavar="QUBITS", help="Which ones, like 0-4 or 0,2,3.")],
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> int:
    """Bring up or keep up some qubits, and the pairs among them, now, without waiting for the night.

    \b
    Example:
      reson calibrate 0-2,4
    """
    from reson.agent.launch import Plan

    lab = place.lab_to_make(context)
    return start(lab, Plan(kind="calibrate", measure=arguments.measured(qubits, lab.config.device)), as_json, verbose)


def run(
    context: typer.Context,
    experiment: Annotated[str, typer.Argument(help="Its name; `reson experiments` lists them.")],
    qubits: Annotated[str, typer.Option(metavar="QUBITS", help="Which ones, like 0,3 or 0-4; all by default.")] = "",
    pairs: Annotated[
        str, typer.Option(metavar="PAIRS", help="For an experiment on pairs: which, like q0-q1,q2-q3; all by default.")
    ] = "",
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help='A sweep argument: 0.4, 40e6 or "40 MHz"; repeatable.'),
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="Write accepted values, as the policy allows.")] = False,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> int:
    """Run one experiment on some qubits or pairs, judge it and draw it. Nothing is written without --commit.

    \b
    Examples:
      reson run rabi --qubits 0,3 --param max_amplitude=0.4
      reson run qubit_spectroscopy --qubits 2 --param "span=80 MHz" --commit
      reson run coupler_arc --pairs q0-q1
    """
    from reson.agent.launch import Plan
    from reson.tools.experiments.catalogue import EXPERIMENTS

    row = EXPERIMENTS[arguments.known_name(experiment, EXPERIMENTS, "experiment")]
    values = arguments.sweep(row, param or ())
    lab = place.lab_to_make(context)
    arguments.require_targets(row, qubits, pairs)
    chosen = arguments.measured(qubits, lab.config.device) if qubits else pairs
    plan = Plan(kind="run", measure=chosen, experiment=row.name, parameters=values, writes=commit)
    return start(lab, plan, as_json, verbose)


def resume(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(metavar="RUN")],
    until: Annotated[str, typer.Option(metavar="HH:MM", help="Another last hour than that of the run.")] = "",
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> int:
    """Go on with a run that waits for approval, ran out of budget, was stopped, or was killed.

    No finished measurement is repeated. A run that had a last hour keeps it.

    \b
    Example:
      reson resume night-0001
    """
    hour = arguments.hour(until)
    return go_on(place.lab(context), run_id, as_json, verbose, hour)


def start(lab: Lab, plan: Plan, as_json: bool, verbose: bool = False) -> int:
    """Start a run, show its progress, and return its exit code."""

    def through(watch: Watch) -> Ended:
        from reson.agent.operations.opened import PERSON, open_for
        from reson.agent.operations.runs import START

        return START(open_for(lab, may=PERSON, watch=watch), plan)

    return _watched(lab, through, as_json, verbose)


def go_on(lab: Lab, run_id: str, as_json: bool, verbose: bool = False, until: str = "") -> int:
    """Resume a run, show its progress, and return its exit code."""

    def through(watch: Watch) -> Ended:
        from reson.agent.operations.opened import PERSON, open_for
        from reson.agent.operations.runs import RESUME, Resumed

        return RESUME(open_for(lab, may=PERSON, watch=watch), Resumed(run_id=run_id, until=until))

    return _watched(lab, through, as_json, verbose)


def _watched(lab: Lab, through: Callable[[Watch], Ended], as_json: bool, verbose: bool) -> int:
    from reson.agent.progress import watching
    from reson.records import EXIT_CODES

    stream = sys.stderr if as_json else sys.stdout
    with watching(stream, live=not (as_json or verbose) and stream.isatty(), verbose=verbose) as watch:
        watch("opening", {"lab": str(lab.directory)})
        ended = through(watch)
    code = EXIT_CODES[ended.ending]
    if as_json:
        output.document(
            {
                "run": ended.run_id,
                "ending": ended.ending.value,
                "reason": ended.reason,
                "report": str(ended.report),
                "record": ended.record,
                "exit_code": code,
            }
        )
    else:
        output.lines(
            [
                f"{ended.run_id} {ended.ending.value}: {ended.reason}",
                f"report: {ended.report}",
                f"record: {ended.record}",
                *(f"next: {line}" for line in _next(lab, ended)),
            ]
        )
    return code


def _next(lab: Lab, ended: Ended) -> list[str]:
    """What to type next."""
    from functools import partial

    from reson.records import Ending
    from reson.wording import command

    type_in = partial(command, str(lab.directory))
    match ended.ending:
        case Ending.FINISHED:
            return [f"{type_in('runs', 'show', ended.run_id)}, or {type_in('console')}"]
        case Ending.WAITING_FOR_APPROVAL:
            return [f"{type_in('approvals', 'list')}, then {type_in('resume', ended.run_id)}"]
        case Ending.BUDGET_SPENT:
            return [f"raise the [budget] in lab.toml, then {type_in('resume', ended.run_id)}"]
        case Ending.DEVICE_UNAVAILABLE:
            return [f"{type_in('device', 'check')}, then {type_in('resume', ended.run_id)}"]
        case _:
            return [type_in("resume", ended.run_id)]


def add_to(app: typer.Typer) -> None:
    app.command(epilog=EXIT_TEXT)(night)
    for command in (calibrate, run, resume):
        app.command(epilog="Exit codes: as `reson night --help` tells.")(command)
