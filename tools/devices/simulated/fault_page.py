"""The catalogue of faults as a page of the documentation, written from its rows."""

from __future__ import annotations

from collections.abc import Iterator

from reson.tools.devices.simulated.fault_kinds import KINDS, FaultKind, FaultParameter
from reson.wording import quantity

HEAD = """\
# Faults of the simulated chip

Made from the catalogue's rows by `make docs`; do not edit. `reson device faults` shows the same on a terminal,
[chip.md](chip.md) tells how a chip file injects them.
"""


def faults_page() -> str:
    """Markdown of the whole catalogue."""
    return "\n".join([HEAD, *(line for name, kind in KINDS.items() for line in _section(name, kind))])


def _section(name: str, kind: FaultKind) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    yield f"{kind.what[0].upper()}{kind.what[1:]}. Sits on {kind.scope}{there_from_the_start(kind)}."
    yield ""
    yield f"- **Looks like:** {kind.looks}"
    yield f"- **What to do:** {kind.remedy}"
    for key, parameter in kind.parameters.items():
        yield f"- `{key}`, {described(parameter)}"
    yield ""


def there_from_the_start(kind: FaultKind) -> str:
    return ", and is there from the start" if kind.permanent else ""


def described(parameter: FaultParameter) -> str:
    """``excess attenuation: 20 dB; -30 dB to 80 dB``."""
    default, low, high = (
        _written(value, parameter.unit) for value in (parameter.default, parameter.low, parameter.high)
    )
    return f"{parameter.meaning}: {default}; {low} to {high}"


def _written(value: float, unit: str) -> str:
    """With a prefix where the unit takes one."""
    return quantity(value, unit=unit) if unit in ("Hz", "s") else f"{value:g} {unit}".rstrip()
