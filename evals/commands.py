"""The commands of ``reson eval``: each takes its options and returns an exit code."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import typer

from reson.agent.cli import output
from reson.errors import OperatorError
from reson.records import Json

Command = Callable[[Json, bool], int]


def run(options: Json, as_json: bool) -> int:
    """Exit code 0 also where cases fail: how many pass is the result."""
    from reson.evals.case import CASES, load_cases
    from reson.evals.closed_loop.report import write
    from reson.evals.closed_loop.running import CaseResult, Job
    from reson.evals.closed_loop.summary import document, load_results, of_kinds, results, totals
    from reson.evals.closed_loop.workers import run_here, run_on_cluster

    pattern, brain = options["only"], options["brain"]
    folders = [Path(folder) for folder in options["cases"] or ()] or [CASES]
    cases = [case for case in load_cases(folders) if fnmatchcase(case.id, pattern) or fnmatchcase(case.kind, pattern)]
    if not cases:
        raise OperatorError(f"no case matches {pattern!r}", "`--only '*'` takes all of them")
    used = {}
    if options["baseline"]:
        runs = load_results(Path(options["baseline"])).runs
        used = {(run.case, run.repeat): run.use for run in runs}
    settings = {} if brain == "offline" else model_of(Path(options["lab"]), brain)
    jobs = [
        Job(case=case, repeat=repeat, settings=settings, baseline=used.get((case.id, repeat)))
        for repeat in range(options["repeats"])
        for case in cases
    ]
    done = 0

    def hear(result: CaseResult) -> None:
        nonlocal done
        done += 1
        if not as_json:
            said = "passed" if result.passed else "FAILED"
            typer.echo(
                f"{done} of {len(jobs)}  {said}  {result.case} #{result.repeat}  {result.seconds:.0f} s", err=True
            )

    began = time.monotonic()
    workers = options["workers"] or os.cpu_count() or 1
    cluster = options["cluster"]
    runs = run_on_cluster(jobs, cluster, hear) if cluster else run_here(jobs, workers, hear)
    ordered = sorted(runs, key=lambda one: [case.id for case in cases].index(one.case))
    found = results(ordered, brain, options["repeats"], workers, time.monotonic() - began)
    paths = write(found, Path(options["out"]))
    if as_json:
        output.document(document(found))
        return 0
    ks = sorted(of_kinds(found)[-1].pass_hat)
    output.table(
        ("kind", "cases", "runs", "pass@1", *(f"pass^{k}" for k in ks)),
        (
            (one.kind, str(one.cases), str(one.runs), str(one.pass_at_1), *(str(one.pass_hat[k]) for k in ks))
            for one in of_kinds(found)
        ),
        empty="no case was run",
    )
    output.lines([f"{name}: {value:g}" for name, value in totals(found).items()])
    output.lines([f"{len(ordered)} runs in {found.seconds:.0f} s: {', '.join(map(str, paths))}"])
    return 0


def model_of(lab: Path, brain: str) -> Json:
    """Brain, [model] and [cascade] of a lab, for the lab of a case."""
    from reson.agent.brain_names import BRAINS
    from reson.agent.config import load_config

    talking = [name for name, row in BRAINS.items() if row.talks]
    if brain not in talking:
        raise OperatorError(f"no case can be run by the brain {brain!r}", f"there are offline, {', '.join(talking)}")
    if not (lab / "lab.toml").exists():
        raise OperatorError(f"there is no lab.toml in {lab}", "--lab names the lab whose [model] is to be tried")
    config = load_config(lab / "lab.toml").to_json()
    model = {name: value for name, value in config["model"].items() if value is not None}
    model["capabilities"] = {name: value for name, value in model["capabilities"].items() if value is not None}
    return {"brain": brain, "model": model, "cascade": config["cascade"]}


def compare(options: Json, as_json: bool) -> int:
    from reson.evals.closed_loop.compare import compare as compared
    from reson.evals.closed_loop.compare import lines
    from reson.evals.closed_loop.summary import load_results

    names = (options["first"], options["second"])
    first, second = (load_results(Path(name)) for name in names)
    found = compared(first, second, names)
    output.document(found.to_json()) if as_json else output.lines(lines(found))
    return 0


def gate(options: Json, as_json: bool) -> int:
    from reson.evals.replaying.gate import run_gate
    from reson.evals.replaying.recording import RECORDINGS

    folder = Path(options["recordings"] or RECORDINGS)
    found = run_gate(folder, options["workers"] or os.cpu_count() or 1)
    if as_json:
        output.document({"open": not found, "findings": [one.to_json() for one in found]})
    else:
        output.lines([str(one) for one in found] or ["everything is as it was recorded"])
    return 1 if found else 0


def record(options: Json, as_json: bool) -> int:
    from reson.agent.lab import open_lab
    from reson.evals.replaying.keeping import recording_of
    from reson.evals.replaying.recording import save

    run_id = options["run_id"]
    kept = recording_of(open_lab(Path(options["lab"])), run_id, options["name"] or run_id, options["what"])
    folder = Path(options["out"])
    folder.mkdir(parents=True, exist_ok=True)
    path = save(kept, folder)
    if as_json:
        output.document({"recording": str(path), "bytes": path.stat().st_size, "answered_by": kept.answered_by})
        return 0
    answered = ", ".join(f"{who} {number} times" for who, number in kept.answered_by.items())
    output.lines([f"{path}: {path.stat().st_size / 1e3:.0f} kB, {len(kept.measured)} measurements", answered])
    return 0


def score(options: Json, as_json: bool) -> int:
    from reson.evals.replaying.recording import load
    from reson.evals.scorers import passed
    from reson.evals.scorers import score as scored

    recordings = [load(Path(name)) for name in options["recordings"]]
    found = {one.name: scored(one.case, one.episode) for one in recordings}
    if as_json:
        output.document({name: {key: one.to_json() for key, one in scores.items()} for name, scores in found.items()})
        return 0
    for name, scores in found.items():
        output.lines([f"{name}: {'passed' if passed(scores) else 'failed'}"])
        output.table(
            ("score", "value", "passed", ""),
            (
                (key, "" if one.value is None else f"{one.value:.4g}", _yes(one.passed), one.detail)
                for key, one in scores.items()
            ),
            empty="nothing to score",
        )
    return 0


def _yes(passed: bool | None) -> str:
    return "" if passed is None else "yes" if passed else "no"


def lab_check(options: Json, as_json: bool) -> int:
    from reson.evals.replaying.gate import lab_check as checked
    from reson.evals.replaying.recording import load

    found = {name: checked(load(Path(name))).differences for name in options["recordings"]}
    if as_json:
        output.document({name: [one.to_json() for one in differences] for name, differences in found.items()})
    else:
        for name, differences in found.items():
            output.lines([f"{name}: {'the lab is as it was' if not differences else 'first difference:'}"])
            output.lines([f"  {one}" for one in differences])
    return 1 if any(found.values()) else 0


def model_check(options: Json, as_json: bool) -> int:
    from reson.evals.replaying.model_check import ask, side_by_side
    from reson.evals.replaying.recording import load
    from reson.evals.replaying.replay import replay

    brain, folder = options["brain"], Path(options["out"])
    settings = {} if brain == "offline" else model_of(Path(options["lab"]), brain)
    documents = {}
    for name in options["recordings"]:
        recording = load(Path(name))
        found = replay(recording, live=False, other=ask(settings))
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / f"{recording.name}.html"
        page.write_text(side_by_side(recording, found, brain), encoding="utf-8")
        documents[name] = {
            "asked": found.asked,
            "page": str(page),
            "differences": [one.to_json() for one in found.differences],
        }
        if not as_json:
            output.lines([f"{name}: {brain} differs in {len(found.answers)} of {found.asked} answers: {page}"])
            output.lines([f"  {one}" for one in found.answers])
            if changed := len(found.differences) - len(found.answers):
                output.lines([f"  the lab itself gives {changed} results otherwise than recorded; see the page"])
    if as_json:
        output.document(documents)
    return 0


def plots(options: Json, as_json: bool) -> int:
    from reson.evals.reading.own_plots import run_plots

    return run_plots(options, as_json)


def qcaleval(options: Json, as_json: bool) -> int:
    from reson.evals.reading.qcaleval import run_qcaleval

    return run_qcaleval(options, as_json)


COMMANDS: dict[str, Command] = {
    "run": run,
    "compare": compare,
    "gate": gate,
    "record": record,
    "score": score,
    "lab-check": lab_check,
    "model-check": model_check,
    "plots": plots,
    "qcaleval": qcaleval,
}
