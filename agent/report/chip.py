"""The chip at a glance: the state of each qubit, its values, and its error against what coherence allows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reson.agent.health import Shortfall
from reson.agent.report.content import Entry, Qubit, Value
from reson.agent.report.events import diagnoses_of
from reson.agent.report.tables import value_of
from reson.agent.standing import state_of
from reson.components import Pair, parse, with_qubits
from reson.records import Json, Quantity
from reson.tools.experiments.cz_interleaved_rb import LIMIT_KNOWN, known_of
from reson.tools.experiments.standard_rb import coherence_limit
from reson.tools.store.approvals import ApprovalRow
from reson.tools.store.parameters import ParameterRow, Table


def qubit(
    component: str,
    table: Table,
    last_word: Json | None,
    waits: Sequence[ApprovalRow],
    story: tuple[Entry, ...],
    run_measurements: frozenset[str],
    below: tuple[Shortfall, ...] = (),
) -> Qubit:
    """One qubit or pair of the report. ``table``: of the whole chip; ``last_word``: the brain's last decision on it
    that was no measurement.
    """
    values = {name: value_of(row, run_measurements) for name, row in table.get(component, {}).items()}
    limit = limit_of(component, table)
    ended = f"the run ended after {story[-1].title}" if story else "the run ended before its first measurement"
    state, why = state_of(last_word, waits, below, ended)
    return Qubit(
        component=component,
        state=state,
        why=why,
        values=values,
        coherence_limit=limit,
        over_limit=over_limit(values, limit),
        above_limit=above_limit(values, limit),
        below=below,
        diagnoses=diagnoses_of(last_word) if last_word else (),
        story=story,
    )


def limit_of(component: str, table: Table) -> Quantity | None:
    """Coherence limit of a pulse, or of a pair's CZ, from what is measured; None where a time is not."""
    if not isinstance(parse(component), Pair):
        return _limit_of_a_pulse(table.get(component, {}))
    measured = {name: _measured(table.get(name, {})) for name in with_qubits(component)}
    found = known_of(component, measured).get("coherence_limit")
    return None if found is None else Quantity(value=found, stderr=LIMIT_KNOWN * found)


def _measured(rows: Mapping[str, ParameterRow]) -> dict[str, float]:
    return {name: row.value for name, row in rows.items() if row.measurement_id is not None or name == "cz_duration"}


def _limit_of_a_pulse(rows: Mapping[str, ParameterRow]) -> Quantity | None:
    """From measured T1 and echo (time and shape); its error to first order in theirs."""
    t1, t2, length = (rows.get(name) for name in ("t1", "t2_echo", "pulse_duration"))
    if t1 is None or t2 is None or length is None or None in (t1.measurement_id, t2.measurement_id):
        return None
    share = rows.get("echo_exponential_share")
    fast, unsure = (1.0, 0.0) if share is None else (share.value, share.stderr or 0.0)
    errors = (
        length.value * (t1.stderr or 0.0) / (6 * t1.value**2),
        length.value * fast * (t2.stderr or 0.0) / (3 * t2.value**2),
        length.value * unsure / (3 * t2.value),
    )
    limit = coherence_limit(t1.value, t2.value, length.value, fast)
    return Quantity(value=limit, stderr=math.hypot(*errors))


def over_limit(rows: Mapping[str, ParameterRow | Value], limit: Quantity | None) -> Quantity | None:
    """Error per gate, or of a CZ, over its coherence limit; None until both are measured."""
    error = rows.get("error_per_gate", rows.get("cz_error"))
    if error is None or limit is None or not limit.value:
        return None
    ratio = error.value / limit.value
    relative = math.hypot(
        (error.stderr or 0.0) / error.value if error.value else 0.0, (limit.stderr or 0.0) / limit.value
    )
    return Quantity(value=ratio, stderr=ratio * relative)


def above_limit(rows: Mapping[str, ParameterRow | Value], limit: Quantity | None) -> Quantity | None:
    """The same error minus the limit: beside a high limit a small ratio hides a large error."""
    error = rows.get("error_per_gate", rows.get("cz_error"))
    if error is None or limit is None or not limit.value:
        return None
    return Quantity(value=error.value - limit.value, stderr=math.hypot(error.stderr or 0.0, limit.stderr or 0.0))
