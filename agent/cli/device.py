"""Devices: `reson device list`, `show` and `check`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from reson.agent.cli import output, place
from reson.agent.cli.output import AsJson
from reson.components import Qubit
from reson.wording import count, moment, quantity

if TYPE_CHECKING:
    from reson.agent.operations.devices import Known
    from reson.records import Json
    from reson.tools.devices.device import Device, Remote
    from reson.tools.devices.published import Published

app = typer.Typer(help="Devices: which there are, what each can run, whether it answers.", no_args_is_help=True)

Address = Annotated[
    str | None, typer.Argument(metavar="[DEVICE]", help="Like fake:torino; by default the device of the lab.")
]


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List the kinds of devices, and what can be reached of each from here."""
    from reson.tools.devices.order import KINDS
    from reson.tools.devices.reach import reachable

    found = reachable()
    if as_json:
        output.document([one.to_json() for one in found])
        return
    for one in found:
        output.lines([f"{one.kind}: {KINDS[one.kind]}"])
        names = [f"{one.kind}:{name}" for name in one.names]
        output.lines([f"  {line}" for line in (*_rows(names), one.missing) if line])


@app.command()
def show(context: typer.Context, device: Address = None, as_json: AsJson = False) -> None:
    """Show a device: its qubits, its limits, what it publishes, and which experiments it can run.

    \b
    Examples:
      reson device show
      reson device show fake:torino
    """
    from reson.agent.operations.devices import device_in_words
    from reson.tools.devices.device import Remote, published_of

    with opened(context, device) as one:
        reasons = _reasons(one)
        if as_json:
            output.document(device_in_words(one, reasons) | {"controls": one.controls()})
            return
        limits, told = one.limits, published_of(one)
        output.lines(
            [
                f"{one.name}: {one.kind}, {count(len(one.qubits), 'qubit')}",
                f"clock {moment(one.now().timestamp())} UTC",
                f"at most {count(limits.max_circuits, 'circuit')} of {count(limits.max_shots, 'shot')} in one job",
                f"{_seconds(limits.reset_time)} between shots, {_seconds(limits.readout_time)} of readout",
                *_realism(one),
                *(_published(told) if told else []),
                *(_standing(one) if isinstance(one, Remote) else []),
            ]
        )
        _table(reasons)


@app.command()
def check(context: typer.Context, device: Address = None, as_json: AsJson = False) -> None:
    """Try a device: open it, prepare 0 and 1 on a few qubits, and see whether they are told apart.

    Takes ten seconds where there is no queue. On an IBM device it is one job of some two quantum seconds.

    \b
    Examples:
      reson device check
      reson device check fake:torino
      reson device check ibm:torino
    """
    from reson.tools.experiments.smoke import smoke_test

    with opened(context, device) as one:
        found = smoke_test(one)
        if as_json:
            output.document(found.to_json() | {"device": one.name, "blind": list(found.blind)})
            return
        output.table(
            ("qubit", "P(1) after 0", "P(1) after 1"),
            (
                (Qubit(qubit), f"{zero:.3f}", f"{one_:.3f}")
                for qubit, zero, one_ in zip(found.qubits, found.p1_given_0, found.p1_given_1, strict=True)
            ),
            empty="no qubits",
        )
        output.lines([f"{one.name} answers, with every shot, after {found.seconds:.1f} s"])
        if found.blind:
            names = ", ".join(Qubit(qubit) for qubit in found.blind)
            cold = "" if found.calibrated else ": a cold chip has yet to be calibrated"
            output.lines([f"0 and 1 look alike on {names}{cold}"])


@contextmanager
def opened(context: typer.Context, address: str | None) -> Iterator[Device]:
    """The device of this address without any lab, or that of the lab."""
    if address is None:
        from reson.agent.operations.devices import SHOW_DEVICE
        from reson.agent.operations.operation import Nothing

        yield SHOW_DEVICE(place.at(context), Nothing())
        return
    with _at(address) as device:
        yield device


