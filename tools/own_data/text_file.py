"""Tables of text: CSV and its kin, with one heading or none, comments, and any of the usual separators."""

from __future__ import annotations

import csv

import numpy as np

from reson.tools.own_data.table import Table, refused, require_rows, unit_of

SEPARATORS = ("\t", ";", ",")
COMMENT = "#"


def read_text(name: str, data: bytes) -> Table:
    """Columns of numbers, and of words where a column holds them. Raises ``OperatorError``."""
    if b"\0" in data[:4096]:
        raise refused(name, "is no text", "name it .npz or .h5 if it is one, or save the table as CSV")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise refused(name, "is no UTF-8 text", "save the table as CSV in UTF-8") from None
    rows = [line for line in lines if line.strip() and not line.lstrip().startswith(COMMENT)]
    require_rows(name, len(rows) - 1)  # less the heading
    if not rows:
        raise refused(name, "is empty", "give a table with one row for each point")
    separator = next((one for one in SEPARATORS if one in rows[-1]), None)
    cells = [_cells(row, separator) for row in rows]
    head = [] if all(map(_is_number, cells[0])) else cells.pop(0)
    if not head:  # some programs write it as the last comment
        comments = [line.lstrip().lstrip(COMMENT) for line in lines if line.lstrip().startswith(COMMENT)]
        last = _cells(comments[-1], separator) if comments else []
        head = last if len(last) == len(cells[0]) else [f"column {n}" for n in range(1, len(cells[0]) + 1)]
    if not cells:
        raise refused(name, "has a heading and no rows", "give a table with one row for each point")
    for place, row in enumerate(cells, start=1):
        if len(row) != len(head):
            why = f"has {len(row)} values in row {place} and {len(head)} columns"
            raise refused(name, why, "give every row one value for each column, all with the same separator")
    if len(set(head)) < len(head):
        twice = next(one for one in head if head.count(one) > 1)
        raise refused(name, f"has two columns named {twice!r}", "give every column a name of its own")
    columns = {one: _column([row[n] for row in cells]) for n, one in enumerate(head)}
    return Table(name, columns, {one: unit for one in head if (unit := unit_of(one))})


def _cells(row: str, separator: str | None) -> list[str]:
    found = row.split() if separator is None else next(csv.reader([row], delimiter=separator))
    comma = separator == ";"  # where the comma is the decimal point
    return [
        cell.strip().replace(",", ".") if comma and _is_number(cell.replace(",", ".")) else cell.strip()
        for cell in found
    ]


def _is_number(cell: str) -> bool:
    try:
        complex(cell.strip().replace("i", "j"))
    except ValueError:
        return False
    return True


def _column(cells: list[str]) -> np.ndarray:
    """Numbers where most cells are; else the words as they are."""
    try:
        return np.array(cells, dtype=float)
    except ValueError:
        numbers = [_is_number(cell) for cell in cells]
        if all(numbers):
            return np.array([complex(cell.replace("i", "j")) for cell in cells])
        return np.array(cells, dtype=str)
