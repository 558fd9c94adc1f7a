"""Files by content: ``<sha256><suffix>`` in one directory, written whole or not at all, checked when read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from reson.errors import OperatorError
from reson.tools.store.faults import operator_errors
from reson.tools.store.whole import write_whole

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_RESTORE = "restore the lab's blobs/ and lab.db from a backup"


@dataclass(frozen=True)
class Blobs:
    directory: Path

    def path(self, sha: str, suffix: str) -> Path:
        """Where the content is or would be. Raises ``ValueError`` for what is no hash, so that no path can escape."""
        if not _SHA256.fullmatch(sha) or not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"no name of a blob: {sha!r}{suffix!r}")
        return self.directory / f"{sha}{suffix}"

    def put(self, data: bytes, suffix: str) -> str:
        """Store the content and return its SHA-256 (hex). Content that is there and whole is not written again.

        Raises ``OperatorError`` when the disk is full or read-only; no part of a file stays behind.
        """
        sha = hashlib.sha256(data).hexdigest()
        target = self.path(sha, suffix)
        with operator_errors(str(self.directory)):
            if not (target.is_file() and target.read_bytes() == data):
                self.directory.mkdir(parents=True, exist_ok=True)
                write_whole(target, data)
        return sha

    def get(self, sha: str, suffix: str) -> bytes:
        """The content. Raises ``OperatorError`` when it is missing, no file, or no longer what was stored."""
        try:
            path = self.path(sha, suffix)
        except (ValueError, TypeError) as error:  # a row of the database says so
            raise OperatorError(f"{sha!r} is no name of a file of the record", _RESTORE) from error
        if path.exists() and not path.is_file():
            raise OperatorError(f"{path} is no file", _RESTORE)
        with operator_errors(str(path)):
            try:
                data = path.read_bytes()
            except FileNotFoundError as error:
                raise OperatorError(
                    f"{path} is missing",
                    f"{_RESTORE}; of a record on a server they are in the lab directory that measured",
                ) from error
        if hashlib.sha256(data).hexdigest() != sha:
            raise OperatorError(
                f"{path} is damaged: its content no longer has the hash of its name",
                "restore that file from a backup; the database and the other files are not affected",
            )
        return data
