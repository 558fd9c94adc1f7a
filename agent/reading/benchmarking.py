"""Readings of the variants of randomised benchmarking: every curve must decay, and far enough to be told."""

from __future__ import annotations

from reson.agent.reading.answers import success_if_fitted
from reson.agent.reading.decays import read_benchmarking
from reson.records import Reading, Status
from reson.tools.experiments.experiment import Analysis


def read_each_decay(analysis: Analysis) -> Reading:
    """Interleaved and purity benchmarking: the worst of the curves speaks for all."""
    for series in analysis.series:
        reading = read_benchmarking(analysis.model_copy(update={"series": (series,)}))
        if reading.status is not Status.SUCCESS:
            return reading.model_copy(update={"reason": f"{series.name}: {reading.reason}"})
    return success_if_fitted(analysis, "every curve decays towards one half")
