"""What a caller holds: the database and the files of one lab. The functions over it are in the modules beside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from reson.errors import OperatorError
from reson.tools.store.blobs import Blobs
from reson.tools.store.database import open_database
from reson.tools.store.faults import operator_errors


@dataclass(frozen=True)
class Store:
    engine: Engine
    blobs: Blobs

    @property
    def directory(self) -> Path:
        """The lab's."""
        return self.blobs.directory.parent


def open_store(directory: Path, url: str | None = None) -> Store:
    """Open the lab's record, making it on first use. ``url`` names a database elsewhere; None: ``lab.db`` here.

    Raises ``OperatorError`` when the directory or database cannot be used, is damaged, or only half of a lab is there.
    """
    blobs = Blobs(directory / "blobs")
    with operator_errors(str(directory)):
        directory.mkdir(parents=True, exist_ok=True)
        database = directory / "lab.db"
        if url is None and not (database.exists() and database.stat().st_size) and _has_content(blobs):
            raise OperatorError(
                f"{blobs.directory} holds data but {database} is {'empty' if database.exists() else 'missing'}",
                "restore lab.db from a backup, or move blobs/ aside to start anew",
            )
    return Store(open_database(url or URL.create("sqlite", database=str(database)), blobs), blobs)


def _has_content(blobs: Blobs) -> bool:
    return blobs.directory.is_dir() and any(not path.name.startswith(".") for path in blobs.directory.iterdir())
