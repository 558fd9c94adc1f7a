"""A lab's own package, installed from a folder, gives a device on which Reson calibrates."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from qiskit.transpiler import Target

from reson.agent.campaign.measuring import within_bounds
from reson.agent.campaign.repeating import MOST_FAILURES
from reson.agent.expert.plans import BRING_UP, plan_for
from reson.agent.lab import open_lab
from reson.agent.launch import Plan, resume, start
from reson.agent.observation import QubitView
from reson.agent.which_qubits import with_pairs
from reson.components import Pair, Qubit
from reson.errors import DeviceUnavailable, OperatorError, ToolError, ToolErrorKind
from reson.evals.tuned_qubits import tuned
from reson.records import Change, Ending, Verdict
from reson.tools.devices import plugin
from reson.tools.devices.device import bounds_of, coupling_of
from reson.tools.devices.driver import Driver
from reson.tools.devices.plugin import open_plugin, plugins
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.target_backend import TargetBackend
from reson.tools.experiments.catalogue import get
from reson.tools.experiments.pair_catalogue import PAIR_ROWS
from reson.tools.experiments.possible import NO_IQ, NO_PULSES, found_by_preparing, why_not
from reson.tools.store.measurements import list_measurements
from reson.tools.verdicts.judge import judge

PAIR = Pair(0, 1)
PACKAGE = """\
[project]
name = "alice-lab"
version = "0.1"

[project.entry-points."reson.devices"]
alice = "alice_lab:alice"
bare = "alice_lab:bare"
bound = "alice_lab:bound"
faulty = "alice_lab:faulty"
raises = "alice_lab:raises"
quits = "alice_lab:quits"
nothing = "alice_lab:nothing"
not_a_number = "alice_lab:not_a_number"
of_no_kind = "alice_lab:of_no_kind"
beyond_itself = "alice_lab:beyond_itself"
unknown = "alice_lab:unknown"
sampled = "alice_lab:sampled"
pairs = "alice_lab:pairs"
short_line = "alice_lab:short_line"
lone_pair = "alice_lab:lone_pair"
mixed_up = "alice_lab:mixed_up"
broken = "alice_lab:nothing_here"

[build-system]
requires = ["uv_build>=0.8,<1"]
build-backend = "uv_build"
"""
MODULE = '''\
"""The device of Alice's lab: two transmons behind her own electronics."""

from dataclasses import replace

from qiskit.exceptions import QiskitError
from qiskit.providers import Options

from reson.tools.devices.local.line import line_of_qubits
from reson.tools.devices.order import NoiseOptions
from reson.tools.devices.plugin import Offer
from reson.tools.devices.target_backend import TargetBackend
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.devices.target_backend import TargetBackend


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


OWN = ("drive_frequency", "anharmonicity", "x_amplitude", "sx_amplitude", "drag_beta", "pulse_duration")
FAULT = ""


def bound(**changed):
    electronics = open_simulated(3, 2, {}, 1.8e9)
    told = electronics.design_controls()
    controls = {
        name: {control: values[control] for control in (*OWN, "readout_angle", "readout_threshold")}
        for name, values in told.items()
    }
    controls["q0"] |= changed

    def load(wanted):
        if FAULT == "dead_load":
            raise ConnectionRefusedError("rack off")
        if FAULT == "late_load":  # what a socket raises
            raise TimeoutError("timed out")
        if FAULT == "strange_load":
            raise QiskitError("no such channel")
        electronics.load({name: told[name] | values for name, values in wanted.items()})

    limits = {"x_amplitude": (0.0, 0.3), "readout_angle": (-3.15, 3.15)}
    return Offer(backend=electronics.backend, controls=controls, load=load, limits={} if not changed else limits)


class Faulty(TargetBackend):
    """The chip of ``bound`` behind a driver that fails in the way that ``FAULT`` names."""

    def __init__(self, backend):
        super().__init__("faulty", backend.target)
        self.inner = backend

    @classmethod
    def _default_options(cls):
        return Options(shots=1024, meas_level=2, meas_return="single")

    def run(self, circuits, **options):
        if FAULT == "dead_run":
            raise RuntimeError("no clock")
        if FAULT == "late_run":
            raise TimeoutError("timed out")
        if FAULT == "quits_in_run":
            raise SystemExit(1)
        return Job(self.inner.run(circuits, **options))


