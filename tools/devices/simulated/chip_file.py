"""``chip.toml``: a simulated chip as a lab describes it: values of its own where it has them, faults and their times.

What the file does not give is drawn from its seed. Unknown keys and impossible values are refused by name.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reson.components import Qubit
from reson.errors import OperatorError
from reson.records import Finite, Json, Record, content_hash
from reson.toml_text import parse_toml
from reson.tools.devices.envelope import area
from reson.tools.devices.simulated.couplers import CouplerTruth, with_couplers, with_tunable_couplers
from reson.tools.devices.simulated.fabrication import fabricated_resonator
from reson.tools.devices.simulated.faults import Fault, Scenario, make_fault, named
from reson.tools.devices.simulated.frequency_plan import planned_frequencies
from reson.tools.devices.simulated.layouts import Edges, checked_edges
from reson.tools.devices.simulated.realism import CLEAN, parts_of, with_parts
from reson.tools.devices.simulated.resonators import draw_resonator
from reson.tools.devices.simulated.truth import DESIGN_DURATION, ChipTruth, TransmonTruth

SEED, QUBITS = 7, 5


def _between(low: float, high: float) -> Any:
    return Field(default=None, ge=low, le=high)


class ResonatorValues(Record):
    """Hidden values of one readout resonator that the file gives, named as in ``ResonatorTruth``."""

    bare: Finite | None = _between(4e9, 12e9)
    """Frequency without the qubit, Hz; above the qubit's."""
    kappa: Finite | None = _between(0.1e6, 20e6)
    """Linewidth, Hz."""
    coupling: Finite | None = _between(10e6, 200e6)
    """g / 2 pi, Hz."""
    noise: Finite | None = _between(0.1, 100.0)
    """Noise of the amplifier; 1 is what all other signals are measured by."""
    saturation: Finite | None = _between(0.01, 1e6)
    """Signal that the amplifier does not exceed."""
    design_error: Finite | None = _between(-100e6, 100e6)
    """How far the design's readout frequency lies above the true one, Hz."""


class QubitValues(Record):
    """Hidden values of one qubit that the file gives, SI units; None: drawn from the seed."""

    f01: Finite | None = _between(2e9, 12e9)
    anharmonicity: Finite | None = _between(-500e6, -50e6)
    t1: Finite | None = _between(100e-9, 10e-3)
    """A drawn T2 keeps its ratio to T1."""
    t2: Finite | None = _between(100e-9, 20e-3)
    """Echo time, at most 2 T1."""
    x_amplitude: Finite | None = _between(0.01, 1.0)
    """Amplitude of a pi pulse of 32 ns."""
    thermal_population: Finite | None = _between(0.0, 0.45)
    design_frequency: Finite | None = _between(2e9, 12e9)
    """Where the designer expects f01: all that is known of it on a cold chip."""
    quasi_static: Finite | None = _between(0.0, 1e6)
    """Standard deviation of slow frequency noise, Hz."""
    resonator: ResonatorValues = ResonatorValues()


class CouplerValues(Record):
    """Hidden values of one pair of neighbours; None: drawn from the seed."""

    components: tuple[str, str]
    zz: Finite | None = _between(-5e6, 5e6)
    """Hz."""
    crosstalk: Finite | None = _between(-100.0, 0.0)
    """dB, of a pulse on either that arrives at the other."""
    t1: Finite | None = _between(100e-9, 10e-3)
    """Of a tunable coupler, s."""

    def described(self) -> Json:
        """What tells this chip from another; of a fixed coupler as it was before there were others."""
        return self.model_dump(mode="json", exclude={"t1"} if self.t1 is None else None)


