"""A backend that is a target and runs nothing: for what reads gates, couplings and error rates of one."""

from __future__ import annotations

from typing import Any

from qiskit.providers import BackendV2, Options
from qiskit.transpiler import Target


class TargetOnly(BackendV2):
    """``run`` raises ``NotImplementedError``."""

    def __init__(self, name: str, target: Target) -> None:
        super().__init__(name=name, backend_version="1")
        self._target = target

    @property
    def target(self) -> Target:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._target

    @property
    def max_circuits(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return None

    @classmethod
    def _default_options(cls) -> Options:  # pyright: ignore[reportIncompatibleMethodOverride]
        return Options()

    def run(self, run_input: Any, **options: Any) -> Any:
        raise NotImplementedError(f"{self.name} is a target and runs nothing")
