"""Whether what a run says is wrong rests on what it has measured."""

from __future__ import annotations

from reson.agent.expert.evidence import EVIDENCE, of_the_table
from reson.agent.observation import DiagnosisCode
from reson.evals.case import Case
from reson.evals.episode import Episode
from reson.evals.score import Score


def evidence_exists(case: Case, run: Episode) -> Score:
    """Share of the diagnoses that rest on measurements of this run and of their own component, one of which can show
    such a fault; those that follow from the table or from a person's answer rest on none.
    """
    made = {event["measurement"]: event for event in run.of("verdict")}
    told, bad = 0, []
    for said in run.decisions:
        for one in said.get("diagnoses", ()):
            told += 1
            behind = [made.get(measurement) for measurement in one["evidence"]]
            name, code = said["component"], one["code"]
            wanted = () if _follows_alone(code) else EVIDENCE[DiagnosisCode(code)].experiments
            if any(event is None or event["component"] != name for event in behind):
                bad.append(f"{name}: {code} names a measurement that was not made on it")
            elif wanted and not any(event and event["experiment"] in wanted for event in behind):
                bad.append(f"{name}: {code} rests on no {' or '.join(wanted)}")
    share = 1 - len(bad) / told if told else None
    return Score(value=share, passed=not bad, detail="; ".join(bad))


def _follows_alone(code: str) -> bool:
    """Whether a diagnosis follows from the table of values alone."""
    return EVIDENCE[DiagnosisCode(code)].shows is of_the_table
