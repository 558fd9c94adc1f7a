"""What the chip can do: one instruction of a circuit as one gate of the simulation, or a refusal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from numbers import Real
from typing import Any, NoReturn

from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.coupler_flux import COUPLER_FLUX
from reson.tools.devices.drive import DRIVE
from reson.tools.devices.envelope import peak_derivative
from reson.tools.devices.readout_tone import READOUT_TONE
from reson.tools.devices.simulated.gates import Flux, Gate, Idle, Reset, Rz
from reson.tools.devices.simulated.propagation import Pulse

DT = 1e-9
"""Seconds of one sample."""
RESET_TIME = 1e-6
"""Seconds of a reset within a circuit."""
PULSE_DURATIONS = (4e-9, 20e-6)
MOST_FLUX = 1.0
"""Largest amplitude of a flux pulse, nominal flux quanta."""
LONGEST_DELAY = 10e-3
_WHOLE = 1e-6
"""How far a length may be from a whole number of samples."""
READOUT_BAND = (4e9, 10e9)
"""Hz that the readout's electronics and amplifier pass."""

ARITY = {"x": 0, "sx": 0, "id": 0, "reset": 0, "rz": 1, "delay": 1, DRIVE: 4}
"""Gates that the chip plays -> their number of parameters."""

PAIR_ARITY = {"cz": 0, COUPLER_FLUX: 3}
"""Gates of two neighbours with a tunable coupler -> their number of parameters."""

SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12, "dt": DT}


def to_gate(name: str, params: Sequence[Any], unit: str, controls: Mapping[str, float]) -> Gate:
    """The gate that an instruction stands for at the qubit's control values; ``unit`` is that of a delay.

    Raises ``ToolError`` (device_refused) for an unknown instruction, a value that is not finite, or one out of range.
    """
    if name not in ARITY or len(params) != ARITY[name]:
        _refuse(f"{name} with {len(params)} parameters is no instruction of it; it has {', '.join(ARITY)} and measure")
    _require_finite(name, params)
    numbers = [float(value) for value in params]
    match name:
        case "x" | "sx":
            amp = controls[f"{name}_amplitude"]
            return _checked(Pulse(amp, controls["drag_beta"], 0.0, controls["pulse_duration"]))
        case "rz":
            return Rz(numbers[0])
        case "id":
            return Idle(_picoseconds(controls["pulse_duration"]))
        case "reset":
            return Reset()
        case "delay":
            return _delay(numbers[0], unit)
        case _:
            return _checked(Pulse(*numbers))


def to_flux(name: str, params: Sequence[Any], pair: tuple[int, int], controls: Mapping[str, float]) -> Flux:
    """The flux pulse that an instruction of a pair stands for at the pair's control values.

    Raises ``ToolError`` (device_refused) for values that are not finite or out of range.
    """
    if len(params) != PAIR_ARITY[name]:
        _refuse(f"{name} with {len(params)} parameters is no instruction of it")
    if name == "cz":
        params = (controls["cz_amplitude"], controls["cz_duration"], controls["cz_duration"])
    _require_finite(name, params)
    amp, duration, edges = (float(value) for value in params)
    shortest, longest = PULSE_DURATIONS
    if not shortest <= edges <= duration <= longest:
        _refuse(f"a flux pulse of {duration:g} s with edges of {edges:g} s is outside {shortest:g} to {longest:g} s")
    if any(abs(seconds / DT - round(seconds / DT)) > _WHOLE for seconds in (duration, edges)):
        _refuse(f"a flux pulse of {duration:g} s with edges of {edges:g} s is no whole number of samples of {DT:g} s")
    if abs(amp) > MOST_FLUX:
        _refuse(f"a flux amplitude of {amp:g} is beyond full scale ({MOST_FLUX:g})")
    return Flux(pair, amp, duration, edges)


def readout_tone(params: Sequence[Any], controls: Mapping[str, float]) -> tuple[float, float]:
    """(offset from the readout frequency in Hz, amplitude) of a readout. Raises ``ToolError`` (device_refused)."""
    if len(params) != 2 or not all(isinstance(value, Real) and math.isfinite(value) for value in params):
        _refuse(f"{READOUT_TONE} needs two finite numbers, not {list(params)!r}")
    offset, amp = (float(value) for value in params)
    lowest, highest = READOUT_BAND
    if not lowest <= controls["readout_frequency"] + offset <= highest:
        _refuse(f"a readout tone {offset:g} Hz from the readout frequency leaves {lowest:g} to {highest:g} Hz")
    if not 0 <= amp <= 1:
        _refuse(f"a readout amplitude of {amp:g} is outside 0 to full scale (1)")
    return offset, amp


@lru_cache(maxsize=4096)
def picoseconds(gate: Gate) -> int:
    """How long a gate takes."""
    match gate:
        case Pulse() | Flux():
            return _picoseconds(gate.duration)
        case Idle():
            return gate.picoseconds
        case Reset():
            return _picoseconds(RESET_TIME)
        case Rz():
            return 0


def _require_finite(name: str, params: Sequence[Any]) -> None:
    for value in params:
        if not isinstance(value, Real) or not math.isfinite(value):
            _refuse(f"{name} needs finite numbers, not {value!r}")


def _picoseconds(seconds: float) -> int:
    return round(seconds * 1e12)


def _delay(duration: float, unit: str) -> Idle:
    if unit not in SECONDS:
        _refuse(f"a delay in {unit!r} is not understood; units are {', '.join(SECONDS)}")
    seconds = duration * SECONDS[unit]
    if not 0 <= seconds <= LONGEST_DELAY:
        _refuse(f"a delay of {seconds:g} s is outside 0 to {LONGEST_DELAY:g} s")
    return Idle(_picoseconds(seconds))


def _checked(pulse: Pulse) -> Pulse:
    shortest, longest = PULSE_DURATIONS
    if not shortest <= pulse.duration <= longest:
        _refuse(f"a pulse of {pulse.duration:g} s is outside {shortest:g} to {longest:g} s")
    if abs(pulse.amp) > 1:
        _refuse(f"a pulse amplitude of {pulse.amp:g} is beyond full scale (1)")
    quadrature = abs(pulse.amp * pulse.beta) * peak_derivative(pulse.duration)
    if quadrature > 1:
        _refuse(f"the DRAG quadrature of a pulse reaches {quadrature:.3g}, beyond full scale (1)")
    return pulse


def _refuse(why: str) -> NoReturn:
    raise ToolError(ToolErrorKind.DEVICE_REFUSED, f"{why}")
