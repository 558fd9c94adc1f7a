"""The offline reader on maps, long Ramsey traces with their spectrum, T1 over time, fine frequency and AllXY."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.agent.reading.traces import _gone_at_once, spectral_lines
from reson.components import Qubit
from reson.records import GOOD, SUPPORTS_THE_VALUE, FitReliability, Outcome, Status
from reson.tools.allxy_pairs import IDEAL, populations
from reson.tools.data import Analysis, Axis, Map, Series

from .synthetic_plots import PLAIN, plot, series


def trace(turns: float, tau: float = 0.4, second: float = 0.0, share: float = 0.5, curve: str = "right") -> Analysis:
    def clean(x: np.ndarray) -> np.ndarray:
        wave = (1 - share) * np.cos(2 * np.pi * turns * x) + share * np.cos(2 * np.pi * (turns + second) * x)
        return 0.5 + 0.46 * np.exp(-x / tau) * wave

    return plot("t2_ramsey", series("fringes", np.linspace(0, 1, 81), clean, 3, curve, noise=0.02))


def fine_frequency(turn: float, contrast: float = 0.95, curve: str = "right") -> Analysis:
    def clean(n: np.ndarray) -> np.ndarray:
        return 0.5 + contrast / 2 * np.exp(-n / 40) * np.cos(2 * np.pi * turn * n)

    return plot("fine_frequency", series("repetitions", np.arange(41.0), clean, 3, curve))


def rabi_time(periods: float, decay: float = 0.0) -> Analysis:
    clean = lambda x: -np.exp(-decay * x) * np.cos(2 * np.pi * periods * x)  # noqa: E731
    return plot("rabi_time", series("cos", np.linspace(0, 1, 51), clean, 3, noise=0.02))


def rabi_time_beside(periods: float) -> Analysis:
    """Crests that sink to the level of no excitation, as those of ever narrower pulses beside the line do."""
    clean = lambda x: np.exp(-4 * x) * (1 - np.cos(2 * np.pi * periods * x)) / 2  # noqa: E731
    return plot("rabi_time", series("cos", np.linspace(0, 1, 51), clean, 3, noise=0.02))


def wandering(values: np.ndarray, error: float = 0.03, curve: bool = True) -> Analysis:
    rng, n = np.random.default_rng(4), len(values)
    y = 70e-6 * values * (1 + rng.normal(0, error, n))
    middle = float(np.median(y))
    part = Series(
        name="T1",
        x=tuple(np.arange(n) * 1.6),
        y=tuple(y),
        y_err=tuple(error * y),
        fit_x=(0.0, 1.6 * n) if curve else (),
        fit_y=(middle, middle) if curve else (),
    )
    return plot("t1_over_time", part, y_axis=Axis(label="T1" if curve else "P(1)", unit="s"))


def jumps(share: float, low: float, hold: int = 15) -> np.ndarray:
    rng = np.random.default_rng(5)
    state = np.repeat(rng.random(12) < share, hold)
    return np.where(state, low, 1.0)


def walk(step: float) -> np.ndarray:
    return 1 + np.cumsum(np.random.default_rng(6).normal(0, step, 180))


def staircase(amplitude: float = 0.0, height: float = 0.95, curve: str = "right") -> Analysis:
    ends = populations(32e-9, amplitude, 0.0, 0.0) if amplitude else IDEAL
    place = np.arange(21.0)
    clean = lambda x: 0.02 + height * np.interp(x, place, ends)  # noqa: E731
    ideal = Series(name="ideal staircase", x=tuple(place), y=tuple(0.02 + height * IDEAL), y_err=(0.0,) * 21)
    return plot("allxy", series("pairs", place, clean, 3, curve, noise=0.01), ideal)


def power_map(turns: np.ndarray, drawn: bool = True) -> Analysis:
    """Lines of the width of the spectroscopy pulse, rotations in units of pi, and their lobes far above it."""
    rng, x = np.random.default_rng(7), np.linspace(-20e6, 20e6, 41)
    line = np.exp(-((x / 1.3e6) ** 2) / 2)
    z = np.array([np.sin(np.pi / 2 * turn * line ** (1 / max(1.0, turn))) ** 2 for turn in turns])
    z = z + rng.normal(0, 0.02, z.shape)
    y = 20 * np.log10(np.maximum(turns, 1e-3))
    part = Series(name="line", x=(0.0,), y=(float(y[-1]),), y_err=(0.0,), fit_x=(0.0, 0.0), fit_y=(y[0], y[-1]))
    return Analysis(
        experiment="qubit_power_map",
        component=Qubit(0),
        series=(part,) if drawn else (),
        maps=(Map(name="signal", x=tuple(x), y=tuple(y), z=tuple(map(tuple, z))),),
        x_axis=PLAIN,
        y_axis=PLAIN,
        z_axis=PLAIN,
        quantities={},
    )


CASES: list[tuple[str, Analysis, Status]] = [
    ("trace", trace(10.0), Status.SUCCESS),
    ("trace, two lines", trace(10.0, second=5.0), Status.BEATING),
    ("trace, a faint second line", trace(10.0, second=8.0, share=0.05), Status.SUCCESS),
    ("trace, no decay", trace(6.0, tau=4.0), Status.WINDOW_TOO_SHORT),
    ("trace, many", trace(31.0), Status.TOO_MANY_OSC),
    ("trace, no fringes", trace(0.1), Status.NO_DETUNING),
    ("trace, most of a fringe", trace(0.8), Status.TOO_FEW_OSC),
    ("trace, gone at once", trace(10.0, tau=0.012), Status.SAMPLING_TOO_COARSE),
    ("trace, bad curve", trace(10.0, curve="flat"), Status.FIT_POOR),
    ("fine frequency", fine_frequency(0.25), Status.SUCCESS),
    ("fine frequency, near", fine_frequency(0.31), Status.SUCCESS),
    ("fine frequency, far", fine_frequency(0.42), Status.LARGE_ERROR),
    ("fine frequency, noise", fine_frequency(0.25, contrast=0.0), Status.NO_SIGNAL),
    ("fine frequency, bad curve", fine_frequency(0.25, curve="flat"), Status.FIT_POOR),
    ("rabi over time", rabi_time(2.5), Status.SUCCESS),
    ("rabi over time, damped", rabi_time(4.0, decay=1.5), Status.DAMPED),
    ("rabi over time, too slow to be reached", rabi_time_beside(3.0), Status.OFF_RESONANCE),
    ("rabi over time, damped soon", rabi_time(3.0, decay=4.0), Status.DAMPED),
    ("rabi over time, half a period", rabi_time(0.5), Status.RANGE_TOO_NARROW),
    ("T1, quiet", wandering(np.ones(150)), Status.STABLE),
    ("T1, one outlier", wandering(np.where(np.arange(150) == 70, 0.5, 1.0)), Status.STABLE),
    ("T1, jumps", wandering(jumps(0.5, 0.3)), Status.TELEGRAPHIC),
    ("T1, rare jumps", wandering(jumps(0.1, 0.4)), Status.TELEGRAPHIC),
    ("T1, drift", wandering(walk(0.02)), Status.RANDOM_WALK),
    ("T1, all noise", wandering(np.ones(150), error=0.8), Status.NO_SIGNAL),
    ("T1, no decay", wandering(np.ones(20), curve=False), Status.NO_SIGNAL),
    ("staircase", staircase(), Status.SUCCESS),
    ("staircase, bent", staircase(0.05), Status.MODERATE_ERROR),
    ("staircase, broken", staircase(0.2), Status.LARGE_ERROR),
    ("staircase, flat", staircase(height=0.0), Status.NO_EXCITATION),
    ("staircase, bad curve", staircase(curve="flat"), Status.FIT_POOR),
    ("power map", power_map(np.geomspace(0.02, 3.0, 11)), Status.SUCCESS),
    ("power map, noise", power_map(np.zeros(9), drawn=False), Status.NO_SIGNAL),
    ("power map, too strong", power_map(np.geomspace(4.0, 12.0, 7)), Status.AMP_TOO_HIGH),
]


@pytest.mark.parametrize(("analysis", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_status_of_a_known_plot(analysis: Analysis, status: Status) -> None:
    reading = read_saved_data(analysis)
    assert (reading.status, reading.reason) == (status, reading.reason)
    good = status in (Status.SUCCESS, Status.STABLE)
    assert reading.reliability is not (
        FitReliability.UNRELIABLE if status in GOOD | SUPPORTS_THE_VALUE else FitReliability.RELIABLE
    )
    assert (reading.outcome is Outcome.EXPECTED) == good


@pytest.mark.parametrize("detuned", [0.0, 400e3])
def test_the_pattern_of_allxy_is_named(detuned: float) -> None:
    amplitude = 0.04 if not detuned else 0.0
    ends = populations(32e-9, amplitude, 3 * detuned, 0.0)
    place = np.arange(21.0)
    clean = lambda x: np.interp(x, place, ends)  # noqa: E731
    reading = read_saved_data(plot("allxy", series("pairs", place, clean, 3, noise=0.003)))
    assert ("the frequency" if detuned else "the amplitude") in reading.reason


@pytest.mark.parametrize(
    ("second", "apart", "lines"),
    [(0.0, 0.0, [6.0]), (0.8, 12.0, [6.0, 18.0]), (0.8, 0.7, [6.0]), (0.2, 12.0, [6.0])],
)
def test_lines_of_a_spectrum_stand_where_they_are_and_apart(second: float, apart: float, lines: list[float]) -> None:
    """Whole numbers of turns in the window: each frequency is a point of the spectrum. One of a fifth of the height
    of the first counts as none, nor does one without a valley between them.
    """
    x = np.linspace(0, 1, 100, endpoint=False)
    y = np.cos(2 * np.pi * 6 * x) + second * np.cos(2 * np.pi * (6 + apart) * x) * bool(apart)
    assert spectral_lines(x, y, np.full(100, 0.01)) == pytest.approx(lines, abs=0.13)


@pytest.mark.parametrize(("left", "gone"), [(0.0, True), (0.15, True), (0.18, False), (0.5, False)])
def test_fringes_are_gone_where_less_than_a_sixth_is_left_of_them(left: float, gone: bool) -> None:
    """The amplitude of a square wave is its root mean square; that of its fringe is sqrt(2) times as much."""
    y = np.zeros(96)
    y[0] = 1.0
    y[12:32] = np.tile([1.0, -1.0], 10) * left / np.sqrt(2)
    assert _gone_at_once(y, 1e-3) is gone
    assert not _gone_at_once(0.1 * y, 1e-3), "nor where it never was far from the end"


@pytest.mark.parametrize(
    ("weak", "strong", "status"),
    [
        (0.0, -8.0, Status.SUCCESS),
        (0.0, 0.0, Status.NO_EXCITATION),
        (0.0, -19.0, Status.RANGE_TOO_NARROW),
        (19.0, 10.0, Status.RANGE_TOO_NARROW),
        (0.0, None, Status.RANGE_TOO_NARROW),
        (None, 0.0, Status.RANGE_TOO_NARROW),
        (None, None, Status.NO_SIGNAL),
    ],
)
def test_a_punch_out_is_read_by_where_the_dip_lies(weak: float | None, strong: float | None, status: Status) -> None:
    """A dip of two steps' width at each of twelve powers, the last four beyond the punch-out."""
    x, rng = np.arange(-20.0, 21.0), np.random.default_rng(3)
    rows = [
        1 - (0 if at is None else 0.5 / (1 + ((x - at) / 2) ** 2)) + rng.normal(0, 0.01, len(x))
        for at in [weak] * 8 + [strong] * 4
    ]
    part = Map(name="|S21|", x=tuple(x), y=tuple(range(12)), z=tuple(tuple(row) for row in rows))
    analysis = plot("punch_out").model_copy(update={"maps": (part,)})
    assert read_saved_data(analysis).status is status
