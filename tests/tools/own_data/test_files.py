"""Files that people bring: formats that are read, and bad ones that get one clear sentence."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from reson.errors import OperatorError, ToolError
from reson.tools.own_data.columns import Wanted
from reson.tools.own_data.raw import Made, raw_of
from reson.tools.own_data.reading import read_bytes, read_file

T1 = 30.0
DELAY = np.linspace(1.0, 150.0, 31)
P = 0.05 + 0.9 * np.exp(-DELAY / T1) + 0.01 * np.random.default_rng(1).standard_normal(31)
USUAL = Wanted(x="delay:us", y=("p:p1",))


def text(head: str = "delay,p", separator: str = ",", x: np.ndarray = DELAY, y: np.ndarray = P) -> bytes:
    rows = [separator.join(f"{one:.6g}" for one in row) for row in zip(x, y, strict=True)]
    return "\n".join([head, *rows]).encode()


def npz(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # pyright: ignore[reportArgumentType]
    return buffer.getvalue()


def hdf5(write: Callable[[h5py.File], None]) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file)
    return buffer.getvalue()


def plain(file: h5py.File) -> None:
    file["scan/delay"] = DELAY
    file["scan/delay"].attrs["units"] = "us"
    file["scan/p"] = P


def taken(name: str, data: bytes, wanted: Wanted = USUAL, experiment: str = "t1", **told: float) -> Made:
    return raw_of(read_bytes(name, data), experiment, wanted, told)


GOOD: dict[str, tuple[str, bytes, Wanted]] = {
    "csv": ("a.csv", text(), USUAL),
    "tabs": ("a.tsv", text("delay\tp", "\t"), USUAL),
    "blanks": ("a.txt", text("delay p", " "), USUAL),
    "byte order mark": ("a.csv", b"\xef\xbb\xbf" + text(), USUAL),
    "unit in the heading": ("a.csv", text("delay (us),p"), Wanted(x="delay", y=("p:p1",))),
    "unit behind the name": ("a.csv", text("delay_us,p"), Wanted(x="delay", y=("p:p1",))),
    "a name that says it": ("a.csv", text("delay_us,P(1)"), Wanted(x="delay", y=("P(1)",))),
    "decimal commas": ("a.csv", text("delay;p", ";").replace(b".", b","), USUAL),
    "head in a comment": ("a.dat", text("# made by us\n# delay\tp", "\t"), USUAL),
    "no head": ("a.csv", text().split(b"\n", 1)[1], Wanted(x="column 1:us", y=("column 2:p1",))),
    "npz": ("a.npz", npz(delay=DELAY, p=P), USUAL),
    "npz by its content": ("a.bin", npz(delay=DELAY, p=P), USUAL),
    "hdf5": ("a.h5", hdf5(plain), Wanted(x="scan/delay", y=("scan/p:p1",))),
    "ground state": ("a.npz", npz(delay=DELAY, g=1 - P), Wanted(x="delay:us", y=("g:p0",))),
    "from long to short": ("a.csv", text(x=DELAY[::-1], y=P[::-1]), USUAL),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_file_is_read(kind: str) -> None:
    name, data, wanted = GOOD[kind]
    raw = taken(name, data, wanted).raw
    assert [circuit["xval"] for circuit in raw.circuits] == pytest.approx(DELAY * 1e-6, rel=1e-5)
    assert raw.arrays["p1"] == pytest.approx(P, abs=1e-5)
    assert raw.arrays["p1_stderr"] == pytest.approx(0.01, rel=0.6)
    assert raw.parameters["max_delay"] == pytest.approx(150e-6) and raw.parameters["points"] == 31


def elsewhere(file: h5py.File) -> None:
    plain(file)
    file["secret"] = h5py.ExternalLink("/etc/passwd", "/x")


def linked(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(31,), dtype=float)
    layout[:] = h5py.VirtualSource("other.h5", "p", shape=(31,))
    file["delay"] = DELAY
    file.create_virtual_dataset("p", layout)


def huge(file: h5py.File) -> None:
    file.create_dataset("p", shape=(2_000_000_000,), dtype=float, chunks=(1_000_000,), compression="gzip")


BAD: dict[str, tuple[str, bytes, Wanted, str]] = {
    "empty": ("a.csv", b"", USUAL, "is empty"),
    "heading alone": ("a.csv", b"delay,p", USUAL, "no rows"),
    "another format": ("a.xlsx", b"PK no", USUAL, "of no format"),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n\0\0", USUAL, "no text"),
    "no such column": ("a.csv", text(), Wanted(x="time:us", y=("p:p1",)), "no column 'time'"),
    "column not named": ("a.csv", text(), Wanted(y=("p:p1",)), "does not say which column is the delay"),
    "nothing measured": ("a.csv", text(), Wanted(x="delay:us"), "which columns were measured"),
    "no unit": ("a.csv", text(), Wanted(x="delay", y=("p:p1",)), "in which unit delay is"),
    "two units": ("a.csv", text("delay_us,p"), Wanted(x="delay_us:ms", y=("p:p1",)), "delay_us in us"),
    "a signal that is no share": ("a.csv", text("delay,p_mV"), Wanted(x="delay:us", y=("p_mV:p1",)), "p_mV in mV"),
    "a signal in two units": ("a.csv", text("delay,p (mV)"), Wanted(x="delay:us", y=("p:uV",)), "in mV"),
    "an angle in two units": ("a.csv", text("delay,p (deg)"), Wanted(x="delay:us", y=("p:rad",)), "in deg"),
    "unit of something else": ("a.csv", text(), Wanted(x="delay:GHz", y=("p:p1",)), "delay in 'GHz'"),
    "wrong unit": ("a.csv", text(), Wanted(x="delay:s", y=("p:p1",)), "sweeps delay up to 150 s"),
    "what is it": ("a.csv", text(), Wanted(x="delay:us", y=("p",)), "does not say what p is"),
    "units in cells": ("a.csv", text().replace(b"\n1,", b"\n1 us,"), USUAL, "'1 us' in column delay (row 1)"),
    "NaN": ("a.csv", text(y=np.where(DELAY == 1, np.nan, P)), USUAL, "NaN or infinity in column p (row 1)"),
    "ragged": ("a.csv", text() + b",4", USUAL, "3 values in row 31"),
    "two of one name": ("a.csv", text("p,p"), USUAL, "two columns named 'p'"),
    "too few": ("a.csv", text(x=DELAY[:5], y=P[:5]), USUAL, "has 5 points, and Energy relaxation (T1) needs 11"),
    "no scatter": ("a.csv", text(y=0 * P + 0.5), USUAL, "without any scatter"),
    "no probability": ("a.csv", text(y=100 * P), USUAL, "probabilities from"),
    "counts of how many": (
        "a.csv",
        text(y=np.rint(900 * P)),
        Wanted(x="delay:us", y=("p:counts",)),
        "of how many shots",
    ),
    "more than all": (
        "a.csv",
        text(y=np.rint(900 * P)),
        Wanted(x="delay:us", y=("p:counts",), shots="100"),
        "more ones than shots",
    ),
    "fewer than none": (
        "a.csv",
        text(y=-np.rint(900 * P)),
        Wanted(x="delay:us", y=("p:counts",), shots="1000"),
        "or fewer than none",
    ),
    "parts of a shot": (
        "a.csv",
        text(y=np.rint(900 * P) + 0.5),
        Wanted(x="delay:us", y=("p:counts",), shots="1000"),
        "shots that are not whole",
    ),
    "an error of 0": (
        "a.npz",
        npz(delay=DELAY, p=P, e=0 * P),
        Wanted(x="delay:us", y=("p:p1",), error=("e",)),
        "not above 0",
    ),
    "a million rows": ("a.csv", b"delay,p\n" + b"1,0\n" * 1_000_000, USUAL, "has 1,000,000 rows"),
    "a million points": ("a.npz", npz(delay=np.arange(100_000.0), p=np.zeros(100_000)), USUAL, "has 100,000 points"),
    "different lengths": ("a.npz", npz(delay=DELAY, p=P[1:]), USUAL, "31 swept values and 30 measured"),
    "pickled": ("a.npz", npz(delay=np.array([{}], dtype=object), p=P), USUAL, "pickled object"),
    "a pickle": ("a.pkl", b"\x80\x04K\x01.", USUAL, "is a pickle"),
    "a broken archive": ("a.npz", b"PK\x03\x04broken", USUAL, "no NPZ file"),
    "a broken HDF5": ("a.h5", b"\x89HDF\r\n\x1a\nbroken", USUAL, "no HDF5 file"),
    "a link out of it": ("a.h5", hdf5(elsewhere), USUAL, "links from secret to elsewhere"),
    "data elsewhere": ("a.h5", hdf5(linked), USUAL, "keeps p in another file"),
    "too large unpacked": ("a.h5", hdf5(huge), USUAL, "unpacks to"),
    "a curve too many": ("a.csv", text(), Wanted(x="delay:us", y=("p:p1",), series="p"), "no curve"),
    "mixed": ("a.csv", text(), Wanted(x="delay:us", y=("p:p1", "delay:V")), "mixes"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_gets_one_sentence_and_a_remedy(kind: str) -> None:
    name, data, wanted, said = BAD[kind]
    with pytest.raises(OperatorError) as error:
        taken(name, data, wanted)
    assert said in error.value.what and error.value.remedy
    assert "\n" not in error.value.what and len(error.value.what) < 200


def test_a_zip_bomb_is_not_unpacked() -> None:
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.npy", b"\0" * 100 * 2**20)
    with pytest.raises(OperatorError, match="unpacks to 100 MB"):
        read_bytes("a.npz", buffer.getvalue())


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be read"):
        read_file(tmp_path / "nothing.csv")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(OperatorError, match="holds 100 MB"):
        read_file(tmp_path / "large.csv")


def test_what_the_file_lacks_is_asked_for_by_name() -> None:
    rabi = Wanted(x="delay:mV", y=("p:mV",))
    with pytest.raises(OperatorError, match="the anharmonicity and the pulse_duration, and Rabi needs them") as error:
        taken("a.csv", text(), rabi, "rabi")
    assert error.value.remedy == "tell it: --set anharmonicity=-210MHz --set pulse_duration=32ns"
    made = taken("a.csv", text(), rabi, "rabi", anharmonicity=-210e6, pulse_duration=32e-9)
    assert made.raw.parameters["max_amplitude"] == pytest.approx(0.15) and made.x_unit == "V"


def test_unknown_experiments_and_those_of_our_own_circuits() -> None:
    with pytest.raises(ToolError, match="did you mean t1"):
        taken("a.csv", text(), USUAL, "t_1")
    with pytest.raises(OperatorError, match="circuits of Reson's own"):
        taken("a.csv", text(), USUAL, "purity_rb")


def test_frequencies_as_they_are_and_as_offsets() -> None:
    wanted = Wanted(x="f:GHz", y=("p:arb",))
    absolute = taken("a.csv", text("f,p", x=5.1 + DELAY / 1e4), wanted, "qubit_spectroscopy").raw
    middle = 5.1e9 + 75.5e5
    assert absolute.controls["drive_frequency"] == pytest.approx(middle)
    assert absolute.parameters["span"] == pytest.approx(149e5, rel=1e-3)
    offsets = text("f,p", x=DELAY - 75.5)
    with pytest.raises(OperatorError, match="counted from a drive_frequency"):
        taken("a.csv", offsets, Wanted(x="f:MHz", y=("p:arb",)), "qubit_spectroscopy")
    counted = taken("a.csv", offsets, Wanted(x="f:MHz", y=("p:arb",)), "qubit_spectroscopy", drive_frequency=5.1e9).raw
    assert counted.controls["drive_frequency"] == pytest.approx(5.1e9)


def test_curves_side_by_side_or_one_below_the_other() -> None:
    both = {"t": DELAY, "a": P, "b": 1 - P}
    wide = taken("a.npz", npz(**both), Wanted(x="t:us", y=("a:p1", "b:p1")), "ramsey_xy", detuning=1e5).raw
    long = npz(t=np.tile(DELAY, 2), p=np.r_[P, 1 - P], which=np.repeat(["x", "y"], 31))
    below = taken("a.npz", long, Wanted(x="t:us", y=("p:p1",), series="which"), "ramsey_xy", detuning=1e5).raw
    assert wide.circuits == below.circuits and np.array_equal(wide.arrays["p1"], below.arrays["p1"])
    assert [circuit["series"] for circuit in wide.circuits[:2]] == ["X", "Y"]


def test_shots_of_a_readout_in_two_columns_for_each_preparation() -> None:
    rng = np.random.default_rng(2)
    columns = {name: rng.normal(size=300) for name in ("ig", "qg", "ie", "qe")}
    y = tuple(f"{name}:mV" for name in columns)
    raw = taken("a.npz", npz(**columns), Wanted(y=y), "readout").raw
    assert raw.arrays["iq"].shape == (2, 300) and raw.shots == 300
    assert np.allclose(raw.arrays["iq"][1], 1e-3 * (columns["ie"] + 1j * columns["qe"]))


def test_shots_of_a_sweep_are_averaged_with_their_own_error() -> None:
    rng = np.random.default_rng(2)
    shots = P[:, None] + 0.5 * rng.normal(size=(31, 400))
    raw = taken("a.npz", npz(t=DELAY, z=shots), Wanted(x="t:us", y=("z:arb",))).raw
    assert raw.arrays["iq_stderr"][:, 0] == pytest.approx(0.5 / 20, rel=0.2) and raw.shots == 400
    long = npz(t=np.repeat(DELAY, 400), z=shots.ravel())
    below = taken("a.npz", long, Wanted(x="t:us", y=("z:arb",))).raw
    assert np.allclose(below.arrays["iq_mean"], raw.arrays["iq_mean"])
    assert below.arrays["iq_stderr"][:, 0] == pytest.approx(0.5 / 20, rel=0.05)


def test_decibels_and_degrees_of_a_network_analyser() -> None:
    z = (0.3 + 0.1 * np.arange(31)) * np.exp(1j * DELAY / 20)
    columns = {"f": 7.0 + DELAY / 1e4, "mag": 20 * np.log10(abs(z)), "phase": np.degrees(np.angle(z))}
    wanted = Wanted(x="f:GHz", y=("mag:dB", "phase:deg"))
    raw = taken("a.npz", npz(**columns), wanted, "resonator_spectroscopy").raw
    assert np.allclose(raw.arrays["iq_mean"], z) and raw.circuits[0]["readout_time"] == 1.0
