"""Chips with a fault of any kind, at any strength that its kind allows, always there or for a while in the night.

``python -m reson.evals.any_fault --first 1000 --count 100`` runs a night on each and prints, kind by kind, what became
of the faulty qubits: calibrated, named, or neither; and whether a healthy one was harmed or blamed.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from reson.agent.lab import EPOCH
from reson.components import Qubit
from reson.evals import chip_by_chip
from reson.evals.fault_strengths import drawn_strength
from reson.evals.fault_table import fault_table
from reson.evals.faulty_chips import FaultyChip
from reson.evals.intervals import proportion
from reson.evals.nights import QubitResult, run_night
from reson.tools.devices.simulated.fault_kinds import KINDS, Scope

STREAM = 0x616E79
BRING_UP = 240.0
"""Seconds that a cold night takes of a device, about: within them a fault that comes and goes does so."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "dead_drive_line": ("no_drive_response",),
    "attenuator": ("weak_drive_line", "no_drive_response"),
    "swapped_drive_lines": ("swapped_drive_lines",),
    "oscillator_off": ("frequency_guess_off", "no_drive_response"),
    "frequency_guess_off": ("frequency_guess_off", "no_drive_response"),
    "wrong_sideband": ("wrong_sideband", "no_drive_response"),
    "clipped_generator": ("clipped_drive", "weak_drive_line", "no_drive_response"),
    "leaky_pulse": ("leaky_pulse",),
    "dead_readout_line": ("no_readout_signal",),
    "readout_saturated": ("readout_saturated", "no_readout_signal"),
    "noisy_amplifier": ("noisy_readout", "no_readout_signal"),
    "defect_on_resonance": ("short_t1",),
    "short_t1": ("short_t1",),
    "hot_qubit": ("hot_qubit",),
}
"""Kind of fault -> diagnoses that are right for it. The second and third are so only where the strength leaves no more
to be seen: an attenuator of 60 dB is a dead line, noise a hundred times too large is no signal."""
SEARCHED = 540e6
"""Hz from the design frequency within which a night searches for a line."""
WHERE_FITTING: Mapping[str, Mapping[str, tuple[str, float, float]]] = {
    "attenuator": {"no_drive_response": ("db", 30.0, math.inf)},
    "oscillator_off": {"no_drive_response": ("offset", SEARCHED, math.inf)},
    "frequency_guess_off": {"no_drive_response": ("offset", SEARCHED, math.inf)},
    "wrong_sideband": {"no_drive_response": ("intermediate", SEARCHED / 2, math.inf)},
    "clipped_generator": {"weak_drive_line": ("level", 0.0, 0.3), "no_drive_response": ("level", 0.0, 0.03)},
    "readout_saturated": {"no_readout_signal": ("level", 0.0, 0.001)},
    "noisy_amplifier": {"no_readout_signal": ("factor", 50.0, math.inf)},
}
"""(kind, diagnosis) -> between which magnitudes of which parameter the diagnosis is right."""


@dataclass(frozen=True)
class DrawnFault:
    kind: str
    components: tuple[str, ...]
    parameters: Mapping[str, float]
    begins: float | None
    """Seconds after the night began; None: always there."""
    ends: float | None

    @property
    def text(self) -> str:
        """Its table in a chip.toml."""
        moments = (None if at is None else EPOCH + timedelta(seconds=round(at)) for at in (self.begins, self.ends))
        return fault_table(self.kind, self.components, self.parameters, *moments)

    @property
    def told(self) -> str:
        strength = ", ".join(f"{name} {value:.3g}" for name, value in self.parameters.items())
        hours = "" if self.begins is None else f" {self.begins:.0f} to {self.ends or math.inf:.0f} s"
        return f"{self.kind} {strength}{hours}"

    def is_named(self, diagnoses: tuple[str, ...]) -> bool:
        return any(name in diagnoses and self._fits(name) for name in NAMES[self.kind])

    def _fits(self, name: str) -> bool:
        where = WHERE_FITTING.get(self.kind, {}).get(name)
        return where is None or where[1] <= abs(self.parameters[where[0]]) <= where[2]


