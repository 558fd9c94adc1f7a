"""Labelled pictures without end: a family, a status, a measurement, a look, a handling, each from one random stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from reson.agent.reading.picture.labels import FAMILIES, FOREIGN
from reson.evals.eyes.families import clouds, decays, lines, maps, oscillations, pulses
from reson.evals.eyes.families.common import Rng, between, chance, pick
from reson.evals.eyes.families.foreign import foreign, other_field
from reson.evals.eyes.handling import handled
from reson.evals.eyes.raster import draw_sheet
from reson.evals.eyes.sheet import Label, Panel, Sheet, Trace
from reson.evals.eyes.style import style_of

MAKERS: dict[str, Callable[[Rng, str], Sheet]] = {
    "resonator_spectroscopy": lines.resonator_spectroscopy,
    "qubit_spectroscopy": lines.qubit_spectroscopy,
    "power_frequency_map": maps.power_frequency_map,
    "qubit_flux": maps.qubit_flux,
    "coupler_flux": maps.coupler_flux,
    "rabi": oscillations.rabi,
    "ramsey": oscillations.ramsey,
    "t1": decays.t1,
    "t1_over_time": decays.t1_over_time,
    "drag": pulses.drag,
    "fine_amplitude": pulses.fine_amplitude,
    "readout": clouds.readout,
    "cz_benchmarking": decays.cz_benchmarking,
    "charge_jumps": maps.charge_jumps,
}
GOOD_SHARE = 0.3
"""Of the pictures of each family."""


QUADRATURES = ("rabi", "ramsey", "t1", "qubit_spectroscopy")
"""Families whose two quadratures are sometimes drawn beside each other."""


@dataclass
class Labelled:
    picture: Image.Image
    family: str
    label: Label
    fit: str
    """reliable, unreliable or no_fit."""
    look: str


def make(rng: Rng, family: str = "", status: str = "") -> Labelled:
    """One picture; of a random family and status where none is named."""
    weights = np.array([0.35 + 0.65 * min(len(codes), 7) / 4 for codes in FAMILIES.values()])
    if not family:
        family = FOREIGN if chance(rng, 0.05) else str(rng.choice(list(FAMILIES), p=weights / weights.sum()))
    if family == FOREIGN:
        page = draw_sheet(rng, other_field(rng), style_of(rng)) if chance(rng, 0.3) else foreign(rng)
        return Labelled(handled(rng, page), FOREIGN, {}, "no_fit", FOREIGN)
    sheet = sheet_of(rng, family, status or any_status(rng, family))
    style = style_of(rng)
    return Labelled(handled(rng, draw_sheet(rng, sheet, style)), family, sheet.label, fit_of(sheet), style.look)


def any_status(rng: Rng, family: str) -> str:
    good, *others = FAMILIES[family]
    return str(good if chance(rng, GOOD_SHARE) else pick(rng, others))


def sheet_of(rng: Rng, family: str, status: str) -> Sheet:
    """A measurement, now and then with its other quadrature, which shows the same with less contrast or nothing."""
    sheet = MAKERS[family](rng, status)
    if family in QUADRATURES and len(sheet.panels) == 1 and chance(rng, 0.08):
        [page] = sheet.panels
        contrast = pick(rng, (0.0, between(rng, -1, 1)))
        traces = []
        for one in page.traces:
            middle, spread = float(np.mean(one.y)), float(np.std(np.diff(one.y)))
            y = middle + contrast * (one.y - middle) + rng.normal(0, 0.5 * spread, len(one.y))
            fit = None if one.fit is None else (one.fit[0], middle + contrast * (one.fit[1] - middle))
            traces.append(Trace(one.x, y, one.err, fit, one.joined))
        other = Panel(traces, x_log=page.x_log, words=(page.words[0], "Q (mV)"))
        sheet.panels = [page, other] if chance(rng, 0.7) else [other, page]
    return sheet


def fit_of(sheet: Sheet) -> str:
    """Reliable goes with success only; what has no curve has no fit."""
    good = str(FAMILIES[sheet.family][0])
    return "no_fit" if not sheet.drawn else "reliable" if sheet.status == good else "unreliable"
