"""Which qubits the console shows: those of the device, whatever kind it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from reson.agent.lab import open_lab
from reson.components import Qubit
from reson.ui.opened import opened


def components(directory: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("RESON_LAB", str(directory))
    found = opened()
    assert found is not None
    return found.components


def test_a_simulated_chip_has_the_qubits_of_its_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_lab(tmp_path / "lab", seed=1, qubits=3)
    assert components(tmp_path / "lab", monkeypatch) == ["q0", "q1", "q2"]


def test_a_copy_has_all_qubits_that_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = open_lab(tmp_path / "lab", device="fake:perth", measure="0-2")
    assert components(tmp_path / "lab", monkeypatch) == []
    lab.device(lab.store())
    # sorted by number, whatever was measured, and more than the five of the settings' default
    assert components(tmp_path / "lab", monkeypatch) == [Qubit(qubit) for qubit in range(7)]
