"""What the loaded CZ of a pair is really worth, by the hidden truth, and the best one: for evals and tests only."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from reson import components
from reson.tools.devices.simulated.couplers import CouplerTruth
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.flux_events import FluxEvent, arriving
from reson.tools.devices.simulated.flux_line import steps_of
from reson.tools.devices.simulated.flux_propagation import LEVELS, Propagation, propagated, superoperator
from reson.tools.devices.simulated.gates import Flux, Idle, Rz
from reson.tools.devices.simulated.instructions import to_gate
from reson.tools.devices.simulated.joint import coupling_rates, on_entries
from reson.tools.devices.simulated.noise import branches
from reson.tools.devices.simulated.superoperators import superoperators
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.tools.devices.simulated.tunable import TunableTruth, adiabatic_amplitude

Pair = tuple[int, int]
_KEPT = np.array([first * LEVELS + second for first in (0, 1) for second in (0, 1)])
_FOREVER = 1e6


@dataclass(frozen=True)
class CzErrors:
    """Average infidelity of the loaded CZ, and what it is made of."""

    error: float
    coherent: float
    """Infidelity without any decoherence, leakage included."""
    leakage: float
    """Mean population outside levels 0 and 1 after one gate that started inside."""
    coherent_leakage: float
    """What of it the pulse does without any decoherence: the rest is the heat of qubits that wait as long."""
    qubits_limit: float
    """What relaxation and dephasing of the qubits alone cost."""
    coupler_limit: float
    """What the coupler's relaxation alone costs."""
    idle_zz: float
    """Hz, at the loaded bias."""

    @property
    def limit(self) -> float:
        """Of qubits and coupler."""
        return self.qubits_limit + self.coupler_limit


class _Parts(NamedTuple):
    transmons: tuple[TransmonTruth, TransmonTruth]
    coupler: CouplerTruth
    tunable: TunableTruth


def true_cz(device: SimulatedDevice, pair: Pair) -> CzErrors:
    """Errors of the CZ at the controls loaded now, by the chip as it is now, of one gate after a long rest."""
    parts, controls = _parts(device, pair), device.chip.pairs[pair]
    played = cz_played(device, pair)
    duration = controls["cz_duration"]
    qubits = sum(duration * (1 / (5 * one.t1) + 2 / (5 * one.t2)) for one in parts.transmons)
    found = _propagated(parts.tunable, pair, controls["cz_amplitude"], duration)
    held = float(found.coupler_time[_KEPT].mean())
    (error, leakage), (coherent, coherent_leakage) = map(_infidelity, (played, cz_played(device, pair, coherent=True)))
    return CzErrors(
        error=error,
        coherent=coherent,
        leakage=leakage,
        coherent_leakage=coherent_leakage,
        qubits_limit=qubits,
        coupler_limit=4 / 5 * held / parts.tunable.t1,
        idle_zz=parts.coupler.zz,
    )


def cz_played(device: SimulatedDevice, pair: Pair, coherent: bool = False) -> np.ndarray:
    """Superoperator of the loaded CZ on entries of both qubits, shape (LEVELS^4, LEVELS^4): over the shots, in some of
    which a fast defect has moved a qubit.

    ``coherent``: without decoherence of qubits and coupler, and without noise.
    """
    pulse = _pulse(device, pair, coherent)
    parts = [share * _with_qubits(device, pair, both, pulse) for share, both in _mixtures(device, pair, coherent)]
    return np.sum(parts, axis=0)


def _mixtures(
    device: SimulatedDevice, pair: Pair, coherent: bool = False
) -> list[tuple[float, tuple[TransmonTruth, TransmonTruth]]]:
    """(share of the shots, both qubits in them), of all combinations of their fast defects."""
    first, second = _parts(device, pair).transmons
    if coherent:
        first, second = (replace(one, t1=_FOREVER, t2=_FOREVER, thermal_population=0.0) for one in (first, second))
    mixed = itertools.product(branches(first), branches(second))
    return [(one_share * other_share, (one, other)) for (one_share, one), (other_share, other) in mixed]


def _pulse(device: SimulatedDevice, pair: Pair, coherent: bool = False) -> np.ndarray:
    """Superoperator of the flux pulse alone."""
    tunable, controls = _parts(device, pair).tunable, device.chip.pairs[pair]
    if coherent:
        tunable = replace(tunable, t1=_FOREVER, line=replace(tunable.line, noise=0.0))
    found = _propagated(tunable, pair, controls["cz_amplitude"], controls["cz_duration"])
    return superoperator(found, tunable.line.noise)


