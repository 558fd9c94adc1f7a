"""What a person types, as values: sweeps with units, qubits, hours, moments. Refused before anything is opened."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reson.agent.cli.errors import WrongUsage
from reson.components import Qubit
from reson.errors import OperatorError, ToolError
from reson.hours import HOUR

if TYPE_CHECKING:
    from reson.agent.config import DeviceSettings
    from reson.tools.experiments.experiment import Experiment, Parameter


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """``name=value`` pairs; the value is kept as text. Raises ``WrongUsage``."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise WrongUsage(
                f"{text!r} is not of the form NAME=VALUE", 'write it like x_amplitude=0.31 or "span=40 MHz"'
            )
        if name.strip() in pairs:
            raise WrongUsage(f"{name.strip()} is given twice", "give each name once")
        pairs[name.strip()] = value.strip()
    return pairs


def sweep(experiment: Experiment, texts: Iterable[str]) -> dict[str, float]:
    """Arguments of an experiment in SI units, checked against its row of the catalogue. Raises ``WrongUsage``."""
    specs = {spec.name: spec for spec in experiment.parameters}
    return {
        name: _argument(experiment, specs[known_name(name, specs, f"parameter of {experiment.name}")], value)
        for name, value in assignments(texts).items()
    }


def _argument(experiment: Experiment, spec: Parameter, text: str) -> float:
    from reson.agent.approvals import parse_value

    remedy = f"`reson experiments {experiment.name}` lists its parameters with units and limits"
    try:
        value = parse_value(text, spec.unit)
    except ToolError as error:
        raise WrongUsage(f"{spec.name}: {error.message}", remedy) from error
    if spec.integer and value != round(value):
        raise WrongUsage(f"{spec.name} must be a whole number, not {text}", remedy)
    if not spec.low <= value <= spec.high:
        limits = f"{spec.low:g} to {spec.high:g} {spec.unit}".rstrip()
        raise WrongUsage(f"{spec.name} = {text} is outside {limits}", remedy)
    return value


def known_name(name: str, known: Iterable[str], what: str) -> str:
    """The name itself if it is known. Raises ``WrongUsage`` with the nearest ones."""
    names = list(known)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    raise WrongUsage(
        f"there is no {what} {name!r}",
        f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}",
    )


def choice(text: str) -> str:
    """How many qubits or which: 5, 0-2,4, best:10, chain:10, lf:10, all; empty stays empty. Raises ``WrongUsage``."""
    if text == "0" or (text and not re.fullmatch(r"all|(best|chain|lf):[1-9]\d*|q?\d+(-\d+)?(,q?\d+(-\d+)?)*", text)):
        remedy = "say how many, or which: 0-4, 0,2,3 or best:10; `reson night --help` explains it"
        raise WrongUsage(f"--qubits {text} names no qubits", remedy)
    return text


def measured(text: str, device: DeviceSettings) -> str:
    """The text itself, refused at once where it names no qubits of a simulated chip. Raises ``OperatorError``."""
    from reson.agent.which_qubits import parse_qubits

    if device.kind == "simulated":
        parse_qubits(text, tuple(range(device.qubits)))
    return text


def require_targets(row: Experiment, qubits: str, pairs: str) -> None:
    """That pairs are named for an experiment on pairs, and qubits for one on qubits. Raises ``WrongUsage``."""
    if qubits and row.targets == "pair":
        raise WrongUsage(f"{row.name} measures pairs of qubits", "name them like --pairs q0-q1")
    if pairs and row.targets == "qubit":
        raise WrongUsage(f"{row.name} measures qubits, one by one", "name them like --qubits 0-4")


def components(names: Sequence[str], known: Iterable[str]) -> list[str]:
    """Components of the table; ``all`` stands for every one. Raises ``WrongUsage``."""
    present = list(known)
    if "all" in names:
        return present
    return [known_name(Qubit(int(name)) if name.isdecimal() else name, present, "component") for name in names]


def hour(text: str) -> str:
    """A time of day, HH:MM; empty stays empty. Raises ``WrongUsage``."""
    if text and not re.fullmatch(HOUR, text):
        raise WrongUsage(f"{text!r} is no time of day", "write it like 06:00")
    return text


def moment(text: str) -> float:
    """A moment of the device's clock (UTC where no zone is given), seconds since the epoch. Raises ``WrongUsage``."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(
            f"{text!r} is no moment",
            "write it like 2026-01-02T05:30 (device clock, UTC); `reson runs` shows when runs were",
        ) from error
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def login() -> str:
    """Name of the person at the keyboard. Raises ``WrongUsage`` where the system knows none."""
    from reson.agent.keyboard import login

    try:
        return login()
    except OperatorError as error:
        raise WrongUsage(error.what, error.remedy) from error
