"""A lab's own package, installed from a folder, gives a device on which Reson calibrates."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from reson.agent.lab import open_lab
from reson.agent.launch import Plan, start
from reson.errors import OperatorError, ToolError
from reson.records import Ending
from reson.tools.devices.plugin import open_plugin, plugins
from reson.tools.devices.possible import NO_IQ, NO_PULSES, found_by_preparing
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import get
from reson.tools.store.measurements import list_measurements

PACKAGE = """\
[project]
name = "alice-lab"
version = "0.1"

[project.entry-points."reson.devices"]
alice = "alice_lab:alice"
bare = "alice_lab:bare"
sampled = "alice_lab:sampled"
broken = "alice_lab:nothing_here"

[build-system]
requires = ["uv_build>=0.8,<1"]
build-backend = "uv_build"
"""
MODULE = '''\
"""The device of Alice's lab: two transmons behind her own electronics."""

from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.plugin import Offer
from reson.tools.devices.simulated.device import open_simulated


def alice():
    electronics = open_simulated(3, 2, {}, 1.8e9)
    return Offer(
        backend=electronics.backend,
        controls=electronics.design_controls(),
        load=electronics.load,
        limits={"x_amplitude": (0.0, 0.9)} | {
            name: (-1e12, 1e12) for name in electronics.design_controls()["q0"] if name != "x_amplitude"
        },
    )


def bare():
    return line_of_qubits(2, NoiseOptions())


def sampled():
    electronics = open_simulated(3, 2, {}, 1.8e9)
    return Offer(backend=electronics.backend, sampler=electronics.sampler(), counts_only=True)
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where uv, which builds without a network, has installed the package from its folder."""
    folder, site = tmp_path_factory.mktemp("alice-lab"), tmp_path_factory.mktemp("site")
    (folder / "src" / "alice_lab").mkdir(parents=True)
    (folder / "src" / "alice_lab" / "__init__.py").write_text(MODULE)
    (folder / "pyproject.toml").write_text(PACKAGE)
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--target", site, folder], check=True)
    return site


@pytest.fixture(autouse=True)
def on_the_path(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed))
    importlib.invalidate_caches()


def test_an_installed_package_offers_its_devices() -> None:
    assert set(plugins()) == {"alice", "bare", "sampled", "broken"}


def test_rabi_on_it_finds_the_pi_amplitude() -> None:
    transmon = open_simulated(3, 2, {}, 1.8e9).chip.truth_now().transmons[1]
    device = open_plugin("alice")
    device.load({"q1": {"drive_frequency": transmon.f01}})
    rabi = get("rabi")
    raw = rabi.acquire(device, {1: rabi.arguments({}, device.controls()["q1"])})
    found = rabi.analyse(raw[1]).quantities["x_amplitude"]
    assert found.value == pytest.approx(_pi_amplitude(transmon.gain, raw[1].controls["pulse_duration"]), rel=0.05)


def test_a_lab_belongs_to_it_and_asks_before_it_changes_anything(tmp_path: Path) -> None:
    lab = open_lab(tmp_path / "lab", device="plugin:alice")
    ended = start(lab, Plan(kind="run", experiment="rabi", measure="0"), lambda kind, body: None)
    assert ended.ending is Ending.WAITING_FOR_APPROVAL, ended.reason
    assert [row.device for row in list_measurements(lab.store(), experiment="rabi")] == ["plugin:alice"]
    with pytest.raises(OperatorError, match="belongs to plugin:alice, not to fake:torino"):
        open_lab(lab.directory, device="fake:torino")


def _pi_amplitude(gain: float, duration: float) -> float:
    """A resonant pulse turns by amplitude times gain times the area of its envelope."""
    from reson.tools.devices.envelope import area

    return float(np.pi) / (gain * area(duration))


def test_its_limits_are_kept() -> None:
    device = open_plugin("alice")
    with pytest.raises(ToolError, match=r"outside what plugin:alice allows: 0 to 0\.9"):
        device.load({"q0": {"x_amplitude": 0.95}})
    with pytest.raises(ToolError, match="outside 0 to 1"):
        device.load({"q0": {"x_amplitude": 1.5}})
    device.load({"q0": {"x_amplitude": 0.5}})
    assert device.controls()["q0"]["x_amplitude"] == 0.5


def test_a_bare_backend_is_characterised_only() -> None:
    device = open_plugin("bare")
    assert found_by_preparing(get("rabi"), device) == NO_PULSES
    assert found_by_preparing(get("t1"), device) is None


def test_a_sampler_gives_counts() -> None:
    device = open_plugin("sampled")
    assert found_by_preparing(get("readout"), device) == NO_IQ
    raw = get("t1").acquire(device, {0: get("t1").arguments({"shots": 100.0}, {})})
    assert raw[0].arrays["counts"].sum(axis=1).tolist() == [100] * 31


def test_what_is_missing_is_told() -> None:
    with pytest.raises(OperatorError, match="no installed package offers a device 'bob'"):
        open_plugin("bob")
    with pytest.raises(OperatorError, match="cannot be loaded"):
        open_plugin("broken")
