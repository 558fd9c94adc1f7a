"""Reference plots of gates that the simulated chip lacks, on a line of qubits whose noise is stated here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import pi
from typing import TYPE_CHECKING

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import given, stretched
from reson.records import Status
from reson.tools.devices.device import Device
from reson.tools.devices.order import NoiseOptions

if TYPE_CHECKING:
    from qiskit.transpiler import Target
    from qiskit_aer.noise import NoiseModel

USUAL = NoiseOptions(t1=200e-6, t2=150e-6, gate_error=3e-4, two_qubit_error=8e-3, readout_error=0.02)
GOOD = USUAL.model_copy(update={"two_qubit_error": 2e-3})


def line(noise: NoiseOptions = USUAL, deaf: bool = False) -> Device:
    """Three qubits in a line, with CZ and with RX of any angle; ``deaf``: what is read of them is chance."""
    from qiskit.circuit import Parameter
    from qiskit.circuit.library import RXGate
    from qiskit.transpiler import InstructionProperties

    from reson.tools.devices.local.device import noisy_device
    from reson.tools.devices.local.line import PULSE, line_of_qubits

    model = line_of_qubits(3, noise)
    pulse = InstructionProperties(duration=PULSE, error=noise.gate_error)
    model.target.add_instruction(RXGate(Parameter("theta")), {(qubit,): pulse for qubit in range(3)})
    return noisy_device("aer", "aer", model, seed=5, noise_of=_chance if deaf else None)


def _chance(target: Target, qubits: Sequence[int]) -> NoiseModel:
    from qiskit_aer.noise import NoiseModel, ReadoutError

    model = NoiseModel()
    model.add_all_qubit_readout_error(ReadoutError([[0.5, 0.5], [0.5, 0.5]]))
    return model


_layers, _angle = partial(plot, "layer_fidelity", device=line), partial(plot, "rx_sweep", device=line)

RECIPES = (
    _layers(Status.SUCCESS, "the survival of the pair decays towards a quarter"),
    _layers(
        Status.WINDOW_TOO_SHORT,
        "the sequences are too short for so good a gate",
        given(max_length=20),
        device=partial(line, GOOD),
    ),
    _layers(Status.NO_SIGNAL, "the readout says nothing", device=partial(line, deaf=True)),
    _layers(Status.FIT_POOR, "a curve that misses the decay", stretched(2 * STRETCH)),
    _angle(Status.SUCCESS, "one and a half periods, and the curve follows them"),
    _angle(Status.RANGE_TOO_NARROW, "the sweep ends before a full period", given(max_angle=pi / 8)),
    _angle(Status.UNDERSAMPLED, "many periods on few points", given(repetitions=15, points=21)),
    _angle(Status.NO_SIGNAL, "the readout says nothing", device=partial(line, deaf=True)),
    _angle(Status.FIT_POOR, "a curve that misses the oscillation", stretched(STRETCH)),
)
