"""What a night takes of a model that makes every decision and every reading: ``python -m reson.evals.model_nights``.

Cold chips of three qubits, two of them faulty, and an HTTP endpoint that decides as the expert would and reads as the
offline reader does. Tokens are our estimate from above, as the budget counts where an endpoint does not.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reson.agent.config import DeviceSettings, ModelSettings
from reson.agent.lab import Lab, open_lab
from reson.agent.launch import Plan, start
from reson.agent.model.accounts import account
from reson.evals.closed_loop.endpoint import model_settings, serving_script
from reson.evals.closed_loop.obliging import Obliging
from reson.events import Decided, Event, Judged, ModelCalled, event_of
from reson.trajectory import read_trajectory

KEY_ENV = "RESON_EVALS_NO_KEY"
QUBITS = 3
NIGHTS: Mapping[int, Mapping[str, str]] = {
    101: {"q1": "dead_drive_line", "q2": "noisy_amplifier"},
    102: {"q0": "attenuator", "q2": "readout_saturated"},
    103: {"q1": "hot_qubit", "q2": "dead_readout_line"},
}
"""Seed of the chip -> its faults, each as strong as its kind usually is."""


@dataclass(frozen=True)
class Night:
    measurements: int
    tokens: Mapping[str, tuple[int, int, int]]
    """purpose -> (calls, tokens in, tokens out)."""
    replaced: tuple[str, ...]
    """Where the offline brain had to answer."""
    ends: Mapping[str, str]
    """qubit -> done, or the diagnosis with which it was given up."""

    @property
    def tokens_in(self) -> int:
        return sum(one for _, one, _ in self.tokens.values())


def night(seed: int, faults: Mapping[str, str], brain: str, references: int) -> Night:
    """One night of a cold chip of neighbours in a line."""
    os.environ[KEY_ENV] = "none"
    with tempfile.TemporaryDirectory() as directory:
        lab = open_lab(Path(directory), seed=seed, qubits=QUBITS, chip='coupling = "line"\n')
        device = DeviceSettings.model_validate(lab.config.device.model_dump() | {"faults": dict(faults)})
        with serving_script(Obliging(Path(directory) / "blobs")) as url:
            given = model_settings("obliging", url) | {"key_env": KEY_ENV, "timeout": 60.0, "references": references}
            model = ModelSettings.model_validate(given)
            config = lab.config.model_copy(update={"brain": brain, "model": model, "device": device})
            return _after(replace(lab, config=config))


def _after(lab: Lab) -> Night:
    ended = start(lab, Plan(kind="night", rest=True), lambda kind, body: None)
    events = [event_of(one) for one in read_trajectory(lab.runs / ended.run_id / "trajectory.jsonl")]
    return Night(
        measurements=sum(isinstance(event, Judged) for event in events),
        tokens=_tokens(events),
        replaced=account(events).fallbacks,
        ends=_ends(events),
    )


def _tokens(events: list[Event]) -> dict[str, tuple[int, int, int]]:
    calls, taken, given = Counter[str](), Counter[str](), Counter[str]()
    for event in events:
        if isinstance(event, ModelCalled) and event.usage is not None:
            calls[event.purpose] += 1
            taken[event.purpose] += event.usage["input"]
            given[event.purpose] += event.usage["output"]
    return {purpose: (calls[purpose], taken[purpose], given[purpose]) for purpose in sorted(calls)}


def _ends(events: list[Event]) -> dict[str, str]:
    said = [event.decision for event in events if isinstance(event, Decided)]
    return {
        one["component"]: "done" if one["kind"] == "done" else ", ".join(each["code"] for each in one["diagnoses"])
        for one in said
        if one["kind"] in ("done", "give_up")
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(NIGHTS))
    parser.add_argument("--references", type=int, default=ModelSettings().references)
    options = parser.parse_args()
    for seed in options.seeds:
        faults = NIGHTS[seed]
        asked, offline = (night(seed, faults, brain, options.references) for brain in ("openai", "offline"))
        said = ", ".join(f"{fault} on {qubit}" for qubit, fault in faults.items())
        print(f"seed {seed}, {said}: {asked.measurements} measurements, {asked.tokens_in} tokens in")
        for purpose, (calls, taken, given) in asked.tokens.items():
            print(f"  {purpose}: {calls} calls, {taken} in, {given} out")
        print(f"  ends {dict(asked.ends)}; offline {dict(offline.ends)} in {offline.measurements}", flush=True)
        for one in asked.replaced:
            print(f"  offline in its place: {one}")


if __name__ == "__main__":
    main()