@contextmanager
def _at(address: str) -> Iterator[Device]:
    from reson.tools.devices.order import DeviceOrder, parse_address
    from reson.tools.devices.registry import open_device

    kind, name = parse_address(address)
    with tempfile.TemporaryDirectory() as directory:
        yield open_device(DeviceOrder(kind=kind, name=name, directory=Path(directory), clock=0.0))


@contextmanager
def known(context: typer.Context, address: str, hours: float = 48.0) -> Iterator[Known]:
    """A device as it is known now; without the lab where it has an address. ``hours``: how old a measurement may be to
    count.
    """
    from reson.agent.measured_device import known_of
    from reson.agent.operations import devices

    if not address:
        yield devices.known(place.at(context), hours)
        return
    with _at(address) as device:
        yield devices.Known(device, known_of(device, {}), {})


def tell_what_it_can(address: str, as_json: bool) -> None:
    """Print which experiments the device of this address can run, and why not the others."""
    with _at(address) as device:
        reasons = _reasons(device)
    if as_json:
        output.document(reasons)
    else:
        _table(reasons)


def _reasons(device: Device) -> dict[str, str | None]:
    from reson.agent.operations.devices import reasons

    return reasons(device)


def _table(reasons: dict[str, str | None]) -> None:
    from reson.tools.experiments.catalogue import CATALOGUE

    output.table(
        ("experiment", "can run", "measures"),
        ((name, reason or "yes", CATALOGUE[name].measures) for name, reason in reasons.items()),
        empty="no experiments",
    )


def _standing(device: Remote) -> list[str]:
    """What an account should know before it sends anything, and what the service would not tell."""
    silent: list[str] = []

    def hear(kind: str, body: Json) -> None:
        if kind == "not_told":
            silent.append(f"not told by the service: {body['reason']}")

    device.attend("", Event(), hear)
    found, left, whole = device.standing(), device.remaining(), device.allowance()
    account = [f"plan {found.plan}"] * bool(found.plan) + [f"instance {found.instance}"] * bool(found.instance)
    if left is not None:
        account.append(f"{left:.0f} quantum seconds left" + (f" of {whole:.0f}" if whole else ""))
    queue = [] if found.pending is None else [f"{count(found.pending, 'job')} waiting"]
    if found.least_busy and found.fewest is not None:
        queue.append(f"least busy of the account: {found.least_busy} ({count(found.fewest, 'job')})")
    return [*(", ".join(line) for line in (account, queue) if line), *dict.fromkeys(silent)]


def _realism(device: Device) -> list[str]:
    """How near a simulated chip comes to one in a fridge."""
    from reson.tools.devices.simulated.device import SimulatedDevice
    from reson.tools.devices.simulated.realism import PARTS

    if not isinstance(device, SimulatedDevice):
        return []
    if not device.realism:
        return ['realism clean (docs/chip.md: realism = "fridge")']
    return ["realism:", *(f"  {name}: {PARTS[name].what}" for name in device.realism)]


def _published(told: Published) -> list[str]:
    """Medians over the working qubits and pairs."""
    from statistics import median

    works = [qubit for qubit in told.qubits.values() if qubit.works]
    t1, t2 = ([value for qubit in works if (value := getattr(qubit, name))] for name in ("t1", "t2"))
    errors = {
        "SX": [qubit.gate_error for qubit in works if qubit.gate_error],
        "two-qubit gate": [pair.error for pair in told.pairs if pair.works and pair.error],
        "readout": [qubit.readout_error for qubit in works if qubit.readout_error],
    }
    times = [f"{name} {median(values) * 1e6:.0f} µs" for name, values in (("T1", t1), ("T2", t2)) if values]
    told_errors = [f"{name} {median(values):.2g}" for name, values in errors.items() if values]
    when = "" if told.calibrated is None else f" on {moment(told.calibrated)} UTC"
    broken = len(told.qubits) - len(works)
    return [
        f"published{when}, medians: {', '.join(times)}; errors: {', '.join(told_errors)}",
        *([f"{count(broken, 'qubit')} published as broken"] if broken else []),
    ]


def _seconds(value: float) -> str:
    return quantity(value, unit="s")


def _rows(names: list[str], most: int = 6) -> list[str]:
    return [", ".join(names[first : first + most]) for first in range(0, len(names), most)]
