"""Pulses of a strange drive line as short kicks: crosstalk from a neighbour, or a line that leads to the wrong qubit.

A kick is the pulse's evolution with the free one taken away, half before it and half after. It is unitary; relaxation
goes on in the gate or wait that it falls on. Far off resonance it is the AC Stark shift, near a collision a rotation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from reson.tools.devices.simulated.carrier import as_played, played_frequency
from reson.tools.devices.simulated.gates import Gate
from reson.tools.devices.simulated.groups import Tone
from reson.tools.devices.simulated.program import Program, Row
from reson.tools.devices.simulated.propagation import NUMBER, Pulse, unitary_paths
from reson.tools.devices.simulated.superoperators import from_unitaries
from reson.tools.devices.simulated.timeline import Kick, Strange
from reson.tools.devices.simulated.truth import ChipTruth, TransmonTruth

STEP = 0.25e-9
"""Seconds of a step of the propagation, short against the beat of the two carriers."""
PHASES = 64
"""Phases of a kick that are told apart."""
_PHASE_STEP = 2 * math.pi / PHASES
NO_TURN = 1e-3
"""Amplitude of excitation by one kick below which its phase makes no difference."""


class Hearing:
    """What one qubit hears of strange lines, each kind of kick propagated once."""

    def __init__(
        self, truth: ChipTruth, transmon: TransmonTruth, tones: Sequence[Tone], asked: Sequence[float], qubit: int
    ) -> None:
        """``transmon`` is the qubit as its neighbours leave it; ``asked`` are the drive frequencies of all lines."""
        self._truth, self._transmon, self._tones = truth, transmon, tones
        own = played_frequency(transmon, asked[qubit])
        self._detuning = transmon.f01 - own
        self._beats = [played_frequency(truth.transmons[tone.line], asked[tone.line]) - own for tone in tones]
        self._half: dict[tuple[int, Pulse], tuple[np.ndarray, bool]] = {}
        self._played: dict[Kick, np.ndarray] = {}

    def lines(self, program: Program, rows: dict[int, Row]) -> list[Strange]:
        """The strange lines of one circuit, in the order of the tones."""
        return [
            Strange(self._gates(program, rows[tone.line]), rows[tone.line].after, beat)
            for tone, beat in zip(self._tones, self._beats, strict=True)
        ]

    def _gates(self, program: Program, row: Row) -> Sequence[Gate]:
        return as_played([program.gates[code][1] for code in row.codes], self._truth.transmons[row.qubit])

    def rounded(self, kick: Kick) -> Kick:
        """One of ``PHASES`` phases, or zero where the phase makes no difference."""
        tone, pulse, phase = kick
        if not self._half_of(tone, pulse)[1]:
            return Kick(tone, pulse, 0.0)
        return Kick(tone, pulse, round(phase / _PHASE_STEP) % PHASES * _PHASE_STEP)

    def half(self, kick: Kick) -> np.ndarray:
        """Superoperator (SIZE, SIZE) of half a kick."""
        if kick not in self._played:
            angle = kick.phase - float(np.angle(self._tones[kick.tone].share))
            turn = np.exp(1j * angle * NUMBER)
            half, _ = self._half_of(kick.tone, kick.pulse)
            self._played[kick] = from_unitaries(turn.conj()[:, None] * half * turn)
        return self._played[kick]

    def _half_of(self, tone: int, pulse: Pulse) -> tuple[np.ndarray, bool]:
        """Unitary (LEVELS, LEVELS) of half a kick of phase zero, and whether its phase makes a difference."""
        if (tone, pulse) not in self._half:
            half = _root(self._kick(self._tones[tone], self._beats[tone], pulse))
            turns = np.abs(half - np.diag(np.diag(half))).max() > NO_TURN / 2
            self._half[tone, pulse] = (half, bool(turns))
        return self._half[tone, pulse]

    def _kick(self, tone: Tone, beat: float, pulse: Pulse) -> np.ndarray:
        truth, share = self._transmon, abs(tone.share)
        arriving = pulse._replace(amp=pulse.amp * share, dfreq=pulse.dfreq + beat)
        source = self._truth.transmons[tone.line]
        limits = {"clip": source.clip * share, "compression": source.compression * share}
        steps = math.ceil(pulse.duration / STEP)
        path = unitary_paths([arriving], steps, 1, self._detuning, truth.anharmonicity, truth.gain, **limits)
        carrier = np.exp(-2j * math.pi * arriving.dfreq * pulse.duration * NUMBER)
        levels = self._detuning * NUMBER + truth.anharmonicity / 2 * NUMBER * (NUMBER - 1)
        back = np.exp(1j * math.pi * levels * pulse.duration)
        return (back * carrier)[:, None] * path[0, 0, -1] * back


def _root(unitary: np.ndarray) -> np.ndarray:
    """The square root of a unitary whose angles lie between -pi / 2 and pi / 2."""
    from scipy.linalg import sqrtm

    return np.asarray(sqrtm(unitary), dtype=complex)
