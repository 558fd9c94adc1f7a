"""Evaluations: `reson eval`. They are a program of their own beside the agent, which this hands over to."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from reson.agent.cli import place
from reson.agent.cli.output import AsJson

app = typer.Typer(
    help="How good is it: cases in closed loop, recordings, plots, and other benchmarks.", no_args_is_help=True
)

Brain = Annotated[str, typer.Option(metavar="NAME", help="offline, openai or cascade, of lab.toml; local for plots.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes; 0: one for each core.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Where the results are written.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with what --out holds of the same evaluation.")]
Recordings = Annotated[list[Path], typer.Argument(metavar="RECORDING...", help="Files that `reson eval record` wrote.")]


@app.command()
def run(
    context: typer.Context,
    brain: Brain = "offline",
    repeats: Annotated[int, typer.Option(min=1, help="Runs of each case, for pass^k.")] = 4,
    cases: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="Folder of cases, in place of Reson's own; repeatable.")
    ] = None,
    only: Annotated[
        str, typer.Option(metavar="PATTERN", help="Only cases whose id or kind matches, like 'fault-*'.")
    ] = "*",
    workers: Workers = 0,
    cluster: Annotated[str, typer.Option(metavar="ADDRESS", help="A Dask scheduler, like tcp://host:8786.")] = "",
    baseline: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Results of the offline brain to compare use with.")
    ] = None,
    out: Out = Path("eval"),
    as_json: AsJson = False,
) -> None:
    """Run every case in closed loop on simulated chips, and score it against the hidden truth.

    Writes report.html, report.md and results.json. A case with an endpoint of its own brings its own brain.

    \b
    Examples:
      reson eval run
      reson eval run --brain cascade --repeats 8 --out cascade
      reson eval run --only 'fault-*' --cases ~/my-cases --cluster tcp://head:8786
    """
    _hand_over("run", as_json, lab=_lab(context), brain=brain, repeats=repeats, cases=cases, only=only, workers=workers,
               cluster=cluster, baseline=baseline, out=out)  # fmt: skip


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="Folder of an evaluation.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Folder of another one.")],
    as_json: AsJson = False,
) -> None:
    """Say where two evaluations differ, and which differences are more than chance.

    Runs of the same case and repeat are paired: McNemar's exact test for passing, Wilcoxon's for what was used.

    \b
    Example:
      reson eval compare before after
    """
    _hand_over("compare", as_json, first=first, second=second)


@app.command()
def gate(
    recordings: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of recordings; Reson's own.")] = None,
    workers: Workers = 0,
    as_json: AsJson = False,
) -> None:
    """Hold this version to the recordings: scores, the lab, thresholds, locks, remedies, prompts. Exit code 1 if not.

    \b
    Example:
      reson eval gate
    """
    _hand_over("gate", as_json, recordings=recordings, workers=workers)


@app.command()
def record(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="`reson runs` lists them.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="Of the recording; the run's id by default.")] = "",
    what: Annotated[str, typer.Option(metavar="TEXT", help="What it shows, in one sentence.")] = "a run of a lab",
    out: Out = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a recording of a run, without names, hosts, paths, addresses and keys. Look at it before you give it away.

    \b
    Example:
      reson eval record night-0003 --what "the night in which q2 lost its line"
    """
    _hand_over("record", as_json, lab=_lab(context), run_id=run_id, name=name, what=what, out=out)


@app.command()
def score(recordings: Recordings, as_json: AsJson = False) -> None:
    """Score recorded runs as they are; nothing is run again.

    \b
    Example:
      reson eval score night-0003.json.xz
    """
    _hand_over("score", as_json, recordings=recordings)


@app.command("lab-check")
def lab_check(recordings: Recordings, as_json: AsJson = False) -> None:
    """Make recorded runs again on the same simulated chip with the recorded decisions: did the lab change?

    \b
    Example:
      reson eval lab-check night-0003.json.xz
    """
    _hand_over("lab-check", as_json, recordings=recordings)


@app.command("model-check")
def model_check(
    context: typer.Context,
    recordings: Recordings,
    brain: Brain = "offline",
    out: Out = Path("model-check"),
    as_json: AsJson = False,
) -> None:
    """Ask another brain what it would have done in recorded runs; shows each difference beside the plot.

    \b
    Example:
      reson eval model-check night-0003.json.xz --brain openai
    """
    _hand_over("model-check", as_json, lab=_lab(context), recordings=recordings, brain=brain, out=out)


@app.command()
def plots(
    context: typer.Context,
    brain: Brain = "offline",
    each: Annotated[int, typer.Option(min=1, help="Plots of each recipe, on chips of their own.")] = 3,
    only: Annotated[str, typer.Option(metavar="PATTERN", help="Only these experiments, like 'rabi*'.")] = "*",
    resume: Resume = False,
    out: Out = Path("plots"),
    as_json: AsJson = False,
) -> None:
    """Have a brain read plots of simulated chips that it never saw, in styles of other labs.

    \b
    Example:
      reson eval plots --brain openai --each 5
    """
    _hand_over("plots", as_json, lab=_lab(context), brain=brain, each=each, only=only, resume=resume, out=out)


@app.command()
def qcaleval(
    context: typer.Context,
    data: Annotated[Path, typer.Option(metavar="DIR", help="The benchmark as downloaded: parquet, or JSON lines.")],
    brain: Brain = "openai",
    questions: Annotated[
        str,
        typer.Option(metavar="WHOSE", help="reson: our prompt where the family is known; benchmark: its own prompts."),
    ] = "reson",
    limit: Annotated[int, typer.Option(min=0, help="Only so many rows; 0: all.")] = 0,
    max_tokens: Annotated[
        int | None, typer.Option(min=64, help="Tokens of an answer, as the benchmark sets them; lab.toml's.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0, max=2, help="As the benchmark sets it; lab.toml's, or the endpoint's own.")
    ] = None,
    resume: Resume = False,
    out: Out = Path("qcaleval"),
    as_json: AsJson = False,
) -> None:
    """Score a brain's reader on QCalEval: outcome, fit reliability and status code, by exact match as its judge does.

    A question that nobody answered counts neither way, is told in a column of its own, and makes the exit code 1;
    `--resume` asks those again, and the rows that were not reached.

    \b
    Example:
      reson eval qcaleval --data ~/QCalEval --brain openai
    """
    _hand_over("qcaleval", as_json, lab=_lab(context), data=data, brain=brain, questions=questions, limit=limit,
               max_tokens=max_tokens, temperature=temperature, resume=resume, out=out)  # fmt: skip


def _lab(context: typer.Context) -> Path:
    return place.directory(context)


def _hand_over(command: str, as_json: bool, **options: Any) -> None:
    """Become the evaluation program: it knows the hidden truth of chips, and nothing of the agent may know of it."""
    assert find_spec("reson.evals") is not None, "the evaluations ship with the program"
    document = json.dumps(options, default=str)
    arguments = [sys.executable, "-m", "reson.evals", command, document, *(["--json"] if as_json else [])]
    sys.stdout.flush()
    os.execv(sys.executable, arguments)


def add_to(program: typer.Typer) -> None:
    program.add_typer(app, name="eval")
