"""Analyses saved data anew, with the code of today and without some of its points. Nothing of it is written."""

from __future__ import annotations

import streamlit as st

from reson.agent.operations.measurements import ANALYSE_AGAIN, PartOfSweep, both, written
from reson.errors import OperatorError, ToolError
from reson.tools.data import RawData
from reson.tools.figures.style import prefix
from reson.tools.part_of_sweep import FEWEST, swept
from reson.tools.store.measurements import get_measurement, load_analysis, load_raw
from reson.ui import plots
from reson.ui.opened import Opened
from reson.ui.phrases import facts, note, section, show, table, told


def offer(place: Opened, measurement_id: str) -> None:
    """A range of the sweep to keep, and the fit over it beside the one on record."""
    section("Analyse anew")
    if not st.toggle("Fit a part of the sweep, without a device and without writing", key=f"anew-{measurement_id}"):
        return
    try:
        row = get_measurement(place.store, measurement_id)
        unit = load_analysis(place.store, row).x_axis.unit if row.analysis_sha else ""
        low, high = _range(load_raw(place.store, row), unit, measurement_id)
        anew = ANALYSE_AGAIN(place, PartOfSweep(measurement_id=measurement_id, low=low, high=high))
    except (OperatorError, ToolError) as error:
        told(error)
        return
    show(facts([("Circuits kept", f"{anew.kept} of {anew.circuits}")]))
    left, right = st.columns([1.1, 1], gap="large")
    with left:
        plots.show(anew.fresh, f"anew-chart-{measurement_id}")
    with right:
        rows = ((name, written(old), written(new)) for name, (old, new) in both(anew).items())
        show(table(("Fitted", "On record", "Anew"), rows, numbers=(1, 2)))
        if anew.fresh.error:
            note(f"No fit: {anew.fresh.error}")


def _range(raw: RawData, unit: str, name: str) -> tuple[float | str, float | str]:
    """Ends of what is kept, in SI units; empty where nothing is cut there."""
    values = swept(raw)
    if values is None or len(set(values)) < FEWEST:
        note("This experiment sweeps nothing to choose by; all of its data is analysed.")
        return "", ""
    scale, shown = prefix(values, unit)
    low, high = float(values.min() * scale), float(values.max() * scale)
    title = f"Keep ({shown})" if shown else "Keep"
    first, last = st.slider(title, low, high, (low, high), step=(high - low) / 100, key=f"range-{name}", width=520)
    margin = (high - low) * 1e-6
    return "" if first == low else (first - margin) / scale, "" if last == high else (last + margin) / scale
