"""What the model can say: its families of pictures, their codes, and the outcome that goes with each code."""

from __future__ import annotations

from reson.records import GOOD, FitReliability, Outcome, Status

_CODES = {
    "resonator_spectroscopy": "SUCCESS NO_SIGNAL FIT_POOR RANGE_TOO_NARROW",
    "qubit_spectroscopy": "SUCCESS NO_SIGNAL MULTIPLE_PEAKS AMP_TOO_HIGH FIT_POOR RANGE_TOO_NARROW UNDERSAMPLED",
    "power_frequency_map": "SUCCESS AMP_TOO_HIGH NO_SIGNAL",
    "qubit_flux": "SUCCESS FIT_POOR FIT_FAILED RANGE_TOO_NARROW NO_SIGNAL NOT_TUNABLE",
    "coupler_flux": "SUCCESS FIT_POOR",
    "rabi": "SUCCESS FIT_POOR RANGE_TOO_NARROW NO_SIGNAL DAMPED UNDERSAMPLED OFF_RESONANCE",
    "ramsey": "SUCCESS NO_DETUNING BEATING TOO_MANY_OSC TOO_FEW_OSC WINDOW_TOO_SHORT SAMPLING_TOO_COARSE "
    "NO_SIGNAL FIT_POOR",
    "t1": "SUCCESS NO_SIGNAL WINDOW_TOO_SHORT SAMPLING_TOO_COARSE FIT_POOR",
    "t1_over_time": "STABLE TELEGRAPHIC RANDOM_WALK",
    "drag": "SUCCESS NO_SIGNAL OPTIMAL_NOT_CENTERED FIT_POOR",
    "fine_amplitude": "SUCCESS NO_EXCITATION MODERATE_ERROR LARGE_ERROR",
    "readout": "SUCCESS NO_SIGNAL NO_EXCITATION HIGH_POWER NO_RES_RESPONSE",
    "cz_benchmarking": "SUCCESS NO_GATE MISCALIBRATED",
    "charge_jumps": "NO_EVENT EVENT NO_COHERENCE LOW_CONTRAST",
}
FAMILIES: dict[str, tuple[Status, ...]] = {
    family: tuple(map(Status, codes.split())) for family, codes in _CODES.items()
}
"""Family (as in prompts/criteria.toml) -> its codes."""

FOREIGN = "foreign"
"""What is no plot of any of these families."""

STATUSES = tuple(dict.fromkeys(status for codes in FAMILIES.values() for status in codes))
KINDS = (*FAMILIES, FOREIGN)
FITS = (FitReliability.RELIABLE, FitReliability.UNRELIABLE, FitReliability.NO_FIT)

_ANOMALOUS = {Status.MULTIPLE_PEAKS, Status.NOT_TUNABLE, Status.OFF_RESONANCE, Status.BEATING, Status.TELEGRAPHIC,
              Status.RANDOM_WALK, Status.EVENT, Status.NO_COHERENCE}  # fmt: skip
_APPARATUS = {Status.NO_SIGNAL, Status.NO_EXCITATION, Status.NO_RES_RESPONSE, Status.NO_GATE}
_SPECTROSCOPY = ("resonator_spectroscopy", "qubit_spectroscopy", "power_frequency_map", "qubit_flux")
_OTHERWISE = {("rabi", Status.DAMPED): Outcome.ANOMALOUS} | {
    (family, Status.NO_SIGNAL): Outcome.ANOMALOUS for family in _SPECTROSCOPY
}


def outcome_of(family: str, status: Status) -> Outcome:
    """FIELD's four outcomes: usable, to be changed here, to be changed upstream, or nothing to be seen."""
    if status in GOOD:
        return Outcome.EXPECTED
    usual = (
        Outcome.ANOMALOUS if status in _ANOMALOUS
        else Outcome.APPARATUS if status in _APPARATUS
        else Outcome.SUBOPTIMAL
    )  # fmt: skip
    return _OTHERWISE.get((family, status), usual)
