"""What devices without pulse access have in common: nothing can be written, the clock is that of the wall."""

from __future__ import annotations

from datetime import UTC, datetime

from reson.components import Qubit
from reson.errors import ToolError, ToolErrorKind
from reson.tools.devices.device import Controls
from reson.tools.devices.published import Published

KNOWN = "pulse_duration"
"""The only control that such a device tells: how long its pulses are. The provider sets it."""


class FixedControls:
    """The part of ``Device`` that concerns controls and clock, for qubits whose pulses the provider calibrates."""

    qubits: tuple[int, ...]
    name: str
    published: Published
    counts_only = True
    calibrated_beside = True

    @property
    def coupling(self) -> tuple[tuple[int, int], ...]:
        """Neighbours whose always-on coupling the provider publishes and does not cancel."""
        return self.published.coupling()

    def design_controls(self) -> dict[str, dict[str, float]]:
        lengths = {qubit: self.published.qubits[qubit].gate_length for qubit in self.qubits}
        return {Qubit(qubit): {KNOWN: length} if length else {} for qubit, length in lengths.items()}

    def controls(self) -> dict[str, dict[str, float]]:
        return self.design_controls()

    def load(self, controls: Controls) -> None:
        """Raises ``ToolError`` (bad_arguments) for every control that would change a pulse."""
        asked = {name for values in controls.values() for name in values} - {KNOWN}
        if asked:
            raise ToolError(
                ToolErrorKind.BAD_ARGUMENTS,
                f"{self.name} has no pulse access: {', '.join(sorted(asked))} cannot be set",
            )

    def now(self) -> datetime:
        return datetime.now(UTC)
