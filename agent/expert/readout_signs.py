"""What the measurements of one run say about the readout of a qubit: is there a signal, does it grow, is it clear?"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt

from reson.agent.observation import Attempt
from reson.records import Quantity, Verdict

POWER = "readout_power"
"""The experiment that chooses the amplitude of the tone."""
HEARD = 3.0
"""Signal off resonance, in units of the error of a point, that is more than noise alone has (1.2)."""
FOLLOWS = 0.5
"""Share of the expected growth of the signal with the tone's amplitude below which the amplifier saturates."""
COMPRESSED = 0.85
"""The same up to the readout's own amplitude, below which a sound amplifier never was (0.98 to 1.02)."""
FAR_APART = 4.0
"""Ratio of two amplitudes from which the growth between them says something."""
NOISY = 3.6
"""Distance of the clouds, in standard deviations at the best amplitude, below which their overlap is no accident."""
APART = 2.0
"""Distance from which the shares of two clouds can be told."""
HOT = 0.08
"""Share of 1 at rest, beyond what the clouds' overlap explains, from which a qubit is called hot."""

DROWNED = 1.5
"""Signal off resonance over the noise of a single shot below which the amplifier's noise is named before all else; a
sound chain has 5 to 9."""
CLEAR = 4.0
"""The same from which noise is no reason for a poor readout."""
LOST = 0.2
"""Share of 1 that is gone before it is read, though a pi pulse turns the qubit: T1 is shorter than the readout."""

DECAYS = 0.15
"""Share of 1 that relaxes within one readout from which T1 is too short for it; a sound qubit loses 0.01 to 0.03."""


def is_heard(attempts: Sequence[Attempt]) -> bool:
    """Whether any resonator spectroscopy brought more than noise home, dip or no dip."""
    return any(value > HEARD * error for _, value, error in _levels(attempts))


def saturates(attempts: Sequence[Attempt]) -> bool:
    """Whether the signal off resonance grew far less than the readout tone did, between any two spectroscopies or in
    the newest punch-out."""
    levels = _levels(attempts)
    heard = [(amplitude, value) for amplitude, value, error in levels if value > HEARD * error]
    return _grows_less_than(FOLLOWS, attempts) or any(
        high >= FAR_APART * low and larger + 2 * error < FOLLOWS * smaller * high / low
        for low, smaller in heard
        for high, larger, error in levels
    )


def is_compressed(attempts: Sequence[Attempt]) -> bool:
    """Whether the signal falls behind its tone at the readout's amplitude already."""
    return _grows_less_than(COMPRESSED, attempts)


def _grows_less_than(share: float, attempts: Sequence[Attempt]) -> bool:
    growth = _newest(attempts, "punch_out", "growth")
    return growth is not None and growth.value + 2 * (growth.stderr or 0.0) < share


def _levels(attempts: Sequence[Attempt]) -> list[tuple[float, float, float]]:
    """(amplitude of the tone, signal off resonance, error of a point) of each resonator spectroscopy."""
    return [
        (one.parameters["amplitude"], level.value, level.stderr or 0.0)
        for one in attempts
        if one.experiment == "resonator_spectroscopy" and (level := one.quantities.get("level")) is not None
    ]


def signal_to_noise(attempts: Sequence[Attempt]) -> float | None:
    """Signal off resonance over the noise of a single shot, by the newest spectroscopy of the resonator with a tone of
    the readout's own amplitude at least that was heard; None without one."""
    for one in reversed(attempts):
        level = one.quantities.get("level") if one.experiment == "resonator_spectroscopy" else None
        overdrive = one.quantities.get("overdrive")
        if level is not None and level.stderr and (overdrive is None or overdrive.value > 0.9):
            heard = level.value > HEARD * level.stderr
            return level.value / (level.stderr * sqrt(one.parameters["shots"])) if heard else None
    return None


def is_drowned(attempts: Sequence[Attempt]) -> bool:
    """Whether the readout line transmits, and its noise buries what it brings."""
    ratio = signal_to_noise(attempts)
    return ratio is not None and ratio < DROWNED


def lost_before_read(attempts: Sequence[Attempt]) -> float | None:
    """Share of 1 that was gone before the readout saw it, by the newest readout, where that is certain, too much, and
    not for noise; else None."""
    share, ratio = _newest(attempts, "readout", "preparation_error"), signal_to_noise(attempts)
    if share is None or ratio is None or ratio < CLEAR:
        return None
    return share.value if share.value > LOST + 3 * (share.stderr or 0.0) else None


def separation(attempts: Sequence[Attempt]) -> float | None:
    """Distance of the clouds of 0 and 1 in standard deviations, by the newest readout; None without one."""
    return _of_readout(attempts, "separation")


def excited_at_rest(attempts: Sequence[Attempt]) -> float | None:
    """Share of prepared-0 shots that read 1 beyond the overlap of the clouds, by the newest readout."""
    ones, apart = _of_readout(attempts, "p1_given_0"), separation(attempts)
    return None if ones is None or apart is None else ones - erfc(apart / 2 / sqrt(2)) / 2


def is_hot(attempts: Sequence[Attempt]) -> bool:
    """Where the clouds are apart enough to tell it."""
    share, apart = excited_at_rest(attempts), separation(attempts)
    return share is not None and apart is not None and apart > APART and share > HOT


def decays(attempts: Sequence[Attempt]) -> float | None:
    """Share of 1 that relaxed while it was read, by the newest readout, where it is too much; else None."""
    share, apart = _of_readout(attempts, "decayed"), separation(attempts)
    return share if share is not None and apart is not None and apart > APART and share > DECAYS else None


def is_noisy(attempts: Sequence[Attempt]) -> bool:
    """Whether the clouds overlap at the best amplitude of the tone, and not because the qubit relaxes meanwhile."""
    chosen = [at for at, one in enumerate(attempts) if one.experiment == POWER and one.verdict is Verdict.ACCEPT]
    told_since = chosen and any("separation" in one.quantities for one in attempts[chosen[-1] :])
    return bool(told_since) and _overlaps(attempts)


def reads(attempts: Sequence[Attempt]) -> bool:
    """Whether the newest readout was accepted: then the qubit can be calibrated through it, however well it reads."""
    return [one.verdict for one in attempts if one.experiment == "readout"][-1:] == [Verdict.ACCEPT]


def may_be_faint(attempts: Sequence[Attempt]) -> bool:
    """Whether the clouds overlap, at an amplitude of the tone that nobody has chosen yet."""
    return all(one.experiment != POWER for one in attempts) and _overlaps(attempts)


def _overlaps(attempts: Sequence[Attempt]) -> bool:
    apart = separation(attempts)
    lost = decays(attempts) is not None or lost_before_read(attempts) is not None
    return apart is not None and apart < NOISY and not lost


def drive_is_sound(attempts: Sequence[Attempt]) -> bool:
    """Whether a Rabi oscillation was accepted: then a poor readout is the readout's own fault."""
    return any(one.experiment == "rabi" and one.verdict is Verdict.ACCEPT for one in attempts)


def _of_readout(attempts: Sequence[Attempt], name: str) -> float | None:
    newest = _newest(attempts, "readout", name)
    return None if newest is None else newest.value


def _newest(attempts: Sequence[Attempt], experiment: str, name: str) -> Quantity | None:
    same = (one.quantities for one in reversed(attempts) if one.experiment == experiment and name in one.quantities)
    return next(same, {}).get(name)