class Job:
    def __init__(self, inner):
        self.inner = inner

    def job_id(self):
        return "1"

    def result(self):
        found = self.inner.result()
        if FAULT == "dead_result":
            raise KeyError("I")
        if FAULT == "no_result":
            return {"counts": 3}
        if FAULT == "strange_counts":
            for one in found.results:
                one.data.counts = {"0x0": one.shots, "up": 0}
        if FAULT == "no_counts":
            for one in found.results:
                one.data.counts = {0: one.shots / 2, 1: None}
        if FAULT == "short":
            found.results = found.results[:1]
        return found




def faulty():
    offer = bound()
    return replace(offer, backend=Faulty(offer.backend))


def raises():
    raise OSError("no route to host")


def quits():
    raise SystemExit(3)


def nothing():
    return None


def not_a_number():
    return bound(drive_frequency=float("nan"))


def of_no_kind():
    return bound(x_amplitude="much")


def beyond_itself():
    return bound(x_amplitude=0.35)


def unknown():
    return bound(volume=11.0)


def bare():
    return line_of_qubits(2, NoiseOptions())


def pairs(lowest=-1.0, highest=1.0, **changed):
    electronics = open_simulated(5, 2, {}, 1.8e9, "line", tunable=True)
    controls = {**electronics.design_controls(), **changed}
    every = {name for values in controls.values() for name in values}
    limits = {name: (-1e12, 1e12) for name in every} | {"cz_amplitude": (lowest, highest)}
    return Offer(backend=electronics.backend, controls=controls, load=electronics.load, limits=limits)


def short_line():
    return pairs(-0.1, 0.25)


def lone_pair():
    return pairs(**{"q1-q2": {"coupler_bias": 0.1}})


def mixed_up():
    return pairs(**{"q0-q1": {"x_amplitude": 0.1}})


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
    assert {"alice", "bare", "sampled", "broken"} <= set(plugins())


def test_rabi_on_it_finds_the_pi_amplitude() -> None:
    transmon = open_simulated(3, 2, {}, 1.8e9).chip.truth_now().transmons[1]
    device = open_plugin("alice")
    device.load({"q1": {"drive_frequency": transmon.f01}})
    rabi = get("rabi")
    raw = rabi.acquire(device, {1: rabi.arguments({}, device.controls()["q1"], bounds_of(device))})
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
    with pytest.raises(OperatorError, match="cannot be opened"):
        open_plugin("broken")


def test_what_is_swept_keeps_to_its_limits_by_default_and_is_refused_beyond_them() -> None:
    device, rabi = open_plugin("alice"), get("rabi")
    assert rabi.arguments({}, device.controls()["q0"], bounds_of(device))["max_amplitude"] == 0.9
    with pytest.raises(ToolError, match=r"max_amplitude = 0\.95 is outside what the device allows, 0 to 0\.9"):
        rabi.arguments({"max_amplitude": 0.95}, device.controls()["q0"], bounds_of(device))
    beyond = rabi.arguments({"max_amplitude": 0.95, "points": 11}, device.controls()["q0"])
    with pytest.raises(ToolError, match=r"q0 would be played at 0\.95: plugin:alice allows a x_amplitude of 0 to 0\.9"):
        rabi.acquire(device, {0: beyond})  # whoever asks: the last look is where circuits are sent


def test_a_control_without_limits_stays_and_nothing_else_is_proposed() -> None:
    device = open_plugin("bound")
    with pytest.raises(ToolError, match=r"drag_beta of q0 stays at 0 s: plugin:bound gives no limits to move it in"):
        device.load({"q0": {"drag_beta": 1e-10}})
    wanted = Change(component="q0", parameter="drag_beta", old=0.0, new=1e-10, stderr=None, unit="s")
    assert judge(within_bounds([wanted], device)).verdict is Verdict.REJECT
    assert judge(within_bounds([wanted.model_copy(update={"parameter": "t1", "new": 1e-5})], device)).verdict is (
        Verdict.ACCEPT
    )


def test_an_offer_may_hold_pairs_and_their_flux_lines() -> None:
    device = open_plugin("pairs")
    assert coupling_of(device) == ((0, 1),) and set(device.design_controls()) == {"q0", "q1", PAIR}
    assert {name: why_not(row, device) for name, row in PAIR_ROWS.items()} == dict.fromkeys(PAIR_ROWS)
    assert with_pairs((Qubit(0), Qubit(1)), device)[-1] == PAIR
    device.load(tuned(open_simulated(5, 2, {}, 1.8e9, "line", tunable=True)))
    row = get("coupler_arc")
    arguments = row.arguments({}, device.controls()[PAIR])
    analysis = row.analyse(row.acquire(device, {PAIR: arguments})[PAIR])
    assert judge(row.check(analysis, arguments, {})).verdict is Verdict.ACCEPT
    assert why_not(row, open_plugin("alice")) == "the device has no `coupler_flux` gate"


