"""Every benchmark can be found, says what it measures, and runs with the others."""

import subprocess
import sys

import pytest

from reson.evals.benches.__main__ import NAMES, load


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_measures(name: str) -> None:
    lines, what = load(name)
    assert callable(lines)
    assert what.endswith(".") or what.endswith("?")


def test_one_runs_and_a_name_that_there_is_not_is_told() -> None:
    command = [sys.executable, "-m", "reson.evals.benches"]
    done = subprocess.run([*command, "start_up"], check=True, capture_output=True, text=True).stdout
    assert "reson --help over an empty Python" in done
    assert "largest memory" in done
    unknown = subprocess.run([*command, "start_up", "nothing"], capture_output=True, text=True)
    assert unknown.returncode == 2
    assert "there is no nothing" in unknown.stderr
    assert not unknown.stdout
