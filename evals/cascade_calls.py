"""How often a cascade wants its model on chips without faults: ``python -m reson.evals.cascade_calls``.

The endpoint is a closed port: each question that would have gone to a model is on record as one that the offline brain
answered in its place.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from reson.agent.config import ModelSettings
from reson.agent.lab import open_lab
from reson.agent.launch import Plan, start
from reson.agent.model.accounts import account
from reson.events import event_of
from reson.trajectory import read_trajectory

SEEDS, QUBITS = (1, 2), (5, 20)
CLOSED = "http://127.0.0.1:9/v1"
KEY_ENV = "RESON_EVALS_NO_KEY"


@dataclass(frozen=True)
class Wanted:
    seed: int
    qubits: int
    measurements: int
    calls: int
    """Questions that the cascade put to the model."""
    about: tuple[str, ...]
    """Which, and about which qubits."""


def wanted(seed: int, qubits: int) -> Wanted:
    """One night of a cold chip of neighbours in a line."""
    os.environ[KEY_ENV] = "none"
    with tempfile.TemporaryDirectory() as directory:
        lab = open_lab(Path(directory), seed=seed, qubits=qubits, chip='coupling = "line"\n')
        model = ModelSettings(base_url=CLOSED, choose="nobody", key_env=KEY_ENV, retries=0)
        lab = replace(lab, config=lab.config.model_copy(update={"brain": "cascade", "model": model}))
        ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
        events = read_trajectory(lab.runs / ended.run_id / "trajectory.jsonl")
        found = account(map(event_of, events))
        asked = [one.partition(": ")[0] for one in found.fallbacks if not one.startswith("report")]
        measured = sum(event["kind"] == "verdict" for event in events)
        return Wanted(seed, qubits, measured, len(asked), tuple(asked))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--qubits", type=int, nargs="+", default=QUBITS)
    options = parser.parse_args()
    for seed in options.seeds:
        for qubits in options.qubits:
            one = wanted(seed, qubits)
            print(
                f"seed {seed}, {qubits} qubits: {one.measurements} measurements, {one.calls} calls wanted", flush=True
            )
            for about in one.about:
                print(f"  {about}")


if __name__ == "__main__":
    main()
