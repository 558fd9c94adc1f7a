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
from reson.wording import count

if TYPE_CHECKING:
    from reson.tools.devices.device import Device
    from reson.tools.devices.placing import Placement


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
    from reson.agent.operations.devices import chain_in, is_chain, placed, placed_in_words

    with known(context, device) as here:
        if is_chain(circuit):
            chain = chain_in(here, circuit)
            lines = [f"initial_layout = {chain['initial_layout']}", f"coupling_map = {chain['couplings']}"]
            output.document(chain) if as_json else output.lines(lines)
            return
        found, usual = placed(here, Path(circuit), number)
        if out is not None:
            _write(out, found[0])
        if as_json:
            output.document(placed_in_words(here, found, usual))
            return
        output.table(
            ("initial_layout", "success", "two-qubit gates", "readout", "idle", "ZZ", "pulses"),
            (_cells(str(list(one.layout)), one) for one in (*found, usual)),
            empty="no placement",
        )
        measured = len(here.measured)
        source = f"{measured} components measured here, {rest(here.device)}" if measured else "all values as published"
        output.lines(
            [
                "the last line is Qiskit's own at level 3; each column is the share that is lost to it",
                f"{source}; an expectation by errors that are independent, not a promise",
                *_delays(circuit, found[0]),
            ]
        )


def _delays(name: str, one: Placement) -> list[str]:
    """QPY loses the unit of a delay (Qiskit's issues 8293 and 10662): 100 us come back as 100 dt."""
    number = one.circuit.count_ops().get("delay", 0)
    if not name.endswith(".qpy") or not number:
        return []
    return [f"QPY keeps no unit of a delay: {count(number, 'delay')} read as dt; OpenQASM 3 keeps it"]


def rest(device: Device) -> str:
    """What is said of the values that the lab did not measure."""
    from reson.tools.devices.device import published_of

    return "nothing else is used" if published_of(device) is None else "the rest as published"


def _cells(name: str, one: Placement) -> tuple[str, ...]:
    rating = one.rating
    parts = (rating.gates, rating.readout, rating.idle, rating.zz, rating.pulses)
    return (name, f"{rating.success:.3f}", *(f"{abs(expm1(-part)):.3f}" for part in parts))


def _write(out: Path, one: Placement) -> None:
    from qiskit import qpy

    data = io.BytesIO()
    qpy.dump(one.circuit, data)
    write(out, data.getvalue(), "--out FILE.qpy", over=True)


def add_to(app: typer.Typer) -> None:
    app.command()(layout)
