"""Which qubits a run is about, from how people name them: 0-4, all, best:10."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reson.errors import OperatorError
from reson.tools.devices.device import published_of

if TYPE_CHECKING:
    from reson.tools.devices.device import Device


def parse_qubits(text: str, available: tuple[int, ...]) -> tuple[int, ...]:
    """ "0-2,4" -> (0, 1, 2, 4). Raises ``OperatorError`` for nonsense and for qubits that the device lacks."""
    chosen: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().removeprefix("q").partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise OperatorError(f"{text!r} names no qubits", "write them like 0-4 or 0,2,3")
        chosen += range(int(first), int(last if dash else first) + 1)
    return check_qubits(tuple(dict.fromkeys(chosen)), available)


def choose_qubits(text: str, device: Device) -> tuple[int, ...]:
    """ "best:10": the best ten connected qubits by what the provider publishes; "chain:10": the best ten in a row;
    "all"; else as ``parse_qubits``.

    Raises ``OperatorError``.
    """
    kind, _, number = text.strip().partition(":")
    if kind == "all":
        return device.qubits
    if kind not in ("best", "chain"):
        return parse_qubits(text, device.qubits)
    from reson.tools.devices.layout import best_connected, chain_of, published_costs, usual_wait

    told = published_of(device)
    if told is None or not number.isdecimal() or int(number) < 1:
        raise OperatorError(
            f"{device.name} publishes nothing to choose by" if told is None else f"{text!r} names no qubits",
            "name qubits like 0-4" if told is None else f"write it like {kind}:10",
        )
    choose = chain_of if kind == "chain" else best_connected
    waits = usual_wait(told, int(number))
    return choose(published_costs(told, device.qubits, waits), int(number))


def check_qubits(chosen: tuple[int, ...], available: tuple[int, ...]) -> tuple[int, ...]:
    unknown = [qubit for qubit in chosen if qubit not in available]
    if unknown or not chosen:
        raise OperatorError(
            f"the device has no qubit {', '.join(map(str, unknown[:8]))}" if unknown else "no qubit was named",
            f"it has {available[0]} to {available[-1]}",
        )
    return chosen