class FaultEntry(BaseModel):
    """One fault as written; all further keys are parameters of its kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    component: str | None = None
    components: tuple[str, ...] = ()
    since: datetime | None = Field(default=None, alias="from")
    until: datetime | None = None


class ChipFile(Record):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**64)] | None = None
    qubits: Annotated[int, Field(ge=1, le=433)] | None = None
    realism: str | tuple[str, ...] = CLEAN
    """How near it comes to a chip in a fridge: "clean", "fridge", or a list of the parts of ``realism.PARTS``."""
    coupling: str | tuple[tuple[int, int], ...] = "none"
    """Neighbours: "line", "square", "heavy_hex", or pairs of qubits."""
    couplers: Literal["fixed", "tunable"] = "fixed"
    """Whether a flux tunes them; qubits of a chip with tunable ones follow a frequency plan."""
    qubit: dict[str, QubitValues] = {}
    coupler: tuple[CouplerValues, ...] = ()
    fault: tuple[FaultEntry, ...] = ()


@dataclass(frozen=True)
class ChipDescription:
    """Which simulated chip to open."""

    seed: int = SEED
    qubits: int = QUBITS
    values: Mapping[int, QubitValues] = field(default_factory=dict)
    scenario: Scenario = ()
    own_name: str = "chip"
    coupling: Edges = ()
    couplers: Mapping[tuple[int, int], CouplerValues] = field(default_factory=dict)
    tunable: bool = False
    """Whether all couplers are."""
    realism: tuple[str, ...] = ()
    """Parts of ``realism.PARTS``."""

    @property
    def name(self) -> str:
        """Of the device in the tables. Other values are another chip with a history of its own; faults happen to the
        same chip, and more qubits leave those of a clean one as they are.
        """
        if not self.values and not self.coupling and not self.realism:
            return f"simulated-{self.seed}"
        values = {Qubit(qubit): one.to_json() for qubit, one in self.values.items()}
        described: dict[str, Any] = {"seed": self.seed, "values": values}
        if self.coupling:
            described |= {"coupling": self.coupling, "couplers": [one.described() for one in self.couplers.values()]}
        if self.tunable:
            described |= {"tunable": True}
        if self.realism:
            described |= {"realism": self.realism, "qubits": self.qubits}  # a tone sees the resonators of all
        return f"{self.own_name}-{content_hash(described)[:8]}"

    def applied_to(self, truth: ChipTruth) -> ChipTruth:
        """The drawn chip with the values that the file gives. Raises ``OperatorError`` where they do not fit."""
        transmons = list(truth.transmons)
        if self.tunable:
            planned = planned_frequencies(truth.seed, len(transmons), self.coupling)
            transmons = [_moved(one, truth.seed, qubit, planned[qubit]) for qubit, one in enumerate(transmons)]
        truth = with_parts(replace(truth, transmons=tuple(transmons)), self.realism, fitted=False)
        transmons = list(truth.transmons)
        resonator_of = fabricated_resonator if "fabrication" in self.realism else draw_resonator
        for qubit, given in self.values.items():
            transmon = _with_values(transmons[qubit], given, Qubit(qubit))
            resonator = resonator_of(truth.seed, qubit, transmon.f01, transmon.anharmonicity)
            resonator = replace(resonator, **given.resonator.model_dump(exclude_none=True))
            if resonator.bare - transmon.f01 < 4 * resonator.coupling:
                raise OperatorError(
                    f"the resonator of {Qubit(qubit)} lies {(resonator.bare - transmon.f01) / 1e6:g} MHz above it.",
                    "Put it at least four times the coupling above the qubit: readout here is dispersive.",
                )
            transmons[qubit] = replace(transmon, resonator=resonator)
        given = self.couplers
        drawn = with_parts(replace(truth, transmons=tuple(transmons)), self.realism, fitted=True)
        if self.tunable:
            t1 = {pair: one.t1 for pair, one in given.items() if one.t1 is not None}
            coupled = with_tunable_couplers(drawn, self.coupling, t1)
        else:
            coupled = with_couplers(drawn, self.coupling)
        return replace(coupled, couplers=tuple(_with_coupling(one, given.get(one.qubits)) for one in coupled.couplers))


def _moved(transmon: TransmonTruth, seed: int, qubit: int, f01: float) -> TransmonTruth:
    """The transmon at another frequency, with the resonator that a designer pairs with it there."""
    return replace(transmon, f01=f01, resonator=draw_resonator(seed, qubit, f01, transmon.anharmonicity))


def _with_values(drawn: TransmonTruth, given: QubitValues, name: str) -> TransmonTruth:
    f01 = _or(given.f01, drawn.f01)
    t1 = _or(given.t1, drawn.t1)
    t2 = _or(given.t2, drawn.t2 * t1 / drawn.t1)
    if t2 > 2 * t1:
        raise OperatorError(f"{name} is given T2 = {t2:g} s, more than twice its T1 of {t1:g} s.", "Give t1 as well.")
    gain = drawn.gain if given.x_amplitude is None else math.pi / (given.x_amplitude * area(DESIGN_DURATION))
    return replace(
        drawn,
        f01=f01,
        anharmonicity=_or(given.anharmonicity, drawn.anharmonicity),
        t1=t1,
        t2=t2,
        gain=gain,
        thermal_population=_or(given.thermal_population, drawn.thermal_population),
        design_error=drawn.design_error if given.design_frequency is None else given.design_frequency - f01,
        quasi_static=_or(given.quasi_static, drawn.quasi_static),
    )


def _with_coupling(drawn: CouplerTruth, given: CouplerValues | None) -> CouplerTruth:
    if given is None:
        return drawn
    share = None if given.crosstalk is None else 10 ** (given.crosstalk / 20)
    turned = drawn.crosstalk if share is None else tuple(share * one / abs(one) for one in drawn.crosstalk)
    return replace(drawn, zz=_or(given.zz, drawn.zz), crosstalk=turned)


def _or(given: float | None, drawn: float) -> float:
    return drawn if given is None else given


def load_chip(
    path: Path, *, seed: int | None = None, qubits: int | None = None, faults: Mapping[str, str] | None = None
) -> ChipDescription:
    """Read a chip file; ``seed`` and ``qubits`` hold where it says nothing, ``faults`` come on top of its own.

    Raises ``OperatorError`` where the file cannot be, or says something else.
    """
    try:
        written = ChipFile.model_validate(parse_toml(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise OperatorError(f"the chip file {path} cannot be read: {error.strerror}", "mend device.chip") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path} is not readable as TOML: {error}", "mend that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise OperatorError(
            f"{path}: {key}: {first['msg']}", "see docs/chip.md for every key and its limits"
        ) from error
    number = _agreed(path, "qubits", written.qubits, qubits, QUBITS)
    try:
        _require_fitting(written)
        edges = checked_edges(written.coupling, number)
        return ChipDescription(
            seed=_agreed(path, "seed", written.seed, seed, SEED),
            qubits=number,
            values={_qubit(name, number): values for name, values in written.qubit.items()},
            scenario=(*named(faults or {}, number), *(_fault(entry, number) for entry in written.fault)),
            own_name=written.name or "chip",
            coupling=edges,
            couplers={_edge(one.components, number, edges): one for one in written.coupler},
            tunable=written.couplers == "tunable",
            realism=parts_of(written.realism),
        )
    except OperatorError as error:
        raise OperatorError(f"{path}: {error.what}", error.remedy) from error


def _require_fitting(written: ChipFile) -> None:
    """Refuse values of couplers that those of the other kind have."""
    for one in written.coupler:
        names = " and ".join(one.components)
        if written.couplers == "tunable" and one.zz is not None:
            raise OperatorError(f"a zz is given for {names}, whose coupler is tunable.", "Its bias decides; delete it.")
        if written.couplers == "fixed" and one.t1 is not None:
            raise OperatorError(f"a t1 is given for the coupler of {names}, which is fixed.", "Delete it.")


def _agreed(path: Path, key: str, written: int | None, asked: int | None, otherwise: int) -> int:
    if written is not None and asked is not None and written != asked:
        raise OperatorError(
            f"{path} says {key} = {written}, and lab.toml {key} = {asked}", f"delete {key} in one of the two"
        )
    return next((one for one in (written, asked) if one is not None), otherwise)


def _qubit(name: str, number: int) -> int:
    known: dict[str, int] = {Qubit(qubit): qubit for qubit in range(number)}
    if name not in known:
        raise OperatorError(f"values are given for {name}, which this chip lacks.", f"It has q0 to q{number - 1}.")
    return known[name]


def _edge(names: tuple[str, str], number: int, edges: Edges) -> tuple[int, int]:
    low, high = sorted(_qubit(name, number) for name in names)
    if (low, high) not in edges:
        raise OperatorError(
            f"a coupler is given for {' and '.join(names)}, which are no neighbours.", "Add the pair to `coupling`."
        )
    return low, high


def _fault(entry: FaultEntry, number: int) -> Fault:
    components = (*([entry.component] if entry.component else []), *entry.components)
    return make_fault(
        entry.kind,
        components,
        number,
        entry.model_extra,
        _seconds(entry.since, -math.inf),
        _seconds(entry.until, math.inf),
    )


def _seconds(time: datetime | None, otherwise: float) -> float:
    """Seconds since the epoch; a time without a zone is UTC, as the chip's clock."""
    if time is None:
        return otherwise
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
