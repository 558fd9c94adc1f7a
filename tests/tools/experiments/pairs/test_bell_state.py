"""A Bell state from counts: known states through bad readouts and hot qubits come back, and what is wrong is named."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping

import numpy as np
import pytest
from matplotlib.text import Text
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import RXGate
from qiskit.quantum_info import DensityMatrix, Kraus, concurrence, random_density_matrix

from reson.agent.reading.reader import read_saved_data
from reson.components import Pair
from reson.evals.true_pair import load_best_cz, load_controls, true_bell, true_cz
from reson.evals.tuned_qubits import tuned
from reson.records import CheckCode, Status, Verdict
from reson.tools.data import Analysis, RawData
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.bell_state import EXPERIMENT
from reson.tools.experiments.circuits.bell_circuits import bell_circuits
from reson.tools.experiments.fits import two_qubit_state as states
from reson.tools.figures.style import png
from reson.tools.verdicts.judge import judge

SHOTS = 20_000
PULSE = 32e-9
READOUT = ((0.03, 0.05), (0.08, 0.12))
"""P(1|0) and P(0|1) of either qubit."""
BELL = DensityMatrix(states.BELL)


def played(
    heat: tuple[float, float] = (0.0, 0.0),
    readout: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0)),
    phase: float = np.pi,
    frames: tuple[float, float] = (0.0, 0.0),
    dephased: float = 0.0,
    turned: float = 0.0,
    shots: int = SHOTS,
    seed: int = 1,
) -> RawData:
    """What ``bell_circuits`` bring home: Qiskit's simulation, with a CZ and pulses that are wrong in known ways.

    ``dephased``: probability of a Z on the first qubit with every gate. ``turned``: rad by which each pulse on the
    first qubit turns too far.
    """
    rng = np.random.default_rng(seed)
    start = np.kron(*([1 - share, share] for share in heat))
    read = np.kron(*(np.array([[1 - one, zero], [one, 1 - zero]]) for one, zero in readout))
    gate = _gate(phase, frames, dephased)
    sequences, counts = bell_circuits(PULSE), []
    for sequence in sequences:
        # Qiskit counts qubits from the right: the first of the pair is its second
        state = DensityMatrix(np.diag(start))
        for part in sequence.parts:
            places = [1 - place for place in part.places]
            if part.instruction.name == "cz":
                state = state.evolve(gate, qargs=[0, 1])
            elif part.instruction.name == "sx" and part.places == (0,):
                state = state.evolve(RXGate(np.pi / 2 + turned), qargs=places)
            elif part.instruction.name != "delay":
                state = state.evolve(part.instruction, qargs=places)
        shares = np.clip(read @ np.real(np.diag(state.data)), 0.0, 1.0)
        counts.append(rng.multinomial(shots, shares / shares.sum()))
    circuits = [dict(sequence.metadata) for sequence in sequences]
    arrays = {"counts": np.array(counts)}
    return RawData("bell_state", Pair(0, 1), {"shots": shots}, {}, shots, circuits, arrays, 0.0, 20.0)


def _gate(phase: float, frames: tuple[float, float], dephased: float) -> Kraus:
    first, second = frames
    turned = np.diag(np.exp(1j * np.array([0.0, second, first, first + second + phase])))
    flip = np.diag([1, 1, -1, -1])
    parts = [np.sqrt(1 - dephased) * turned, np.sqrt(dephased) * flip @ turned]
    return Kraus(parts)  # pyright: ignore[reportArgumentType]


def checked(raw: RawData) -> tuple[Analysis, Verdict, set[str]]:
    analysis = EXPERIMENT.analyse(raw)
    checks = EXPERIMENT.check(analysis, raw.parameters, {})
    return analysis, judge(checks).verdict, {one.name for one in checks if not one.passed}


def pull(analysis: Analysis, name: str, truth: float) -> float:
    found = analysis.quantities[name]
    return (found.value - truth) / (found.stderr or np.nan)


def test_an_ideal_gate_makes_a_bell_state() -> None:
    analysis, verdict, failed = checked(played())
    assert (verdict, failed) == (Verdict.ACCEPT, set())
    assert analysis.quantities["bell_fidelity"].value == pytest.approx(1.0, abs=0.01)
    assert analysis.quantities["concurrence"].value == pytest.approx(1.0, abs=0.02)
    assert read_saved_data(analysis).status is Status.SUCCESS


@pytest.mark.parametrize("heat", [(0.0, 0.0), (0.03, 0.0), (0.0, 0.03), (0.04, 0.02), (0.12, 0.08)])
def test_neither_readout_nor_heat_is_in_the_fidelity(heat: tuple[float, float]) -> None:
    """The pulses are ideal: whatever the qubits begin in, that is what is told of them."""
    pulls = []
    for seed in range(3):
        analysis, verdict, _ = checked(played(heat, READOUT, seed=seed))
        assert verdict is (Verdict.REVIEW if max(heat) > 0.1 else Verdict.ACCEPT)
        pulls += [pull(analysis, "bell_fidelity", 1.0)]
        pulls += [pull(analysis, f"excited_{place}", heat[place]) for place in (0, 1)]
    assert np.abs(pulls).max() < 4.0


def test_heat_that_is_taken_out_twice_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "HEATED", {})
    analysis, *_ = checked(played((0.03, 0.03), READOUT))
    assert analysis.quantities["bell_fidelity"].value > 1.02


WRONG: Mapping[str, tuple[dict[str, float | tuple[float, float]], set[str], Status]] = {
    "conditional phase": ({"phase": np.pi - 0.9}, {"conditional phase off pi"}, Status.MISCALIBRATED),
    "first frame": ({"frames": (0.9, 0.0)}, {"phase left on the first qubit"}, Status.MISCALIBRATED),
    "second frame": ({"frames": (0.0, -0.9)}, {"phase left on the second qubit"}, Status.MISCALIBRATED),
    "contrast": ({"dephased": 0.2}, {"coherence"}, Status.LOW_CONTRAST),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named(what: str) -> None:
    """And the fidelity is that of the state all the same."""
    given, expected, status = WRONG[what]
    raw = played((0.01, 0.02), READOUT, **given)  # pyright: ignore[reportArgumentType]
    analysis, verdict, failed = checked(raw)
    assert verdict is Verdict.REVIEW
    assert failed - {"bell_fidelity"} >= expected
    others = {name for names in (one[1] for one in WRONG.values()) for name in names} - expected
    if what != "conditional phase":  # half of it counts for either frame
        assert not failed & others
    ideal = DensityMatrix(played_state(**given))  # pyright: ignore[reportArgumentType]
    truth = float(np.real(np.trace(BELL.data @ ideal.data)))
    assert abs(analysis.quantities["bell_fidelity"].value - truth) < 0.02
    assert analysis.quantities["concurrence"].value == pytest.approx(concurrence(ideal), abs=0.03)
    assert read_saved_data(analysis).status is status


def played_state(phase: float = np.pi, frames: tuple[float, float] = (0.0, 0.0), dephased: float = 0.0) -> np.ndarray:
    """Of the pair, the first qubit first."""
    circuit, last = QuantumCircuit(2), QuantumCircuit(2)
    circuit.h([0, 1])
    last.h(0)
    state = DensityMatrix(circuit).evolve(_gate(phase, frames, dephased))
    return np.asarray(state.evolve(last).data)


def test_angles_have_the_size_of_the_frames() -> None:
    analysis, *_ = checked(played(frames=(0.1, -0.15), phase=np.pi + 0.08))
    assert abs(pull(analysis, "left_0", 0.14)) < 4.0
    assert abs(pull(analysis, "left_1", -0.11)) < 4.0
    assert abs(pull(analysis, "phase_error", 0.08)) < 4.0


def test_few_shots_are_looked_at() -> None:
    _, verdict, failed = checked(played(readout=READOUT, shots=300))
    assert verdict is Verdict.REVIEW and "error of bell_fidelity" in failed


@pytest.mark.parametrize("turned", [-0.5, -0.3, -0.1, 0.1, 0.3, 0.5])
def test_pulses_that_are_off_measure_what_they_prepare_and_are_looked_at(turned: float) -> None:
    """Without a word the fidelity comes out near one: the readout of 1 was shown by the same pulses."""
    _, verdict, failed = checked(played(readout=READOUT, turned=turned))
    assert verdict is not Verdict.ACCEPT
    assert "error that four pulses add to 0 of the first qubit" in failed
    assert "error that four pulses add to 0 of the second qubit" not in failed


@pytest.mark.parametrize("dead", [0, 1])
def test_a_pair_with_a_readout_that_says_nothing_is_rejected(dead: int) -> None:
    says_nothing = [(0.0, 0.0), (0.0, 0.0)]
    says_nothing[dead] = (0.5, 0.5)
    analysis, verdict, failed = checked(played(readout=(says_nothing[0], says_nothing[1])))
    assert verdict is Verdict.REJECT
    assert f"contrast of the {('first', 'second')[dead]} qubit" in failed
    assert read_saved_data(analysis).status is not Status.SUCCESS


def test_readouts_that_are_interchanged_are_rejected() -> None:
    raw = played(readout=READOUT)
    swapped = raw.arrays["counts"][:, [0, 2, 1, 3]]
    raw.arrays["counts"] = swapped
    analysis = EXPERIMENT.analyse(raw)
    checks = EXPERIMENT.check(analysis, raw.parameters, {})
    assert judge(checks).verdict is Verdict.REJECT
    assert CheckCode.NO_SIGNAL in {one.code for one in checks if not one.passed}


def test_the_picture_has_the_usual_size_and_tells_no_number_of_the_result() -> None:
    analysis, *_ = checked(played(readout=READOUT))
    first, second = (png(EXPERIMENT.draw(analysis)) for _ in range(2))
    assert first == second
    assert struct.unpack(">II", first[16:24]) == (640, 480)
    texts = {text.get_text() for text in EXPERIMENT.draw(analysis).findobj(Text)}
    assert {"XX", "ZZ", "Re ρ, measured", "Im ρ, measured", "Re ρ, ideal", "01"} <= texts
    assert not any(f"{one.value:.2f}" in text for one in analysis.quantities.values() for text in texts)


def test_the_nearest_physical_state_is_one() -> None:
    rng = np.random.default_rng(2)
    for seed in range(5):
        sound = random_density_matrix(4, seed=seed).data
        assert states.physical(sound) == pytest.approx(sound, abs=1e-12)
        noise = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
        rough = sound + 0.2 * (noise + noise.conj().T - np.eye(4) * np.trace(noise).real / 2)
        found = states.physical(rough)
        assert np.trace(found).real == pytest.approx(1.0)
        assert np.linalg.eigvalsh(found).min() > -1e-12
        # no state on the way to another one is nearer
        for other in (sound, np.eye(4) / 4, states.BELL):
            between = 0.99 * found + 0.01 * other
            assert np.linalg.norm(between - rough) >= np.linalg.norm(found - rough) - 1e-9


def test_the_true_state_of_a_simulated_pair_loses_what_its_gate_does() -> None:
    device = open_simulated(11, 2, {}, 1.8e9, "line", tunable=True)
    device.load(tuned(device))
    load_best_cz(device, (0, 1))
    device.load(tuned(device))
    best, gate = true_bell(device, (0, 1)), true_cz(device, (0, 1)).error
    assert 0.5 * gate < 1 - best < 3e-3
    controls = device.controls()[Pair(0, 1)]
    for name, angle in itertools.product(("cz_z_first", "cz_z_second"), (-0.6, 0.6)):
        load_controls(device, (0, 1), **{name: controls[name] + angle})
        assert true_bell(device, (0, 1)) == pytest.approx(best * np.cos(angle / 2) ** 2, abs=2e-3)
        load_controls(device, (0, 1), **controls)


def test_a_simulated_pair_is_measured_within_its_error() -> None:
    device = open_simulated(11, 2, {}, 1.8e9, "line", tunable=True)
    load_best_cz(device, (0, 1))
    device.load(tuned(device))
    raw = EXPERIMENT.measure(device, {Pair(0, 1): {"shots": 4000}})[Pair(0, 1)]
    analysis, verdict, _ = checked(raw)
    assert verdict is Verdict.ACCEPT
    assert abs(pull(analysis, "bell_fidelity", true_bell(device, (0, 1)))) < 4.0
    heat = [one.thermal_population for one in device.chip.truth_now().transmons]
    assert max(abs(pull(analysis, f"excited_{place}", heat[place])) for place in (0, 1)) < 4.0
