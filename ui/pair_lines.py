"""The pairs of neighbours on the map of the chip: lines between the qubits, coloured by what is known of each pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import altair as alt
import numpy as np
import pandas as pd

from reson.components import Pair
from reson.tools.figures.style import prefix
from reson.ui import palette
from reson.ui.coupling_map import Known, Pairs, Place
from reson.ui.qubit import age_in_words
from reson.wording import plainly, quantity

PAIR_COLOURS = {"light": ("#ecd9c6", "#b33c00"), "dark": ("#4d4036", "#ff9b5e")}
"""From small to large; what is drawn of a pair is better small."""
MOST_LABELS = 40
"""Pairs that have their value written beside them; of more of them it is in the tooltip."""


def of_pairs(
    places: Mapping[int, Place],
    pairs: Pairs,
    by: str,
    known: Mapping[tuple[int, int], Known],
    labelled: bool,
    x: Callable[[str], alt.X],
    y: Callable[[str], alt.Y],
) -> list[alt.Chart]:
    """A thin line for every pair; a thick one, with its value, for those of which one is known. The colour is by size,
    down to a thousandth of the largest; the label keeps the sign. ``x``, ``y``: the axis for a column of the data.
    """
    frame = pd.DataFrame([_link(places, pair) for pair in pairs])
    ends = {"x": x("column"), "x2": "column2:Q", "y": y("row"), "y2": "row2:Q"}
    layers = [alt.Chart(frame).mark_rule(strokeWidth=1.5, color="#8a949d").encode(**ends)]
    told = {pair: known[pair] for pair in pairs if pair in known}
    if not told:
        return layers
    largest, first = max(abs(one.of.value) for one in told.values()) or 1.0, next(iter(told.values())).of
    factor, unit = prefix(np.array([largest]), first.unit) if first.unit else (1.0, "")
    sizes = [max(abs(one.of.value), 1e-3 * largest) * factor for one in told.values()]
    frame = pd.DataFrame([_link(places, pair) | _told(pair, one, factor) for pair, one in told.items()])
    frame["size"] = sizes
    low, high = min(sizes), max(sizes)
    scale = alt.Scale(
        type="log" if high > 10 * low else "linear",
        domain=[low, high] if low < high else [0.5 * low, high],
        range=list(PAIR_COLOURS["dark" if palette.is_dark() else "light"]),
    )
    legend = alt.Legend(
        title=f"|{by}| ({unit})" if unit else by,
        orient="top",
        gradientLength=160,
        format=".2~g",
        values=list(np.linspace(low, high, 4) if scale.type == "linear" else np.geomspace(low, high, 4)),
    )
    tooltip = ["pair:N", alt.Tooltip("full:N", title=by), alt.Tooltip("age:N", title="measured"), "from:N"]
    thick = alt.Chart(frame).mark_rule(strokeWidth=7, strokeCap="butt", cursor="pointer")
    colour = alt.Color("size:Q", scale=scale, legend=legend)
    pick = alt.selection_point(name="pair", fields=["pair"], on="click", clear=False)
    layers.append(thick.encode(**ends, color=colour, tooltip=tooltip).add_params(pick))
    if labelled:
        flat, upright = (
            alt.Chart(part).encode(x=x("column_mid"), y=y("row_mid"), text="label:N")
            for part in (frame.loc[frame.flat], frame.loc[~frame.flat])
        )
        layers.append(flat.mark_text(fontSize=10, color=palette.ink(), dy=-10))
        layers.append(upright.mark_text(fontSize=10, color=palette.ink(), dx=8, align="left"))
    return layers


def _link(places: Mapping[int, Place], pair: tuple[int, int]) -> dict[str, object]:
    (column, row), (column2, row2) = places[pair[0]], places[pair[1]]
    return {
        "column": column,
        "row": row,
        "column2": column2,
        "row2": row2,
        "column_mid": (column + column2) / 2,
        "row_mid": (row + row2) / 2,
        "flat": abs(column2 - column) >= abs(row2 - row),
    }


def _told(pair: tuple[int, int], known: Known, factor: float) -> dict[str, object]:
    one = known.of
    scaled = one.value * factor
    return {
        "pair": Pair(*pair),
        "label": plainly(scaled, 3 if one.unit else 2),
        "full": quantity(one.value, one.stderr, one.unit),
        "age": "published" if known.age_hours is None else f"{age_in_words(known.age_hours)} ago",
        "from": known.measurement_id or "the provider",
    }
