"""Pairs whose ZZ has no zero at any bias: the coupler rests where it is least, and the CZ is brought up from there."""

from __future__ import annotations

import numpy as np
import pytest

from reson.agent.observation import Done
from reson.evals.pair_nights import night
from reson.evals.scenario import EDGE
from reson.evals.true_pair import load_controls
from reson.tools.devices.simulated.couplers import tunable_of
from reson.tools.devices.simulated.device import SimulatedDevice
from tests.tools.experiments.pairs.bringing_up import opened


def zz_by_flux(device: SimulatedDevice) -> np.ndarray:
    """Hz, over what lies between the walls."""
    line, found = tunable_of(device.chip.truth_now(), EDGE).line, []
    for flux in np.linspace(-0.2, 0.2, 41).tolist():
        load_controls(device, EDGE, coupler_bias=line.bias(flux))
        found.append(next(one for one in device.chip.truth_now().couplers if one.qubits == EDGE).zz)
    return np.array(found)


@pytest.mark.parametrize("seed", [pytest.param(3009, marks=pytest.mark.study), 3097])
def test_the_pair_gets_its_cz_where_the_zz_is_least(seed: int) -> None:
    least = np.abs(zz_by_flux(opened(seed).device)).min()
    assert 2e3 < least < 20e3
    ended = night(opened(seed).device)
    assert isinstance(ended.decision, Done), ended.decision
    assert "no zero" in ended.decision.why
    assert abs(ended.true.idle_zz) < 1.1 * least + 300
    assert ended.true.error < 1.5 * ended.true.limit
