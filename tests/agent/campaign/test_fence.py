"""One bad qubit never blocks the others: where our own code fails on the data of one, that one is rejected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reson.agent.brains.offline import OfflineBrain
from reson.agent.launch import Plan, resume, start
from reson.records import Ending, Status, Verdict
from reson.tools.experiments import t1
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.experiments.fenced import fenced
from reson.tools.store.measurements import list_measurements, load_analysis

T1 = Plan(kind="run", experiment="t1", parameters={"points": 21, "shots": 200})
PLACES = ("analyse", "draw", "check", "propose", "read")


def break_at(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the code of ``place`` raises on the data of q0."""

    def breaking(function, at: int = 0):
        def broken(*given):
            several = given[at] if isinstance(given[at], list) else [given[at]]
            if any(one.component == "q0" for one in several):
                raise IndexError("there is no such point")
            return function(*given)

        return broken

    if place == "read":
        monkeypatch.setattr(OfflineBrain, "read", breaking(OfflineBrain.read, at=2))
        return
    row = t1.EXPERIMENT
    names = {"analyse": ("analyse", "analyse_many"), "draw": ("draw", "pictures")}.get(place, (place,))
    fields = {"draw": "figure", "pictures": "draw_many", "propose": "proposes"}
    changed = {fields.get(name, name): breaking(getattr(row, name)) for name in names}
    monkeypatch.setitem(CATALOGUE, "t1", fenced(replace(row, **changed)))


@pytest.mark.parametrize("place", PLACES)
def test_a_qubit_on_which_the_code_fails_is_rejected_and_the_other_goes_on(place, make_lab, watched, monkeypatch):
    lab = make_lab(qubits=2)
    break_at(place, monkeypatch)
    ended = start(lab, T1, watched)
    assert ended.ending is Ending.FINISHED
    bad, good = list_measurements(lab.store(), run_id=ended.run_id)
    assert bad.judgement is not None and bad.judgement.verdict is Verdict.REJECT
    assert any(f"to {place} this data failed: IndexError" in reason for reason in bad.judgement.reasons)
    assert bad.figure_sha is not None and not bad.quantities
    (fault,) = load_analysis(lab.store(), bad).faults
    assert fault.where == place and "there is no such point" in fault.traceback
    (told,) = [body for body in watched.of("verdict") if body["component"] == "q0"]
    assert told["faults"][0]["traceback"] == fault.traceback
    assert good.judgement is not None and good.quantities
    assert not load_analysis(lab.store(), good).faults


def test_so_it_is_at_resume(make_lab, watched, monkeypatch):
    """A run that an earlier version lost to such data goes on."""
    import reson.agent.campaign.measuring as nodes

    lab = make_lab(qubits=2)
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "load_raw", lambda store, row: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            start(lab, T1, watched)
    break_at("analyse", monkeypatch)
    (failed,) = {row.run_id for row in list_measurements(lab.store())}
    assert resume(lab, failed, watched).ending is Ending.FINISHED
    verdicts = {row.component: row for row in list_measurements(lab.store(), run_id=failed)}
    assert verdicts["q0"].reading is not None and verdicts["q0"].reading.status is Status.NO_SIGNAL
    assert verdicts["q1"].quantities
