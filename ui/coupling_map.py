"""Which qubits are neighbours, what is known of each pair, and where the qubits stand on a drawing of the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

from reson.agent.chip import described_pairs
from reson.agent.report.published import published_in
from reson.components import Pair
from reson.records import Quantity
from reson.tools.devices.device import neighbours_of
from reson.tools.devices.published import Published
from reson.tools.store.runs import list_runs
from reson.tools.store.store import Store
from reson.tools.store.table import ParameterRow, Table
from reson.trajectory import whole_events
from reson.ui.opened import Opened

RECENT_RUNS = 5
HEAD = 5
"""Lines of a trajectory among which the one stands that names what was published."""
Pairs = tuple[tuple[int, int], ...]
Place = tuple[float, float]
"""Column and row, in units of the distance of neighbours; rows grow downwards."""


class Known(NamedTuple):
    """What is known of one pair; ``age_hours`` None: published by the provider."""

    of: Quantity
    age_hours: float | None
    measurement_id: str = ""


def pairs_of(place: Opened) -> Pairs:
    """Each pair once, the smaller number first: by the chip's description, or as the provider has published them."""
    found = described_pairs(place.lab.config.device)
    if not found and (told := published(place)) is not None:
        found = [pair.qubits for pair in told.pairs]
    return tuple(sorted({(min(pair), max(pair)) for pair in found}))


def published(place: Opened) -> Published | None:
    """What the provider said of its device when one of the latest runs began."""
    for run in list_runs(place.store, RECENT_RUNS):
        path = place.lab.runs / run.id / "trajectory.jsonl"
        if path.is_file() and (told := _published(place.store, _head(path))) is not None:
            return told
    return None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return b"".join(line for line in islice(file, HEAD) if line.endswith(b"\n"))


@st.cache_resource(max_entries=8)
def _published(_store: Store, head: bytes) -> Published | None:
    return published_in(_store, list(whole_events(head)))


def of_pairs(table: Table, pairs: Pairs, name: str, now: float) -> dict[tuple[int, int], Known]:
    """What was measured of pairs, such as the error of a CZ."""
    rows = {pair: table.get(Pair(*pair), {}).get(name) for pair in pairs}
    return {pair: _known(row, now) for pair, row in rows.items() if row is not None and row.measurement_id is not None}


def _known(row: ParameterRow, now: float) -> Known:
    value = Quantity(value=row.value, stderr=row.stderr, unit=row.unit)
    return Known(value, (now - row.valid_from) / 3600, row.measurement_id or "")


def published_errors(told: Published | None) -> dict[tuple[int, int], Known]:
    """Of the two-qubit gates."""
    known = told.pairs if told else ()
    return {
        (min(one.qubits), max(one.qubits)): Known(Quantity(value=one.error), None)
        for one in known
        if one.error is not None and one.works
    }


def positions(qubits: Iterable[int], pairs: Pairs) -> dict[int, Place]:
    """A line, square or heavy-hex lattice that is numbered row by row as it lies, others with equal distances; qubits
    without neighbours in the order of their numbers below.
    """
    coupled = sorted({qubit for pair in pairs for qubit in pair})
    found = (_row_by_row(coupled, pairs) or _by_distance(coupled, pairs)) if coupled else {}
    first = max((row for _, row in found.values()), default=-1.0) + 1
    alone = [qubit for qubit in sorted(qubits) if qubit not in found]
    columns = round(max((column for column, _ in found.values()), default=_columns(len(alone)) - 1.0)) + 1
    return found | {qubit: (index % columns, first + index // columns) for index, qubit in enumerate(alone)}


def _columns(number: int) -> int:
    """Wide rather than tall; a few in one row."""
    return number if number <= 8 else int(np.ceil(np.sqrt(number * 1.6)))


def _row_by_row(coupled: Sequence[int], pairs: Pairs) -> dict[int, Place] | None:
    """Runs of consecutive neighbours are rows, each below what it is coupled to; None where that is no lattice."""
    together = set(pairs)
    runs: list[list[int]] = []
    for qubit in coupled:
        if runs and (runs[-1][-1], qubit) in together and qubit == runs[-1][-1] + 1:
            runs[-1].append(qubit)
        else:
            runs.append([qubit])
    found: dict[int, Place] = {}
    while runs:
        run, (column, row) = _next(runs, found, pairs)
        found |= {qubit: (column + index, row) for index, qubit in enumerate(run)}
        runs.remove(run)
    steps = {tuple(sorted(np.abs(np.subtract(found[one], found[other])).tolist())) for one, other in pairs}
    if len(set(found.values())) < len(found) or steps != {(0.0, 1.0)}:
        return None
    left = min(column for column, _ in found.values())
    found = {qubit: (column - left, row) for qubit, (column, row) in found.items()}
    width, height = np.max(list(found.values()), axis=0)
    return found if width >= height else {qubit: (row, column) for qubit, (column, row) in found.items()}


def _next(runs: list[list[int]], found: Mapping[int, Place], pairs: Pairs) -> tuple[list[int], Place]:
    """The first run that is coupled to a place found already, and where it begins."""
    for run in runs:
        for index, qubit in enumerate(run):
            for other in neighbours_of(qubit, pairs):
                if other in found:
                    column, row = found[other]
                    return run, (column - index, row + 1)
    return runs[0], (0.0, max((row for _, row in found.values()), default=-2.0) + 2)


def _by_distance(coupled: Sequence[int], pairs: Pairs) -> dict[int, Place]:
    """Kamada and Kawai, Inf. Process. Lett. 31, 7 (1989): distances on paper like those along the couplings."""
    import rustworkx

    graph, index = rustworkx.PyGraph(), {qubit: place for place, qubit in enumerate(coupled)}
    graph.add_nodes_from(coupled)
    graph.add_edges_from_no_data([(index[one], index[other]) for one, other in pairs])
    found: dict[int, Place] = {}
    below = 0.0
    for part in rustworkx.connected_components(graph):
        members = sorted(part)
        layout = rustworkx.graph_kamada_kawai_layout(graph.subgraph(members))
        points = np.array([layout[place] for place in range(len(members))])
        points = points - points.mean(axis=0)
        points = points @ np.linalg.svd(points, full_matrices=False)[2].T if len(points) > 2 else points
        place = {member: points[number] for number, member in enumerate(members)}
        links = [np.linalg.norm(place[index[a]] - place[index[b]]) for a, b in pairs if index[a] in part]
        points = (points - points.min(axis=0)) / np.median(links) + (0, below)
        found |= {coupled[member]: (float(x), float(y)) for member, (x, y) in zip(members, points, strict=True)}
        below = float(points[:, 1].max()) + 1
    return found
