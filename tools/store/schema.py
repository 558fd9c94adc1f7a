"""The tables. Nothing is deleted or overwritten: a row is superseded, and what supersedes it is named.

Times: ``*_wall`` and ``*_device`` are seconds since the Unix epoch, of the computer's and of the device's clock.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 6
metadata = MetaData()
_NULLABLE_JSON = JSON(none_as_null=True)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[float]:
    # 53 bits also where FLOAT alone would mean single precision
    return Column(name, Float(53), nullable=null)


def _id() -> Column[str]:
    return Column("id", String(255), primary_key=True)


def _reference(name: str, target: str, *, null: bool = False) -> Column[str]:
    return Column(name, String(255), ForeignKey(target), nullable=null, index=True)


def _successor(target: str) -> Column[str]:
    """Id of the row that took this one's place; checked at commit: the old row is marked before the new one exists.

    Indexed, since the database then looks for the old row when the new one comes.
    """
    return Column("superseded_by", String(255), ForeignKey(target, deferrable=True, initially="DEFERRED"), index=True)


schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "runs",
    metadata,
    _id(),
    _text("kind"),
    _text("device"),
    _text("status"),
    _text("ending", null=True),
    _text("reason", null=True),
    Column("settings", JSON, nullable=False),
    Column("seed", BigInteger),
    _number("started_wall"),
    _number("ended_wall", null=True),
    _number("started_device"),
    _number("ended_device", null=True),
)

measurements = Table(
    "measurements",
    metadata,
    _id(),
    _reference("run_id", "runs.id"),
    Column("step", Integer, nullable=False),
    _text("job_id"),
    _text("experiment"),
    _text("component"),
    Column("parameters", JSON, nullable=False),
    Column("controls", JSON, nullable=False),
    _text("controls_hash"),
    Column("shots", Integer, nullable=False),
    Column("circuits", Integer, nullable=False),
    _number("device_started"),
    _number("device_ended"),
    _number("recorded_wall"),
    _text("raw_sha"),
    _text("why"),
    Index("ix_measurements_component", "component", "experiment", "device_ended"),
)

analyses = Table(
    "analyses",
    metadata,
    _id(),
    _reference("measurement_id", "measurements.id"),
    _number("created_wall"),
    _text("analysis_sha"),
    _text("figure_sha"),
    Column("quantities", JSON, nullable=False),
    Column("judgement", JSON, nullable=False),
    Column("reading", JSON, nullable=False),
    _text("error", null=True),
    _text("author"),
    _successor("analyses.id"),
    UniqueConstraint("measurement_id", "author"),
)
Index(
    "one_newest_analysis",
    analyses.c.measurement_id,
    unique=True,
    sqlite_where=analyses.c.superseded_by.is_(None),
    postgresql_where=analyses.c.superseded_by.is_(None),
)

approvals = Table(
    "approvals",
    metadata,
    _id(),
    _reference("run_id", "runs.id", null=True),
    _text("device"),
    _text("component"),
    _text("kind"),
    _text("effect"),
    Column("action", JSON, nullable=False),
    _text("action_hash"),
    _text("table_hash"),
    Column("status", String(16), nullable=False, index=True),
    _text("rule"),
    _text("why"),
    Column("evidence", JSON, nullable=False),
    _number("requested_device"),
    _number("requested_wall"),
    _number("answered_wall", null=True),
    _text("answered_by", null=True),
    _text("answer", null=True),
    Column("edited_action", _NULLABLE_JSON),
    _text("edited_hash", null=True),
    _text("note", null=True),
    _number("executed_wall", null=True),
    Column("executed", _NULLABLE_JSON),
    _text("supersedes", null=True),
    _number("expires_wall", null=True),
)

parameters = Table(
    "parameters",
    metadata,
    _id(),
    Column("sequence", Integer, nullable=False, unique=True),
    _text("device"),
    _text("component"),
    _text("parameter"),
    _number("value"),
    _number("stderr", null=True),
    _text("unit"),
    _number("valid_from"),
    _number("recorded_wall"),
    _successor("parameters.id"),
    _reference("measurement_id", "measurements.id", null=True),
    _text("verdict", null=True),
    _text("author"),
    _text("reason"),
    _reference("approval_id", "approvals.id", null=True),
    _text("was", null=True),
    _number("confidence", null=True),
    UniqueConstraint("approval_id", "component", "parameter"),
    Index("ix_parameters_history", "device", "component", "parameter", "sequence"),
)
Index(
    "one_current_value",
    parameters.c.device,
    parameters.c.component,
    parameters.c.parameter,
    unique=True,
    sqlite_where=parameters.c.superseded_by.is_(None),
    postgresql_where=parameters.c.superseded_by.is_(None),
)

snapshots = Table(
    "snapshots",
    metadata,
    _id(),
    _reference("run_id", "runs.id"),
    _text("moment"),
    Column("number", Integer, nullable=False),
    _text("device"),
    _number("device_time"),
    Column("values", JSON, nullable=False),
    _text("hash"),
    UniqueConstraint("run_id", "moment", "number"),
)

lessons = Table(
    "lessons",
    metadata,
    _id(),
    _reference("run_id", "runs.id"),
    _text("component"),
    _text("text"),
    _number("recorded_wall"),
    _number("recorded_device"),
    _text("code", null=True),
    _text("remedy", null=True),
    Column("evidence", _NULLABLE_JSON),
    Column("sets_aside", Integer),
    _number("since_device", null=True),
    Column("superseded_by", String(255)),
    Column("contradicted_by", String(255)),
)
"""What a later run should know of a component; ``code``: of the diagnosis, or what the lesson is about. A newer lesson
with the same code supersedes it; a measurement that shows otherwise contradicts it."""

notes = Table(
    "notes",
    metadata,
    _id(),
    _text("device"),
    _text("component"),
    _text("author"),
    _text("text"),
    _number("recorded_wall"),
    _number("recorded_device"),
    _number("expires_device", null=True),
)
"""What somebody wanted known; data, and never an instruction."""

chain = Table(
    "chain",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("source"),
    _text("key"),
    _text("content"),
    _number("wall"),
    _text("hash"),
)
"""See ``chain.py``."""

CHAINED = (runs, measurements, analyses, approvals, parameters, snapshots, lessons, notes)
"""The tables whose rows hang in the chain, in the order in which a record without one is taken into it."""
