"""How numbers, times and foreign text are written for a person: SI prefixes, uncertainties, no control codes."""

from __future__ import annotations

import math
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reson.authors import is_rule

if TYPE_CHECKING:
    from reson.records import Action, Change

PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
"""Power of ten -> prefix of the SI."""
FACTORS = {sign: float(f"1e{power}") for power, sign in PREFIXES.items()} | {
    "u": 1e-6,
    "\N{GREEK SMALL LETTER MU}": 1e-6,
}
"""Prefix of the SI, also as people type it -> factor."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NARROW_SPACE = "\u202f"
"""Between groups of three digits, as the SI brochure (section 5.4.4) has it; does not break a line."""

DID_YOU_MEAN = "did you mean"
POLITE = r"please|plz|pls|(?:can|could|would) you|now|hey|ok|and"
"""Regular expression of what may stand before a person's request."""


def quantity(
    value: float,
    stderr: float | None = None,
    unit: str = "",
    *,
    bare: bool = False,
    confidence: float | None = None,
) -> str:
    """``5.123 456 7(12) GHz``: two digits of the standard deviation, in units of the last digit shown.

    An uncertainty above the value itself is written ``(0.3 ± 1.2) kHz``. Without one: seven significant digits.
    ``bare`` leaves the uncertainty out and keeps the digits that it allows. With a ``confidence`` the value is an upper
    limit: ``< 2.4 × 10⁻⁵ (95 %)``, rounded up.
    """
    if confidence is not None:
        return f"< {quantity(_rounded_up(value), None, unit)} ({confidence:.0%})".replace("%)", " %)")
    exponent = _exponent(max(abs(value), stderr or 0.0), unit)
    number = _number(value / 10**exponent, (stderr or 0.0) / 10**exponent, bare)
    if unit:
        return f"{number} {PREFIXES[exponent]}{unit}"
    return number if exponent == 0 else f"{number} × 10{str(exponent).translate(_SUPERSCRIPTS)}"


def _rounded_up(limit: float) -> float:
    """Two significant digits, not below the limit itself."""
    if limit == 0.0:
        return limit
    step = 10.0 ** (math.floor(math.log10(abs(limit))) - 1)
    return float(f"{math.ceil(limit / step * (1 - 1e-12)) * step:.3g}")


def plainly(value: float, digits: int = 3, unit: str = "") -> str:
    """``2.4 × 10⁻⁴``: so many significant digits of a number whose uncertainty is told elsewhere."""
    return quantity(float(f"{value:.{digits}g}"), None, unit)


def _number(scaled: float, error: float, bare: bool) -> str:
    if error == 0.0:
        return grouped(f"{scaled:.7g}")
    decimals = max(0, 1 - math.floor(math.log10(float(f"{error:.1e}"))))
    digits = f"{scaled:.{decimals}f}"
    if bare:
        return grouped(digits)
    if error < abs(scaled):
        return f"{grouped(digits)}({round(error * 10**decimals)})"
    return f"({digits} ± {error:.{decimals}f})"


def _exponent(size: float, unit: str) -> int:
    """Power of ten in front of a unit (a multiple of three that has a prefix), or of a bare number far from 1."""
    if size == 0.0:
        return 0
    power = math.floor(math.log10(float(f"{size:.6e}")))
    if unit:
        return min(max(3 * (power // 3), min(PREFIXES)), max(PREFIXES))
    return 0 if -2 <= power < 6 else power


def grouped(digits: str) -> str:
    """Decimals in groups of three where there are more than four; a number with an exponent is left alone."""
    whole, point, decimals = digits.partition(".")
    if len(decimals) <= 4 or not decimals.isdecimal():
        return digits
    return whole + point + NARROW_SPACE.join(decimals[start : start + 3] for start in range(0, len(decimals), 3))


def sigmas(old: float, old_stderr: float | None, new: float, new_stderr: float | None) -> float | None:
    """(new - old) over their joint standard deviation; None where one of them has none."""
    if old_stderr is None or new_stderr is None:
        return None
    joint = math.hypot(old_stderr, new_stderr)
    return (new - old) / joint if joint > 0 else None


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 05 s``, ``2 h 07 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"


def moment(epoch_seconds: float) -> str:
    """``2026-01-01 22:04:31``, UTC."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def count(number: int, noun: str) -> str:
    """``1 qubit``, ``5 qubits``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", NARROW_SPACE)


def author(name: str) -> str:
    """Who decided: a person by name, the policy as such."""
    return "policy" if is_rule(name) else name


_VERBS = {"measure": "measure", "write": "write", "rollback": "roll back"}


def asked(action: Action, *, values: bool = True) -> str:
    """What an approval permits: ``write x_amplitude 0.31 → 0.3512(6)``, ``measure rabi``.

    ``values=False`` names what changes and leaves out how.
    """
    from reson.changes import named_changes  # with the records, which a command line's help has no time for

    changes = [change(one, name) if values else name for name, one in named_changes(action).items()]
    return f"{_VERBS[action.kind]} {', '.join(changes) or action.arguments.get('experiment', 'something')}"


def change(one: Change, name: str = "") -> str:
    """``x_amplitude 0.31 → 0.3512(6)``; of a first value the new one alone. ``name``: in place of the parameter's."""
    old = "" if one.old is None else f"{quantity(one.old, None, one.unit)} "
    return f"{name or one.parameter} {old}→ {quantity(one.new, one.stderr, one.unit, confidence=one.confidence)}"


def one_line(text: str, width: int | None = None) -> str:
    """Foreign text on one line without control characters (which could move a terminal's cursor), cut to ``width``."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if width is None or len(line) <= width else line[: width - 1] + "…"


def command(lab: str, *parts: str) -> str:
    """A command line for a lab, to be copied into a shell."""
    place = [] if lab == "lab" else ["--lab", lab]
    return shlex.join(["reson", *place, *parts])
