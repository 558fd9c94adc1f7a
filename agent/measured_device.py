"""A device as it is known now: what its provider publishes, with the lab's own measurements in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reson.components import Pair, Qubit, parse
from reson.errors import OperatorError
from reson.tools.devices.device import coupling_of, published_of
from reson.tools.devices.published import ZZ_SEEN, Published, PublishedPair, PublishedQubit, published
from reson.tools.experiments.layer_fidelity import credited
from reson.tools.store.parameters import current

if TYPE_CHECKING:
    from reson.tools.devices.device import Device
    from reson.tools.store.store import Store
    from reson.tools.store.table import ParameterRow

FRESH = 48 * 3600.0
"""Seconds for which a measurement says more than the newest published value: coherence wanders within days."""

MISREAD = frozenset({"p1_given_0", "p0_given_1"})

Values = Mapping[str, Mapping[str, float]]
"""component -> parameter -> measured value, SI units."""


def told_of(device: Device) -> Published:
    """Raises ``OperatorError`` for a device whose provider publishes nothing."""
    told = published_of(device)
    if told is None:
        raise OperatorError(f"{device.name} publishes nothing", "this is for fake:, ibm: and other provided devices")
    return told


def measured_values(store: Store, device: Device, fresh: float = FRESH) -> dict[str, dict[str, float]]:
    """What the lab has measured in the last ``fresh`` seconds of the device's clock and holds true."""
    since = device.now().timestamp() - fresh
    table = current(store, device.name)
    found = {
        component: {
            name: row.value
            for name, row in rows.items()
            if row.measurement_id and row.valid_from >= since and _of_this_readout(name, rows)
        }
        for component, rows in table.items()
    }
    return {component: values for component, values in found.items() if values}


def _of_this_readout(name: str, rows: Mapping[str, ParameterRow]) -> bool:
    """Whether a probability of misreading is that of the readout in force, and not of one before it."""
    fidelity = rows.get("assignment_fidelity")
    return name not in MISREAD or fidelity is None or fidelity.measurement_id == rows[name].measurement_id


def known_of(device: Device, values: Values) -> Published:
    """What is known of a device now. Of one whose provider publishes nothing it is what was measured, and what was not
    is as good as broken. Raises ``OperatorError`` where nothing was.
    """
    told = published_of(device)
    if told is not None:
        return as_measured(told, values)
    found = as_measured(published(device.backend, device.name), values)
    tuned = {
        number: one.model_copy(update={"offered": None not in (one.gate_error, one.readout_error)})
        for number, one in found.qubits.items()
    }
    if not any(one.offered for one in tuned.values()):
        raise OperatorError(
            f"{device.name} publishes nothing, and no qubit's pulses and readout were measured lately",
            "`reson night` measures them",
        )
    return found.model_copy(update={"qubits": tuned})


def coupling_now(store: Store, device: Device) -> tuple[tuple[int, int], ...]:
    """Neighbours that take turns: as published, and where the lab has lately measured a ZZ that is not published."""
    coupling = coupling_of(device)
    if published_of(device) is None:
        return coupling
    measured = measured_values(store, device)
    near = {frozenset(pair) for pair in coupling}
    seen = (parse(name).qubits() for name, values in measured.items() if abs(values.get("zz", 0.0)) >= ZZ_SEEN)
    return (*coupling, *((pair[0], pair[1]) for pair in seen if frozenset(pair) not in near))


def as_measured(told: Published, values: Values) -> Published:
    """What is published, with measured values in the place of published ones where there are any."""
    qubits = {number: _qubit(known, values.get(Qubit(number), {})) for number, known in told.qubits.items()}
    pairs = tuple(_pair(pair, qubits, values.get(Pair(*pair.qubits), {})) for pair in told.pairs)
    return told.model_copy(update={"qubits": qubits, "pairs": pairs})


def _qubit(known: PublishedQubit, values: Mapping[str, float]) -> PublishedQubit:
    fidelity = values.get("assignment_fidelity")
    found = {
        "t1": values.get("t1"),
        "t2": values.get("t2_echo"),
        "readout_error": None if fidelity is None else 1 - fidelity,
        "p1_given_0": values.get("p1_given_0"),
        "p0_given_1": values.get("p0_given_1"),
        "gate_error": values.get("error_per_gate"),
    }
    measured: dict[str, float | None] = {name: value for name, value in found.items() if value is not None}
    if fidelity is not None and not measured.keys() >= MISREAD:  # published ones are of another readout
        measured |= dict.fromkeys(MISREAD)
    return known.model_copy(update=measured)


def _pair(pair: PublishedPair, qubits: Mapping[int, PublishedQubit], values: Mapping[str, float]) -> PublishedPair:
    """The error of the gate itself where it was measured; a measured layer leaves it when the pulses of both qubits are
    taken off.
    """
    layer, zz = values.get("layer_error"), values.get("zz")
    pulses = [qubits[number].gate_error for number in pair.qubits]
    found: dict[str, float] = {}
    if "cz_error" in values:
        found["error"] = values["cz_error"]
    elif layer is not None and None not in pulses:
        found["error"] = credited(layer, sum(one for one in pulses if one is not None))
    if zz is not None:
        found["zz"] = zz
    return pair.model_copy(update=found)
