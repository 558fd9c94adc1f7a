"""Files that are written whole or not at all: on disk before the name appears."""

from __future__ import annotations

import os
import uuid
from pathlib import Path


def write_whole(target: Path, content: bytes | str, *, private: bool = False) -> Path:
    """``target`` with this content (text as UTF-8), in place of what was there; ``private``: for its owner alone.

    A kill leaves at most a hidden ``.part`` file, which nothing reads.

    Raises ``OSError``; then nothing of it stays behind.
    """
    data = content.encode() if isinstance(content, str) else content
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return target
