"""Decays seen through a readout that misreads a quarter to a third of the shots: the curve is smaller, and no worse.

Height and floor are free in every fit; what is judged is how far the height stands out of what such a readout leaves.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.agent.reading import read_saved_data
from reson.components import Qubit
from reson.records import GOOD, Verdict
from reson.tools.data import Analysis, Past, RawData
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.heights import READOUT_CONTRAST
from reson.tools.verdicts.judge import judge

READOUTS = [(0.315, 0.234), (0.352, 0.344), (0.628, 0.031), (0.013, 0.668), (0.086, 0.499), (0.25, 0.27)]
"""(P(1|0), P(0|1)) of working qubits of copies (toronto 15, lagos 6, cusco 83, sherbrooke 92, yorktown 4), and one."""
T = 90e-6
DECAYS: dict[str, tuple[str, float, Callable[[np.ndarray], np.ndarray]]] = {
    "t1": ("t1", 4.0, lambda t: np.exp(-t / T)),
    "t2_hahn": ("t2_echo", 3.0, lambda t: 0.5 - 0.5 * np.exp(-t / T)),
    "cpmg": ("t2_cpmg", 3.0, lambda t: 0.5 + 0.5 * np.exp(-t / T)),
}
"""Quantity, window in decay times, and the population of 1 over the delay."""


def seen(name: str, readout: tuple[float, float], seed: int, population: object = None) -> RawData:
    """Counts of a decay read with these errors; ``population``: another curve than that of the experiment."""
    row, (_, windows, curve) = get(name), DECAYS[name]
    given = {"max_delay": windows * T, "shots": 1000.0 if name == "t1" else 5000.0}  # an echo is half as high
    arguments = row.arguments(given, {"t1": T, "t2_echo": T})
    delays, shots = np.linspace(0, windows * T, int(arguments["points"])), int(arguments["shots"])
    one = np.broadcast_to(curve(delays) if population is None else np.asarray(population), delays.shape)
    p1 = readout[0] + (1 - sum(readout)) * one
    counts = np.random.default_rng(seed).binomial(shots, p1)
    return RawData(
        experiment=name,
        component=Qubit(0),
        parameters=arguments,
        controls={},
        shots=shots,
        circuits=[{"xval": float(delay)} for delay in delays],
        arrays={"counts": np.stack([shots - counts, counts], axis=1)},
        started=0.0,
        ended=1.0,
    )


def verdict(raw: RawData, analysis: Analysis, contrast: float | None) -> Verdict:
    known = {} if contrast is None else {READOUT_CONTRAST: Past(value=contrast, stderr=None, age=0.0)}
    return judge(get(raw.experiment).check(analysis, raw.parameters, known)).verdict


@pytest.mark.parametrize("readout", READOUTS)
@pytest.mark.parametrize("name", DECAYS)
def test_a_decay_through_a_bad_readout_is_accepted_where_the_readout_is_known(
    name: str, readout: tuple[float, float]
) -> None:
    quantity, row = DECAYS[name][0], get(name)
    data = [seen(name, readout, seed) for seed in range(20)]
    analyses = row.analyse_many(data) if row.analyse_many else [row.analyse(raw) for raw in data]
    pulls, accepted = [], []
    for raw, analysis in zip(data, analyses, strict=True):
        found = analysis.quantities[quantity]
        pulls.append((found.value - T) / (found.stderr or np.nan))
        accepted.append(verdict(raw, analysis, 1 - sum(readout)) is Verdict.ACCEPT)
        assert verdict(raw, analysis, None) is not Verdict.ACCEPT  # it could as well be a decay that is half lost
        assert read_saved_data(analysis).status in GOOD
    assert np.mean(accepted) > 0.8
    assert abs(np.array(pulls)[accepted]).max() < 4.0
    assert 0.6 < np.sqrt(np.mean(np.square(pulls))) < 1.4  # its error is what it says


@pytest.mark.parametrize("name", DECAYS)
def test_what_the_data_do_not_carry_is_not_accepted_whatever_the_readout(name: str) -> None:
    flat = 0.5
    for seed in range(10):
        for readout in ((0.35, 0.34), (0.49, 0.48)):
            raw = seen(name, readout, seed, flat)
            assert verdict(raw, get(name).analyse(raw), 1 - sum(readout)) is not Verdict.ACCEPT
        raw = seen(name, (0.49, 0.48), seed)
        assert verdict(raw, get(name).analyse(raw), 0.03) is not Verdict.ACCEPT


@pytest.mark.parametrize("name", DECAYS)
def test_a_decay_far_lower_than_the_readout_leaves_is_looked_at(name: str) -> None:
    half = 0.5 + 0.45 * (DECAYS[name][2](np.linspace(0, DECAYS[name][1] * T, 31)) - 0.5)
    raw = seen(name, (0.315, 0.234), 0, half)
    assert len(raw.circuits) == 31
    assert verdict(raw, get(name).analyse(raw), 1 - 0.315 - 0.234) is not Verdict.ACCEPT


@pytest.mark.parametrize("name", DECAYS)
def test_of_a_good_readout_nothing_changes(name: str) -> None:
    """Where the readout is good, or not known, a low decay is as doubtful as it was."""
    for height in (0.55, 0.45):
        low = 0.5 + height * (DECAYS[name][2](np.linspace(0, DECAYS[name][1] * T, 31)) - 0.5)
        raw = seen(name, (0.01, 0.02), 0, low)
        analysis = get(name).analyse(raw)
        verdicts = {verdict(raw, analysis, contrast) for contrast in (None, 0.97, 0.9, 0.85)}
        assert Verdict.ACCEPT not in verdicts and len(verdicts) == 1
