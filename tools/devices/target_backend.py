"""What all our backends are made on: a name, a target, and how many circuits a job takes."""

from __future__ import annotations

from typing import Any

from qiskit.providers import BackendV2, Options
from qiskit.transpiler import Target


class TargetBackend(BackendV2):
    """By itself it runs nothing, and serves those who read the gates, couplings and error rates of a target."""

    def __init__(
        self,
        name: str,
        target: Target,
        description: str | None = None,
        max_circuits: int | None = None,
    ) -> None:
        super().__init__(name=name, description=description, backend_version="1")
        self._target = target
        self._max_circuits = max_circuits

    # The base class leaves its properties without types, which the type checker reads as None.
    @property
    def target(self) -> Target:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._target

    @property
    def max_circuits(self) -> int | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._max_circuits

    @classmethod
    def _default_options(cls) -> Options:  # pyright: ignore[reportIncompatibleMethodOverride]
        return Options()

    def run(self, run_input: Any, **options: Any) -> Any:
        """Raises ``NotImplementedError``."""
        raise NotImplementedError(f"{self.name} is a target and runs nothing")
