"""Files that a command writes where it is told to."""

from __future__ import annotations

from pathlib import Path

from reson.errors import OperatorError


def write(path: Path, data: bytes, option: str, *, over: bool = False) -> Path:
    """``option``: what names the place, for the remedy; ``over``: replace a file that is there. Raises
    ``OperatorError``.
    """
    try:
        with path.open("wb" if over else "xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise OperatorError(f"{path} is there already", f"move it away, or name another directory: {option}") from error
    except OSError as error:
        raise OperatorError(f"{path} cannot be written: {error.strerror}", f"name another place: {option}") from error
    return path
