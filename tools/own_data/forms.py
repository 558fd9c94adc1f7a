"""What a file of each experiment holds: a line for each row of the catalogue that makes sense without our circuits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reson.errors import OperatorError
from reson.tools.experiments.catalogue import CATALOGUE, get

CHANCE, SIGNAL, SHOTS = "probabilities or counts", "a signal (I and Q, or one of them)", "I and Q of every shot"
STILL = 1.0
"""Seconds of readout after which any resonator has settled: a continuous tone."""

Marks = Callable[[float, str, Mapping[str, float]], dict[str, Any]]
"""(swept value, curve, what was told) -> further metadata of a circuit."""


@dataclass(frozen=True)
class Form:
    swept: str
    """What is swept, in words; empty where only preparations differ."""
    unit: str
    takes: tuple[str, ...]
    curves: tuple[str, ...] = ()
    """Names of the curves where there are several, as the circuits have them."""
    exactly: int = 0
    """Number of points, numbered from 0, where the experiment has a fixed list of them."""
    row: str = ""
    """Second swept value of a map: the name that its circuits have for it."""
    row_unit: str = ""
    reference: str = ""
    """Control value that swept frequencies are counted from."""
    apart: bool = False
    """Whether the sweep is of another transition, far from that control value: its offsets mean something."""
    asked: tuple[str, ...] = ()
    """What the file cannot say and the analysis needs."""
    usual: Mapping[str, float] = field(default_factory=dict)
    """What the analysis reads and need not be told."""
    begin: str = ""
    end: str = ""
    """Parameters of the experiment that are the smallest and the largest swept value."""
    repeats: bool = False
    """Whether rows of equal swept value are different sequences, to be kept apart."""
    marks: Marks = lambda *_: {}


def _tone(_: float, __: str, told: Mapping[str, float]) -> dict[str, Any]:
    """Of a readout of a known length; without one the tone is as continuous as that of a network analyser."""
    if "readout_time" not in told:
        return {"readout_time": STILL, "integration_start": 0.0}
    return {name: told[name] for name in ("readout_time", "integration_start") if name in told}


def _sequence(length: float, curve: str, told: Mapping[str, float]) -> dict[str, Any]:
    """Of benchmarking: all sequences end in 0 where P(0) is the survival, as it usually is."""
    pulses = told.get("pulses_per_clifford", 1.0) * (length + 1)
    return {"target": 0, "pulses": pulses, "interleaved": curve == "interleaved"}


UNITS = {
    "anharmonicity": "Hz",
    "pulse_duration": "s",
    "drive_frequency": "Hz",
    "readout_frequency": "Hz",
    "readout_time": "s",
    "integration_start": "s",
    "pulses_per_clifford": "",
    "readout_amplitude": "",
}
"""Of what can be told beside the parameters of the experiment."""
_DECAY = Form("delay", "s", (CHANCE, SIGNAL), end="max_delay")
_PREPARED = ("prepared 0", "prepared 1")
_INTERLEAVED = Form(
    "number of Cliffords",
    "",
    (CHANCE,),
    ("standard", "interleaved"),
    end="max_length",
    repeats=True,
    marks=_sequence,
    usual={"samples": 1},
)
_OWN_TONE = {"amplitude": 1.0, "readout_amplitude": 1.0}
"""The tone of the sweep is taken for the readout's own."""

FORMS: dict[str, Form] = {
    "resonator_spectroscopy": Form(
        "frequency", "Hz", (SIGNAL,), reference="readout_frequency", usual=_OWN_TONE, marks=_tone
    ),
    "punch_out": Form("frequency", "Hz", (SIGNAL,), row="amplitude", row_unit="arb", reference="readout_frequency"),
    "readout_frequency_sweep": Form(
        "frequency", "Hz", (SIGNAL,), _PREPARED, reference="readout_frequency", usual=_OWN_TONE, marks=_tone
    ),
    "readout_power": Form("readout amplitude", "", (SHOTS,), _PREPARED, begin="min_amplitude", end="max_amplitude"),
    "readout": Form("", "", (SHOTS,), _PREPARED),
    "three_state_readout": Form("", "", (SHOTS,), (*_PREPARED, "prepared 2")),
    "qubit_spectroscopy": Form("frequency", "Hz", (SIGNAL, CHANCE), reference="drive_frequency"),
    "qubit_power_map": Form(
        "frequency", "Hz", (SIGNAL, CHANCE), row="power", row_unit="dB", reference="drive_frequency"
    ),
    "ef_spectroscopy": Form("frequency", "Hz", (SIGNAL, CHANCE), reference="drive_frequency", apart=True),
    "rabi": Form(
        "drive amplitude", "", (SIGNAL, CHANCE), end="max_amplitude", asked=("anharmonicity", "pulse_duration")
    ),
    "rabi_time": Form(
        "length of the drive", "s", (SIGNAL, CHANCE), end="max_duration", asked=("anharmonicity", "amplitude")
    ),
    "ramsey_xy": Form("delay", "s", (CHANCE, SIGNAL), ("X", "Y"), end="max_delay", asked=("detuning",)),
    "t2_ramsey": Form("delay", "s", (CHANCE, SIGNAL), end="max_delay", usual={"detuning": 0.0}),
    **{name: _DECAY for name, row in CATALOGUE.items() if row.decay_from is not None},
    "allxy": Form("pair of pulses", "", (CHANCE,), exactly=21),
    "readout_error": Form("number of X pulses", "", (CHANCE,), exactly=4),
    "rx_sweep": Form("angle", "rad", (CHANCE,), end="max_angle", asked=("repetitions",)),
    "standard_rb": Form(
        "number of Cliffords",
        "",
        (CHANCE,),
        end="max_length",
        repeats=True,
        asked=("pulses_per_clifford",),
        usual={"coherence_limit": 0.0},
        marks=_sequence,
    ),
    "interleaved_rb_x": _INTERLEAVED,
    "interleaved_rb_sx": _INTERLEAVED,
}


def form_of(name: str) -> Form:
    """Raises ``ToolError`` for an unknown experiment, ``OperatorError`` for one that only our own circuits feed."""
    row = get(name)
    if name not in FORMS:
        raise OperatorError(
            f"{row.title} ({name}) rests on circuits of Reson's own beside the sweep, which a file of others lacks",
            f"files are taken of {', '.join(one for one in CATALOGUE if one in FORMS)}",
        )
    return FORMS[name]
