"""Files as other programs write them: their separators, comments, headings, units, and what nobody can have meant."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest

from reson.agent import own_data
from reson.errors import OperatorError
from reson.records import Status, Verdict
from reson.tools.own_data.columns import Wanted
from reson.tools.own_data.reading import read_bytes

T1 = 30e-6
RNG = np.random.default_rng(1)
DELAY = np.linspace(0.5, 150.0, 31)
P1 = RNG.binomial(1000, 0.04 + 0.92 * np.exp(-DELAY / 30)) / 1000
FIELD = 3e-3 * np.exp(0.7j + 0 * DELAY) * np.exp(-DELAY / 30) + 5e-3
FIELD = FIELD + 3e-5 * RNG.standard_normal((31, 2)).view(complex)[:, 0]
ROWS = [f"{at:.5g},{one:.4g}" for at, one in zip(DELAY, P1, strict=True)]
COUNTED = Wanted("delay:us", ("p1",), shots="1000")


def table(*head: str, separator: str = ",", point: str = ".") -> bytes:
    rows = [row.replace(",", "|").replace(".", point).replace("|", separator) for row in ROWS]
    return "\n".join([*head, *rows]).encode()


def judged(name: str, data: bytes, wanted: Wanted) -> own_data.Seen:
    return own_data.analyse(read_bytes(name, data), "t1", wanted, {})


def holds_t1(seen: own_data.Seen) -> bool:
    found = seen.analysis.quantities["t1"]
    return seen.judgement.verdict is Verdict.ACCEPT and abs(found.value - T1) < 4 * (found.stderr or 0.0)


@pytest.mark.parametrize(
    "data",
    [
        table("delay\tp1", separator="\t", point=","),
        table("delay p1", separator=" ", point=","),
        table("delay;p1", separator=";", point=","),
        table("% LabOne export", "delay,p1"),
        table("// a remark", "delay,p1"),
        table("delay,p1", "us,"),
        table("delay,p1", "[us],[1]"),
        table("# delay\tp1", "# 31", separator="\t"),
        table("delay,p1").decode().encode("utf-16"),
    ],
    ids=["tab", "blanks", "semicolon", "percent", "slashes", "units", "brackets", "comments", "utf-16"],
)
def test_text_in_other_dialects(data: bytes) -> None:
    assert holds_t1(judged("t1.csv", data, COUNTED))


def test_the_units_below_a_heading_count() -> None:
    assert holds_t1(judged("t1.csv", table("delay,p1", "us,"), Wanted("delay", ("p1",), shots="1000")))
    with pytest.raises(OperatorError, match="in ns, and --x says us"):
        judged("t1.csv", table("delay,p1", "ns,"), COUNTED)


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("t (usec),P(e)", Wanted("t", ("P(e)",), shots="1000")),
        ("T [us],Pe", Wanted("t", ("pe",), shots="1000")),
        ("wait (ticks),p1", Wanted("wait:us", ("p1",), shots="1000")),
    ],
)
def test_headings_of_others(head: str, wanted: Wanted) -> None:
    assert holds_t1(judged("t1.csv", table(head), wanted))


def test_percent_is_told_from_a_part_of_one() -> None:
    rows = "\n".join(f"{at:.5g},{100 * one:.4g}" for at, one in zip(DELAY, P1, strict=True))
    wanted = Wanted("t:us", ("pop:p1",), shots="1000")
    assert holds_t1(judged("t1.csv", f"t,pop (%)\n{rows}".encode(), wanted))
    with pytest.raises(OperatorError, match="probabilities from"):
        judged("t1.csv", f"t,pop\n{rows}".encode(), wanted)


@pytest.mark.parametrize("unit", ["deg", "°", "degrees"])
@pytest.mark.parametrize("order", [("mag", "ph"), ("ph", "mag")])
def test_magnitude_and_phase_in_either_order(unit: str, order: tuple[str, str]) -> None:
    rows = zip(DELAY, 1e3 * np.abs(FIELD), np.degrees(np.angle(FIELD)), strict=True)
    lines = [f"t (us),mag (mV),ph ({unit})", *(f"{t:.6g},{m:.6g},{p:.6g}" for t, m, p in rows)]
    seen = judged("t1.csv", "\n".join(lines).encode(), Wanted("t", order))
    assert holds_t1(seen) and seen.made.unit == "V"
    np.testing.assert_allclose(seen.made.raw.arrays["iq_mean"], FIELD, rtol=1e-4)


def test_phases_alone_are_no_signal_of_two_parts() -> None:
    with pytest.raises(OperatorError, match="phases alone"):
        judged("t1.csv", table("t (us),ph (deg)"), Wanted("t", ("ph", "ph")))


@pytest.mark.parametrize("form", ["({re:.6g}{im:+.6g}j)", "{re:.6g} + {im:.6g}i", "{re:.6g}{im:+.6g}i"])
def test_complex_columns(form: str) -> None:
    rows = [f"{t:.6g},{form.format(re=z.real, im=z.imag + 1e-3)}" for t, z in zip(DELAY, FIELD, strict=True)]
    assert holds_t1(judged("t1.csv", "\n".join(["t,s21", *rows]).encode(), Wanted("t:us", ("s21:V",))))


def test_a_table_within_hdf5_and_units_in_an_array() -> None:
    h5py = pytest.importorskip("h5py")
    rows = np.zeros(31, dtype=[("delay", "f8"), ("I", "f8"), ("Q", "f8")])
    rows["delay"], rows["I"], rows["Q"] = DELAY, FIELD.real, FIELD.imag
    kept = io.BytesIO()
    with h5py.File(kept, "w") as file:
        file["run"] = rows
        file["wait"], file["v"] = 1e-6 * DELAY, FIELD
        file["wait"].attrs["units"], file["v"].attrs["units"] = [b"s"], h5py.Empty("S1")
    assert holds_t1(judged("run.h5", kept.getvalue(), Wanted("run/delay:us", ("run/I:V", "run/Q:V"))))
    assert holds_t1(judged("run.h5", kept.getvalue(), Wanted("wait", ("v:V",))))


@pytest.mark.parametrize("shots", ["0", "9" * 400, "n", "none"])
def test_shots_that_cannot_be(shots: str) -> None:
    lines = [f"{row},{n},nan" for n, row in enumerate(ROWS)]
    with pytest.raises(OperatorError, match=r"shot|NaN"):
        judged("t1.csv", "\n".join(["t,p1,n,none", *lines]).encode(), Wanted("t:us", ("p1",), shots=shots))


@pytest.mark.parametrize("wanted", [Wanted("t:us", ("v:V",)), Wanted("t:us", ("p1",), ("v",))])
def test_values_whose_squares_overflow(wanted: Wanted) -> None:
    lines = [f"{row},1e{300 + n % 5}" for n, row in enumerate(ROWS)]
    with pytest.raises(OperatorError, match="beyond"):
        judged("t1.csv", "\n".join(["t,p1,v", *lines]).encode(), wanted)


def test_an_empty_cell_is_named_by_its_row() -> None:
    lines = [row.partition(",")[0] + "," if n == 3 else row for n, row in enumerate(ROWS)]
    with pytest.raises(OperatorError, match=r"nothing in column p1 \(row 4\)"):
        judged("t1.csv", "\n".join(["delay,p1", *lines]).encode(), COUNTED)


@pytest.mark.parametrize("experiment", ["t1", "t2_hahn", "t2_ramsey"])
def test_delays_spaced_by_their_logarithm(experiment: str) -> None:
    """Of T1 and echoes half of the points lie within a few per cent of the window, which holds six decay times."""
    delay = np.geomspace(0.1, 180.0, 121 if experiment == "t2_ramsey" else 31)
    envelope = np.exp(-delay / 30)
    shapes: dict[str, Callable[[], np.ndarray]] = {
        "t1": lambda: envelope,
        "t2_hahn": lambda: (1 - envelope) / 2,
        "t2_ramsey": lambda: (1 + envelope * np.cos(2 * np.pi * 0.1 * delay)) / 2,
    }
    counts = np.random.default_rng(2).binomial(1000, 0.04 + 0.92 * shapes[experiment]())
    rows = "\n".join(f"{at:.6g},{one}" for at, one in zip(delay, counts, strict=True))
    read = read_bytes("mine.csv", f"t,n\n{rows}".encode())
    seen = own_data.analyse(read, experiment, Wanted("t:us", ("n:counts",), shots="1000"), {})
    assert seen.reading.status is Status.SUCCESS and seen.judgement.verdict is Verdict.ACCEPT


def test_fringes_of_few_points_a_period_are_no_noise() -> None:
    """Averaged IQ of Ramsey without errors: they come from the scatter, and the fringe is none of it."""
    delay, accepted = np.linspace(0.0, 50.0, 101), 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        height = np.exp(-delay / 20) * np.cos(2 * np.pi * 0.53 * delay) + 0.02 * rng.standard_normal(101)
        rows = "\n".join(f"{at:.6g},{one:.6g}" for at, one in zip(delay, height, strict=True))
        read = read_bytes("mine.csv", f"t,v\n{rows}".encode())
        seen = own_data.analyse(read, "t2_ramsey", Wanted("t:us", ("v:mV",)), {})
        accepted += seen.judgement.verdict is Verdict.ACCEPT
    assert accepted >= 5


@pytest.mark.parametrize("floor", [0.4, 0.5, 0.6])
@pytest.mark.parametrize("experiment", ["standard_rb", "interleaved_rb_x"])
def test_benchmarking_of_one_final_state_knows_no_floor(experiment: str, floor: float) -> None:
    """An uneven readout moves the level that the survival falls to, where all sequences end in 0."""
    length, error = np.repeat([1, 10, 20, 40, 80, 160, 320, 640, 1000], 10), 1e-3
    away = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        columns = {"m": length}
        for name, per_clifford in (("a", error), ("b", 1.5 * error)):
            columns[name] = rng.binomial(400, floor + 0.38 * (1 - 2 * per_clifford) ** length) / 400
        rows = "\n".join(",".join(f"{one:.6g}" for one in row) for row in zip(*columns.values(), strict=True))
        names = ("a:p0", "b:p0") if experiment == "interleaved_rb_x" else ("a:p0",)
        told = {} if experiment == "interleaved_rb_x" else {"pulses_per_clifford": 1.875}
        table = read_bytes("rb.csv", f"{','.join(columns)}\n{rows}".encode())
        seen = own_data.analyse(table, experiment, Wanted("m", names, shots="400"), told)
        found = seen.analysis.quantities["epc"]
        away.append(abs(found.value - error) / (found.stderr or 1e-12))
        assert seen.judgement.verdict is not Verdict.REJECT
    assert max(away) < 4
