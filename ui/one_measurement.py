"""One measurement: its plot, fit, verdict and reading, and its files to take away."""

from __future__ import annotations

import streamlit as st

from reson.agent.config import Goals
from reson.agent.operations.measurements import MEASUREMENT_FILES, OfMeasurement
from reson.agent.report.words import SHORT, result_name, rounded
from reson.errors import OperatorError
from reson.records import Quantity
from reson.tools.data import Analysis
from reson.tools.experiments.catalogue import EXPERIMENTS, title_of
from reson.tools.store.measurements import FIGURE, MeasurementRow, get_measurement, load_analysis
from reson.ui import plots, queries, request, trajectories
from reson.ui.addresses import link
from reson.ui.curve_plots import Mark, used_share
from reson.ui.opened import Opened
from reson.ui.phrases import Markup, ago, facts, note, section, sentence, show, table, tag, told, verdict_mark
from reson.wording import moment, quantity

HARDLY = 0.1
"""Share of a sweep below which it is said that the curve hardly uses it."""
TAKEN_AWAY = (
    (".csv", "Points (CSV)", "text/csv"),
    (".npz", "Raw data (NumPy)", "application/octet-stream"),
    (".png", "Figure (PNG)", "image/png"),
)


def summary(place: Opened, measurement_id: str) -> None:
    """Plot on the left, what it says on the right; what is wrong with the record is told in its place."""
    try:
        _summary(place, get_measurement(place.store, measurement_id))
    except OperatorError as error:
        told(error)


def full(place: Opened, measurement_id: str) -> None:
    """The summary, how it was made, its files. Raises ``OperatorError`` for one that is damaged or not on record."""
    row = get_measurement(place.store, measurement_id)
    _summary(place, row)
    _origin(place, row)
    _files(place, row)


def _summary(place: Opened, row: MeasurementRow) -> None:
    show(_head(row))
    if row.analysis_sha is None:
        note("Its data is on record and not analysed yet; resuming its run does that.")
        return
    analysis = load_analysis(place.store, row)
    left, right = st.columns([1.1, 1], gap="large")
    with left:
        _plot(place, row, analysis)
    with right:
        _findings(row, analysis)


def _head(row: MeasurementRow) -> Markup:
    title = title_of(row.experiment)
    mark = verdict_mark(row.judgement.verdict if row.judgement else None)
    name = tag("strong", f"{row.component} · {title} ")
    return tag("p", name, mark, tag("span", f" {row.id}, {moment(row.device_ended)} UTC", kind="rs-old"), kind="rs-say")


def _plot(place: Opened, row: MeasurementRow, analysis: Analysis) -> None:
    how = st.segmented_control(
        "Plot",
        ["Interactive", "As the reader saw it"],
        default="Interactive",
        required=True,
        key=f"plot-{row.id}",
        label_visibility="collapsed",
    )
    if how == "Interactive":
        plots.show(analysis, f"chart-{row.id}", marks_of(row.experiment, analysis, place.lab.config.goals))
        if (share := used_share(analysis)) < HARDLY:
            note(
                f"The curve does nine tenths of what it does within {share:.0%} of the sweep: a shorter one tells more."
            )
    elif row.figure_sha:
        st.image(place.store.blobs.get(row.figure_sha, FIGURE), width="stretch")


def marks_of(experiment: str, analysis: Analysis, goals: Goals) -> list[Mark]:
    """What the fit found on the swept axis, and the goal of it; none where it is of another kind than what is swept."""
    name = result_name(experiment)
    found, axis = analysis.quantities.get(name), analysis.x_axis
    swept = [x for part in analysis.series for x in part.x]
    if found is None or not swept or found.unit != axis.unit or not (found.unit or "mplitude" in axis.label):
        return []
    marks = [Mark(SHORT.get(name, name), found.value, found.stderr or 0.0)]
    if name == "t1":
        marks.append(Mark("T1", goals.t1, goal=True))
    return [mark for mark in marks if min(swept) <= mark.at <= max(swept)]


def _findings(row: MeasurementRow, analysis: Analysis) -> None:
    if analysis.error:
        show(tag("div", tag("strong", "No fit"), tag("p", analysis.error), kind="rs-error"))
    else:
        found = [(name, quantity(one.value, one.stderr, one.unit)) for name, one in analysis.quantities.items()]
        if analysis.reduced_chi2 is not None:
            found.append(("reduced χ²", f"{analysis.reduced_chi2:.2f}"))
        show(table(("Fitted", "Value"), found, numbers=(1,)))
    if row.judgement:
        request.show_checks(list(row.judgement.checks))
    if row.reading:
        show(request.reading_in_words(row.reading))


def _origin(place: Opened, row: MeasurementRow) -> None:
    section("How it was made")
    experiment = EXPERIMENTS.get(row.experiment)
    units = {spec.name: spec.unit for spec in experiment.parameters} if experiment else {}
    swept = [(name, rounded(Quantity(value=value, unit=units.get(name, "")))) for name, value in row.parameters.items()]
    show(
        sentence(row.why),
        facts(
            [
                ("Run", row.run_id),
                ("Step", row.step),
                *swept,
                ("Circuits × shots", f"{row.circuits} × {row.shots}"),
                ("Device time", f"{row.device_ended - row.device_started:.1f} s"),
            ]
        ),
    )
    made = queries.analyses_of(place.store, row.id)
    show(table(("Analysed by", "When", "Fit"), ((who, ago(when), error or "came out") for who, when, error in made)))
    step = trajectories.address_of_step(place, row.run_id, row.id)
    show(tag("p", link("Step through its run from here", "trajectories", **step), kind="rs-say"))


def _files(place: Opened, row: MeasurementRow) -> None:
    section("Take away")
    with st.container(horizontal=True):
        files = MEASUREMENT_FILES(place, OfMeasurement(measurement_id=row.id))
        for end, label, kind in TAKEN_AWAY:
            if (name := f"{row.id}{end}") in files:
                st.download_button(label, files[name], name, kind, on_click="ignore")
    note("CSV in SI units with standard errors; the NumPy archive holds the untouched data of every circuit.")
