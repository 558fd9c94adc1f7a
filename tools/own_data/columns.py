"""Which columns of a file mean what: told as "delay:us" or "pop:p1", in SI units from here on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reson.errors import OperatorError
from reson.tools.own_data.forms import Form
from reson.tools.own_data.table import Table, name_of, refused
from reson.wording import FACTORS

P1, P0, COUNTS, COUNTS0 = "p1", "p0", "counts", "counts0"
DECIBEL, ARBITRARY = "dB", "arb"
TURNS = {"deg": np.pi / 180, "rad": 1.0}
SIGNALS = ("V", "A", "W")
"""SI units of a signal, which take a prefix."""
PERCENT = "%"
SPELT = {
    **dict.fromkeys(("°", "degree", "degrees"), "deg"),
    **dict.fromkeys(("radian", "radians"), "rad"),
    **dict.fromkeys(("a.u.", "a.u", "au", "arb.", "arb. units", "arb. u.", "arb.u."), ARBITRARY),
    **dict.fromkeys(("sec", "second", "seconds"), "s"),
    **{f"{prefix}sec": f"{prefix}s" for prefix in "mµun"},
    "dBm": DECIBEL,
}
"""Other ways to write a unit."""
LARGEST_VALUE = 1e100
"""Beyond which nothing is measured, and squares overflow."""
MOST_SHOTS = 10**9
SAY = "p1 or p0 (a probability), counts or counts0, V, mV, uV, dB, or arb for a signal in arbitrary units"
FAMILIAR = {
    **dict.fromkeys(("p1", "p(1)", "p_1", "p(|1>)", "pe", "p(e)", "p_e", "p(|e>)"), P1),
    **dict.fromkeys(("p0", "p(0)", "p_0", "p(|0>)", "pg", "p(g)", "p_g", "p(|g>)"), P0),
    **dict.fromkeys(("counts", "counts_1"), COUNTS),
}
"""Names of columns that say by themselves what they hold."""


@dataclass(frozen=True)
class Wanted:
    """Columns as a person names them, each "NAME" or "NAME:UNIT"; empty where the file or the form says it."""

    x: str = ""
    y: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    series: str = ""
    row: str = ""
    shots: str = ""
    """A number, or the column that holds it for each point."""


@dataclass(frozen=True)
class Column:
    name: str
    values: np.ndarray
    """In SI units."""
    unit: str
    """SI unit; of a measured column what it is: p1, counts, V, dB, deg, ..."""


def swept(table: Table, form: Form, text: str, what: str, unit: str, option: str) -> Column:
    """A swept column. Raises ``OperatorError``, also where nobody says which it is or in which unit."""
    if not text:
        raise refused(
            table.name,
            f"does not say which column is the {what}",
            f"it has {table.described}; name one, like {option} NAME{f':{_typical(unit)}' if unit else ''}",
        )
    name, told = _named(table, text, option)
    values = _numbers(table, name)
    factor, si = _factor(table, name, told, unit, option)
    if unit == ARBITRARY and told == DECIBEL:
        return Column(name, 10 ** (np.real(values) / 20), "")
    return Column(name, np.real(values) * factor, si)


def _prefixed(kind: str) -> str:
    """The unit of ``SIGNALS`` that this is, with or without a prefix; empty for none."""
    return next((unit for unit in SIGNALS if kind.endswith(unit) and kind.removesuffix(unit) in FACTORS), "")


def measured(table: Table, text: str) -> Column:
    """A measured column and what it is. Raises ``OperatorError``."""
    name, told = _named(table, text, "--y")
    written = _written(table, name)
    if told not in ("", written, ARBITRARY) and (written in (DECIBEL, *TURNS) or _prefixed(written)):
        raise refused(table.name, f"has {name} in {written}, and --y says {told}", "give one, that of the numbers")
    kind = told or FAMILIAR.get(name.lower().strip(), "") or written
    values = _numbers(table, name)
    if kind in (P1, P0) and written == PERCENT:
        return Column(name, values / 100, kind)
    if kind in (P1, P0, COUNTS, COUNTS0, DECIBEL, ARBITRARY, *TURNS):
        return Column(name, values, kind)
    if unit := _prefixed(kind):
        return Column(name, values * FACTORS[kind.removesuffix(unit)], unit)
    why = (
        f"does not say what {name} is"
        if not kind
        else f"has {name} in {kind!r}, which is nothing that is measured here"
    )
    raise refused(table.name, why, f"say it with the column, like --y {name}:p1; there are {SAY}")


def errors(table: Table, wanted: Sequence[str], of: Sequence[Column]) -> list[np.ndarray]:
    """Standard errors of the measured columns in their units, one for all or for each; empty where none is named."""
    found = []
    for text, like in zip(wanted, list(of) * len(wanted), strict=False):
        name, told = _named(table, text, "--error")
        values = np.real(_numbers(table, name))
        if (values <= 0).any():
            row = int(np.argmin(values > 0)) + 1
            raise refused(table.name, f"has an error in {name} that is not above 0 (row {row})", "leave --error out")
        unit = next((one for one in SIGNALS if told.endswith(one)), "")
        if unit and unit != like.unit:
            raise refused(
                table.name, f"has {like.name} in {like.unit} and its error in {told}", "give both in one unit"
            )
        scale = FACTORS[told.removesuffix(unit)] if unit else _scale(table, like)
        found.append(values * scale)
    if found and len(found) not in (1, len(of)):
        raise refused(
            table.name,
            f"has {len(of)} measured columns and {len(found)} of errors",
            "name one --error, or one for each --y",
        )
    return found * len(of) if len(found) == 1 else found


def words(table: Table, text: str, option: str) -> np.ndarray:
    """A column of names, as text."""
    name, _ = _named(table, text, option)
    values = table.columns[name]
    if values.dtype.kind == "f" and np.array_equal(values, np.rint(values)):
        values = values.astype(int)
    return np.array([one.decode() if isinstance(one, bytes) else str(one).strip() for one in values.tolist()])


def shots_of(table: Table, text: str, number: int) -> np.ndarray | None:
    """Shots of each of ``number`` points, from a number or the name of a column; None where nobody says."""
    if not text:
        return None
    if text in table.columns:
        found = np.real(_numbers(table, text))
    elif text.isdecimal():
        found = np.full(number, float(text))
    else:
        remedy = f"it has {table.described}; or give the number itself"
        raise refused(table.name, f"has no column of numbers {text!r} (--shots)", remedy)
    if not ((found >= 1) & (found <= MOST_SHOTS)).all():
        raise refused(table.name, "has points of no shot, or of more than anybody takes", "look at --shots")
    return found


def _written(table: Table, name: str) -> str:
    """The unit that the file names, in our spelling."""
    return _spelt(table.units.get(name, ""))


def _spelt(unit: str) -> str:
    return SPELT.get(unit, unit)


def _scale(table: Table, like: Column) -> float:
    """Factor of the measured column, for an error that names no unit of its own."""
    before, after = np.abs(table.columns[like.name]).max(), np.abs(like.values).max()
    return float(after / before) if before else 1.0


def _named(table: Table, text: str, option: str) -> tuple[str, str]:
    """(column, what stands behind the colon); a heading without its unit is understood too."""
    if text in table.columns:
        return text, ""
    name, colon, told = text.rpartition(":")
    name = name if colon else text
    told = _spelt(told) if colon else ""
    if name in table.columns:
        return name, told
    for alike in (str, str.lower):
        bare = [one for one in table.columns if alike(name) in (alike(one), alike(name_of(one)))]
        if name and len(bare) == 1:
            return bare[0], told
    raise OperatorError(f"{table.name} has no column {name!r} ({option})", f"it has {table.described}")


def _numbers(table: Table, name: str) -> np.ndarray:
    """The values, all of them finite numbers. Raises ``OperatorError`` with the row of the first that is none."""
    values = table.columns[name]
    if values.dtype.kind in "SU":
        row = next((n for n, one in enumerate(values.ravel().tolist(), 1) if not _is_number(one)), 1)
        bad = values.ravel()[row - 1]
        if not bad.strip():
            raise refused(table.name, f"has nothing in column {name} (row {row})", "take that row out of the file")
        remedy = "give numbers alone; the unit goes behind the name of the column, like --x delay:us"
        raise refused(table.name, f"has {str(bad)[:24]!r} in column {name} (row {row}), which is no number", remedy)
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values).reshape(len(values), -1).all(axis=1))) + 1
        raise refused(table.name, f"has NaN or infinity in column {name} (row {row})", "take that row out of the file")
    if values.size and float(np.abs(values).max()) > LARGEST_VALUE:
        why = f"has values beyond {LARGEST_VALUE:.0e} in column {name}"
        raise refused(table.name, why, "look at what the column holds")
    return values.astype(complex if values.dtype.kind == "c" else float)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _factor(table: Table, name: str, told: str, unit: str, option: str) -> tuple[float, str]:
    """(factor to SI units, SI unit). ``unit``: of the form; amplitudes may be in volts or in units of their own."""
    written = _written(table, name)
    understood = _si(written, unit) if written else None
    if told and understood and _si(told, unit) != understood:
        raise refused(
            table.name, f"has {name} in {written}, and {option} says {told}", "give one unit, that of the numbers"
        )
    said = told or written
    if not said and unit not in ("", ARBITRARY, "rad"):
        raise refused(
            table.name, f"does not say in which unit {name} is", f"name it, like {option} {name}:{_typical(unit)}"
        )
    found = _si(said, unit)
    if found is None:
        like = _typical(unit) if unit not in ("", ARBITRARY) else "V or mV"
        raise refused(
            table.name,
            f"has {name} in {said!r}",
            f"give it in {unit or 'volts or a unit of its own'}, like {option} {name}:{like}",
        )
    return found


def _si(said: str, unit: str) -> tuple[float, str] | None:
    """(factor, SI unit) of a unit that is fit for ``unit``; None for another."""
    if said in ("", ARBITRARY):
        return 1.0, "" if unit == ARBITRARY else unit
    if unit in ("", ARBITRARY) and said == DECIBEL:
        return 1.0, ""
    if unit == "dB" and said in ("dB", "dBm"):
        return 1.0, "dB"
    allowed = ("V",) if unit in ("", ARBITRARY) else (unit,)
    for one in allowed:
        if said.endswith(one) and said.removesuffix(one) in FACTORS:
            return FACTORS[said.removesuffix(one)], one
    return (np.pi / 180, "rad") if (said, unit) == ("deg", "rad") else None


def _typical(unit: str) -> str:
    return {"s": "us", "Hz": "GHz"}.get(unit, unit or "V")
