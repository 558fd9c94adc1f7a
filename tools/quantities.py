"""Every parameter that the table may hold: unit, physical bounds, and whether it is a control of the device.

A *control* changes what the device does (it is loaded before each job); the others are recorded results.
The bounds are those of physics and of the electronics; no value outside them is ever written.
"""

from __future__ import annotations

from collections.abc import Mapping

from reson.errors import ToolError, ToolErrorKind
from reson.records import Finite, Record


class ParameterSpec(Record):
    name: str
    unit: str
    low: Finite
    high: Finite
    control: bool
    description: str
    positive: bool = False
    """Cannot be below zero in truth: what is not told from zero is recorded as an upper limit."""

    def written(self, *values: float) -> str:
        """``4.5e+09 Hz``, or of two ``0 to 0.4``."""
        return f"{' to '.join(f'{value:g}' for value in values)} {self.unit}".strip()

    def require(self, value: float) -> float:
        """The value itself if it is finite and within bounds; else ``ToolError`` (bad_arguments)."""
        if not self.low <= value <= self.high:  # also catches NaN
            raise ToolError(
                ToolErrorKind.BAD_ARGUMENTS,
                f"{self.name} = {value:g} {self.unit} is outside {self.low:g} to {self.high:g} {self.unit}",
            )
        return value


OF_PAIRS = (
    "coupler_bias",
    "cz_amplitude",
    "cz_duration",
    "cz_z_first",
    "cz_z_second",
    "flux_tail_amplitude",
    "flux_tail_time",
)
"""Controls that a pair has, with a flux line for its coupler; all others are a qubit's."""


def _control(name: str, unit: str, low: float, high: float, description: str) -> ParameterSpec:
    return ParameterSpec(name=name, unit=unit, low=low, high=high, control=True, description=description)


def _result(name: str, unit: str, low: float, high: float, description: str) -> ParameterSpec:
    return ParameterSpec(name=name, unit=unit, low=low, high=high, control=False, description=description)


def _share(name: str, low: float, high: float, description: str) -> ParameterSpec:
    """An error, a probability, a spread: it may be found below zero by its noise, and is not."""
    spec = _result(name, "", low, high, description)
    return spec.model_copy(update={"positive": True})


