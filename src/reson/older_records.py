"""What older records mean that did not say it in so many words: read from their names, once, at the border."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from reson.components import Pair, Qubit, as_qubit, value_name

M = TypeVar("M", bound=BaseModel)

_CHECKS = {
    "outcome": "no_outcome",
    "fitted": "no_fit",
    "reading agrees": "doubted",
    "detuning of the drive": "off_resonance",
    "share of 1 that was never prepared": "not_prepared",
    "offset": "folded",
    "reduced chi2": "misfit",
    "distance of 0 and 1": "no_signal",
}
"""Name of a check -> its code, where the name is the whole of it."""
_PLACED = re.compile(r"(zz|layer_error|contrast)_([1-4])")
"""A quantity of a pair, by the place of the neighbour."""
_CHECKS_THAT_END = {
    " inside the sweep": "at_edge",
    " above noise": "unresolved",
    " precise": "imprecise",
    " within history": "jump",
    " in bounds": "out_of_bounds",
}


def derived(made: Callable[[Any], M], fields: Any, told: Callable[[Any], Any], name: str) -> M:
    """The record of ``fields``, with ``name`` as ``told`` reads it from them.

    It does not count as set, so that what was recorded is kept apart from what it is taken for.
    """
    whole = told(fields)
    record = made(whole)
    if whole is not fields:
        record.model_fields_set.discard(name)
    return record


def with_check_code(fields: Any) -> Any:
    """The fields of a check, with the code that it would be given today where it has none."""
    if not isinstance(fields, dict) or "code" in fields or not {"name", "message"} <= fields.keys():
        return fields
    return fields | {"code": _check_code(str(fields["name"]), str(fields["message"]))}


def _check_code(name: str, message: str) -> str:
    if name == "reduced chi2" and message.startswith("the data scatter less"):
        return "too_quiet"
    if name.startswith("signal"):
        return "no_signal"
    ends = (code for end, code in _CHECKS_THAT_END.items() if name.endswith(end))
    return _CHECKS.get(name) or next(ends, "out_of_range")


def with_seen(fields: Any) -> Any:
    """The fields of a reading, with what was looked at where that is not said: only the offline reader saw the data."""
    if not isinstance(fields, dict) or "seen" in fields or "reader" not in fields:
        return fields
    return fields | {"seen": "saved_data" if str(fields["reader"]).startswith("offline") else "picture"}


def with_component(fields: Any) -> Any:
    """The fields of an analysis, which named its qubit by number while there were no pairs."""
    if not isinstance(fields, dict) or "qubit" not in fields:
        return fields
    rest = {name: value for name, value in fields.items() if name != "qubit"}
    return rest if fields["qubit"] is None else rest | {"component": Qubit(fields["qubit"])}


def with_limits(fields: Any) -> Any:
    """The fields of an axis, with the limits of a probability where they are not said."""
    if not isinstance(fields, dict) or "limits" in fields or not str(fields.get("label", "")).startswith("P("):
        return fields
    return fields | {"limits": (0.4 if fields["label"] == "P(survival)" else -0.05, 1.05)}


def with_pairs(fields: Any) -> Any:
    """The fields of an analysis, which numbered the neighbours of its qubit: what was found of each is named by its
    pair.
    """
    if not isinstance(fields, dict) or fields.get("experiment") not in ("zz_ramsey", "layer_fidelity"):
        return fields
    quantities = fields.get("quantities", {})
    placed = {name: found for name in quantities if (found := _PLACED.fullmatch(name))}
    if not placed:
        return fields
    places = dict.fromkeys(found[2] for found in placed.values())
    pairs = dict(zip(places, _pairs(fields), strict=True))
    names = {name: value_name(pairs[found[2]], found[1]) for name, found in placed.items()}
    return fields | {"quantities": {names.get(name, name): value for name, value in quantities.items()}}


def _pairs(fields: dict[str, Any]) -> list[Pair]:
    """Those of an analysis in the order of its places, which is that of its series."""
    own = as_qubit(fields["component"]).number
    if "neighbour" in fields["quantities"]:
        return [Pair(own, int(fields["quantities"]["neighbour"]["value"]))]
    return [Pair(own, as_qubit(series["name"].removeprefix("with ")).number) for series in fields["series"]]
