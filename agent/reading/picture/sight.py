"""What the eyes say of one measurement: a reading with calibrated probabilities, or that they are unsure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from reson.agent.reading.picture import eyes
from reson.agent.reading.picture.labels import FAMILIES, FITS, FOREIGN, KINDS, STATUSES, outcome_of
from reson.records import GOOD, Finite, FitReliability, Outcome, Reading, Record, Seen, Status

READER = "eyes: a small local model, from the picture"
SURE = 0.7
"""Least probability of a status that is not called unsure."""
STRANGER = 0.2
"""Probability of being no such plot at all from which nothing is believed."""
HALF = 0.5
"""Least probability of the kind of picture where none was named."""
LIKE_IT = 0.1
"""Least probability of the kind of picture that was asked about."""
UNSURE = 0.3
"""Most confidence of a reading that the eyes themselves do not trust."""

FAMILY_OF = {"t2_hahn": "t1", "ramsey_xy": "ramsey"}
"""Family of an experiment -> that of its pictures, where it is another."""


class Sight(Record):
    reading: Reading
    family: str
    """What the picture was read as."""
    unsure: str = ""
    """Why the reading is not to be trusted; empty where the eyes are sure."""
    statuses: dict[str, Finite]
    outcomes: dict[str, Finite]
    fits: dict[str, Finite]
    kinds: dict[str, Finite]
    """What kind of picture it is, whatever was asked about."""


def picture_family(family: str) -> str:
    """The eyes' family for one of an experiment; empty where they were not trained on such pictures."""
    found = FAMILY_OF.get(family, family)
    return found if found in FAMILIES else ""


def see(pictures: np.ndarray, family: str = "", codes: Collection[str] = ()) -> Sight:
    """The pictures of one measurement (``pixels``), of a known family or any; only ``codes`` where they are named."""
    return judged(eyes.look(pictures, [family] * len(pictures)), family, codes)


def see_each(pictures: np.ndarray, families: Sequence[str]) -> list[Sight]:
    """One picture for each measurement, all at once."""
    return [judged([one], family) for one, family in zip(eyes.look(pictures, families), families, strict=True)]


def judged(found: Sequence[eyes.Logits], family: str, codes: Collection[str] = ()) -> Sight:
    kinds = _shares(np.mean([one.kind for one in found], 0))
    likely = family or KINDS[int(np.argmax(kinds[: len(FAMILIES)]))]
    offered = [code for code in FAMILIES[likely] if not codes or code in codes] or list(FAMILIES[likely])
    logits = np.mean([one.status for one in found], 0)
    shares = _shares(np.array([logits[STATUSES.index(code)] for code in offered]))
    fits = _shares(np.mean([one.fit for one in found], 0))
    status = offered[int(np.argmax(shares))]
    outcomes = {str(outcome): 0.0 for outcome in Outcome}
    for code, share in zip(offered, shares.tolist(), strict=True):
        outcomes[str(outcome_of(likely, code))] += share
    confidence = float(shares.max())
    unsure = _doubt(found, kinds, family, confidence)
    reading = Reading(
        outcome=outcome_of(likely, status),
        reliability=_reliability(fits, status),
        status=status,
        confidence=min(confidence, UNSURE) if unsure else confidence,
        reason=f"unsure: {unsure}" if unsure else f"the picture looks like {status} ({confidence:.0%})",
        reader=READER,
        seen=Seen.PICTURE,
    )
    return Sight(
        reading=reading,
        family=likely,
        unsure=unsure,
        statuses=dict(zip(offered, shares.tolist(), strict=True)),
        outcomes=outcomes,
        fits=dict(zip(FITS, fits.tolist(), strict=True)),
        kinds=dict(zip(KINDS, kinds.tolist(), strict=True)),
    )


def _doubt(found: Sequence[eyes.Logits], kinds: np.ndarray, family: str, status_share: float) -> str:
    best, share = KINDS[int(np.argmax(kinds))], float(kinds.max())
    if kinds[KINDS.index(FOREIGN)] > STRANGER:
        return "this is no plot of a measurement that the eyes know"
    if max(one.strange for one in found) > 1:
        return "the eyes have never seen such a picture"
    if family and kinds[KINDS.index(family)] < LIKE_IT:
        return f"this looks like a plot of {best}, not of {family}"
    if not family and share < HALF:
        return "it is open what kind of plot this is; name the experiment"
    if status_share < SURE:
        return "no status is clearly the likeliest"
    return ""


def _reliability(fits: np.ndarray, status: Status) -> FitReliability:
    """What has no curve has no fit; a drawn one is reliable where the plot is good, and there only."""
    if fits[FITS.index(FitReliability.NO_FIT)] > HALF:
        return FitReliability.NO_FIT
    return FitReliability.RELIABLE if status in GOOD else FitReliability.UNRELIABLE


def _shares(logits: np.ndarray) -> np.ndarray:
    """Probabilities; a little is left for everything, however sure the model is."""
    raised = np.exp(logits - logits.max())
    return raised / raised.sum()
