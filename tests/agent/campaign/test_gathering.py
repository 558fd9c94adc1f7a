"""Qubits that fell behind, or are ahead, come to share their jobs with the others again."""

from __future__ import annotations

import pytest

from reson.agent.campaign.gathering import PATIENCE, gathered, newly_asked
from reson.agent.campaign.schedule import merge
from reson.agent.expert.plans import BRING_UP
from reson.agent.launch import Plan, start
from reson.agent.observation import Attempt, Measure
from reson.components import Qubit
from reson.records import Verdict
from reson.tools.experiments.catalogue import get
from reson.tools.store.measurements import list_measurements

STEPS = [step.experiment for step in BRING_UP]
QUBITS = 4


def _attempt(component: str, experiment: str, verdict: Verdict) -> Attempt:
    return Attempt(
        measurement_id="",
        component=component,
        experiment=experiment,
        parameters={},
        verdict=verdict,
        outcome=None,
        status=None,
        suggested_range=None,
        reasons=(),
        quantities={},
        write="none",
    )


def _night(
    failures: dict[tuple[int, int], int], skipped: frozenset[tuple[int, int]] = frozenset(), patient: bool = True
):
    """Jobs (experiment, qubits) of a bring-up in which a qubit (first) fails at a step (second) so many times."""
    at = dict.fromkeys(range(QUBITS), 0)
    made: dict[str, list[Attempt]] = {Qubit(one): [] for one in at}
    left, jobs, held = dict(failures), [], {}
    while any(step < len(STEPS) for step in at.values()):
        asked = dict(held)
        for qubit, step in at.items():
            if step < len(STEPS) and Qubit(qubit) not in held:
                shared = {one.name: 1.0 for one in get(STEPS[step]).parameters if one.shared}
                measure = Measure(component=Qubit(qubit), experiment=STEPS[step], parameters=shared, why="")
                asked[Qubit(qubit)] = newly_asked(measure, made[Qubit(qubit)])
        now, held = gathered(
            {name: asked[name] for name in map(Qubit, range(QUBITS)) if name in asked}, patient=patient
        )
        assert now
        for job in merge("night", len(jobs), now):
            jobs.append((job["experiment"], tuple(job["requests"])))
            for name in job["requests"]:
                qubit = int(name[1:])
                fails = left.get((qubit, at[qubit]), 0)
                left[qubit, at[qubit]] = fails - 1
                verdict = Verdict.REJECT if fails > 0 else Verdict.ACCEPT
                made[name].append(_attempt(name, job["experiment"], verdict))
                at[qubit] += verdict is Verdict.ACCEPT
                while (qubit, at[qubit]) in skipped:
                    at[qubit] += 1
    return jobs


@pytest.mark.parametrize("step", range(len(STEPS)))
@pytest.mark.parametrize("failures", range(1, PATIENCE + 1))
def test_a_qubit_that_fell_behind_costs_its_own_tries_alone(step, failures):
    assert len(_night({(1, step): failures})) == len(STEPS) + failures
    assert len(_night({(1, step): failures, (2, step): failures})) == len(STEPS) + failures
    if step < len(STEPS) - 1:
        assert len(_night({(1, step): failures}, patient=False)) > len(STEPS) + failures


@pytest.mark.parametrize("step", range(1, len(STEPS) - 2))
def test_a_qubit_that_is_ahead_is_joined(step):
    """One that leaves a step out makes at most three jobs by itself."""
    alone = [job for job in _night({}, frozenset({(1, step)})) if len(job[1]) == 1]
    assert len(alone) <= 3


def test_a_qubit_that_fails_for_ever_blocks_no_other():
    """The others get a job of theirs after every few tries of the bad one."""
    tries = 200
    jobs = _night({(0, 2): tries})
    others_done = max(index for index, (_, names) in enumerate(jobs) if "q1" in names)
    assert others_done <= (PATIENCE + 2) * len(STEPS) < tries


def test_each_ahead_of_the_other_run_both():
    rabi, t1 = (
        Measure(component=Qubit(one), experiment=name, parameters={}, why="") for one, name in enumerate(("rabi", "t1"))
    )
    asked = {
        "q0": newly_asked(rabi, [_attempt("q0", "t1", Verdict.ACCEPT)]),
        "q1": newly_asked(t1, [_attempt("q1", "rabi", Verdict.ACCEPT)]),
    }
    assert gathered(asked) == ([rabi, t1], {})


def test_in_a_night_the_others_wait_for_a_line_that_is_found_late(make_lab, watched):
    """The line of q1 is found at the second try; from then on it is measured with q0."""
    lab = make_lab(qubits=2, q1="frequency_guess_off")
    settings = lab.directory / "lab.toml"
    settings.write_text(settings.read_text().replace("experiments = 2000", "experiments = 13"))
    start(lab, Plan(kind="calibrate"), watched)
    jobs: dict[str, list[tuple[str, str]]] = {}
    for row in list_measurements(lab.store()):
        jobs.setdefault(row.job_id, []).append((row.experiment, row.component))
    searched = [job for job in jobs.values() if ("qubit_spectroscopy", "q1") in job]
    assert len(searched) > 1
    first = next(job for job in jobs.values() if job[0][0] == "rabi")
    assert {name for _, name in first} == {"q0", "q1"}
