"""Tables of text: CSV and its kin, with one heading or none, comments, and any of the usual separators."""

from __future__ import annotations

import csv

import numpy as np

from reson.tools.own_data.table import Table, refused, require_rows, unit_of

SEPARATORS = ("\t", ";", ",")
COMMENTS = ("#", "%", "//", "!")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How text begins that a spreadsheet saves as "Unicode"."""


def read_text(name: str, data: bytes) -> Table:
    """Columns of numbers, and of words where a column holds them. Raises ``OperatorError``."""
    wide = data.startswith(UTF_16)
    if b"\0" in data[:4096] and not wide:
        raise refused(name, "is no text", "name it .npz or .h5 if it is one, or save the table as CSV")
    try:
        lines = data.decode("utf-16" if wide else "utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise refused(name, "is no UTF-8 text", "save the table as CSV in UTF-8") from None
    rows = [line for line in lines if line.strip() and not line.lstrip().startswith(COMMENTS)]
    require_rows(name, len(rows) - 1)  # less the heading
    if not rows:
        raise refused(name, "is empty", "give a table with one row for each point")
    separator = _separator(rows)
    cells = [_cells(row, separator) for row in rows]
    head = [] if all(map(_is_number, cells[0])) else cells.pop(0)
    if not head:  # some programs write it as a comment
        comments = [line.lstrip().lstrip("".join(COMMENTS)) for line in lines if line.lstrip().startswith(COMMENTS)]
        heads = [one for one in (_cells(line, separator) for line in comments) if len(one) == len(cells[0])]
        numbered = [f"column {n}" for n in range(1, len(cells[0]) + 1)]
        head = next((one for one in reversed(heads) if not any(map(_is_number, one))), numbered)
    if not cells:
        raise refused(name, "has a heading and no rows", "give a table with one row for each point")
    for place, row in enumerate(cells, start=1):
        if len(row) != len(head):
            why = f"has {len(row)} values in row {place} and {len(head)} columns"
            raise refused(name, why, "give every row one value for each column, all with the same separator")
    if len(set(head)) < len(head):
        twice = next(one for one in head if head.count(one) > 1)
        raise refused(name, f"has two columns named {twice!r}", "give every column a name of its own")
    units = {one: unit for one in head if (unit := unit_of(one))}
    if len(cells) > 1 and not any(map(_is_number, cells[0])) and any(map(_is_number, cells[1])):
        units |= {one: unit for one, cell in zip(head, cells.pop(0), strict=True) if (unit := cell.strip("[]()"))}
    columns = {one: _column([row[n] for row in cells]) for n, one in enumerate(head)}
    return Table(name, columns, units)


def _separator(rows: list[str]) -> str | None:
    """The first that parts heading and last row alike, and the latter into numbers if any does; None for blanks.

    A comma may be a decimal point among tabs, semicolons or blanks.
    """
    parted = [one for one in (*SEPARATORS, None) if 1 < len(_cells(rows[0], one)) == len(_cells(rows[-1], one))]
    numbers = [one for one in parted if any(map(_is_number, _cells(rows[-1], one)))]
    usual = next((one for one in SEPARATORS if one in rows[-1]), None)
    return next(iter(numbers or parted), usual)


def _cells(row: str, separator: str | None) -> list[str]:
    found = row.split() if separator is None else next(csv.reader([row], delimiter=separator))
    comma = separator != ","  # where it may be the decimal point
    return [
        cell.strip().replace(",", ".") if comma and _is_number(cell.replace(",", ".")) else cell.strip()
        for cell in found
    ]


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True


def _number(cell: str) -> complex:
    """Of "0.1-2.3j", also with i and with blanks about the sign. Raises ``ValueError``."""
    cell = cell.strip()
    imaginary = cell.rstrip(")").endswith(("i", "j"))
    return complex(cell.replace(" ", "").replace("i", "j") if imaginary else cell)


def _column(cells: list[str]) -> np.ndarray:
    """Numbers where most cells are; else the words as they are."""
    try:
        return np.array(cells, dtype=float)
    except ValueError:
        numbers = [_is_number(cell) for cell in cells]
        if all(numbers):
            return np.array([_number(cell) for cell in cells])
        return np.array(cells, dtype=str)