def drawn_faults(seed: int, qubits: int, kinds: tuple[str, ...] = tuple(NAMES)) -> list[DrawnFault]:
    """Faults on up to half of the qubits, at least one; on chips of one qubit the seed goes through the kinds."""
    rng = np.random.default_rng([seed, STREAM])
    kind = kinds[seed % len(kinds)]
    places = [str(Qubit(qubit)) for qubit in rng.permutation(qubits_of(seed, qubits, kinds))]
    faults = []
    for _ in range(max(1, qubits // 2)):
        needed = 2 if KINDS[kind].scope is Scope.PAIR else 1
        if needed <= len(places):
            components = tuple(places.pop() for _ in range(needed))
            faults.append(_drawn(kind, components, rng))
        kind = str(rng.choice(kinds))
    return faults


def qubits_of(seed: int, qubits: int, kinds: tuple[str, ...] = tuple(NAMES)) -> int:
    """How many qubits the chip has: two at least where its first fault sits on two."""
    return max(qubits, 2 if KINDS[kinds[seed % len(kinds)]].scope is Scope.PAIR else 1)


def _drawn(kind: str, components: tuple[str, ...], rng: np.random.Generator) -> DrawnFault:
    parameters = drawn_strength(kind, rng)
    begins = ends = None
    if not KINDS[kind].permanent and rng.random() < 0.4:
        begins = rng.uniform(0, BRING_UP)
        ends = begins + rng.uniform(0, BRING_UP) if rng.random() < 0.5 else None
    return DrawnFault(kind, components, parameters, begins, ends)


@dataclass(frozen=True)
class Told:
    """What became of one qubit."""

    seed: int
    component: str
    kind: str
    """Of its fault; empty for a healthy one."""
    fault: str
    state: str
    diagnoses: tuple[str, ...]
    ratio: float
    right: bool
    """Calibrated within the goal by the hidden truth, or named by its fault."""
    harm: str
    """Why it is worse than a miss: called done though it is not, or a healthy one blamed or not calibrated."""
    ending: str


def run_chip(seed: int, qubits: int, kinds: tuple[str, ...] = tuple(NAMES)) -> list[Told]:
    faults = drawn_faults(seed, qubits, kinds)
    night = run_night(
        seed, qubits_of(seed, qubits, kinds), faulty=FaultyChip("\n".join(one.text for one in faults), {})
    )
    of = {name: fault for fault in faults for name in fault.components}
    return [told_of(one, of.get(one.component), night.ending) for one in night.qubits]


def told_of(qubit: QubitResult, fault: DrawnFault | None, ending: str) -> Told:
    calibrated = qubit.reached
    named = fault is not None and fault.is_named(qubit.diagnoses)
    harm = ""
    if qubit.state == "done" and not calibrated:
        harm = "done though above the goal"
    elif fault is None and not qubit.own_troubles and (not calibrated or qubit.diagnoses):
        harm = "healthy and blamed" if qubit.diagnoses else "healthy and not calibrated"
    elif qubit.state != "done" and not qubit.diagnoses:
        harm = "no name"
    right = calibrated or named or (fault is None and bool(set(qubit.diagnoses) & set(qubit.own_troubles)))
    kind, told = ("", "") if fault is None else (fault.kind, fault.told)
    where = (qubit.seed, qubit.component, kind, told, qubit.state, qubit.diagnoses)
    return Told(*where, ratio=qubit.true_ratio, right=right, harm=harm, ending=ending)


def table(told: list[Told]) -> str:
    """Kind by kind, as Markdown, with everything that went wrong below."""
    rows = ["| fault | qubits | calibrated | named | neither | waits for a person |", "|---|---|---|---|---|---|"]
    for kind in sorted({one.kind for one in told}):
        those = [one for one in told if one.kind == kind]
        done = sum(one.state == "done" and one.right for one in those)
        right, waits = sum(one.right for one in those), sum(one.state == "waiting" for one in those)
        rows.append(f"| {kind or 'none'} | {len(those)} | {done} | {right - done} | {len(those) - right} | {waits} |")
    faulty = [one for one in told if one.kind]
    rows += ["", f"faulty qubits named or calibrated: {proportion(sum(one.right for one in faulty), len(faulty))}", ""]
    wrong = [one for one in told if not one.right or one.harm]
    return "\n".join([*rows, *map(line, wrong)])


def line(one: Told) -> str:
    named = ", ".join(one.diagnoses) or "no name"
    about = "" if one.right else " MISSED"
    about += f" HARM: {one.harm}" if one.harm else ""
    where = f"seed {one.seed} {one.component}"
    return f"- {where}: {one.fault or 'healthy'}: {one.state}, {named}, ratio {one.ratio:.2f}{about}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    chip_by_chip.add_arguments(parser, 20)
    parser.add_argument("--qubits", type=int, default=1, help="of each chip")
    parser.add_argument("--kinds", nargs="*", default=list(NAMES))
    asked = parser.parse_args()
    chip_by_chip.study("any fault", asked, lambda seed: run_chip(seed, asked.qubits, tuple(asked.kinds)), line, table)


if __name__ == "__main__":
    main()
