"""How labs draw: the looks of plotting programs, each with its own frames, papers, inks, markers and habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reson.evals.eyes.families.common import Rng, between, chance, pick

Colour = tuple[int, int, int]
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
MAPS = ("viridis", "plasma", "inferno", "magma", "cividis", "RdBu_r", "RdBu", "coolwarm", "jet", "hot", "gray", "bone",
        "seismic", "YlGnBu", "YlOrRd", "Blues", "turbo", "PuOr", "Spectral", "hsv", "afmhot", "copper")  # fmt: skip

TAB = ((31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189), (140, 86, 75))
PLOTLY = ((99, 110, 250), (239, 85, 59), (0, 204, 150), (171, 99, 250))
GGPLOT = ((226, 74, 51), (52, 138, 189), (152, 142, 213), (119, 119, 119))
MATLAB = ((0, 114, 189), (217, 83, 25), (237, 177, 32), (126, 47, 142))
BOLD = ((0, 0, 255), (255, 0, 0), (0, 128, 0), (0, 0, 0))
NEON = ((255, 255, 0), (0, 255, 0), (0, 255, 255), (255, 80, 80), (255, 255, 255))
GREYS = ((0, 0, 0), (110, 110, 110), (60, 60, 60), (150, 150, 150))
MUTED = ((76, 114, 176), (221, 132, 82), (85, 168, 104), (196, 78, 82))


@dataclass(frozen=True)
class Look:
    """One program: what it does unless told otherwise."""

    paper: tuple[Colour, ...] = (WHITE,)
    plot: tuple[Colour, ...] = (WHITE,)
    ink: Colour = BLACK
    colours: tuple[tuple[Colour, ...], ...] = (TAB,)
    grid: float = 0.25
    """How often there is a grid."""
    grid_colour: Colour = (205, 205, 205)
    frames: tuple[str, ...] = ("box",)
    margin: float = 0.045
    """Of the data to the frame, in parts of the plot."""
    ticks_in: float = 0.1
    joined: float = 0.35
    points: float = 0.9


LOOKS: dict[str, Look] = {
    "mpl": Look(),
    "science": Look(colours=(TAB, MATLAB, GREYS, BOLD), ticks_in=0.95, grid=0.1),
    "despined": Look(colours=(TAB, MUTED), frames=("L",), grid=0.3),
    "ggplot": Look(plot=((229, 229, 229),), colours=(GGPLOT, TAB), grid=1.0, grid_colour=WHITE, frames=("none",)),
    "seaborn": Look(plot=((234, 234, 242),), colours=(MUTED,), grid=0.9, grid_colour=WHITE, frames=("none",)),
    "dark": Look(
        paper=(BLACK, (30, 30, 30)),
        plot=(BLACK, (35, 35, 40)),
        ink=(230, 230, 230),
        colours=(NEON, PLOTLY),
        grid_colour=(70, 70, 70),
    ),
    "origin": Look(
        colours=(BOLD, GREYS, ((0, 0, 0), (255, 0, 0), (0, 0, 255))), ticks_in=0.5, grid=0.08, margin=0.06, joined=0.5
    ),
    "igor": Look(
        colours=(((255, 0, 0), (0, 0, 255), (0, 120, 0)), BOLD),
        frames=("box", "L"),
        margin=0.01,
        joined=0.7,
        grid=0.1,
        ticks_in=0.4,
        points=0.55,
    ),
    "labview": Look(
        paper=((212, 208, 200), (190, 190, 190)),
        plot=(BLACK, (20, 40, 20)),
        colours=(NEON,),
        grid=0.6,
        grid_colour=(0, 90, 0),
        margin=0.0,
        joined=0.85,
        points=0.45,
    ),
    "plotly": Look(
        plot=((229, 236, 246), WHITE), colours=(PLOTLY,), grid=1.0, grid_colour=WHITE, frames=("none",), joined=0.5
    ),
    "pyqtgraph": Look(
        paper=(BLACK,),
        plot=(BLACK,),
        ink=(150, 150, 150),
        colours=(NEON, GREYS[1:], PLOTLY),
        grid=0.4,
        grid_colour=(50, 50, 50),
        frames=("L",),
        margin=0.02,
        joined=0.75,
        points=0.6,
    ),
    "matlab": Look(colours=(MATLAB, BOLD), ticks_in=0.9, grid=0.4, margin=0.0, joined=0.5),
    "excel": Look(
        colours=(((68, 114, 196), (237, 125, 49), (165, 165, 165)),),
        grid=0.9,
        frames=("none", "L"),
        margin=0.02,
        ink=(90, 90, 90),
        joined=0.5,
    ),
    "own": Look(
        colours=(((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167)),),
        ink=(34, 34, 34),
        grid=1.0,
        grid_colour=(221, 221, 221),
        frames=("L",),
        joined=0.1,
        points=1.0,
    ),
    "gnuplot": Look(colours=(((148, 0, 211), (0, 158, 115), (86, 180, 233)), BOLD), ticks_in=1.0, margin=0.0, grid=0.2),
}


@dataclass
class Style:
    look: str
    paper: Colour
    plot: Colour
    ink: Colour
    colours: tuple[Colour, ...]
    fit_colour: Colour
    fit_width: float
    fit_dash: bool
    grid: bool
    grid_colour: Colour
    frame: str
    margin: float
    ticks_in: bool
    points: bool
    joined: bool
    marker: str
    marker_size: float
    """Radius, in hundredths of the figure's width."""
    line_width: float
    """In pixels of a figure 480 wide."""
    font: float
    title: bool
    legend: bool
    note: bool
    colourbar: bool
    cmap: str
    smooth: bool
    """Maps are interpolated between their points."""
    clipped: bool
    """The colours of a map leave out its extremes."""


