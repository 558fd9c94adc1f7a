"""Reference plots of what is about a qubit and its neighbour."""

from __future__ import annotations

from functools import partial

from reson.evals.gallery.plot import STRETCH, plot
from reson.evals.spoils import no_drive, stretched, times
from reson.records import Status

_coupled = partial(plot, qubits=2, coupled=True)

RECIPES = (
    _coupled("zz_ramsey", Status.SUCCESS, "two clear fringes of different frequency"),
    _coupled("zz_ramsey", Status.NO_SIGNAL, "the drive of the qubit was off", no_drive),
    _coupled("zz_ramsey", Status.TOO_FEW_OSC, "hardly any virtual detuning", times(detuning=0.2)),
    _coupled(
        "zz_ramsey",
        Status.NO_DETUNING,
        "a weak coupling, and hardly any virtual detuning",
        times(detuning=0.01),
        zz=8e3,
    ),
    _coupled("zz_ramsey", Status.TOO_MANY_OSC, "too much virtual detuning", times(detuning=2.3)),
    _coupled("zz_ramsey", Status.FIT_POOR, "curves that miss the fringes", stretched(STRETCH)),
    _coupled("simultaneous_rb", Status.SUCCESS, "the survival decays towards one half"),
    _coupled("simultaneous_rb", Status.WINDOW_TOO_SHORT, "the sequences are too short", times(max_length=0.0299)),
    _coupled("simultaneous_rb", Status.NO_SIGNAL, "the drive of the qubit was off", no_drive),
    _coupled("simultaneous_rb", Status.FIT_POOR, "a curve that misses the decay", stretched(2 * STRETCH)),
)
