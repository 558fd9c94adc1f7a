"""What we ask about a row of QCalEval in our own words: its family by its exact name, and the row's own codes."""

from __future__ import annotations

import re

from reson.agent.asking.read_by_model import Subject, subject_of
from reson.evals.reading.rows import Row
from reson.evals.reading.taken import CODES
from reson.prompts.criteria import load_criteria
from reson.records import Status

EXPERIMENTS = {
    "rabi": "rabi",
    "rabi_hw": "rabi",
    "rabi_amplitude": "rabi",
    "rabi_time": "rabi_time",
    "drag": "rough_drag",
    "ramsey": "t2_ramsey",
    "ramsey_t2star": "t2_ramsey",
    "ramsey_freq_cal": "t2_ramsey",
    "t1": "t1",
    "t1_fluctuations": "t1_over_time",
    "t1_over_time": "t1_over_time",
    "pingpong": "fine_x_amplitude",
    "qubit_spectroscopy": "qubit_spectroscopy",
    "qubit_spectroscopy_power_frequency": "qubit_power_map",
    "power_frequency_map": "qubit_power_map",
    "res_spec": "resonator_spectroscopy",
    "resonator_spectroscopy": "resonator_spectroscopy",
    "gmm": "readout",
}
"""Family of the benchmark, by its whole name -> our experiment with the same codes."""

_FLUX = ("Qubit spectroscopy against flux", "frequency of the drive against the flux, the response as colour")
_COUPLER = ("Coupler flux map", "frequency against the flux of a tunable coupler, the response as colour")
_CHARGE = ("Charge jumps", "a fringe against the charge offset, repeated over time")
_CZ = ("CZ benchmarking", "contrast or survival against the number of CZ gates")
PICTURES = {
    "qubit_flux": ("qubit_flux", *_FLUX),
    "qubit_flux_map": ("qubit_flux", *_FLUX),
    "qubit_flux_spectroscopy": ("qubit_flux", *_FLUX),
    "coupler_flux": ("coupler_flux", *_COUPLER),
    "coupler_flux_map": ("coupler_flux", *_COUPLER),
    "ramsey_charge_tomography": ("charge_jumps", *_CHARGE),
    "cz_benchmarking": ("cz_benchmarking", *_CZ),
}
"""Family of the benchmark, by its whole name -> our family of pictures that no experiment of ours makes, title, what is
shown."""


def subject_for(row: Row) -> Subject | None:
    """What our prompt says of the row; None where its family or one of its codes has no words of ours."""
    if row.family in EXPERIMENTS:
        subject = subject_of(EXPERIMENTS[row.family])
    elif row.family in PICTURES:
        family, title, measures = PICTURES[row.family]
        subject = Subject(title, measures, family, load_criteria()[family])
    else:
        return None
    codes = codes_offered(row) or tuple(load_criteria()[subject.family])
    if not set(codes) <= set(Status):
        return None
    usual = {code: text for family in load_criteria().values() for code, text in family.items()}
    criteria = {code: subject.criteria.get(code, usual[code]) for code in codes}
    return Subject(subject.title, subject.measures, subject.family, criteria, subject.experiment, subject.unit)


def codes_offered(row: Row) -> tuple[str, ...]:
    """The codes that the row's own question about the status names, in its order; empty where it names none."""
    named = re.findall(r"\b[A-Z][A-Z0-9_]+\b", row.prompts[6])
    return tuple(dict.fromkeys(code for code in named if code in CODES))
