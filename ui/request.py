"""One request: what it would do, in numbers, and everything an answer should rest on."""

from __future__ import annotations

import streamlit as st

from reson.agent.holder import holder_of
from reson.agent.operations.values import value_in_words
from reson.changes import changes_of, named_changes
from reson.components import named
from reson.errors import OperatorError
from reson.records import ActionKind, Change, Check, Reading
from reson.tools.experiments.catalogue import EXPERIMENTS
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.measurements import FIGURE, get_measurement, load_analysis
from reson.tools.store.table import ParameterRow, Table, components_hash
from reson.ui import answering, plots, queries, trends
from reson.ui.opened import Opened
from reson.ui.phrases import Markup, ago, facts, heading, note, section, show, table, tag, told, verdict_mark
from reson.wording import asked, count, moment, quantity, sigmas

HISTORY = 30
"""Versions of a value that its little history shows."""


def experiment_of(row: ApprovalRow) -> str:
    """Name of the experiment that is asked for, or that the proposed values come from."""
    return str(row.action.arguments.get("experiment") or row.evidence.get("experiment") or "")


def title_of(row: ApprovalRow) -> str:
    """``q3: write x_amplitude (Rabi)``."""
    experiment = EXPERIMENTS.get(experiment_of(row))
    name = experiment.title if experiment else experiment_of(row)
    if row.kind is ActionKind.MEASURE:
        return f"{row.component.replace(',', ' ')}: measure {name}"
    return f"{row.component}: {asked(row.action, values=False)}" + (f" ({name})" if name else "")


def show_request(place: Opened, row: ApprovalRow) -> None:
    """The request with its evidence; the answers stand beside the numbers."""
    table_now = place.table()
    asked = f"asked {ago(row.requested_wall)}, {moment(row.requested_device)} on the device's clock"
    heading(f"{row.run_id or 'by hand'} · {asked}", title_of(row))
    if components_hash(table_now, row.component) != row.table_hash:
        show_stale(place, row)
        return
    left, right = st.columns([1.1, 1], gap="large")
    with left:
        _what(row, table_now)
        _evidence(place, row)
    with right:  # at the same place for every request, however much it changes
        answering.form(place, row)
        _consequences(place, row, table_now)
    _history_of_values(place, row)


def show_briefly(place: Opened, row: ApprovalRow) -> None:
    """What is asked, its plot and the answers, for a place where something else is the matter, as in a conversation."""
    table_now = place.table()
    if components_hash(table_now, row.component) != row.table_hash:
        show_stale(place, row)
        return
    _what(row, table_now)
    if figure := row.evidence.get("figure"):
        st.image(place.store.blobs.get(figure, FIGURE), width=460)
    answering.form(place, row)


def _what(row: ApprovalRow, table_now: Table) -> None:
    changes = named_changes(row.action)
    if changes:
        rows = [_change(name, change, _known(table_now, change)) for name, change in changes.items()]
        show(table(("Parameter", "In force", "Proposed", "Change"), rows, numbers=(1, 2, 3)))
    else:
        show(_asked_measurement(row))
    show(facts([("Why", row.why), ("Rule that asks", row.rule)]))


def _known(table_now: Table, change: Change) -> ParameterRow | None:
    return table_now.get(change.component, {}).get(change.parameter)


def _change(name: str, change: Change, known: ParameterRow | None) -> tuple[Markup, Markup, Markup, Markup]:
    old = "–" if known is None else value_in_words(known)
    new = quantity(change.new, change.stderr, change.unit, confidence=change.confidence)
    return (
        tag("span", name),
        tag("span", old, kind="rs-old"),
        tag("span", new, kind="rs-new"),
        tag("span", _difference(change, known)),
    )


def _difference(change: Change, known: ParameterRow | None) -> str:
    if known is None:
        return "first value"
    if known.confidence or change.confidence:
        return "–"
    step = change.new - known.value
    size = f"{'+' if step > 0 else ''}{quantity(float(f'{step:.3g}'), None, change.unit)}"
    by = sigmas(known.value, known.stderr, change.new, change.stderr)
    if by is not None:
        return f"{size}, {by:+.1f} σ"
    return size if known.measurement_id else f"{size}, from a design value"


def _asked_measurement(row: ApprovalRow) -> Markup:
    requests = row.action.arguments.get("requests", {})
    experiment = EXPERIMENTS.get(experiment_of(row))
    units = {spec.name: spec.unit for spec in experiment.parameters} if experiment else {}
    names = list(dict.fromkeys(name for values in requests.values() for name in values))
    rows = [
        (qubit, *(quantity(values[n], None, units.get(n, "")) for n in names)) for qubit, values in requests.items()
    ]
    return table(("Qubit", *names), rows, numbers=range(1, len(names) + 1))


