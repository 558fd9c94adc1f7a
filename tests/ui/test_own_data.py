"""The page that takes a file: what it asks for, what it says, and what it keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reson.agent.lab import open_lab
from reson.tools.store.measurements import list_measurements
from reson.tools.store.store import open_store
from tests.ui.conftest import words

T1 = 30.0


def page():
    from reson.ui import own_data

    own_data.page()


@pytest.fixture(scope="module")
def file() -> bytes:
    rng, delay = np.random.default_rng(4), np.linspace(0.5, 150.0, 31)
    ones = rng.binomial(1000, 0.04 + 0.92 * np.exp(-delay / T1))
    return "\n".join(["delay,pop", *(f"{at:.2f},{one / 1000}" for at, one in zip(delay, ones, strict=True))]).encode()


@pytest.fixture
def fresh_lab(tmp_path) -> Path:
    return open_lab(tmp_path / "lab", seed=3, qubits=1).directory


def test_a_file_is_analysed_and_kept_when_asked(run_page, at_home, fresh_lab, file):
    test = run_page(fresh_lab, page)
    test.selectbox(key="own-what").select("t1").run()
    test.file_uploader(key="own-file").upload("mine.csv", file, "text/csv").run()
    test.selectbox(key="own-x").select("delay")
    test.multiselect(key="own-y").select("pop").run()
    test.button(key="own-go").click().run()
    assert "in which unit delay is" in words(test)
    test.text_input(key="own-unit").input("us")
    test.text_input(key="own-shots").input("1000").run()
    test.button(key="own-go").click().run()
    assert not test.exception and "rs-accept" in words(test) and "t1" in words(test)
    test.text_input(key="own-unit").input("ns").run()
    assert "rs-accept" not in words(test) and "analyse it again" in words(test), "that was another question"
    test.text_input(key="own-unit").input("us").run()
    assert "rs-accept" in words(test)
    store = open_store(fresh_lab)
    before = {row.id for row in list_measurements(store)}
    test.button(key="own-keep").click().run()
    (kept,) = [row for row in list_measurements(store) if row.id not in before]
    assert kept.experiment == "t1" and (kept.author or "").startswith("analyse:") and kept.id in words(test)


def test_a_bad_file_is_told_and_breaks_nothing(run_page, at_home, fresh_lab):
    test = run_page(fresh_lab, page)
    test.file_uploader(key="own-file").upload("mine.npz", b"PK\x03\x04<b>no</b>", "application/zip").run()
    assert not test.exception and "no NPZ file" in words(test)