PARAMETERS: dict[str, ParameterSpec] = {
    spec.name: spec
    for spec in (
        _control("drive_frequency", "Hz", 1e9, 12e9, "frequency of the drive, meant to equal f01"),
        _control("anharmonicity", "Hz", -600e6, -50e6, "f12 - f01; from the design until it is measured"),
        _control("x_amplitude", "", 0.0, 1.0, "peak amplitude of the X pulse, in units of full scale"),
        _control("sx_amplitude", "", 0.0, 1.0, "peak amplitude of the SX pulse, in units of full scale"),
        _control("ef_amplitude", "", 0.0, 1.0, "peak amplitude of the pi pulse on the 1-2 transition"),
        _control(
            "drag_beta", "s", -5e-9, 5e-9, "DRAG: quadrature amplitude over the time derivative of the in-phase one"
        ),
        _control("pulse_duration", "s", 8e-9, 200e-9, "length of the X and SX pulses; sigma is a quarter of it"),
        _control("readout_frequency", "Hz", 4e9, 10e9, "frequency of the readout tone, near the resonator's"),
        _control("readout_amplitude", "", 0.0, 1.0, "amplitude of the readout tone, in units of full scale"),
        _control(
            "readout_angle", "rad", -3.15, 3.15, "rotation that turns the g-e axis of the IQ plane to the real axis"
        ),
        _control(
            "readout_threshold",
            "",
            -1e15,
            1e15,
            "discrimination threshold on the rotated real axis, in the digitiser's unit, whatever that is",
        ),
        _control("coupler_bias", "", -0.6, 0.6, "static flux of a tunable coupler, in nominal flux quanta"),
        _control(
            "cz_amplitude", "", -1.0, 1.0, "peak of the CZ's flux pulse on top of the bias, in nominal flux quanta"
        ),
        _control("cz_duration", "s", 20e-9, 200e-9, "length of the CZ's flux pulse, a whole number of nanoseconds"),
        _control("cz_z_first", "rad", -3.15, 3.15, "virtual Z of a CZ on the pair's first qubit"),
        _control("cz_z_second", "rad", -3.15, 3.15, "virtual Z of a CZ on the pair's second qubit"),
        _control("flux_tail_amplitude", "", -0.2, 0.2, "predistortion of the flux line: relative size of its tail"),
        _control("flux_tail_time", "s", 5e-9, 5e-6, "predistortion of the flux line: time constant of its tail"),
        _result("resonator_frequency", "Hz", 4e9, 10e9, "frequency of the readout resonator with the qubit in 0"),
        _result("resonator_linewidth", "Hz", 1e4, 1e8, "linewidth kappa / 2 pi of the readout resonator"),
        _result(
            "punch_out_shift",
            "Hz",
            -50e6,
            50e6,
            "resonator frequency at low power minus that at the strongest tone that shows a dip",
        ),
        _result(
            "dispersive_shift", "Hz", -20e6, 20e6, "resonator frequency with the qubit in 1 minus that in 0: 2 chi"
        ),
        _result("t1", "s", 1e-7, 1e-2, "energy relaxation time"),
        _result("t2_star", "s", 1e-8, 1e-2, "dephasing time without echo (Ramsey)"),
        _result("t2_echo", "s", 1e-8, 2e-2, "dephasing time with one echo (Hahn)"),
        _result(
            "echo_exponential_share",
            "",
            0.0,
            1.0,
            "share s of exponential decay in the echo exp(-s t/T2 - (1-s) (t/T2)^2): 1 fast noise, 0 slow noise",
        ),
        _result("t2_cpmg", "s", 1e-8, 2e-2, "dephasing time under a train of echoes (CPMG)"),
        _result("t1_rho", "s", 1e-8, 2e-2, "relaxation time along the axis of a drive that holds the state (T1rho)"),
        _share("t1_fluctuation", 0.0, 10.0, "standard deviation of T1 over its median, within one long measurement"),
        _result("rabi_rate", "Hz", 1e5, 1e10, "peak Rabi frequency of a drive of full scale"),
        _share("allxy_deviation", 0.0, 1.0, "root mean square deviation of the AllXY staircase from the ideal one"),
        _result("three_state_fidelity", "", 0.0, 1.0, "mean probability that 0, 1 and 2 are read as what was prepared"),
        _result("assignment_fidelity", "", 0.0, 1.0, "1 - (P(1|0) + P(0|1)) / 2"),
        _result("x_angle_error", "rad", -3.2, 3.2, "over-rotation of the X pulse"),
        _result("sx_angle_error", "rad", -3.2, 3.2, "over-rotation of the SX pulse"),
        _result("angle_scale_error", "", -0.6, 0.6, "by how much a fractional RX turns too far, relative to its angle"),
        _share("error_per_gate", 0.0, 0.5, "average error of one physical pulse by randomised benchmarking"),
        _share("simultaneous_error_per_gate", 0.0, 0.5, "the same while all neighbours are benchmarked as well"),
        _result("zz", "Hz", -2e7, 2e7, "always-on ZZ of a pair"),
        _share(
            "layer_error",
            0.0,
            0.75,
            "average error of a Clifford on each qubit of a pair and their two-qubit gate, in a full layer",
        ),
        _share("cz_error", 0.0, 0.75, "average error of a pair's CZ by interleaved benchmarking"),
        _result("bell_fidelity", "", 0.0, 1.05, "fidelity of a pair's Bell state by tomography, by its noise above 1"),
        _share("x_error", 0.0, 0.5, "average error of the X pulse by interleaved benchmarking"),
        _share("sx_error", 0.0, 0.5, "average error of the SX pulse by interleaved benchmarking"),
        _share("incoherent_error", 0.0, 0.5, "part of the average error of a pulse that is decoherence"),
        _share(
            "coherent_error",
            -0.1,
            0.5,
            "part of the average error of a pulse that a better calibration can win",
        ),
        _result("unitarity", "", 0.0, 1.0, "mean of what one pulse leaves of the squared length of a Bloch vector"),
        _share("leakage_per_gate", -0.01, 0.5, "average population that one pulse lifts out of levels 0 and 1"),
        _share("reset_error", -0.1, 1.0, "population of 1 that a reset leaves of a 1, beyond the thermal one"),
        _share("p1_given_0", 0.0, 1.0, "probability of reading 1 where 0 was prepared"),
        _share("p0_given_1", 0.0, 1.0, "probability of reading 0 where 1 was prepared"),
        _share("readout_crosstalk", -1.0, 1.0, "largest change of P(1) with the state of another qubit"),
        _result("state_fidelity", "", 0.0, 1.05, "fidelity of a prepared state by tomography, by its noise above 1"),
    )
}


def controls_only(values: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Of a table of values (component -> parameter -> value), those that a device can be loaded with."""
    controls = {
        component: {name: value for name, value in row.items() if PARAMETERS[name].control}
        for component, row in values.items()
    }
    return {component: row for component, row in controls.items() if row}