def _evidence(place: Opened, row: ApprovalRow) -> None:
    measurement = row.evidence.get("measurement")
    if measurement is None:
        seconds = row.evidence.get("device_seconds")
        note(f"Takes about {seconds:.0f} s of the device." if seconds else "There is nothing to look at yet.")
        return
    how = st.segmented_control(
        "Plot",
        ["Interactive", "As the reader saw it"],
        default="Interactive",
        required=True,
        key=f"how-{row.id}",
        label_visibility="collapsed",
    )
    try:
        if how == "Interactive":
            plots.draw(plots.of_analysis(load_analysis(place.store, get_measurement(place.store, measurement))), row.id)
        else:
            st.image(place.store.blobs.get(row.evidence["figure"], FIGURE), width="stretch")
    except OperatorError as error:
        told(error)
    show_checks([Check.model_validate(check) for check in row.evidence.get("checks", ())])
    if row.evidence.get("reading"):
        show(reading_in_words(Reading.model_validate(row.evidence["reading"])))


def show_checks(checks: list[Check]) -> None:
    """Failed checks in full; the passed ones folded."""
    failed = [check for check in checks if not check.passed]
    if failed:
        rows = (tag("li", verdict_mark(check.severity), " ", check.message) for check in failed)
        show(tag("ul", *rows, kind="rs-list"))
    passed = [check for check in checks if check.passed]
    with st.expander(f"{count(len(passed), 'numeric check')} passed{'' if failed else ', none failed'}"):
        show(tag("ul", *(tag("li", check.name) for check in passed), kind="rs-list"))


def reading_in_words(reading: Reading) -> Markup:
    """What a reader saw in the plot, and who it was."""
    verdict = f"{reading.status.value} ({reading.outcome.value}, fit {reading.reliability.value.replace('_', ' ')})"
    who = tag("span", f" Read by {reading.reader}; confidence {reading.confidence:.2g}.", kind="rs-old")
    return tag("p", "The plot reads ", tag("strong", verdict), f": {reading.reason}.", who, kind="rs-say")


def _consequences(place: Opened, row: ApprovalRow, table_now: Table) -> None:
    """What a rejection leads to, and what waits meanwhile."""
    qubits = row.component.replace(",", ", ")
    if row.kind is ActionKind.MEASURE:
        rejected = f"It is not measured. The brain hears your note and decides again about {qubits}."
    else:
        kept = [name for name, change in named_changes(row.action).items() if _known(table_now, change)]
        stay = (
            f"{' and '.join(kept)} stay{'s' if len(kept) == 1 else ''} as in force. "
            if kept
            else "Nothing is written. "
        )
        rejected = f"{stay}The brain hears your note and measures again or sets {qubits} aside."
    held = [f"{qubits} is parked until you answer; the other qubits go on"]
    names = {change.parameter for change in changes_of(row.action)}
    if needing := [one.title for one in EXPERIMENTS.values() if names & set(one.needs)]:
        few = ", ".join(needing) if len(needing) < 4 else f"{len(needing)} of {len(EXPERIMENTS)} experiments"
        held.append(f"needed by {few}")
    if row.run_id and holder_of(place.lab.directory) is None:
        held.append(f"{row.run_id} has ended and goes on when it is resumed")
    show(facts([("If rejected", rejected), ("What waits on it", "; ".join(held) + ".")]))


def _history_of_values(place: Opened, row: ApprovalRow) -> None:
    charts = []
    for name, change in named_changes(row.action).items():
        past = queries.versions(place.store, row.device, change.component, change.parameter, HISTORY)
        if past:
            charts.append((name, change, past))
    if not charts:
        return
    section("History")
    for column, (name, change, past) in zip(st.columns(max(2, len(charts))), charts, strict=False):
        with column:
            chart = trends.of_value(past, change, row.requested_device)
            plots.draw(chart, f"history-{row.id}-{name}")


def show_stale(place: Opened, row: ApprovalRow) -> None:
    """Say what moved since it was asked, and offer to measure it again."""
    moved = [
        f"{one.parameter} became {value_in_words(one)}, by {one.author}, {ago(one.recorded_wall)}"
        for name in named(row.component)
        for one in queries.written_since(place.store, row.device, name, row.requested_wall)
    ]
    lines = tag("ul", *(tag("li", line) for line in moved), kind="rs-list")
    what = tag("strong", f"{title_of(row)}: out of date")
    how = "It can no longer be approved as it was asked: since then, values that it rests on have changed."
    show(tag("div", what, tag("p", how), lines, kind="rs-card"))
    answering.offer_remeasure(place, row)