def _with_qubits(
    device: SimulatedDevice, pair: Pair, both: tuple[TransmonTruth, TransmonTruth], pulse: np.ndarray
) -> np.ndarray:
    """The pulse between two halves of what its qubits do meanwhile, and the virtual Z after it."""
    controls, coupler = device.chip.pairs[pair], _parts(device, pair).coupler
    half = Idle(round(controls["cz_duration"] / 2 * 1e12))
    idles, turns = [], []
    for qubit, transmon, angle in zip(pair, both, ("cz_z_first", "cz_z_second"), strict=True):
        frequency = device.chip.controls[qubit]["drive_frequency"]
        idle, turn = on_entries(superoperators([half, Rz(controls[angle])], transmon, frequency), LEVELS)
        idles.append(idle)
        turns.append(turn)
    zz = np.exp(-1j * coupling_rates(LEVELS, 2, [(0, 1, coupler.zz)]).ravel() * half.picoseconds * 1e-12)
    idle = zz[:, None] * np.kron(*idles)
    return np.kron(*turns) @ idle @ pulse @ idle


def true_bell(device: SimulatedDevice, pair: Pair) -> float:
    """Fidelity with (00 + 11) / sqrt(2) of what the loaded pulses make of a perfect 00: two Hadamard gates, the CZ, and
    a Hadamard gate on the second qubit while the first waits.
    """
    duration = max(device.chip.controls[qubit]["pulse_duration"] for qubit in pair)
    turned = coupling_rates(LEVELS, 2, [(0, 1, _parts(device, pair).coupler.zz)]).ravel() * duration
    zz, pulse = np.exp(-1j * turned)[:, None], _pulse(device, pair)
    start, made = np.eye(LEVELS**4, 1, dtype=complex)[:, 0], np.zeros(LEVELS**4, dtype=complex)
    for share, both in _mixtures(device, pair):
        gates, waits = zip(*(_hadamard_and_wait(device, *one) for one in zip(pair, both, strict=True)), strict=True)
        before, after = zz * np.kron(*gates), zz * np.kron(waits[0], gates[1])
        made += share * (after @ _with_qubits(device, pair, both, pulse) @ before @ start)
    entries = made.reshape((LEVELS,) * 4).transpose(0, 2, 1, 3)
    kept = entries.reshape(LEVELS**2, LEVELS**2)[np.ix_(_KEPT, _KEPT)]
    return float(np.real(kept[0, 0] + kept[0, 3] + kept[3, 0] + kept[3, 3]) / 2)


def _hadamard_and_wait(device: SimulatedDevice, qubit: int, transmon: TransmonTruth) -> tuple[np.ndarray, np.ndarray]:
    """Superoperators of a Hadamard gate and of a wait as long, on entries of one qubit."""
    controls = device.chip.controls[qubit]
    parts = [Rz(math.pi / 2), to_gate("sx", (), "", controls), Idle(round(controls["pulse_duration"] * 1e12))]
    quarter, half, wait = on_entries(superoperators(parts, transmon, controls["drive_frequency"]), LEVELS)
    return quarter @ half @ quarter, wait


def load_best_cz(device: SimulatedDevice, pair: Pair, duration: float = 60e-9) -> None:
    """Idle the pair's coupler at zero ZZ and load the best CZ of a length, and the drive frequencies of both qubits."""
    tunable = _parts(device, pair).tunable
    load_controls(device, pair, coupler_bias=tunable.line.bias(tunable.idle), cz_duration=duration)
    parts = _parts(device, pair)
    for qubit in pair:
        device.load({components.Qubit(qubit): {"drive_frequency": parts.transmons[pair.index(qubit)].f01}})
    load_controls(device, pair, cz_amplitude=best_amplitude(device, pair), cz_z_first=0.0, cz_z_second=0.0)
    first, second = best_frames(device, pair)
    load_controls(device, pair, cz_z_first=first, cz_z_second=second)


def load_controls(device: SimulatedDevice, pair: Pair, **values: float) -> None:
    device.load({components.Pair(*pair): values})


