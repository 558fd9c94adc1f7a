"""The offline reader on synthetic plots whose state is known, and on a real bring-up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.components import Qubit
from reson.records import GOOD, SUPPORTS_THE_VALUE, FitReliability, Outcome, Quantity, Reading, Status
from reson.tools.data import Analysis
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.simulated.ring_up import ground_frequency
from reson.tools.experiments.catalogue import get

from .synthetic_plots import plot, series


def rabi(periods: float, decay: float = 0.0, grows: bool = False, points: int = 51, curve: str = "right") -> Analysis:
    def clean(x: np.ndarray) -> np.ndarray:
        swing = 1 - 0.95 * np.exp(-4 * x) if grows else np.exp(-decay * x)
        return -swing * np.cos(2 * np.pi * periods * x)

    return plot("rabi", series("cos", np.linspace(0, 1, points), clean, 1, curve))


def ramsey(turns: float, tau: float = 5.0, second: float = 0.0, centre: float = 0.5, points: int = 41) -> Analysis:
    x = np.linspace(0, 1, points)

    def quadrature(wave: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        def clean(t: np.ndarray) -> np.ndarray:
            both = wave(2 * np.pi * turns * t)
            if second:
                both = (both + wave(2 * np.pi * (turns + second) * t)) / 2
            return centre + 0.4 * np.exp(-t / tau) * both

        return clean

    return plot(
        "ramsey_xy", series("X", x, quadrature(np.cos), 1, "right"), series("Y", x, quadrature(np.sin), 2, "right")
    )


def decay(lengths: float, height: float = 0.95, experiment: str = "t1", curve: str = "right") -> Analysis:
    clean = lambda x: 0.02 + height * np.exp(-lengths * x)  # noqa: E731
    return plot(experiment, series("d", np.linspace(0, 1, 31), clean, 3, curve))


def lines(*peaks: tuple[float, float, float], curve: str = "right") -> Analysis:
    """Peaks of (position, height, sigma) on a sweep from -20 to 20 with 61 points."""

    def clean(x: np.ndarray) -> np.ndarray:
        return sum((h * np.exp(-(((x - p) / s) ** 2) / 2) for p, h, s in peaks), np.zeros_like(x))

    return plot("qubit_spectroscopy", series("line", np.linspace(-20, 20, 61), clean, 5, curve))


def drag(optimum: float, contrast: float = 1.0) -> Analysis:
    x = np.linspace(-1, 1, 31)
    parts = [
        series(f"{n} pairs", x, lambda b, n=n: 0.5 - contrast / 2 * np.cos(n * 0.5 * (b - optimum)), n, "right")
        for n in (3, 6, 12)
    ]
    return plot("rough_drag", *parts)


def fine_x(error: float, contrast: float = 0.95, curve: str = "right") -> Analysis:
    gates = lambda n: 0.5 + contrast / 2 * np.cos((np.pi + error) * n - np.pi / 2)  # noqa: E731
    levels = lambda n: 0.5 + contrast * (n - 0.5)  # noqa: E731
    cal = series("prepared 0 and 1", np.array([0.0, 1.0]), levels, 8, "none")
    return plot("fine_x_amplitude", cal, series("X gates", np.arange(1.0, 14.0), gates, 9, curve))


def fine_sx(error: float, contrast: float = 0.95) -> Analysis:
    gates = lambda n: 0.5 + contrast / 2 * np.cos((np.pi / 2 + error) * n - np.pi)  # noqa: E731
    counts = np.array([0.0, 1.0, 2.0, *range(3, 14, 2)])
    return plot("fine_sx_amplitude", series("SX gates", counts, gates, 10, "right"))


def fine_drag(error: float) -> Analysis:
    gates = lambda n: 0.5 + 0.475 * np.sin(error * n)  # noqa: E731
    cal = series("prepared 0 and 1", np.array([0.0, 1.0]), lambda n: 0.025 + 0.95 * n, 8, "none")
    return plot("fine_drag", cal, series("pairs of X gates", np.arange(0.0, 21.0), gates, 9, "right"))


def benchmarking(decays: float, height: float = 0.47, curve: str = "right") -> Analysis:
    clean = lambda m: 0.5 + height * np.exp(-decays * m / 1000)  # noqa: E731
    return plot("standard_rb", series("rb_decay", np.array([1.0, 120, 300, 600, 1000]), clean, 11, curve))


def clouds(distance: float, spread: float = 1.0) -> Analysis:
    rng = np.random.default_rng(12)
    shots = {n: rng.normal([n * distance, 2], spread if n else 1.0, (800, 2)).tolist() for n in (0, 1)}
    points = {f"prepared {n}": tuple(map(tuple, cloud)) for n, cloud in shots.items()}
    return plot("readout", points=points)


CASES: list[tuple[str, Analysis, Status]] = [
    ("rabi", rabi(1.5), Status.SUCCESS),
    ("rabi, many periods", rabi(6.3), Status.SUCCESS),
    ("rabi, half a period", rabi(0.5), Status.RANGE_TOO_NARROW),
    ("rabi, noise", rabi(0.0), Status.NO_SIGNAL),
    ("rabi, aliased", rabi(17.0), Status.UNDERSAMPLED),
    ("rabi, damped", rabi(4.0, decay=2.0), Status.DAMPED),
    ("rabi, growing", rabi(4.0, grows=True), Status.OFF_RESONANCE),
    ("rabi, growing within two crests", rabi(1.5, decay=-1.2), Status.OFF_RESONANCE),
    ("rabi, bad curve", rabi(1.5, curve="flat"), Status.FIT_POOR),
    ("rabi, no curve", rabi(1.5, curve="none"), Status.FIT_POOR),
    ("ramsey", ramsey(5.0), Status.SUCCESS),
    ("ramsey, other sign", ramsey(-5.0), Status.SUCCESS),
    ("ramsey, readout off centre", ramsey(5.0, centre=0.35), Status.SUCCESS),
    ("ramsey, decayed", ramsey(5.0, tau=0.8), Status.SUCCESS),
    ("ramsey, no detuning", ramsey(0.0), Status.NO_DETUNING),
    ("ramsey, few", ramsey(0.6), Status.TOO_FEW_OSC),
    ("ramsey, many", ramsey(17.0), Status.TOO_MANY_OSC),
    ("ramsey, beating", ramsey(6.0, second=1.3), Status.BEATING),
    ("ramsey, gone at once", ramsey(5.0, tau=0.03), Status.SAMPLING_TOO_COARSE),
    ("t1", decay(4.0), Status.SUCCESS),
    ("t1, short window", decay(0.7), Status.WINDOW_TOO_SHORT),
    ("t1, gone at once", decay(100.0), Status.SAMPLING_TOO_COARSE),
    ("t1, noise", decay(0.0, height=0.0), Status.NO_SIGNAL),
    ("t1, stays excited", decay(0.0), Status.NO_SIGNAL),
    ("t1, bad curve", decay(4.0, curve="flat"), Status.FIT_POOR),
    ("hahn", decay(3.0, height=0.48, experiment="t2_hahn"), Status.SUCCESS),
    ("line", lines((3.0, 1.0, 1.2)), Status.SUCCESS),
    ("line, noise", lines(), Status.NO_SIGNAL),
    ("line, two", lines((-9.0, 1.0, 1.2), (8.0, 0.8, 1.2)), Status.MULTIPLE_PEAKS),
    ("line, broad", lines((0.0, 1.0, 6.5)), Status.AMP_TOO_HIGH),
    ("line, at the edge", lines((19.8, 1.0, 1.2)), Status.RANGE_TOO_NARROW),
    ("line, on one point", lines((10 / 3, 1.0, 0.25)), Status.UNDERSAMPLED),
    ("line, bad curve", lines((3.0, 1.0, 1.2), curve="flat"), Status.FIT_POOR),
    ("drag", drag(0.2), Status.SUCCESS),
    ("drag, at the edge", drag(0.9), Status.OPTIMAL_NOT_CENTERED),
    ("drag, noise", drag(0.2, contrast=0.0), Status.NO_SIGNAL),
    ("fine x", fine_x(0.002), Status.SUCCESS),
    ("fine x, moderate", fine_x(0.03), Status.MODERATE_ERROR),
    ("fine x, negative", fine_x(-0.03), Status.MODERATE_ERROR),
    ("fine x, bad curve", fine_x(0.03, curve="flat"), Status.FIT_POOR),
    ("fine x, large", fine_x(0.2), Status.LARGE_ERROR),
    ("fine x, no drive", fine_x(0.0, contrast=0.0), Status.NO_EXCITATION),
    ("fine sx", fine_sx(0.001), Status.SUCCESS),
    ("fine sx, moderate", fine_sx(-0.04), Status.MODERATE_ERROR),
    ("fine sx, large", fine_sx(0.15), Status.LARGE_ERROR),
    ("fine sx, no drive", fine_sx(0.0, contrast=0.0), Status.NO_EXCITATION),
    ("fine drag", fine_drag(0.003), Status.SUCCESS),
    ("fine drag, moderate", fine_drag(0.04), Status.MODERATE_ERROR),
    ("benchmarking", benchmarking(2.0), Status.SUCCESS),
    ("benchmarking, short", benchmarking(0.3), Status.WINDOW_TOO_SHORT),
    ("benchmarking, dead", benchmarking(0.0, height=0.0), Status.NO_SIGNAL),
    ("benchmarking, bad curve", benchmarking(2.0, curve="flat"), Status.FIT_POOR),
    ("clouds", clouds(4.0), Status.SUCCESS),
    ("clouds, one place", clouds(0.1), Status.NO_EXCITATION),
    ("clouds, spread", clouds(6.0, spread=4.0), Status.HIGH_POWER),
]


@pytest.mark.parametrize(("analysis", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_status_of_a_known_plot(analysis: Analysis, status: Status) -> None:
    reading = read_saved_data(analysis)
    assert (reading.status, reading.reason) == (status, reading.reason)
    assert reading.reliability is not (
        FitReliability.UNRELIABLE if status in GOOD | SUPPORTS_THE_VALUE else FitReliability.RELIABLE
    )
    assert (reading.outcome is Outcome.EXPECTED) == (status is Status.SUCCESS)
    assert reading.reader.startswith("offline")


@pytest.mark.parametrize(
    ("analysis", "inside", "outside"),
    [
        (rabi(0.5), 1.9, 0.9),  # a window of two units holds a full period of two
        (decay(0.7), 3.0, 1.0),
        (lines((19.8, 1.0, 1.2)), 30.0, -19.0),
        (drag(0.9), 1.5, -0.9),
    ],
)
def test_a_suggested_range_holds_what_was_missing(analysis: Analysis, inside: float, outside: float) -> None:
    suggested = read_saved_data(analysis).suggested_range
    assert suggested is not None
    low, high = suggested
    assert low <= inside <= high
    assert high > outside
    assert not (low <= outside <= high and outside < 0)


def test_the_numbers_of_the_fit_are_not_looked_at() -> None:
    plain = rabi(1.5)
    lying = plain.model_copy(update={"quantities": {"periods": Quantity(value=40.0)}, "reduced_chi2": 1e6})
    assert read_saved_data(lying) == read_saved_data(plain)


def test_every_experiment_has_a_reader_and_noise_is_never_a_success() -> None:
    from reson.agent.reading.reader import READERS
    from reson.tools.experiments.catalogue import EXPERIMENTS

    assert set(READERS) == set(EXPERIMENTS)


@pytest.fixture(scope="module")
def dead_and_alive() -> dict[str, dict[int, Reading]]:
    device = open_simulated(8, 2, {"q1": "dead_drive_line"}, 1.8e9)
    truth = device.chip.truth_now().transmons
    device.load({Qubit(q): {"readout_frequency": ground_frequency(truth[q])} for q in (0, 1)})
    device.load({"q0": {"drive_frequency": truth[0].f01}})
    readings = {}
    for name in ("qubit_spectroscopy", "rabi", "readout"):
        row, controls = get(name), device.controls()
        arguments = {q: row.arguments({}, controls[Qubit(q)]) for q in (0, 1)}
        readings[name] = {q: read_saved_data(row.analyse(raw)) for q, raw in row.acquire(device, arguments).items()}
    return readings


@pytest.mark.parametrize(
    ("name", "dead"),
    [
        ("qubit_spectroscopy", Status.NO_SIGNAL),
        ("rabi", Status.NO_SIGNAL),
        ("readout", Status.NO_EXCITATION),
    ],
)
def test_a_dead_qubit_beside_a_living_one(
    name: str, dead: Status, dead_and_alive: dict[str, dict[int, Reading]]
) -> None:
    assert dead_and_alive[name][0].status is Status.SUCCESS
    assert dead_and_alive[name][1].status is dead


def test_clouds_of_unequal_width_are_named_by_what_is_unequal() -> None:
    assert "one cloud is 4.1 times as wide as the other" in read_saved_data(clouds(12.0, spread=4.0)).reason
