"""What the catalogue's rows share: common parameters, sweeps over them, and what a measurement costs in device time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reson.tools.experiments.experiment import Parameter
from reson.tools.experiments.fits.memory import PASSIVE

if TYPE_CHECKING:
    from reson.tools.data import Values
    from reson.tools.devices.device import Device

SETTLING = 16e-9
"""Shortest delay of a decay sweep, seconds: half a pulse, so that the first point is not an empty delay."""


def shots(default: int) -> Parameter:
    return Parameter("shots", "", 100, 100_000, "shots per circuit", float(default), integer=True, shared=True)


def points(default: int, low: int = 11) -> Parameter:
    return Parameter("points", "", low, 401, "number of points of the sweep", float(default), integer=True, shared=True)


def delays(max_delay: float, number: int) -> np.ndarray:
    """Equidistant delays in seconds, shape (number,), from ``SETTLING`` to ``max_delay``."""
    return np.linspace(SETTLING, max_delay, number)


def uneven_delays(max_delay: float, number: int) -> np.ndarray:
    """Delays in seconds, shape (number,), from ``SETTLING`` to ``max_delay``, inner ones off an even grid."""
    return SETTLING + uneven(max_delay - SETTLING, number)


def uneven(highest: float, number: int) -> np.ndarray:
    """Values from 0 to ``highest``, shape (number,), each inner one up to a quarter of a step off an even grid.

    On an even grid an oscillation faster than its sampling looks like a slow one, perfectly; here it fits none. The
    shifts are squares times the golden ratio, which fill the range evenly and have no period of their own.
    """
    shift = (np.arange(number) ** 2 * (5**0.5 - 1) / 2 % 1 - 0.5) / 2
    shift[[0, -1]] = 0.0
    return (np.arange(number) + shift) * highest / (number - 1)


def repetitions(most: int, number: int) -> list[int]:
    """At most ``number`` different repetition counts from 1 to ``most``, evenly spread."""
    return sorted({int(n) for n in np.rint(np.linspace(1, most, min(number, most)))})


def t2_of(values: Values) -> float | None:
    """The best that is known of a qubit's T2, seconds."""
    return values.get("t2_echo", values.get("t2_star"))


def known_t1(values: Values) -> dict[str, float]:
    """The default of ``KNOWN_T1``."""
    return {"t1": float(np.clip(values.get("t1", 0.0), 0.0, KNOWN_T1.high))}


KNOWN_T1 = Parameter("t1", "s", 0.0, 1.0, "T1, or 0: what shots remember")


def between_shots(device: Device) -> dict[str, float | bool]:
    """What circuits tell of the time between shots: "rest" in seconds, and where it is known what resets meanwhile."""
    limits = device.limits
    told = {} if limits.passive_reset is None else {PASSIVE: limits.passive_reset}
    return {"rest": limits.reset_time + limits.readout_time, **told}


USUAL_PULSE = 32e-9
"""Seconds of a pulse where the device does not tell."""


def pulse_length(device: Device) -> float:
    """Length of the longest pulse of a gate on the device, seconds; of a usual chip where that is not told."""
    told = (controls.get("pulse_duration", 0.0) for controls in device.controls().values())
    return max(told, default=0.0) or USUAL_PULSE


def device_seconds(circuits: float, shot_count: float, mean_length: float, device: Device) -> float:
    """Seconds of device time: every shot pays the reset, the circuit (mean length in seconds) and the readout."""
    limits = device.limits
    return circuits * shot_count * (limits.reset_time + mean_length + limits.readout_time)
