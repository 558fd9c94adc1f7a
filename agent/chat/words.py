"""What the words of a question name: qubits, parameters, experiments, runs, and how many shots."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reson.components import Qubit
from reson.records import Record
from reson.tools.experiments.catalogue import CATALOGUE
from reson.tools.quantities import PARAMETERS

PARAMETER_WORDS: dict[str, str] = {
    "t2*": "t2_star",
    "t2 star": "t2_star",
    "t2 ramsey": "t2_star",
    "t2 echo": "t2_echo",
    "t2e": "t2_echo",
    "hahn": "t2_echo",
    "echo": "t2_echo",
    "t2": "t2_echo",
    "coherence": "t2_echo",
    "relaxation": "t1",
    "lifetime": "t1",
    "t1": "t1",
    "anharmonicity": "anharmonicity",
    "resonator frequency": "readout_frequency",
    "readout frequency": "readout_frequency",
    "readout amplitude": "readout_amplitude",
    "readout fidelity": "assignment_fidelity",
    "fidelity": "assignment_fidelity",
    "readout error": "assignment_fidelity",
    "gate error": "error_per_gate",
    "error per gate": "error_per_gate",
    "benchmarking": "error_per_gate",
    "pi amplitude": "x_amplitude",
    "pi pulse": "x_amplitude",
    "frequency": "drive_frequency",
    "f01": "drive_frequency",
    "drag": "drag_beta",
    "chi": "dispersive_shift",
}
"""Words of the laboratory, the more special first."""
EXPERIMENT_WORDS: dict[str, str] = {
    "punch out": "punch_out",
    "punch-out": "punch_out",
    "resonator": "resonator_spectroscopy",
    "spectroscopy": "qubit_spectroscopy",
    "t2*": "t2_ramsey",
    "t2 star": "t2_ramsey",
    "t2 ramsey": "t2_ramsey",
    "ramsey": "ramsey_xy",
    "hahn": "t2_hahn",
    "echo": "t2_hahn",
    "t2": "t2_hahn",
    "randomised benchmarking": "standard_rb",
    "randomized benchmarking": "standard_rb",
    "benchmarking": "standard_rb",
    "rb": "standard_rb",
    "rabi": "rabi",
    "drag": "fine_drag",
    "leakage": "leakage_rb",
    "relaxation": "t1",
    "readout": "readout",
    "t1": "t1",
}
_NUMBERS = {"twice": 2, "double": 2, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "half": 0.5}
_QUBIT = re.compile(r"\bq(?:ubits?)?\s*(\d{1,4})\b")
_RUN = re.compile(r"\b(?:night|calibrate|run)-\d+\b")
_NIGHT = re.compile(r"\bnight (?:number |#)?(\d{1,4})\b")
_SHOTS = re.compile(r"\b(\d[\d_]*(?:\.\d+)?k?)\s+shots\b")
_TIMES = re.compile(
    r"\b(\d+(?:\.\d+)?|twice|double|half|two|three|four|five|ten)\s*(?:x|×|times|fold)?\s*"
    r"(?:the\s+|as\s+many\s+|more\s+)*(?:usual\s+|number\s+of\s+|default\s+)*shots\b"
)
_GIVEN = re.compile(r"\b([a-z]\w*)=(\S+)")


class Asked(Record):
    """A question and what its words name; empty where they name nothing of a kind."""

    line: str
    low: str
    qubits: tuple[str, ...] = ()
    parameter: str = ""
    experiment: str = ""
    runs: tuple[str, ...] = ()
    given: dict[str, str] = {}
    """``name=value`` pairs."""

    @property
    def qubit(self) -> str:
        return self.qubits[0] if self.qubits else ""

    @property
    def run(self) -> str:
        return self.runs[0] if self.runs else ""


def asked(line: str) -> Asked:
    """The question with what its words name."""
    low = " ".join(line.lower().replace("’", "'").split())
    return Asked(
        line=" ".join(line.split()),
        low=low,
        qubits=tuple(dict.fromkeys(Qubit(int(number)) for number in _QUBIT.findall(low))),
        parameter=_named(low, {name: name for name in PARAMETERS} | PARAMETER_WORDS),
        experiment=_named(low, {name: name for name in CATALOGUE} | EXPERIMENT_WORDS),
        runs=tuple(dict.fromkeys([*_RUN.findall(low), *(f"night-{int(one):04d}" for one in _NIGHT.findall(low))])),
        given=dict(_GIVEN.findall(low)),
    )


def shots_of(low: str, default: float) -> float | None:
    """How many shots a line asks for: a number of them, or so many times the default; None where it does not say."""
    if (times := _TIMES.search(low)) and not _SHOTS.search(low):
        return default * float(_NUMBERS.get(times[1], times[1]))
    if times and re.search(rf"\b{re.escape(times[1])}\s*(x|×|times|fold)", low):
        return default * float(_NUMBERS.get(times[1], times[1]))
    found = _SHOTS.search(low)
    if found is None:
        return None
    number = found[1].replace("_", "")
    return float(number.removesuffix("k")) * (1000 if number.endswith("k") else 1)


def _named(low: str, words: Mapping[str, str]) -> str:
    """What the longest word found in the line stands for."""
    found = [word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?![\w*])", low)]
    return words[max(found, key=len)] if found else ""
