"""Dips over feedlines that bend: of several powers (punch-out), and with 0 and 1 prepared (readout frequency)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reson.components import Qubit
from reson.records import Verdict
from reson.tools.data import RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.fits.bent_feedline import feedline_of
from reson.tools.experiments.fits.resonator_dip import transmission
from reson.tools.verdicts.judge import judge
from tests.tools.experiments.test_feedline import FEEDLINES

CONTROLS = {"readout_frequency": 7e9, "readout_amplitude": 0.2}
F0, KAPPA = 0.5, 1.2
"""MHz."""
MOVES, SHIFT = 1.5, -0.8
"""How far the dip moves between weak and strong tones, and with the qubit; MHz."""
FEEDLINES_BENT = ("slope", "steep slope", "hump", "standing wave", "long cable and slope")


def raw_of(name: str, seed: int, circuits: list, signal: np.ndarray, noise: float, **parameters: float) -> RawData:
    rng = np.random.default_rng(seed)
    mean = signal * np.exp(1j) + noise * rng.standard_normal((len(signal), 2)).view(complex)[:, 0]
    arrays = {"iq_mean": mean, "iq_stderr": np.full((len(signal), 2), noise)}
    return RawData(name, Qubit(0), parameters, CONTROLS, 500, circuits, arrays, 0.0, 1.0)


def powers(feedline: str, seed: int) -> RawData:
    x, amplitudes = np.linspace(-8, 8, 49), np.geomspace(0.05, 1, 16)
    circuits = [{"xval": f * 1e6, "amplitude": a} for a in amplitudes.tolist() for f in x.tolist()]
    strong = 1 / (1 + (0.35 / amplitudes) ** 6)
    rows = [
        a * FEEDLINES[feedline](x) * transmission(x, F0 - MOVES * s, KAPPA, 0.8, 0.2, 1.0, np.inf)
        for a, s in zip(amplitudes, strong, strict=True)
    ]
    return raw_of(
        "punch_out", seed, circuits, np.concatenate(rows), 0.003, span=16e6, points=49, shots=200, min_amplitude=0.05
    )


def states(feedline: str, seed: int) -> RawData:
    x = np.linspace(-4, 4, 61)
    circuits = [{"xval": f * 1e6, "series": f"prepared {n}", "readout_time": 1e-6} for f in x.tolist() for n in (0, 1)]
    circuits = [one | {"integration_start": 0.0} for one in circuits]
    zero, one = (transmission(x, f, KAPPA, 0.8, 0.2, 1.0) for f in (F0, F0 + SHIFT))
    rows = [FEEDLINES[feedline](x) * ((1 - share) * zero + share * one) for share in (0.01, 0.97)]
    signal = np.stack(rows, axis=1).ravel()
    return raw_of("readout_frequency_sweep", seed, circuits, signal, 0.01, span=8e6, points=61, amplitude=0.12)


@pytest.mark.parametrize(("moves", "verdict"), [(True, Verdict.ACCEPT), (False, Verdict.REJECT)])
def test_strong_tones_that_overload_the_chain_hide_no_living_qubit(moves: bool, verdict: Verdict) -> None:
    """Above 0.45 of full scale the digitiser is at its end; by then the dip has moved, or has not."""
    raw, row = powers("flat", 2), get("punch_out")
    amplitudes = np.array([one["amplitude"] for one in raw.circuits])
    signal = raw.arrays["iq_mean"]
    if not moves:
        signal = amplitudes / amplitudes[0] * np.tile(signal[:49], 16)
    clipped = np.where(amplitudes > 0.45, 0.45 * np.exp(1j), signal)
    analysis = row.analyse(replace(raw, arrays=raw.arrays | {"iq_mean": clipped}))
    assert judge(row.check(analysis, raw.parameters, {})).verdict is verdict
    shift = analysis.quantities["punch_out_shift"]
    assert shift.stderr and abs(shift.value / 1e6 - (1.2 if moves else 0.0)) < 3 * shift.stderr / 1e6


@pytest.mark.parametrize("feedline", FEEDLINES_BENT)
@pytest.mark.parametrize(("made", "quantity", "true"), [(states, "dispersive_shift", SHIFT)])
def test_a_bent_feedline_moves_no_dip(made, quantity: str, true: float, feedline: str) -> None:
    raw = made(feedline, 0)
    row = get(raw.experiment)
    analysis = row.analyse(raw)
    assert judge(row.check(analysis, raw.parameters, {})).verdict is Verdict.ACCEPT
    found = analysis.quantities[quantity]
    assert found.stderr and abs(found.value / 1e6 - true) < min(0.1 * KAPPA, 4 * found.stderr / 1e6)


@pytest.mark.parametrize("made", [powers, states])
def test_a_flat_feedline_is_left_as_it_is(made) -> None:
    raw = made("flat", 1)
    series = np.array([one.get("series", one.get("amplitude")) for one in raw.circuits])
    rows = np.stack([np.flatnonzero(series == one) for one in np.unique(series)])
    x = np.array([one["xval"] for one in raw.circuits])[rows[0]] / 1e6
    assert np.array_equal(feedline_of(raw, x, rows), np.ones(len(x)))
