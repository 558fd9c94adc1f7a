"""Analyses saved data anew, with the code of today and without some of its points. Nothing of it is written."""

from __future__ import annotations

import numpy as np
import streamlit as st

from reson.errors import OperatorError, ToolError
from reson.records import Quantity
from reson.tools.data import Analysis, RawData
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.figures.style import prefix
from reson.tools.part_of_sweep import FEWEST, keep, swept
from reson.tools.store.measurements import get_measurement, load_analysis, load_raw
from reson.ui import plots
from reson.ui.opened import Opened
from reson.ui.phrases import facts, note, section, show, table, told
from reson.wording import quantity


def offer(place: Opened, measurement_id: str) -> None:
    """A range of the sweep to keep, and the fit over it beside the one on record."""
    section("Analyse anew")
    if not st.toggle("Fit a part of the sweep, without a device and without writing", key=f"anew-{measurement_id}"):
        return
    try:
        row = get_measurement(place.store, measurement_id)
        raw = load_raw(place.store, row)
        recorded = load_analysis(place.store, row) if row.analysis_sha else None
        low, high = _range(raw, recorded, measurement_id)
        part = keep(raw, low, high)
        fresh = EXPERIMENTS[row.experiment].analyse(part)
    except (OperatorError, ToolError) as error:
        told(error)
        return
    show(facts([("Circuits kept", f"{len(part.circuits)} of {len(raw.circuits)}")]))
    left, right = st.columns([1.1, 1], gap="large")
    with left:
        plots.draw(plots.of_analysis(fresh), f"anew-chart-{measurement_id}")
    with right:
        show(table(("Fitted", "On record", "Anew"), _both(recorded, fresh), numbers=(1, 2)))
        if fresh.error:
            note(f"No fit: {fresh.error}")


def _range(raw: RawData, recorded: Analysis | None, name: str) -> tuple[float, float]:
    values = swept(raw)
    if values is None or len(set(values)) < FEWEST:
        note("This experiment sweeps nothing to choose by; all of its data is analysed.")
        return -np.inf, np.inf
    unit = recorded.x_axis.unit if recorded else ""
    scale, shown = prefix(values, unit)
    low, high = float(values.min() * scale), float(values.max() * scale)
    title = f"Keep ({shown})" if shown else "Keep"
    first, last = st.slider(title, low, high, (low, high), step=(high - low) / 100, key=f"range-{name}", width=520)
    margin = (high - low) * 1e-6
    return (first - margin) / scale, (last + margin) / scale


def _both(recorded: Analysis | None, fresh: Analysis) -> list[tuple[str, str, str]]:
    old = recorded.quantities if recorded else {}
    names = dict.fromkeys([*old, *fresh.quantities])
    return [(name, _said(old.get(name)), _said(fresh.quantities.get(name))) for name in names]


def _said(one: Quantity | None) -> str:
    return "–" if one is None else quantity(one.value, one.stderr, one.unit)
