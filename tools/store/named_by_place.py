"""Values of pairs that older labs kept under a place of each qubit: ``zz_1`` to ``zz_4``, ``layer_error_1`` to
``layer_error_4``, in the order of the neighbours on the coupling map of the day.

They become the history of the pair's own row: the same versions in the order of writing, whichever qubit they were
found from, each with the name that it was written under (``was``). What they rest on (approvals, analyses, snapshots)
is left as it is and read by that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from sqlalchemy import Connection, Row, select

from reson.components import Component, Pair, Qubit, parse, value_name
from reson.errors import OperatorError, ToolError
from reson.tools.store.blobs import Blobs
from reson.tools.store.chain import change
from reson.tools.store.raw import RAW, unpack_raw
from reson.tools.store.schema import approvals, measurements, parameters, runs

PLACED = re.compile(r"(zz|layer_error)_([1-4])")
Places = Mapping[tuple[str, str, int], int]
"""(device, qubit, place) -> number of the neighbour there."""


def name_pairs(connection: Connection, blobs: Blobs) -> None:
    """Rename the rows, and take back requests that would write under the old names: they are asked again."""
    placed = [row for row in connection.execute(select(parameters).order_by(parameters.c.sequence)) if _place(row)]
    places = _places(connection, blobs) if placed else {}
    merged: dict[tuple[str, Component, str], list[Row]] = {}
    for row in placed:
        name, place = _place(row) or ("", 0)
        merged.setdefault((row.device, _owner(row, place, places), name), []).append(row)
    for (_, owner, name), versions in merged.items():
        for row, newer in pairwise([*versions, None]):
            assert row is not None
            values = {
                "component": str(owner),
                "parameter": name,
                "was": value_name(row.component, row.parameter),
                "superseded_by": None if newer is None else newer.id,
            }
            change(connection, parameters, parameters.c.id == row.id, values)
    still_open = approvals.c.status.in_(("pending", "approved"))
    for row in connection.execute(select(approvals.c.id, approvals.c.action).where(still_open)).all():
        if any(PLACED.fullmatch(str(one.get("parameter"))) for one in row.action["arguments"].get("changes", ())):
            change(connection, approvals, approvals.c.id == row.id, {"status": "stale"})


def stands_for(was: str, component: str, parameter: str) -> bool:
    """Whether a value written as ``was`` may stand under this name."""
    qubit, _, written = was.partition(".")
    found = PLACED.fullmatch(written)
    try:
        numbers = set(parse(component).qubits())
        return found is not None and found[1] == parameter and set(parse(qubit).qubits()) <= numbers
    except ToolError:
        return False


def _place(row: Row) -> tuple[str, int] | None:
    found = PLACED.fullmatch(row.parameter)
    return (found[1], int(found[2])) if found else None


def _owner(row: Row, place: int, places: Places) -> Component:
    """The pair; the qubit itself where no measurement says which neighbour stood at that place."""
    qubit = parse(row.component)
    other = places.get((row.device, row.component, place))
    return Pair(qubit.number, other) if other is not None and isinstance(qubit, Qubit) else qubit


def _places(connection: Connection, blobs: Blobs) -> Places:
    """As every measurement of neighbours has them in its circuits; the newest counts."""
    asked = measurements.c.experiment.in_(("zz_ramsey", "layer_fidelity"))
    query = select(measurements.c.raw_sha, measurements.c.component, runs.c.device)
    rows = connection.execute(query.join(runs).where(asked).order_by(measurements.c.device_ended))
    found: dict[tuple[str, str, int], int] = {}
    for row in rows:
        try:
            circuits = unpack_raw(blobs.get(row.raw_sha, RAW)).circuits
        except OperatorError:
            continue  # `reson check` names the file that is gone
        for one in circuits:
            if one.get("place"):
                found[row.device, row.component, int(one["place"])] = int(one["neighbour"])
    return found
