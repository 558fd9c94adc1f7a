"""A file with an experiment's own data gives, through the door, what the experiment itself gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reson.components import Qubit
from reson.tools.data import RawData
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.own_data.columns import Wanted
from reson.tools.own_data.forms import FORMS, UNITS, Form
from reson.tools.own_data.raw import raw_of
from reson.tools.own_data.table import Table

Measured = Callable[[str], RawData]
UNIT = {"s": "us", "Hz": "MHz", "rad": "rad", "": ""}
SCALE = {"s": 1e6, "Hz": 1e-6, "rad": 1.0, "": 1.0}


@pytest.fixture(scope="module")
def measured() -> Measured:
    chip = open_simulated(2, 1, {}, 0.0)

    def taken(name: str) -> RawData:
        row = get(name)
        if row.gates:
            return _turns(name)
        return row.acquire(chip, {0: row.arguments({"shots": 200}, chip.design_controls()["q0"])})[0]

    return taken


def _turns(name: str) -> RawData:
    """Of a gate that the simulated chip has not."""
    arguments, angle = {"max_angle": 3.0, "repetitions": 3, "points": 31, "shots": 200}, np.linspace(0.1, 3.0, 31)
    ones = np.random.default_rng(3).binomial(200, 0.5 - 0.45 * np.cos(3.06 * angle))
    arrays = {"counts": np.stack([200 - ones, ones], axis=1)}
    return RawData(name, Qubit(0), arguments, {}, 200, [{"xval": float(one)} for one in angle], arrays, 0.0, 1.0)


def as_file(raw: RawData, form: Form) -> tuple[Table, Wanted, dict[str, float]]:
    """The columns that somebody would write, what names them, and what the file does not say."""
    kept = np.array([circuit.get("target", 0) == 0 for circuit in raw.circuits])
    circuits = [circuit for circuit, keep in zip(raw.circuits, kept, strict=True) if keep]
    columns = {"x": np.array([circuit["xval"] for circuit in circuits], dtype=float) * SCALE[form.unit]}
    x = f"x:{UNIT[form.unit]}" if form.unit else "x"
    if "counts" in raw.arrays:
        zeros, ones = raw.arrays["counts"][kept].T
        columns |= {"zeros": zeros, "ones": ones}
        y = ("zeros:counts0", "ones:counts")
    elif "iq" in raw.arrays:
        columns["iq"] = raw.arrays["iq"][kept]
        y = ("iq:arb",)
    else:
        columns |= {"i": 1e3 * np.real(raw.arrays["iq_mean"]), "q": 1e3 * np.imag(raw.arrays["iq_mean"])}
        columns |= {"ei": raw.arrays["iq_stderr"][:, 0] * 1e3, "eq": raw.arrays["iq_stderr"][:, 1] * 1e3}
        y = ("i:mV", "q:mV")
    if form.curves:
        columns["curve"] = np.array([circuit["series"] for circuit in circuits])
    if form.row:
        columns["row"] = np.array([circuit[form.row] for circuit in circuits])
    wanted = Wanted(
        x=x if form.swept else "",
        y=y,
        error=("ei", "eq") if "ei" in columns else (),
        series="curve" if form.curves else "",
        row=("row:dB" if form.row_unit == "dB" else "row") if form.row else "",
    )
    pulses = sum(c.get("pulses", 0) for c in circuits) / max(1.0, sum(c["xval"] + 1 for c in circuits))
    told = {
        name: value
        for name, value in (raw.controls | raw.parameters).items()
        if name in (*form.asked, *UNITS, *form.usual)
    }
    told |= {
        name: circuits[0][name] for name in ("readout_time", "integration_start") if circuits[0].get(name) is not None
    }
    return Table("own.npz", columns), wanted, told | ({"pulses_per_clifford": pulses} if pulses else {})


@pytest.mark.parametrize("name", FORMS)
def test_the_door_hands_on_what_was_measured(name: str, measured: Measured) -> None:
    raw, form = measured(name), FORMS[name]
    table, wanted, told = as_file(raw, form)
    made = raw_of(table, name, wanted, told).raw
    kept = [n for n, circuit in enumerate(raw.circuits) if circuit.get("target", 0) == 0]
    place, found = _places(raw, form), _places(made, form)
    order = sorted(kept, key=lambda n: (place[n][0], place[n][1], place[n][2]))
    assert np.allclose([place[n] for n in order], found, rtol=1e-6, atol=1e-9 * np.ptp(np.array(place)[:, 1]))
    for key, array in made.arrays.items():
        assert np.allclose(array, raw.arrays[key][order], rtol=1e-6, atol=0)
    if form.repeats:
        return  # where all end in 0 it is another set of sequences
    row = CATALOGUE[name]
    own = row.analyse(raw if form.swept else made)
    analysis = row.analyse(made)
    assert analysis.quantities.keys() == own.quantities.keys() and analysis.error == own.error
    for key, quantity in own.quantities.items():
        assert analysis.quantities[key].value == pytest.approx(
            quantity.value, rel=1e-3, abs=(quantity.stderr or 0.0) / 20
        )
    checked = row.check(analysis, made.parameters, {})
    assert [one.code for one in checked if not one.passed] == [
        one.code for one in row.check(own, raw.parameters, {}) if not one.passed
    ]


def _places(raw: RawData, form: Form) -> list[tuple[float, float, int]]:
    """Second swept value, swept value and number of the curve of each circuit."""
    return [
        (circuit.get(form.row, 0.0), circuit["xval"], form.curves.index(circuit["series"]) if form.curves else 0)
        for circuit in raw.circuits
    ]
