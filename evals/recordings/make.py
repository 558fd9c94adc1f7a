"""Makes the recordings of Reson anew, from real runs, with the margins of the numeric checks beside them.

Do so when a change means to change what is measured, judged, decided or said; the difference then shows in review.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, resume, start
from reson.evals.case import Answer, Case, CaseFault, Expected
from reson.evals.closed_loop.endpoint import model_settings, serving
from reson.evals.closed_loop.laboratory import make_lab
from reson.evals.closed_loop.running import see_through
from reson.evals.replaying.gate import MARGINS, margins_of, score_check, unrecorded
from reson.evals.replaying.keeping import recording_of
from reson.evals.replaying.margins import margins_of_healthy
from reson.evals.replaying.recording import RECORDINGS, Recording, load, recordings_in, save
from reson.records import Ending, Json

ASK = """\
[[rule]]
name = "measuring is fine"
decision = "auto"
effect = "measures"

[[rule]]
name = "a person writes"
decision = "ask"
effect = "writes"
"""
KILLED_AFTER = 6
"""Measurements after which the process of one run is killed."""

PERSON = (
    Answer(do="edit", experiment="rabi", parameter="x_amplitude", factor=1.02, times=1, note="a little more"),
    Answer(do="respond", experiment="t1", times=1, note="once more, please"),
    Answer(do="reject", component="q1", experiment="ramsey_xy", note="that line is another one's"),
    Answer(do="approve", by="grace"),
)

TEXTS = {
    "cold": "a cold qubit brought up by the offline brain",
    "second-night": "the night after, with what was known and remembered",
    "three-faults": "an attenuated line, a wrong frequency guess and a short T1: every remedy is tried",
    "approvals": "a person who approves, edits, rejects and answers with a note",
    "killed": "a process killed in the middle of a run, and the run resumed",
    "model": "every decision and reading by a scripted model over HTTP",
    "contrary": "a model that reads every plot as noise, against the numbers",
    "dying": "a model whose endpoint dies, on a qubit with a dead line",
}


def _case(name: str, seed: int, **given: object) -> Case:
    return Case.model_validate({"id": name, "kind": "recording", "question": TEXTS[name], "seed": seed} | given)


CASES: tuple[Case, ...] = (
    _case("cold", 2901),
    _case("second-night", 2902, earlier_nights=1),
    _case(
        "three-faults",
        2903,
        qubits=3,
        faults=(
            CaseFault(kind="attenuator", component="q0"),
            CaseFault(kind="frequency_guess_off", component="q1"),
            CaseFault(kind="short_t1", component="q2", parameters={"t1": 8e-6}),
        ),
        expect=Expected(
            states={"q0": "failed"},
            diagnoses={"q0": ("weak_drive_line",), "q1": ("frequency_guess_off",), "q2": ("short_t1",)},
        ),
    ),
    _case(
        "approvals",
        2904,
        qubits=2,
        policy=ASK,
        person=PERSON,
        expect=Expected(states={"q1": "failed"}, diagnoses={"q1": ("rejected",)}),
    ),
    _case("killed", 2905),
    _case("model", 2906, brain="openai", endpoint="sensible", expect=Expected(fallbacks=False)),
    _case(
        "contrary",
        2907,
        brain="openai",
        endpoint="contrary",
        expect=Expected(
            endings=(Ending.WAITING_FOR_APPROVAL, Ending.FINISHED),
            states={"q0": "waiting|failed"},
            diagnoses={"q0": ("unresolved|no_resonator|no_readout_signal|no_drive_response",)},
            unwritten=("*",),
        ),
    ),
    _case(
        "dying",
        2908,
        brain="openai",
        endpoint="dies",
        faults=(CaseFault(kind="dead_drive_line", component="q0"),),
        expect=Expected(states={"q0": "failed"}, diagnoses={"q0": ("no_drive_response",)}, fallbacks=True),
    ),
)


def make(case: Case, folder: Path) -> Path:
    """Run the case and write its recording."""
    with tempfile.TemporaryDirectory(prefix="reson-recording-") as place:
        directory = Path(place) / "lab"
        if case.endpoint:
            with serving(case.endpoint) as url:
                settings = {"brain": case.brain, "model": model_settings(case.endpoint, url)}
                recording = _of(case, make_lab(directory, case, 0, settings))
        else:
            recording = _of(case, make_lab(directory, case, 0, {}))
    return save(recording, folder)


def _of(case: Case, lab: Lab) -> Recording:
    run_id = _killed_and_resumed(lab) if case.id == "killed" else see_through(lab, case)
    return recording_of(lab, run_id, case.id, TEXTS[case.id], case)


def _killed_and_resumed(lab: Lab) -> str:
    """A run in a process of its own that is killed by the operating system, and goes on in this one."""
    child = [sys.executable, "-m", "reson.evals.recordings.make", "--killed", str(lab.directory)]
    code = subprocess.run(child, check=False).returncode
    assert code == -signal.SIGKILL, f"the run was to be killed, and ended with {code}"
    return resume(lab, "night-0001", lambda kind, body: None).run_id


def run_and_be_killed(directory: Path) -> None:
    seen = 0

    def watch(kind: str, body: Json) -> None:
        nonlocal seen
        seen += kind == "verdict"
        if seen > KILLED_AFTER:
            os.kill(os.getpid(), signal.SIGKILL)

    start(open_lab(directory), Plan(kind="night", rest=True), watch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=RECORDINGS)
    parser.add_argument("--only", nargs="*", default=[case.id for case in CASES], choices=[case.id for case in CASES])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--killed", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.killed:
        run_and_be_killed(asked.killed)
        return
    os.environ["OMP_NUM_THREADS"] = "1"  # small matrices: more threads only get in each other's way
    wanted = [case for case in CASES if case.id in asked.only]
    with ProcessPoolExecutor(asked.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for path in pool.map(make, wanted, [asked.into] * len(wanted)):
            recording = load(path)
            failed = "; ".join(one.text for one in score_check(recording))
            print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB, {failed or 'passed'}", flush=True)
        names = unrecorded(asked.into)
        levels = margins_of(load(path) for path in recordings_in(asked.into))
        levels |= dict(zip(names, pool.map(margins_of_healthy, names), strict=True))
    text = json.dumps(levels, indent=1, sort_keys=True) + "\n"
    (asked.into / MARGINS).write_text(text, encoding="utf-8")
    print(f"{MARGINS}: {sum(map(len, levels.values()))} thresholds of {len(levels)} experiments")


if __name__ == "__main__":
    main()
