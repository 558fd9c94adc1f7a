"""What values belong to: a qubit, a pair of qubits, a coupler, the device. Each is its own name: ``Qubit(3) == "q3"``.

They are strings, so that tables, JSON, hashes and file names hold what they always held, and know their qubits besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from reson.errors import ToolError, ToolErrorKind


class Component(str):
    """Name of one component. Make one by its kind, or from its name by ``parse``."""

    __slots__ = ()

    def qubits(self) -> tuple[int, ...]:
        """Indices of the qubits that it is made of, ascending."""
        return tuple(int(number) for number in re.findall(r"\d+", self))

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return parse, (str(self),)


class Qubit(Component):
    __slots__ = ()

    def __new__(cls, index: int) -> Qubit:
        return super().__new__(cls, f"q{int(index)}")

    @property
    def number(self) -> int:
        return int(self[1:])


class Pair(Component):
    """Two qubits and what is between them, whichever is named first: ``Pair(4, 1) == "q1-q4"``."""

    __slots__ = ()

    def __new__(cls, one: int, other: int) -> Pair:
        low, high = _two(one, other)
        return super().__new__(cls, f"q{low}-q{high}")


class Coupler(Component):
    """The tunable element between two qubits: ``Coupler(1, 4) == "c1-4"``."""

    __slots__ = ()

    def __new__(cls, one: int, other: int) -> Coupler:
        low, high = _two(one, other)
        return super().__new__(cls, f"c{low}-{high}")


class Device(Component):
    """All of it: what belongs to no part."""

    __slots__ = ()

    def __new__(cls) -> Device:
        return super().__new__(cls, "device")


KINDS = (Qubit, Pair, Coupler, Device)
_NUMBER = r"(0|[1-9]\d{0,5})"
_WRITTEN = (
    (Qubit, f"q{_NUMBER}"),
    (Pair, f"q{_NUMBER}-q{_NUMBER}"),
    (Coupler, f"c{_NUMBER}-{_NUMBER}"),
    (Device, "device"),
)


@lru_cache(maxsize=4096)
def parse(name: str) -> Component:
    """The component of this name. Raises ``ToolError`` (bad_arguments) for what names none."""
    for kind, written in _WRITTEN:
        if found := re.fullmatch(written, name):
            numbers = [int(number) for number in found.groups()]
            if len(set(numbers)) == len(numbers):
                return kind(*numbers)
    raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{name!r} names no component: write a qubit q3 or a pair q0-q1")


def as_qubit(name: str) -> Qubit:
    """The qubit of this name. Raises ``ToolError`` (bad_arguments) for another component."""
    found = parse(name)
    if not isinstance(found, Qubit):
        raise ToolError(ToolErrorKind.BAD_ARGUMENTS, f"{name} is no qubit: write it like q3")
    return found


def order(name: str) -> tuple[int, tuple[int, ...]]:
    """Key for sorting: qubits by number, then pairs, couplers, the device."""
    component = parse(name)
    return KINDS.index(type(component)), component.qubits()


def named(components: str) -> tuple[Component, ...]:
    """Those that an action names, joined by commas. Raises as ``parse`` does."""
    return tuple(parse(name) for name in components.split(","))


def joined(components: Iterable[str]) -> str:
    """Inverse of ``named``."""
    return ",".join(components)


def qubits_of(components: Iterable[str]) -> list[Qubit]:
    """The qubits among components, by number."""
    return sorted({parsed for one in components if isinstance(parsed := parse(one), Qubit)}, key=order)


def pairs_of(components: Iterable[str]) -> list[Pair]:
    """The pairs among components, in order."""
    return sorted({parsed for one in components if isinstance(parsed := parse(one), Pair)}, key=order)


def by_kind(components: Iterable[str]) -> dict[str, list[str]]:
    """Their names by what they are in one word for a person: qubit first, then pair; a kind of which there is none is
    left out."""
    names = list(components)
    pairs = set(pairs_of(names))
    kinds = {"qubit": [name for name in names if name not in pairs], "pair": [name for name in names if name in pairs]}
    return {noun: found for noun, found in kinds.items() if found}


def noun_of(components: Iterable[str]) -> str:
    """What they are, in one word for a person: pairs, or qubits."""
    names = list(components)
    return "pair" if names and len(pairs_of(names)) == len(names) else "qubit"


def with_qubits(component: str) -> list[str]:
    """A pair and its qubits; a qubit alone."""
    return list(dict.fromkeys([component, *map(Qubit, parse(component).qubits())]))


def value_name(component: str, parameter: str) -> str:
    """How a value of this component is called among those of another: ``q0-q1.zz``."""
    return f"{component}.{parameter}"


def value_of_pair(name: str) -> tuple[Pair, str] | None:
    """Inverse of ``value_name`` for a pair; None for what names no value of a pair."""
    component, _, parameter = name.partition(".")
    one = parse(component) if parameter else None
    return (one, parameter) if isinstance(one, Pair) else None


def _two(one: int, other: int) -> Sequence[int]:
    if one == other:
        raise ValueError(f"{one} and {other} are one qubit, not two")
    return sorted((int(one), int(other)))
