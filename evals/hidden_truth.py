"""The hidden truth of a lab's simulated chip at the time of its clock, printed: for evaluations and tests only."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reson.components import Pair, Qubit
from reson.errors import OperatorError
from reson.tools.devices.simulated.couplers import CouplerTruth
from reson.tools.devices.simulated.device import SimulatedDevice
from reson.tools.devices.simulated.faults import Fault, pairs_of
from reson.tools.devices.simulated.truth import TransmonTruth
from reson.wording import moment, quantity

_FAR_OFF = 10e6
"""Hz of a design error beyond what a clean chip has."""

WARNING = "HIDDEN TRUTH, for evaluations only: nothing that calibrates, chooses or judges may read this."


def truth_of(device: SimulatedDevice) -> dict[str, Any]:
    """All hidden values at the device's clock, as JSON; complex numbers as pairs."""
    chip = device.chip
    truth = chip.truth_now()
    time = device.now().timestamp()
    return {
        "warning": WARNING,
        "device": device.name,
        "clock": time,
        "qubits": {Qubit(qubit): _plain(asdict(one)) for qubit, one in enumerate(truth.transmons)},
        "couplers": [_plain(asdict(one)) for one in truth.couplers],
        "realism": list(device.realism),
        "drive_lines": list(truth.drive_lines) if truth.drive_lines else None,
        "faults": [_fault(fault, time) for fault in chip.scenario],
    }


def lines_of(device: SimulatedDevice) -> list[str]:
    """The same for a person: what matters most of each qubit, and the faults."""
    chip = device.chip
    time = device.now().timestamp()
    found = [WARNING, f"{device.name} at {moment(time)} UTC"]
    found += [f"realism: {', '.join(device.realism)}"] if device.realism else []
    truth = chip.truth_now()
    found += [f"{Qubit(qubit)}: {_summary(one)}" for qubit, one in enumerate(truth.transmons)]
    found += [f"{Pair(*one.qubits)}: {_of_pair(one)}" for one in truth.couplers if one.tunable]
    return found + [_in_words(fault, time) for fault in chip.scenario]


def _summary(transmon: TransmonTruth) -> str:
    values = {
        "f01": (transmon.f01, "Hz"),
        "anharmonicity": (transmon.anharmonicity, "Hz"),
        "T1": (transmon.t1, "s"),
        "T2": (transmon.t2, "s"),
    }
    parts = [f"{name} {quantity(float(f'{value:.7g}'), None, unit)}" for name, (value, unit) in values.items()]
    return ", ".join([*parts, f"excited at rest {100 * transmon.thermal_population:.1f} %", *_as_in_a_fridge(transmon)])


def _as_in_a_fridge(transmon: TransmonTruth) -> list[str]:
    """What a chip with realism has beyond a clean one."""
    dispersion, wander = max(map(abs, transmon.dispersion)), transmon.t1_wander
    return [
        *[f"1/f noise {transmon.flicker:.0f} Hz at 1 Hz"] * bool(transmon.flicker),
        *[f"T2* {_short(transmon.t2_star, 's')}, echo {_short(transmon.t2_echo, 's')}"] * bool(transmon.flicker),
        *[f"parities {_short(_parity_split(transmon), 'Hz')} apart"] * bool(dispersion),
        *[f"T1 wanders by {100 * wander:.0f} %"] * bool(wander),
        *[f"design off by {_short(transmon.design_error, 'Hz')}"] * (abs(transmon.design_error) > _FAR_OFF),
        *["shots remember each other"] * transmon.remembers,
    ]


def _short(value: float, unit: str) -> str:
    return quantity(float(f"{value:.3g}"), None, unit)


def _parity_split(transmon: TransmonTruth) -> float:
    wide = sum(abs(one.pull) for one in transmon.defects if one.is_parity)
    return abs(transmon.parity_split) + wide


def _of_pair(coupler: CouplerTruth) -> str:
    """ZZ at the bias in force and where it is zero, and what the coupler costs."""
    if coupler.tunable is None:
        return ""
    values = {"ZZ": (coupler.zz, "Hz"), "coupler T1": (coupler.tunable.t1, "s")}
    parts = [f"{name} {quantity(float(f'{value:.4g}'), None, unit)}" for name, (value, unit) in values.items()]
    return ", ".join([*parts, f"idles at bias {coupler.tunable.line.bias(coupler.tunable.idle):.4f}"])


def _fault(fault: Fault, time: float) -> dict[str, Any]:
    return {
        "kind": fault.kind,
        "components": _sits_on(fault),
        "parameters": dict(fault.parameters),
        "from": None if math.isinf(fault.since) else fault.since,
        "until": None if math.isinf(fault.until) else fault.until,
        "in_force": fault.holds_at(time),
    }


def _sits_on(fault: Fault) -> list[str]:
    pairs: list[str] = [Pair(*pair) for pair in pairs_of(fault)]
    return pairs or [Qubit(qubit) for qubit in fault.qubits]


def _in_words(fault: Fault, time: float) -> str:
    where = " and ".join(_sits_on(fault)) or "the device"
    return f"fault {fault.kind} on {where}, {'in force' if fault.holds_at(time) else 'not in force'} now"


def _plain(value: Any) -> Any:
    """JSON of dataclass fields; what has no limit is null."""
    if isinstance(value, float) and math.isinf(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return [value.real, value.imag] if isinstance(value, complex) else value


def main() -> None:
    from reson.agent.lab import open_lab

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lab", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        lab = open_lab(asked.lab)
        device = lab.device(lab.store())
    except OperatorError as error:
        raise SystemExit(str(error)) from error
    if not isinstance(device, SimulatedDevice):
        raise SystemExit(f"{device.name} is no simulated chip: nobody knows its truth\nmeasure it")
    print(json.dumps(truth_of(device), indent=2) if asked.json else "\n".join(lines_of(device)))


if __name__ == "__main__":
    main()
