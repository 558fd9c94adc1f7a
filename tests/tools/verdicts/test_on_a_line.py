"""Circuits that end between two states lie on one line of the IQ plane, wherever in the plane that is."""

from __future__ import annotations

import numpy as np
import pytest

from reson.components import Qubit
from reson.tools.data import RawData
from reson.tools.verdicts.on_a_line import on_a_line


def _raw(share: float, centre: complex) -> RawData:
    """Twenty-one points along a line, bent across it by ``share`` of their spread (root mean square)."""
    place = np.linspace(-1, 1, 21)
    bent = place**2 - np.mean(place**2)
    across = share * bent * np.std(place) / np.std(bent)
    iq = centre + (place + 1j * across) * np.exp(0.4j)
    return RawData(
        experiment="rabi",
        component=Qubit(0),
        parameters={},
        controls={},
        shots=1000,
        circuits=[{"xval": float(one)} for one in place],
        arrays={"iq_mean": iq, "iq_stderr": np.full((21, 2), 1e-3)},
        started=0.0,
        ended=1.0,
    )


@pytest.mark.parametrize("centre", [0j, 30 + 0j, -8 + 20j])
def test_a_bend_is_seen_and_told_by_its_share_wherever_the_line_lies(centre: complex) -> None:
    (straight,) = on_a_line(_raw(0.0, centre))
    assert straight.passed
    (bent,) = on_a_line(_raw(0.4, centre))
    assert not bent.passed
    assert "by 40% of its spread" in bent.message