PLAIN = (BLACK, WHITE, (230, 30, 30), (0, 90, 255), (255, 165, 0), (0, 200, 0), (0, 255, 255), (200, 0, 200))
SEEN = 150
"""Least distance of two colours, summed over red, green and blue, that a reader surely tells apart."""


def apart(one: Colour, other: Colour) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def told_apart(rng: Rng, wanted: Colour, others: Sequence[Colour], least: int = SEEN) -> Colour:
    """``wanted`` where it can be seen on and beside the others, else a plain colour that can, or can best."""
    if min(apart(wanted, other) for other in others) >= least:
        return wanted
    clear = [one for one in PLAIN if min(apart(one, other) for other in others) >= least]
    return pick(rng, clear) if clear else max(PLAIN, key=lambda one: min(apart(one, other) for other in others))


def _any(rng: Rng) -> Colour:
    red, green, blue = rng.integers(0, 200, 3).tolist()
    return red, green, blue


def style_of(rng: Rng) -> Style:
    name = str(pick(rng, tuple(LOOKS)))
    look = LOOKS[name]
    colours = list(pick(rng, look.colours))
    if chance(rng, 0.35):
        rng.shuffle(colours)
    if chance(rng, 0.06):  # a taste of one's own
        colours = [_any(rng) for _ in range(4)]
    contrast = [one for one in colours[1:] if one != colours[0]] or [look.ink]
    fit = pick(rng, (contrast[0], contrast[0], look.ink, pick(rng, contrast), (230, 30, 30), (120, 120, 120)))
    points = chance(rng, look.points)
    joined = chance(rng, look.joined) or not points
    plot = pick(rng, look.plot)
    if chance(rng, 0.18) and not joined:
        fit = colours[0]  # points and curve of one colour
    elif fit == colours[0]:
        fit = contrast[0]
    colours = [told_apart(rng, one, [plot]) for one in colours]
    if fit != colours[0]:
        fit = told_apart(rng, fit, [plot, colours[0]])
    return Style(
        look=name, paper=pick(rng, look.paper), plot=plot, ink=look.ink, colours=tuple(colours),
        fit_colour=fit, fit_width=between(rng, 1.0, 3.2), fit_dash=chance(rng, 0.18),
        grid=chance(rng, look.grid), grid_colour=look.grid_colour if plot != WHITE else (215, 215, 220),
        frame=pick(rng, look.frames), margin=look.margin * between(rng, 0.6, 1.3), ticks_in=chance(rng, look.ticks_in),
        points=points, joined=joined, marker=pick(rng, "oooooOOsx^D+."),
        marker_size=between(rng, 0.35, 1.25), line_width=between(rng, 0.7, 2.4), font=between(rng, 2.0, 4.2),
        title=chance(rng, 0.6), legend=chance(rng, 0.35), note=chance(rng, 0.2), colourbar=chance(rng, 0.7),
        cmap=pick(rng, MAPS) if chance(rng, 0.75) else pick(rng, MAPS[:2]), smooth=chance(rng, 0.15),
        clipped=chance(rng, 0.5),
    )  # fmt: skip
