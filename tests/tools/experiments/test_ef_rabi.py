"""The 1-2 Rabi oscillation: right on resonance, doubted beside it."""

from __future__ import annotations

import pytest

from reson.evals.verdicts.trials.ef import best_ef_amplitude
from reson.records import Verdict

from .trying import attempt


@pytest.mark.parametrize("miss", [-25e6, -10e6, 0.0, 10e6, 25e6])
def test_a_pulse_beside_the_line_goes_to_review(miss: float) -> None:
    anharmonicity = attempt("ef_rabi", 6).raw.controls["anharmonicity"]
    done = attempt("ef_rabi", 6, wrong={"anharmonicity": 1 + miss / anharmonicity})
    lopsided = done.analysis.quantities["lopsided"].value
    if miss:
        assert done.verdict is not Verdict.ACCEPT
    else:
        assert done.verdict is Verdict.ACCEPT, done.reasons
        assert abs(lopsided) < 0.1
        found = done.analysis.quantities["ef_amplitude"].value
        assert found == pytest.approx(best_ef_amplitude(done.truth, 32e-9), rel=0.005)
