"""The text of a new ``lab.toml``: the defaults, with the section of the device that is asked for."""

from __future__ import annotations

import re

from reson.agent.budgets import ENOUGH_FOR, GROWTH
from reson.agent.config import TEMPLATE, DeviceSettings

NEW_CHIP = """\
# The simulated chip of this lab: seed and number of qubits stand in lab.toml, every key in docs/chip.md. The parameter
# table belongs to what is described here: with another description it is another chip, which starts cold.
name = "line"
coupling = "line"            # neighbours; also "square", "heavy_hex", pairs like [[0, 1], [1, 2]], or "none"
couplers = "tunable"         # by a flux, with a CZ for each pair of neighbours; or "fixed"
"""
_OTHER = """\
[device]
kind = "{kind}"
name = "{name}"
measure = "{measure}"         # which qubits a night takes, like "best:10" or "0-4"; empty: all that work
"""
_AER = """\
[device]
kind = "aer"
qubits = {qubits}
measure = "{measure}"         # which qubits a night takes, like "0-4"; empty: all

[noise]                      # of every qubit: seconds, and errors as averages
t1 = 150e-6
t2 = 120e-6
gate_error = 3e-4
two_qubit_error = 6e-3
readout_error = 0.02
"""
_IBM = """
[ibm]                        # the account is saved once (docs/devices.md): a token never stands in this file
account = ""                 # name of the saved account; empty: the default one
instance = ""
region = ""
mode = "batch"               # or "session", "job"
quantum_seconds = 300.0      # budget of one run, as the service counts it
"""
_BUDGETS = re.compile(rf"^({'|'.join(GROWTH)}) = ", re.MULTILINE)
"""Keys of [budget], which hold where they are written: of a chip of another size they are left open."""
_SECTION = re.compile(r"\[device\].*?(?=\[goals\])", re.DOTALL)


def lab_text(device: DeviceSettings) -> str:
    """``lab.toml`` of a new lab with this device."""
    text = TEMPLATE.format(seed=device.seed, qubits=device.qubits)
    if device.kind != "simulated" or device.qubits > ENOUGH_FOR:
        text = _BUDGETS.sub(r"# \g<0>", text)
    if device.kind == "simulated":
        return text.replace("# chip =", "chip =") if device.chip else text
    section = (_AER if device.kind == "aer" else _OTHER).format(**device.model_dump())
    if device.kind == "ibm":
        # a job may wait in the queue for hours; the budget that costs money is quantum_seconds
        text = text.replace("# wall_minutes = 240.0", "wall_minutes = 1440.0")
        section += _IBM
    return _SECTION.sub(lambda _: section + "\n", text)