def test_a_flux_pulse_keeps_to_the_limits_of_its_line() -> None:
    device, row = open_plugin("short_line"), get("coupler_arc")
    with pytest.raises(ToolError, match=r"q0-q1 would be played at .* allows a cz_amplitude of -0.1 to 0.25"):
        row.acquire(device, {PAIR: row.arguments({}, device.controls()[PAIR])})


@pytest.mark.parametrize(
    ("name", "what"),
    [("lone_pair", "q1-q2 is offered without q2"), ("mixed_up", "q0-q1 has x_amplitude, which is no control there")],
)
def test_an_offer_of_pairs_that_cannot_be_is_refused(name: str, what: str) -> None:
    with pytest.raises(OperatorError, match=what):
        open_plugin(name)


def test_a_lab_that_reads_its_qubits_by_itself_starts_where_it_can() -> None:
    device = open_plugin("bound")
    impossible = {name for step in BRING_UP if why_not(get(name := step.experiment), device)}
    assert impossible == {"resonator_spectroscopy", "punch_out", "readout_frequency_sweep", "readout_power"}
    view = QubitView(
        component="q0",
        known={},
        design={},
        measured_before=frozenset(),
        attempts=(),
        impossible=dict.fromkeys(impossible, "no"),
    )
    assert [step.experiment for step in plan_for(view)][:3] == ["qubit_spectroscopy", "rabi", "readout"]


WORDS = {"raises": "OSError: no route to host", "quits": "SystemExit: 3", "nothing": "offers a NoneType"}


@pytest.mark.parametrize("name", WORDS)
def test_a_driver_that_does_not_open_is_told_in_its_words(name: str) -> None:
    with pytest.raises(OperatorError, match=WORDS[name]):
        open_plugin(name)


OFFERS = {
    "not_a_number": "q0 starts with drive_frequency = nan Hz",
    "of_no_kind": "q0 starts with x_amplitude = 'much'",
    "beyond_itself": r"q0 starts with x_amplitude = 0\.35, outside its own limits",
    "unknown": "q0 has volume, which is no control",
}


@pytest.mark.parametrize("name", OFFERS)
def test_start_values_are_checked(name: str) -> None:
    with pytest.raises(OperatorError, match=OFFERS[name]):
        open_plugin(name)


class Targetless(TargetBackend):
    def __init__(self, target: Any = None) -> None:
        super().__init__("targetless", target)


