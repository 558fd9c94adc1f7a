"""What can be wrong with a measurement: the words of which scenarios are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reson.components import Qubit
from reson.evals.scenario import PAIR, Setting, Spoil
from reson.tools.devices.simulated.truth import TransmonTruth


def nothing(setting: Setting) -> None:
    pass


def noise(setting: Setting) -> None:
    setting.noise = True


def scale(name: str, *ranges: tuple[float, float]) -> Spoil:
    """Multiply a default argument by a factor out of one of the ranges."""

    def spoil(setting: Setting) -> None:
        low, high = ranges[int(setting.rng.integers(len(ranges)))]
        setting.scaled[name] = setting.factor(low, high)

    return spoil


def put(name: str, low: float, high: float, whole: bool = False) -> Spoil:
    """Put a value between two limits in place of a default argument."""

    def spoil(setting: Setting) -> None:
        value = setting.factor(low, high)
        setting.given[name] = int(value) if whole else value

    return spoil


def coarse(setting: Setting) -> None:
    """A sweep of 11 to 15 points."""
    setting.given["points"] = int(setting.rng.integers(11, 16))


def fewer_shots(low: float, high: float) -> Spoil:
    return put("shots", low, high, whole=True)


def off(component: str, name: str, low: float, high: float) -> Spoil:
    """A control off by a magnitude, of either sign, in SI units."""

    def spoil(setting: Setting) -> None:
        setting.table[component][name] += setting.either_sign(low, high)

    return spoil


def off_by(component: str, name: str, low: float, high: float) -> Spoil:
    """A control off by a share of itself."""

    def spoil(setting: Setting) -> None:
        setting.table[component][name] *= 1 + setting.either_sign(low, high)

    return spoil


def of_either(spoil: Callable[[str], Spoil]) -> Spoil:
    """One of the two qubits of a pair."""
    return lambda setting: spoil(Qubit(int(setting.rng.integers(2))))(setting)


def given(**arguments: float) -> Spoil:
    """Arguments in place of the defaults."""
    return lambda setting: setting.given.update(arguments)


def times(**factors: float) -> Spoil:
    """Factors on controls and default arguments of what is measured."""

    def spoil(setting: Setting) -> None:
        for name, factor in factors.items():
            if name in setting.controls:
                setting.controls[name] *= factor
            else:
                setting.scaled[name] = factor

    return spoil


def moved(**by: float) -> Spoil:
    """Controls of what is measured moved by so much, in SI units."""

    def spoil(setting: Setting) -> None:
        for name, offset in by.items():
            setting.controls[name] += offset

    return spoil


def detuned(by: float) -> Spoil:
    """The drive is so many Hz off."""
    return moved(drive_frequency=by)


def no_drive(setting: Setting) -> None:
    for name, controls in setting.table.items():
        if name != PAIR:
            controls |= {"x_amplitude": 0.0, "sx_amplitude": 0.0}


def stretched(factor: float) -> Spoil:
    """The drawn curve misses its points."""

    def spoil(setting: Setting) -> None:
        setting.stretched = factor

    return spoil


def wandering(spread: float, repetitions: int = 24) -> Spoil:
    """The gain of the drive wanders by this share from one repetition of the sweep to the next."""

    def spoil(setting: Setting) -> None:
        setting.gains = tuple(map(float, setting.rng.normal(1.0, spread, repetitions)))

    return spoil


def truth_with(**values: Any) -> Spoil:
    """Other values of the hidden truth of q0, where no fault of the chip says it."""
    return lambda setting: setting.change_truth(lambda truth: replace(truth, **values))


def resonator_with(**values: Any) -> Spoil:
    """The qubit with other values of its resonator."""

    def changed(truth: TransmonTruth) -> TransmonTruth:
        return replace(truth, resonator=replace(truth.resonator, **values))

    return lambda setting: setting.change_truth(changed)
