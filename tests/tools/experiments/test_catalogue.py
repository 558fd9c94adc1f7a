from __future__ import annotations

import subprocess
import sys

import pytest

from reson.errors import ToolError, ToolErrorKind
from reson.records import Effect
from reson.tools.devices.simulated.device import open_simulated
from reson.tools.experiments.catalogue import CATALOGUE, get
from reson.tools.quantities import PARAMETERS


def test_importing_it_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys, reson.tools.experiments.catalogue;"
        "print(*{'qiskit', 'qiskit_experiments', 'scipy', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ToolError, match="did you mean rabi") as caught:
        get("raby")
    assert caught.value.kind is ToolErrorKind.BAD_ARGUMENTS
    with pytest.raises(ToolError, match="qubit_spectroscopy"):
        get("9")


@pytest.mark.parametrize("name", CATALOGUE)
def test_rows_speak_of_parameters_that_the_table_knows(name: str) -> None:
    row = CATALOGUE[name]
    assert row.name == name
    assert row.effect is Effect.MEASURES
    assert set(row.needs) | set(row.calibrates) <= set(PARAMETERS)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_cold_chip_gives_every_experiment_its_arguments(name: str) -> None:
    device = open_simulated(1, 1, {}, 0.0)
    arguments = CATALOGUE[name].arguments({}, device.design_controls()["q0"])
    assert set(arguments) == {parameter.name for parameter in CATALOGUE[name].parameters}
    watches_for_minutes = name == "t1_over_time"
    assert 0.5 < CATALOGUE[name].device_seconds(arguments, device) < (300 if watches_for_minutes else 60)


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("t1", {"t1": 2e-6}, {"max_delay": 8e-6}),
        ("t2_hahn", {"t1": 50e-6}, {"max_delay": 150e-6}),
        ("t2_hahn", {"t1": 50e-6, "t2_echo": 30e-6}, {"max_delay": 90e-6}),
        ("ramsey_xy", {}, {"max_delay": 4e-6, "detuning": 1.25e6}),
        ("ramsey_xy", {"t1": 50e-6}, {"max_delay": 77e-6, "detuning": 5 / 77e-6}),
        ("ramsey_xy", {"t1": 50e-6, "t2_star": 30e-6}, {"max_delay": 66e-6, "detuning": 5 / 66e-6}),
        ("fine_x_amplitude", {"x_angle_error": 0.2}, {"max_repetitions": 13}),
        ("fine_x_amplitude", {"x_angle_error": 0.002}, {"max_repetitions": 25}),
    ],
)
def test_defaults_follow_what_is_known(name: str, known: dict[str, float], expected: dict[str, float]) -> None:
    defaults = CATALOGUE[name].defaults(known)
    assert {key: defaults[key] for key in expected} == pytest.approx(expected)
