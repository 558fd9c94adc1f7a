"""Which qubits a circuit should run on, now: `reson layout`."""

from __future__ import annotations

import io
from math import expm1
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import output
from reson.agent.cli.files import write
from reson.agent.cli.output import AsJson

if TYPE_CHECKING:
    from reson.tools.devices.device import Device
    from reson.tools.devices.placing import Placement
    from reson.tools.devices.published import Published


def layout(
    context: typer.Context,
    circuit: Annotated[str, typer.Argument(metavar="CIRCUIT", help="A .qasm or .qpy file, or chain:N.")],
    device: Annotated[
        str, typer.Option(metavar="KIND:NAME", help="Of which device; by default that of the lab, as it was measured.")
    ] = "",
    number: Annotated[int, typer.Option("-n", min=1, max=20, help="How many placements to show.")] = 3,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.qpy", help="Write the best placed circuit, in the device's own gates.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the qubits and couplings on which a circuit loses least, now.

    What counts are the errors of pulses, gates and readout, and T1 and T2 over the time for which each qubit waits: as
    the lab measured them in the last two days, else as published.

    \b
    Examples:
      reson --lab torino layout ghz.qasm
      reson layout ghz.qpy --device fake:torino --out placed.qpy
      reson layout chain:10 --device fake:torino
    """
    from reson.agent.cli.device import known

    with known(context, device) as (one, told, measured):
        if circuit.startswith("chain:"):
            _chain(circuit, one, told, as_json)
        else:
            _placed(Path(circuit), one, told, sorted(measured), number, out, as_json)


def _chain(wanted: str, device: Device, told: Published, as_json: bool) -> None:
    from itertools import pairwise

    from reson.agent.which_qubits import length_of
    from reson.tools.devices.layout import chain_of, published_costs, usual_wait

    number = length_of(wanted)
    costs = published_costs(told, device.qubits, usual_wait(told, number))
    chain = chain_of(costs, number)
    if as_json:
        output.document({"initial_layout": list(chain), "couplings": [list(pair) for pair in pairwise(chain)]})
        return
    output.lines([f"initial_layout = {list(chain)}", f"coupling_map = {[list(pair) for pair in pairwise(chain)]}"])


def _placed(
    path: Path, device: Device, told: Published, measured: list[str], number: int, out: Path | None, as_json: bool
) -> None:
    from typing import Any, cast

    from reson.tools.devices.placing import best, read_circuit, stock

    circuit, target = read_circuit(path), cast("Any", device.backend.target)
    usual = stock(circuit, target, told)
    found = best(circuit, target, told, number, usual)
    if out is not None:
        _write(out, found[0])
    if as_json:
        rows = [_row(one) for one in found]
        output.document({"placements": rows, "level_3": _row(usual), "measured": measured})
        return
    output.table(
        ("initial_layout", "success", "two-qubit gates", "readout", "idle", "ZZ", "pulses"),
        (_cells(str(list(one.layout)), one) for one in (*found, usual)),
        empty="no placement",
    )
    source = f"{len(measured)} components measured here, {rest(device)}" if measured else "all values as published"
    output.lines(
        [
            "the last line is Qiskit's own at level 3; each column is the share that is lost to it",
            f"{source}; an expectation by errors that are independent, not a promise",
        ]
    )


def rest(device: Device) -> str:
    """What is said of the values that the lab did not measure."""
    from reson.tools.devices.device import published_of

    return "nothing else is used" if published_of(device) is None else "the rest as published"


def _cells(name: str, one: Placement) -> tuple[str, ...]:
    rating = one.rating
    parts = (rating.gates, rating.readout, rating.idle, rating.zz, rating.pulses)
    return (name, f"{rating.success:.3f}", *(f"{abs(expm1(-part)):.3f}" for part in parts))


def _row(one: Placement) -> dict[str, object]:
    from dataclasses import asdict

    return {"initial_layout": list(one.layout), "success": one.rating.success, "cost": asdict(one.rating)}


def _write(out: Path, one: Placement) -> None:
    from qiskit import qpy

    data = io.BytesIO()
    qpy.dump(one.circuit, data)
    write(out, data.getvalue(), "--out FILE.qpy", over=True)


def add_to(app: typer.Typer) -> None:
    app.command()(layout)
