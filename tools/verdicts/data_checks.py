"""Checks of the raw data itself, whatever the experiment: did anything come back that could carry a result?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reson.records import Check, CheckCode
from reson.tools.data import Analysis, RawData
from reson.tools.fence import failed
from reson.tools.verdicts.checks import asked
from reson.tools.verdicts.on_a_line import on_a_line
from reson.tools.verdicts.steady import steady
from reson.tools.verdicts.told_apart import told_apart


def data_checks(raw: RawData, decay_from: int | None = None, two_states: bool = False) -> tuple[Check, ...]:
    """``decay_from``: of a decay, the state that it begins in. ``two_states``: see ``Experiment``."""
    lives = alive(raw)
    if not lives.passed:
        return (lives,)
    return lives, *told_apart(raw, decay_from), *steady(raw), *(on_a_line(raw) if two_states else ())


def broken(checks: Sequence[Check]) -> list[Check]:
    """The failed checks after which nothing can be made of the data."""
    return [one for one in checks if not one.passed and one.code is CheckCode.CONSTANT]


def unusable(analysis: Analysis) -> str:
    """Why the data of an analysis cannot carry a result; empty where it can."""
    return "; ".join(one.message for one in [*map(failed, analysis.faults), *broken(analysis.data_checks)])


def suspicions(analysis: Analysis) -> list[Check]:
    """The failed checks of data that can be analysed all the same."""
    return [one for one in analysis.data_checks if not one.passed and one.code is not CheckCode.CONSTANT]


def alive(raw: RawData) -> Check:
    """The channel of the digitiser is not constant: noise, if nothing else, makes the shots differ."""
    said = _constant(raw)
    message = f"constant channel: {said}; look at the digitiser and its cables"
    return asked("constant channel", not said, CheckCode.CONSTANT, message)


def _constant(raw: RawData) -> str:
    """What stands still in the data, in words; empty where nothing does."""
    if "counts" in raw.arrays:
        seen = np.flatnonzero(raw.arrays["counts"].sum(axis=0))
        if len(seen) > 1:
            return ""
        return f"every shot of every circuit reads {seen[0]}" if len(seen) else "no shot came back"
    values = next(raw.arrays[name] for name in ("p1", "iq", "iq_mean") if name in raw.arrays)
    if (values == values.flat[0]).all():
        return f"every value is {values.flat[0].item():.6g}"
    if "p1" in raw.arrays:
        return ""
    if values.ndim == 2:
        silent = (values == values[:, :1]).all(axis=1) & (values.shape[1] > 1)
    else:
        silent = (raw.arrays["iq_stderr"] == 0).all(axis=1)
    still = int(silent.sum())  # the channel may have come back, or gone, in mid-sweep
    return f"in {still} of {len(values)} circuits all shots have one value" if still else ""
