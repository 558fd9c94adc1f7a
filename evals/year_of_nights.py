"""A synthetic record to measure with: a year of nights on a large heavy-hex chip, its rows made in bulk.

The content of every row is that of a real measurement on a one-qubit lab; only names, times and values are varied.
Rows refer to the few blobs of that measurement, so a year takes megabytes, not gigabytes; or, where the number of
files matters, each to three small ones of its own, which hold its name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Table, select

from reson.agent.lab import Lab, device_name, open_lab
from reson.agent.launch import Plan, start
from reson.components import Qubit
from reson.tools.store.chain import add
from reson.tools.store.database import writing
from reson.tools.store.integrity import FILES
from reson.tools.store.schema import analyses, approvals, measurements, parameters, runs
from reson.tools.store.store import Store

DAY = 86400.0
UPKEEP = ("readout", "ramsey_xy", "t1", "standard_rb")
PER_NIGHT = 274
"""Measurements; times 365 nights that is 100,000."""


def make_year(directory: Path, *, qubits: int = 127, nights: int = 365, own_files: bool = False) -> Lab:
    """A lab with so many nights of upkeep on record; every value has a version for each night it was measured in."""
    open_lab(directory, seed=1, qubits=qubits)
    (directory / "chip.toml").write_text(f'seed = 1\nqubits = {qubits}\ncoupling = "heavy_hex"\n', encoding="utf-8")
    settings = directory / "lab.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("[device]", '[device]\nchip = "chip.toml"'))
    lab = open_lab(directory)
    store = lab.store()
    with tempfile.TemporaryDirectory() as place:
        model = open_lab(Path(place), seed=1, qubits=1)
        start(model, Plan(kind="night", rest=True), lambda kind, body: None)
        patterns = _patterns(model.store())
        shutil.copytree(model.directory / "blobs", lab.directory / "blobs")
        trajectory = (model.runs / "night-0001" / "trajectory.jsonl").read_text().splitlines()
    _write(store, device_name(lab.config.device), patterns, qubits, nights, own_files)
    _trajectory(lab, trajectory, nights)
    return lab


def _patterns(store: Store) -> dict[str, dict[str, Any]]:
    """experiment -> the real rows of its measurement, analysis, approvals and written values."""
    found = {}
    with store.engine.connect() as connection:

        def rows(table: Table, *conditions: Any) -> list[dict[str, Any]]:
            return [dict(row._mapping) for row in connection.execute(select(table).where(*conditions))]

        found["run"] = {"row": rows(runs)[0], "seeds": rows(parameters, parameters.c.measurement_id.is_(None))}
        for name in UPKEEP:
            measured = rows(measurements, measurements.c.experiment == name)[-1]
            mine = measured["id"]
            found[name] = {
                "measured": measured,
                "analysis": rows(analyses, analyses.c.measurement_id == mine)[0],
                "write": rows(approvals, approvals.c.id == f"{mine}-write")[0],
                "written": rows(parameters, parameters.c.measurement_id == mine),
            }
    return found


def _write(
    store: Store, device: str, patterns: dict[str, dict[str, Any]], qubits: int, nights: int, own_files: bool
) -> None:
    batches: dict[str, list[dict[str, Any]]] = {table.name: [] for table in (runs, measurements, analyses, approvals)}
    versions: list[dict[str, Any]] = []
    for qubit in range(qubits):
        for row in patterns["run"]["seeds"]:
            name = Qubit(qubit)
            versions.append(
                row | {"id": f"seed:{device}:{name}.{row['parameter']}", "component": name, "device": device}
            )
    for night in range(nights):
        run_id, at = f"night-{night + 1:04d}", patterns["run"]["row"]["started_device"] + night * DAY
        wall = {"started_wall": at, "ended_wall": at + 3600, "started_device": at, "ended_device": at + 3600}
        batches["runs"].append(patterns["run"]["row"] | {"id": run_id, "device": device} | wall)
        for index in range(PER_NIGHT):
            qubit, name = (night * 91 + index) % qubits, UPKEEP[index * len(UPKEEP) // PER_NIGHT]
            _one(batches, versions, patterns[name], (run_id, at + index * 12, index, Qubit(qubit), device))
    _supersede(versions)
    if own_files:
        _give_files(store, batches)
    tables = ((runs, batches["runs"]), (measurements, batches["measurements"]), (analyses, batches["analyses"]))
    # newest version first: each refers to its successor, which is cheap to check only where it is there already
    for table, rows in (*tables, (approvals, batches["approvals"]), (parameters, versions[::-1])):
        with writing(store.engine) as connection:
            add(connection, table, rows)


def _one(
    batches: dict[str, list[dict[str, Any]]],
    versions: list[dict[str, Any]],
    pattern: dict[str, Any],
    place: tuple[str, float, int, str, str],
) -> None:
    run_id, at, index, name, device = place
    mine = f"{run_id}-{index:04d}-{name}"
    times = {"device_started": at, "device_ended": at + 10, "recorded_wall": at}
    ids = {
        "id": mine,
        "run_id": run_id,
        "component": name,
        "job_id": f"{run_id}-{index // 30:04d}",
        "step": index // 30,
    }
    batches["measurements"].append(pattern["measured"] | ids | times)
    batches["analyses"].append(
        pattern["analysis"] | {"id": f"{mine}:campaign", "measurement_id": mine, "created_wall": at}
    )
    asked = {"requested_device": at, "requested_wall": at, "answered_wall": at, "executed_wall": at}
    batches["approvals"].append(
        pattern["write"] | {"id": f"{mine}-write", "run_id": run_id, "component": name, "device": device} | asked
    )
    noise = np.random.default_rng([index, int(at)]).normal()
    for row in pattern["written"]:
        fresh = {"id": f"{mine}-write:{name}.{row['parameter']}", "component": name, "device": device}
        value = row["value"] + noise * (row["stderr"] or 0.0)
        refers = {"measurement_id": mine, "approval_id": f"{mine}-write", "valid_from": at, "recorded_wall": at}
        versions.append(row | fresh | refers | {"value": value})


def _give_files(store: Store, batches: dict[str, list[dict[str, Any]]]) -> None:
    """Files that are no data: enough for whoever counts, stats and hashes them."""
    for table, files in FILES.items():
        for row in batches[table]:
            for column, suffix in files.items():
                data = f"{column} of {row['id']}".encode()
                row[column] = hashlib.sha256(data).hexdigest()
                (store.blobs.directory / f"{row[column]}{suffix}").write_bytes(data)


def _supersede(versions: list[dict[str, Any]]) -> None:
    """Number the versions in order of writing; each takes the place of the one before."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for sequence, row in enumerate(versions, start=1):
        key = (row["component"], row["parameter"])
        row |= {"sequence": sequence, "superseded_by": None}
        if key in last:
            last[key]["superseded_by"] = row["id"]
        last[key] = row


def _trajectory(lab: Lab, lines: list[str], nights: int) -> None:
    """The last night's trajectory, as long as that of a whole chip: the real one over and over, under other names."""
    path = lab.runs / f"night-{nights:04d}" / "trajectory.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(_repeated(lines, lab.config.device.qubits)) + "\n", encoding="utf-8")


def _repeated(lines: list[str], qubits: int) -> Iterator[str]:
    yield lines[0]
    for qubit in range(qubits):
        for line in lines[1:-1]:
            event = json.loads(line)
            yield json.dumps(event).replace('"q0"', f'"q{qubit}"')
    yield lines[-1]
