"""The catalogue of faults: what each kind is, its parameters, what it looks like in the lab, and what a person does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """What a fault of a kind sits on."""

    QUBIT = "one qubit"
    PAIR = "two qubits"
    COUPLER = "the tunable coupler of a pair"
    COUPLERS = "the tunable couplers of two pairs"
    DEVICE = "the whole device"


@dataclass(frozen=True)
class FaultParameter:
    meaning: str
    unit: str
    """SI; empty for a pure number."""
    default: float
    low: float
    high: float


@dataclass(frozen=True)
class FaultKind:
    what: str
    """The fault itself, in one clause."""
    looks: str
    """How it shows to an operator, who sees measurements only."""
    remedy: str
    """What a person should do."""
    scope: Scope = Scope.QUBIT
    parameters: Mapping[str, FaultParameter] = field(default_factory=dict)
    permanent: bool = False
    """Wrong from the chip's first day: it can neither begin nor end."""


_PROBABILITY = FaultParameter("chance of each job to be hit", "", 1.0, 0.0, 1.0)

KINDS: dict[str, FaultKind] = {
    "dead_drive_line": FaultKind(
        "no pulse reaches the qubit",
        "The resonator answers and moves with the readout power, but no drive frequency or amplitude excites the "
        "qubit.",
        "Check the drive line from the generator to the chip: cable, connector, wire bond, local oscillator.",
    ),
    "attenuator": FaultKind(
        "the drive line attenuates more than the wiring list says",
        "The line is found with a stronger drive only; the Rabi curve has the right shape and ends before its pi "
        "pulse.",
        "Look for the wrong attenuator or a bad connector; 20 dB is a factor of ten in amplitude.",
        parameters={"db": FaultParameter("excess attenuation", "dB", 20.0, -30.0, 80.0)},
    ),
    "swapped_drive_lines": FaultKind(
        "two drive cables are interchanged",
        "Neither qubit answers near its own design frequency, and each answers at the other's.",
        "Swap the two cables, or the two rows of the wiring list.",
        Scope.PAIR,
    ),
    "oscillator_off": FaultKind(
        "the local oscillator is off: the carrier lies beside the frequency that was asked for",
        "The line lies tens of megahertz from its design frequency; all else is normal once it is followed there.",
        "Measure the local oscillator with a spectrum analyser; check its reference and its set point.",
        parameters={"offset": FaultParameter("played carrier minus asked carrier", "Hz", 40e6, -500e6, 500e6)},
    ),
    "wrong_sideband": FaultKind(
        "the mixer plays the mirror image of the carrier about its local oscillator (I and Q interchanged)",
        "The line lies at twice the intermediate frequency below its design, a higher asked frequency is a lower "
        "played one, the second transition seems to lie above the first, and DRAG wants a coefficient of the wrong "
        "sign.",
        "Interchange I and Q at the mixer, or change the sign of the intermediate frequency.",
        parameters={
            "intermediate": FaultParameter("design frequency minus local oscillator", "Hz", 30e6, -300e6, 300e6)
        },
    ),
    "clipped_generator": FaultKind(
        "the waveform generator clips: each quadrature stops growing at a level",
        "The Rabi curve starts as usual, then stops growing with amplitude; the pi pulse is never reached or leaks.",
        "Check the generator's output range and the programmed full scale; lengthen the pulse.",
        parameters={"level": FaultParameter("largest amplitude that is played, of full scale", "", 0.1, 0.0, 1.0)},
    ),
    "leaky_pulse": FaultKind(
        "every pulse carries an unwanted tone on the transition from 1 to 2",
        "Calibration succeeds, but the error per gate stays above the coherence limit and benchmarking ends below 1/2: "
        "population leaves the qubit with every pulse.",
        "Look at the pulse with a spectrum analyser: mixer image, carrier leakage, a spur at the anharmonicity.",
        parameters={"spurious": FaultParameter("amplitude of the tone relative to the pulse", "", 0.08, 0.0, 1.0)},
    ),
    "dead_readout_line": FaultKind(
        "no readout signal comes back",
        "Resonator spectroscopy shows noise alone, at every frequency and readout amplitude.",
        "Check the readout line from the generator to the digitiser: cables, isolators, amplifier power.",
    ),
    "readout_saturated": FaultKind(
        "the readout amplifier is driven into saturation by far too small a signal",
        "The signal hardly grows with the readout amplitude and the resonator's dip is washed out; 0 and 1 cannot be "
        "told apart in single shots.",
        "Lower the amplifier's gain or its input power: look for a missing attenuator or a strong pump or spur.",
        parameters={
            "level": FaultParameter("saturation level over that of a sound amplifier", "", 0.005, 1e-4, 1.0),
        },
    ),
    "noisy_amplifier": FaultKind(
        "the amplifier adds too much noise",
        "The resonator's dip and its shift with the qubit are as usual, but the clouds of single shots are wide and "
        "overlap.",
        "Check the bias and pump of the first amplifier, and the temperature of its stage.",
        parameters={"factor": FaultParameter("noise amplitude over that of a sound chain", "", 4.0, 1.0, 1000.0)},
    ),
    "defect_on_resonance": FaultKind(
        "a two-level defect sits on the qubit's frequency",
        "T1 is a few microseconds, T2 at most twice that, and the error per gate is high at its coherence limit.",
        "Measure T1 over time and against frequency; cycle the temperature or shift the frequency to move the defect.",
        parameters={
            "coupling": FaultParameter("coupling rate g / 2 pi", "Hz", 200e3, 1e3, 1e6),
            "decoherence_rate": FaultParameter("sum of both coherences' decay rates", "1/s", 1e7, 1e6, 1e9),
        },
    ),
    "short_t1": FaultKind(
        "the qubit relaxes fast",
        "T1 is short at every frequency and time.",
        "Look for poor filtering, a lossy substrate or surface, or quasiparticles.",
        parameters={"t1": FaultParameter("T1, the ratio T2 / T1 staying", "s", 2e-6, 200e-9, 1e-3)},
    ),
    "hot_qubit": FaultKind(
        "the qubit is hot: much of it is excited at rest",
        "With 0 prepared a large share of the shots lies in the cloud of 1, and every contrast is lower by it.",
        "Check attenuation, filters, shields and the thermal anchoring of the lines; look for stray infrared light.",
        parameters={"population": FaultParameter("share of 1 at rest", "", 0.2, 0.0, 0.45)},
    ),
    "frequency_guess_off": FaultKind(
        "the design frequency is wrong",
        "The line lies tens of megahertz from where it is looked for; all else is normal.",
        "Correct the design value in the wiring list.",
        parameters={"offset": FaultParameter("design frequency minus true one", "Hz", 30e6, -500e6, 500e6)},
        permanent=True,
    ),
    "dead_flux_line": FaultKind(
        "neither bias nor pulse reaches the coupler",
        "The ZZ of the pair is the same at every bias, and no flux pulse gives a conditional phase; both qubits are as "
        "usual.",
        "Check the flux line from the source to the chip: cable, connector, filter, wire bond, bias tee.",
        Scope.COUPLER,
    ),
    "attenuated_flux_line": FaultKind(
        "the flux line attenuates more than the wiring list says",
        "The arc of ZZ against bias is stretched: its walls lie farther apart than by design, or outside the range.",
        "Look for a wrong attenuator or a bad connector; a negative value is an attenuator that is missing.",
        Scope.COUPLER,
        {"db": FaultParameter("excess attenuation", "dB", 6.0, -12.0, 40.0)},
    ),
    "trapped_flux": FaultKind(
        "flux is trapped near the coupler's loop",
        "The arc of ZZ against bias has its usual width and lies at another bias than by design.",
        "Warm the chip above its transition and cool it again in a low field; check the shields.",
        Scope.COUPLER,
        {"flux": FaultParameter("flux in the loop at zero bias, beyond the usual", "flux quanta", 0.15, -0.5, 0.5)},
    ),
    "flux_line_tail": FaultKind(
        "the flux line settles slowly",
        "A single CZ can be calibrated, but the phase of many is not their number times that of one.",
        "Measure the tail and predistort the pulses; look for a bias tee, a filter or a lossy cable.",
        Scope.COUPLER,
        {
            "amplitude": FaultParameter("relative size of the tail", "", 0.02, -0.1, 0.1),
            "time": FaultParameter("its time constant", "s", 100e-9, 10e-9, 3e-6),
        },
    ),
    "lossy_coupler": FaultKind(
        "the coupler relaxes fast",
        "Phase and leakage of the CZ are right, and its error stays far above what the qubits alone would cost.",
        "A shorter pulse helps a little; look for a defect or a filter that is missing on the flux line.",
        Scope.COUPLER,
        {"t1": FaultParameter("T1 of the coupler", "s", 3e-6, 200e-9, 100e-6)},
    ),
    "coupler_defect": FaultKind(
        "a two-level defect lies on the coupler's way to the qubits",
        "Phase and leakage of the CZ are right, and its error stays above the limit at every duration.",
        "Cycle the temperature to move the defect, or use the pair with another idle point.",
        Scope.COUPLER,
        {
            "above": FaultParameter("its frequency above that of the upper qubit", "Hz", 100e6, 20e6, 1e9),
            "coupling": FaultParameter("coupling rate g / 2 pi", "Hz", 1e6, 1e4, 10e6),
            "decoherence_rate": FaultParameter("sum of both coherences' decay rates", "1/s", 5e7, 1e6, 1e9),
        },
    ),
    "flux_crosstalk": FaultKind(
        "pulses on the flux lines beside this one reach its coupler",
        "The CZ is good by itself and bad while neighbouring pairs have theirs.",
        "Check grounds and wire bonds of the flux lines; measure the crosstalk and compensate it.",
        Scope.COUPLER,
        {"share": FaultParameter("share of a neighbour's amplitude that arrives", "", 3e-3, -0.1, 0.1)},
    ),
    "frequency_collision": FaultKind(
        "the qubits of a pair lie at a distance where no CZ works",
        "Swaps between the qubits below some 60 MHz; a phase of the wrong sign and leakage where the distance is near "
        "the anharmonicity; no zero of the ZZ beyond.",
        "Shift one of the two frequencies, by laser annealing say, or leave the pair out.",
        Scope.COUPLER,
        {"apart": FaultParameter("upper minus lower frequency", "Hz", 290e6, 0.0, 600e6)},
        permanent=True,
    ),
    "swapped_flux_lines": FaultKind(
        "two flux cables are interchanged",
        "Neither pair's ZZ moves with its own bias, and each moves with the other's.",
        "Swap the two cables, or the two rows of the wiring list.",
        Scope.COUPLERS,
    ),
    "lost_shots": FaultKind(
        "jobs come back with fewer shots than were asked for",
        "Measurements are refused: fewer shots came back than were asked for, in every circuit of the job.",
        "Look at the digitiser's buffer and trigger; ask for fewer shots in one job.",
        Scope.DEVICE,
        {
            "share": FaultParameter("shots lost of a job that is hit", "", 0.1, 0.0, 1.0),
            "probability": _PROBABILITY,
        },
    ),
    "failing_job": FaultKind(
        "jobs run and end with an error",
        "A job ends with an error in place of a result, whatever it measures.",
        "Read the control system's log; restart its server if the failures go on.",
        Scope.DEVICE,
        {"probability": _PROBABILITY},
    ),
    "hanging_job": FaultKind(
        "jobs never end",
        "A job runs for minutes where seconds were expected, and brings nothing back.",
        "Cancel the job and restart the control system's server.",
        Scope.DEVICE,
        {"probability": _PROBABILITY},
    ),
    "garbage_job": FaultKind(
        "jobs bring back nonsense",
        "A result lacks a circuit, has its circuits in another order, holds values that are no numbers, or outcomes of "
        "bits that were not measured.",
        "Read the control system's log; check its version against the one that the lab was set up with.",
        Scope.DEVICE,
        {"probability": _PROBABILITY},
    ),
}