SPOILT = {
    "a limit that is one number": ({"limits": {"x_amplitude": 0.4}}, "limits.x_amplitude of its offer"),
    "limits the wrong way round": ({"limits": {"x_amplitude": (0.9, 0.0)}}, "the lowest value comes first"),
    "a limit that is none": ({"limits": {"x_amplitude": (float("nan"), 1.0)}}, "limits.x_amplitude of its offer"),
    "limits that are no table": ({"limits": None}, "limits of its offer"),
    "controls without qubits": ({"controls": {"x_amplitude": 0.1}}, "controls.x_amplitude of its offer"),
    "controls of numbers": ({"controls": {0: {"x_amplitude": 0.1}}}, "controls.0 of its offer"),
    "a qubit that is not there": ({"controls": {"q9": {"x_amplitude": 0.1}}}, "q9 has controls, and .* ends at q1"),
    "a qubit with less than others": (
        {"controls": {"q0": {"drag_beta": 0.0}, "q1": {"drag_beta": 0.0, "x_amplitude": 0.1}}},
        "q0 lacks x_amplitude, which others of its offer have",
    ),
    "neighbours by name": ({"coupling": [("q0", "q1")]}, "coupling.0.0 of its offer"),
    "its own neighbour": ({"coupling": [(1, 1)]}, "a pair has two qubits"),
    "no shots": ({"max_shots": 0}, "max_shots of its offer"),
    "no circuits": ({"max_circuits": -1}, "max_circuits of its offer"),
    "time that runs back": ({"reset_time": -1e-3}, "reset_time of its offer"),
    "microseconds": ({"reset_time": 250}, "reset_time of its offer: .* less than or equal to 1"),
    "no time": ({"readout_time": None}, "readout_time of its offer"),
    "soon": ({"integration_start": "soon"}, "integration_start of its offer"),
    "words for yes": ({"passive_reset": "yes"}, "passive_reset of its offer"),
    "a name in place of a function": ({"load": "load"}, "load of its offer"),
    "no backend": ({"backend": None}, "backend of its offer, NoneType, has no `run`"),
    "a class": ({"backend": Targetless}, "has no `run`"),
    "no target": ({"backend": Targetless()}, "NoneType in place of a Qiskit Target"),
    "no target, characterised": ({"backend": Targetless(), "controls": {}}, "NoneType in place of a Qiskit Target"),
    "no qubits": ({"backend": Targetless(Target()), "controls": {}}, "tells of no qubits"),
    "a sampler that does not run": ({"sampler": "sampler"}, "sampler of its offer, str, has no `run`"),
}


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make ``bound`` with some fields changed the device ``spoilt``."""
    open_plugin("bound")
    module = sys.modules["alice_lab"]

    def make(**changed: Any) -> None:
        monkeypatch.setattr(module, "spoilt", lambda: replace(module.bound(), **changed), raising=False)
        entry = EntryPoint("spoilt", "alice_lab:spoilt", plugin.GROUP)
        monkeypatch.setattr(plugin, "plugins", lambda: {"spoilt": entry})

    return make


@pytest.mark.parametrize("name", SPOILT)
def test_an_offer_that_cannot_be_is_refused_by_its_field(name: str, offer: Callable[..., None]) -> None:
    changed, words = SPOILT[name]
    offer(**changed)
    with pytest.raises(OperatorError, match=words) as refused:
        open_plugin("spoilt")
    assert "BackendV2" not in refused.value.remedy


def test_a_night_of_which_nothing_can_be_measured_has_failed(tmp_path: Path, offer: Callable[..., None]) -> None:
    offer(controls={name: {"readout_angle": 0.0, "readout_threshold": 0.0} for name in ("q0", "q1")})
    ended = start(open_lab(tmp_path / "lab", device="plugin:spoilt"), Plan(kind="night"), lambda kind, body: None)
    assert ended.ending is Ending.FAILED
    assert "nothing on record of 2 of 2 qubits: readout_error was refused: plugin:spoilt cannot run" in ended.reason
    assert "does not offer the control x_amplitude" in ended.reason


FAULTS = {
    "dead_load": "`load` failed: ConnectionRefusedError: rack off",
    "dead_run": "`run` failed: RuntimeError: no clock",
    "late_load": "`load` failed: TimeoutError: timed out",
    "strange_load": "`load` failed: QiskitError",
    "late_run": "`run` failed: TimeoutError: timed out",
    "dead_result": "`result` failed: KeyError: 'I'",
    "quits_in_run": "`run` failed: SystemExit: 1",
    "no_result": "brought home a dict",
    "strange_counts": "the outcomes are not those of",
    "no_counts": "counts of outcomes such as '0x1' were asked for",
    "short": "circuits were sent",
}


def set_fault(name: str) -> None:
    vars(sys.modules["alice_lab"])["FAULT"] = name


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_a_driver_raises_or_returns_is_a_failed_job(name: str) -> None:
    device, row = open_plugin("faulty"), get("readout_error")
    set_fault(name)
    try:
        with pytest.raises(ToolError, match=FAULTS[name]) as raised:
            device.load(device.controls())
            row.acquire(device, {0: row.arguments({"shots": 100.0}, {})})
    finally:
        set_fault("")
    assert raised.value.kind is ToolErrorKind.JOB_FAILED


def test_a_rack_that_is_switched_off_ends_the_run_by_name_and_it_goes_on_when_it_is_back(tmp_path: Path) -> None:
    lab = open_lab(tmp_path / "lab", device="plugin:faulty")
    plan = Plan(kind="run", experiment="readout_error", measure="0", parameters={"shots": 100.0})
    failures = []

    def watch(kind: str, _: Any) -> None:
        failures.extend([kind] if kind == "job_failed" else [])
        set_fault("dead_load")  # once the lab is open

    ended = start(lab, plan, watch)
    set_fault("")
    assert (ended.ending, len(failures)) == (Ending.DEVICE_UNAVAILABLE, MOST_FAILURES)
    assert "ConnectionRefusedError: rack off" in ended.reason
    assert resume(lab, ended.run_id, watch=lambda kind, body: None).ending is Ending.FINISHED


def test_a_driver_that_hangs_is_not_asked_again() -> None:
    driver = Driver("plugin:slow")
    release = Event()
    with pytest.raises(DeviceUnavailable, match=r"has not come back from `load` after 0 s"):
        driver.call("load", release.wait, seconds=0.01)
    with pytest.raises(DeviceUnavailable, match="has not come back from `load`"):
        driver.call("run", lambda: 1)
    release.set()