def best_amplitude(device: SimulatedDevice, pair: Pair) -> float:
    """The least amplitude with a conditional phase of pi at bias and length in force, that of idling included; no
    number where there is none within a tenth of the amplitude of an adiabatic pulse.
    """
    from scipy.optimize import brentq

    parts = _parts(device, pair)
    tunable, duration = parts.tunable, device.chip.pairs[pair]["cz_duration"]
    gain = tunable.line.gain * tunable.line.pulse_gain
    if not gain:
        return math.nan
    guess = (tunable.idle + adiabatic_amplitude(tunable, duration) - tunable.flux) / gain

    def phase(amplitude: float) -> float:
        """From 0 to 2 pi."""
        kept = np.diag(_propagated(tunable, pair, amplitude, duration).kraus[0])[_KEPT]
        turned = np.angle(kept[3] * kept[0] / (kept[1] * kept[2])) - 2 * math.pi * parts.coupler.zz * duration
        return float(turned % (2 * math.pi))

    amplitudes = np.linspace(0.9, 1.1, 41) * guess
    found = np.unwrap([(phase(one) + 1) % (2 * math.pi) - 1 for one in amplitudes])
    crossings = np.flatnonzero((found[1:] - math.pi) * (found[:-1] - math.pi) <= 0)
    if not len(crossings):
        return math.nan
    first = int(crossings[0])
    root = brentq(lambda one: phase(one) - math.pi, amplitudes[first], amplitudes[first + 1], xtol=1e-9)
    return float(root)  # pyright: ignore[reportArgumentType]


def best_frames(device: SimulatedDevice, pair: Pair) -> tuple[float, float]:
    """rad, the virtual Z of both qubits at the pulse in force; what its conditional phase misses of pi is shared."""
    controls = device.chip.pairs[pair]
    none, second, first, both = _phases(cz_played(device, pair, coherent=True))
    missed = math.remainder(both - first - second + none - math.pi, math.tau) / 2
    left = (math.remainder(one + missed, math.tau) for one in (first, second))
    names = ("cz_z_first", "cz_z_second")
    found = [math.remainder(controls[name] + one, math.tau) for name, one in zip(names, left, strict=True)]
    return found[0], found[1]


def lost_by_a_pulse(device: SimulatedDevice, pair: Pair) -> float:
    """The larger of what one CZ at the controls in force swaps between 01 and 10, and what it takes out of 11."""
    moved = np.real(_in_order(cz_played(device, pair, coherent=True)))
    zero_one, one_zero, both = _KEPT[1], _KEPT[2], _KEPT[3]
    return float(max(moved[zero_one, zero_one, one_zero, one_zero], 1 - moved[both, both, both, both]))


def _phases(played: np.ndarray) -> list[float]:
    """rad that undoes what each of 00, 01, 10 and 11 turns against 00."""
    matrix = _in_order(played)
    return [float(-np.angle(matrix[state, 0, state, 0])) for state in _KEPT]


def _in_order(played: np.ndarray) -> np.ndarray:
    """Entries (ket out, bra out, ket in, bra in) of two-qubit states, from those of one qubit after the other."""
    axes = played.reshape((LEVELS,) * 8).transpose(0, 2, 1, 3, 4, 6, 5, 7)
    return axes.reshape((LEVELS**2,) * 4)


def _infidelity(played: np.ndarray) -> tuple[float, float]:
    """(average infidelity against CZ, average leakage), Wood and Gambetta, PRA 97, 032306 (2018)."""
    block = _in_order(played)[np.ix_(_KEPT, _KEPT, _KEPT, _KEPT)]
    ideal = np.array([1, 1, 1, -1])
    process = np.einsum("ijij,i,j->", block, ideal, ideal).real / 16
    kept = np.einsum("iijj->", block).real / 4
    return float(1 - (4 * process + kept) / 5), float(1 - kept)


def _propagated(tunable: TunableTruth, pair: Pair, amplitude: float, duration: float) -> Propagation:
    event = FluxEvent(Flux(pair, amplitude, duration, duration), (0,) * len(tunable.line.tails), ())
    return propagated(tunable, arriving(tunable.line, event), steps_of(duration))


def _parts(device: SimulatedDevice, pair: Pair) -> _Parts:
    truth = device.chip.truth_now()
    coupler = next(one for one in truth.couplers if one.qubits == pair)
    if coupler.tunable is None:
        raise ValueError(f"the coupler of {pair} is fixed")
    first, second = (truth.transmons[qubit] for qubit in pair)
    return _Parts((first, second), coupler, coupler.tunable)
