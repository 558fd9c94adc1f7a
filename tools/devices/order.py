"""What it takes to open a device of each kind; light, so that settings can be read without loading any Qiskit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from reson.errors import OperatorError
from reson.records import Finite, Record

Kind = Literal["simulated", "fake", "aer", "ibm", "plugin"]
KINDS: dict[str, str] = {
    "simulated": "a chip of pulse-level physics with hidden values; needs nothing",
    "fake": "a copy of an IBM device with the noise it published on one day, like fake:torino; needs no account",
    "aer": "qubits in a line with the noise that lab.toml states under [noise]",
    "ibm": "an IBM device, like ibm:torino; needs an account",
    "plugin": "a device of your own that an installed package offers, like plugin:NAME",
}
NAMELESS = ("simulated", "aer")

_Probability = Annotated[Finite, Field(ge=0, le=0.5)]
_Time = Annotated[Finite, Field(gt=0, le=1.0)]


class NoiseOptions(Record):
    """Noise of every qubit of a device of kind aer; times in seconds, errors as averages."""

    t1: _Time = 150e-6
    t2: _Time = 120e-6
    gate_error: _Probability = 3e-4
    two_qubit_error: _Probability = 6e-3
    readout_error: _Probability = 0.02


class IbmOptions(Record):
    """How IBM's service is used. The account itself is never written here: it is saved once, or in the environment."""

    account: str = ""
    """Name of the saved account; empty: the default one."""
    instance: str = ""
    region: str = ""
    mode: Literal["batch", "session", "job"] = "batch"
    program: Literal["sampler", "executor"] = "sampler"
    """The service's program that runs the circuits: that of SamplerV2, or that of its successor in the client."""
    quantum_seconds: Annotated[Finite, Field(gt=0)] = 300.0
    """Budget of one run, as the service counts it."""
    fractional_gates: bool = False
    """Take the device with its fractional gates (RX and RZZ of any angle), where it has some; no control flow then."""
    repetition_delay: Annotated[Finite, Field(gt=0, le=1e-2)] | None = None
    """Seconds between shots; None: the device's own."""


class DeviceOrder(Record):
    """Which device, and what its kind needs to open it."""

    kind: Kind
    name: str = ""
    directory: Path
    """Of the lab: where jobs in flight are noted."""
    clock: Finite
    """Where the clock of a simulated chip stands, seconds since the Unix epoch."""
    seed: int = 0
    qubits: int = 5
    chip: str = ""
    """File that describes a simulated chip."""
    faults: dict[str, str] = {}
    noise: NoiseOptions = NoiseOptions()
    ibm: IbmOptions = IbmOptions()


def parse_address(text: str) -> tuple[Kind, str]:
    """``fake:torino`` -> ("fake", "torino"). Raises ``OperatorError``."""
    kind, _, name = text.strip().partition(":")
    if kind not in KINDS:
        raise OperatorError(f"there is no kind of device {kind!r}", "`reson device list` shows what there is")
    name = name.strip().removeprefix(f"{kind}_")
    if bool(name) == (kind in NAMELESS):
        example = kind if kind in NAMELESS else f"{kind}:NAME"
        raise OperatorError(f"{text!r} names no device", f"write it like {example}; `reson device list` shows names")
    return kind, name  # pyright: ignore[reportReturnType]


def address(kind: str, name: str) -> str:
    """("fake", "torino") -> ``fake:torino``."""
    return f"{kind}:{name}" if name else kind
