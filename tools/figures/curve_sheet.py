"""The figures of many qubits on one sheet: what they share is drawn once, ticks are stamped, only the data is drawn.

Most of the time of a figure goes into the text of its ticks. Here every word is drawn once and its pixels are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from reson.tools.data import Analysis
from reson.tools.figures import style
from reson.tools.figures.curves import (
    ERROR_LINE,
    draw_cloud,
    draw_curves,
    draw_line,
    draw_points,
    fitted_curve,
    in_readable_units,
    whole_numbers,
)
from reson.tools.figures.raster import compress, filtered

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.lines import Line2D
    from numpy.typing import ArrayLike

MARGIN = 0.05
"""Matplotlib's, on every side of the data, in units of its range."""
PAD = 7 * style.DPI / 72
"""Pixels between an axis and the labels of its ticks: Matplotlib's 3.5 points of tick and 3.5 of padding."""
EDGE = 3
"""Pixels around a word in which it may have ink too."""
ROOM = 200
"""Pixels that keep a word which is drawn alone away from the edge of the page."""
_GRID, _INK, _WHITE = int(style.GRID[1:3], 16), int(style.INK[1:3], 16), 255
_ACROSS = np.array([0.06, 1.0, 0.06])
"""Ink across a thin line: it is 0.8 points wide, a little more than its pixel."""
_ALONG = np.array([1.0, 1.0, 1.0, 1.0, 0.5])
"""Ink along a tick, which is 3.5 points long."""
_TICK = np.rint(_WHITE + (_INK - _WHITE) * np.outer(_ALONG, _ACROSS)).astype(np.uint8)[:, :, None]
"""Pixels of a tick below the axes."""

WAITING = 4
"""Pictures that are compressed or wait for it; they share their memory in turn."""
TITLE = "title"
Limits = tuple[float, float]


def pictures(analyses: Sequence[Analysis], title: str) -> list[bytes]:
    """PNG of every analysis. Compression runs beside the drawing, on the cores that are free."""
    sheets: dict[tuple[Any, ...], _Sheet] = {}
    found: list[Future[bytes]] = []
    rows: dict[int, np.ndarray] = {}
    with ThreadPoolExecutor(2) as encoder:
        for analysis in map(in_readable_units, analyses):
            key = _key(analysis)
            if key not in sheets:
                sheets[key] = _Sheet(analysis, title)
            page = sheets[key].page(analysis)
            if page is None:  # an axis that needs more than plain tick labels
                found.append(encoder.submit(style.png, draw_curves(analysis, title)))
            else:
                if len(found) >= WAITING:
                    found[-WAITING].result()
                place = len(found) % WAITING
                rows[place] = filtered(page, rows.get(place))
                found.append(encoder.submit(compress, rows[place]))
        return [picture.result() for picture in found]


def _key(analysis: Analysis) -> tuple[Any, ...]:
    """What the figures on one sheet have in common."""
    unit = style.prefix(_swept(analysis), analysis.x_axis.unit)[1]
    names = (*(part.name for part in analysis.series), None, *analysis.points)
    return analysis.x_axis, unit, analysis.y_axis, whole_numbers(analysis), names


def _swept(analysis: Analysis) -> np.ndarray:
    return np.concatenate([part.x for part in analysis.series])


class _Sheet:
    """One set of axes, its labels and its legend, for figures that differ in their data, limits and title.

    The artists of the data are in pixels: to move the axes under them would take longer than to draw them.
    """

    def __init__(self, analysis: Analysis, title: str) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.transforms import IdentityTransform

        figure = draw_curves(analysis, title)
        self.title = title
        self.axes = figure.axes[0]
        self.headline = figure.texts[0]
        self.headline.set_visible(False)
        canvas = cast(FigureCanvasAgg, figure.canvas)
        for drawn in [*self.axes.lines, *self.axes.collections]:
            drawn.remove()
        self.axes.grid(False)
        self.axes.tick_params(bottom=False, left=False, labelbottom=False, labelleft=False)
        self.axes.spines[:].set_visible(False)
        canvas.draw()
        self.renderer = canvas.get_renderer()
        self.buffer = np.asarray(self.renderer.buffer_rgba())
        self.background = self.buffer.copy()
        self.words: dict[tuple[str, str], _Word] = {}
        self.clouds = [draw_cloud(self.axes, np.zeros(1), np.zeros(1)) for _ in analysis.points]
        self.lines = [draw_line(self.axes, n, np.zeros(1), np.zeros(1)) for n in range(len(analysis.series))]
        self.points = [
            cast("Line2D", draw_points(self.axes, n, part, 1.0)[0]) for n, part in enumerate(analysis.series)
        ]
        self.bars = [_bars(self.axes, n) for n in range(len(analysis.series))]
        for artist in [*self.clouds, *self.lines, *self.points, *self.bars]:
            artist.set_transform(IdentityTransform())
        box, height = self.axes.bbox, len(self.buffer)
        self.tickers = {
            "x": _Ticker(self.axes.xaxis, box.x0, box.width, 0.0),
            "y": _Ticker(self.axes.yaxis, box.y0, box.height, float(height)),
        }

    def page(self, analysis: Analysis) -> np.ndarray | None:
        """The figure, shape (rows, columns, 4), until the next one; None where an axis needs more than plain ticks."""
        scale = style.prefix(_swept(analysis), analysis.x_axis.unit)[0]
        x, y = _extent(analysis)
        limits = _wider(x * scale), analysis.y_axis.limits or _wider(y)
        across, upward = (self.tickers[which].at(one) for which, one in zip("xy", limits, strict=True))
        if across is None or upward is None:
            return None
        artists = self._put(analysis, scale, *limits)
        title = style.title_of(self.title, analysis.component)
        self._learn([*(("x", text) for text in across.values()), *(("y", text) for text in upward.values())])
        self._learn([(TITLE, part) for part in _parts(title)])
        np.copyto(self.buffer, self.background)
        self._stamp(across, upward)
        self._entitle(title)
        for artist in artists:
            artist.draw(self.renderer)
        return self.buffer

    def _put(self, analysis: Analysis, scale: float, x_limits: Limits, y_limits: Limits) -> list[Artist]:
        """Give the artists the analysis' data; those that have some, from back to front."""
        drawn: list[Artist] = []

        def across(x: ArrayLike) -> np.ndarray:
            return self.tickers["x"].pixels(np.asarray(x) * scale, x_limits)

        def up(y: ArrayLike) -> np.ndarray:
            return self.tickers["y"].pixels(np.asarray(y), y_limits)

        for artist, cloud in zip(self.clouds, analysis.points.values(), strict=True):
            x, y = np.array(cloud).T
            artist.set_data(across(x), up(y))
            drawn.append(artist)
        for artist, part in zip(self.lines, analysis.series, strict=True):
            if part.fit_x:
                fit_x, fit_y = fitted_curve(analysis, part)
                artist.set_data(across(fit_x), up(fit_y))
                drawn.append(artist)
        for markers, bars, part in zip(self.points, self.bars, analysis.series, strict=True):
            x, y, error = across(part.x), np.array(part.y), np.array(part.y_err)
            markers.set_data(x, up(y))
            gap = np.full(len(x), np.nan)
            bars.set_data(np.repeat(x, 3), np.stack([up(y - error), up(y + error), gap], axis=1).ravel())
            drawn += [bars, markers]
        return drawn

    def _stamp(self, across: dict[int, str], upward: dict[int, str]) -> None:
        """Grid, axes, ticks and their labels, pixel for pixel as Matplotlib draws them."""
        buffer, (left, right, bottom, top) = self.buffer[:, :, :3], self._frame()
        for column in across:
            buffer[top : bottom + 1, column] = _GRID
        for row in upward:
            buffer[row, left : right + 1] = _GRID
        for column in across:
            buffer[bottom + 1 : bottom + 1 + len(_ALONG), column - 1 : column + 2] = _TICK
        for row in upward:
            buffer[row - 1 : row + 2, left - len(_ALONG) : left] = _TICK[::-1].swapaxes(0, 1)
        _darken(buffer, top, left - 1, np.outer(np.ones(bottom - top + 1), _ACROSS))
        _darken(buffer, bottom - 1, left, np.outer(_ACROSS, np.ones(right - left + 1)))
        for column, text in across.items():
            self.words["x", text].put(buffer, bottom, column)
        for row, text in upward.items():
            self.words["y", text].put(buffer, row, left)

    def _frame(self) -> tuple[int, int, int, int]:
        """First and last column, last and first row of the axes."""
        box, height = self.axes.bbox, len(self.buffer)
        return _pixel(box.x0), _pixel(box.x1), _pixel(height - box.y0), _pixel(height - box.y1)

    def _entitle(self, title: str) -> None:
        """Write the title in parts that return in other titles, each after the last, about the middle of the page."""
        words = [self.words[TITLE, part] for part in _parts(title)]
        column = self.buffer.shape[1] / 2 - sum(word.advance for word in words) / 2
        for word in words:
            word.put(self.buffer[:, :, :3], 0, round(column))
            column += word.advance

    def _learn(self, wanted: list[tuple[str, str]]) -> None:
        """Draw words that were not met before: the label of a tick ("x", "y"), or a part of a title."""
        from matplotlib.text import Text

        left, _, bottom, _ = self._frame()
        box, height = self.axes.bbox, len(self.buffer)
        for kind, text in wanted:
            if (kind, text) in self.words:
                continue
            look: dict[str, Any] = {"fontsize": 10, "color": style.INK}
            match kind:
                case "x":
                    row, column, y = bottom, left + ROOM, box.y0 - PAD
                    look |= {"ha": "center", "va": "top"}
                case "y":
                    row, column, y = bottom - ROOM, left, height - bottom + ROOM
                    look |= {"ha": "right", "va": "center_baseline"}
                case _:
                    row, column, y = 0, left, self.headline.get_position()[1] * height
                    look = {**style.TITLE, "ha": "left", "va": "top"}
            word = Text(column - PAD if kind == "y" else column, y, text, **look)
            word.set_figure(self.axes.figure)
            around = word.get_window_extent(self.renderer)
            top, low = (max(0, _pixel(height - edge)) for edge in (around.y1 + EDGE, around.y0 - EDGE))
            first, last = (max(0, _pixel(edge)) for edge in (around.x0 - EDGE, around.x1 + EDGE))
            page = self.buffer[top:low, first:last, :3]
            page[:] = _WHITE
            word.draw(self.renderer)
            advance = self.renderer.get_text_width_height_descent(text, word.get_fontproperties(), False)[0]
            self.words[kind, text] = _Word.cut(page, row - top, column - first, advance)


@dataclass(frozen=True)
class _Word:
    """Pixels (rows, columns, 3) of a text, and where they lie from the place that the text belongs to."""

    pixels: np.ndarray
    row: int
    column: int
    advance: float
    """Width in pixels with the space that belongs to it."""

    @staticmethod
    def cut(page: np.ndarray, row: int, column: int, advance: float) -> _Word:
        ink = page[:, :, 0] < 255
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        if not len(rows):
            return _Word(np.zeros((0, 0, 3), np.uint8), 0, 0, advance)
        part = page[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
        return _Word(part, int(rows[0]) - row, int(columns[0]) - column, advance)

    def put(self, page: np.ndarray, row: int, column: int) -> None:
        first, left = max(row + self.row, 0), max(column + self.column, 0)
        under = page[first : first + self.pixels.shape[0], left : left + self.pixels.shape[1]]
        np.minimum(under, self.pixels[: under.shape[0], : under.shape[1]], out=under)


def _bars(axes: Axes, index: int) -> Line2D:
    """The error bars of ``draw_points`` as one interrupted line, which is drawn sooner."""
    colour = style.COLOURS[index % len(style.COLOURS)]
    return axes.plot([], [], "-", color=colour, linewidth=ERROR_LINE, zorder=3)[0]


def _extent(analysis: Analysis) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest x and y of all that is drawn, without the probabilities' own range."""
    clouds = [np.array(cloud) for cloud in analysis.points.values()]
    x = [part.x for part in analysis.series] + [part.fit_x for part in analysis.series] + [c[:, 0] for c in clouds]
    low = [np.subtract(part.y, part.y_err) for part in analysis.series]
    high = [np.add(part.y, part.y_err) for part in analysis.series]
    y = [*low, *high, *(part.fit_y for part in analysis.series), *(c[:, 1] for c in clouds)]
    across, up = np.concatenate(x), np.concatenate(y)
    return np.array([across.min(), across.max()]), np.array([up.min(), up.max()])


def _wider(limits: np.ndarray) -> Limits:
    low, high = limits.tolist()
    if high <= low:  # one value only
        room = 0.05 * abs(low) or 0.05
        return low - room, high + room
    return low - MARGIN * (high - low), high + MARGIN * (high - low)


def _parts(title: str) -> list[str]:
    """The title up to its number, and the digits of that."""
    words = title.rstrip("0123456789")
    return [words, *title[len(words) :]]


class _Ticker:
    """One axis: where its ticks lie at any limits, without moving the axes there."""

    def __init__(self, axis: Axis, start: float, length: float, top: float) -> None:
        self.start, self.length, self.top = start, length, top
        self.locator, self.formatter = axis.get_major_locator(), axis.get_major_formatter()
        for part in (self.locator, self.formatter):
            part.set_axis(None)
            part.create_dummy_axis()
        self.known: dict[Limits, dict[int, str] | None] = {}

    def pixels(self, values: np.ndarray, limits: Limits) -> np.ndarray:
        """From the left, or from below."""
        return self.start + (values - limits[0]) / (limits[1] - limits[0]) * self.length

    def at(self, limits: Limits) -> dict[int, str] | None:
        """Pixel (column, or row from above) -> label of each tick; None where the axis needs an offset or a power."""
        if limits not in self.known:
            self.known[limits] = self._at(limits)
        return self.known[limits]

    def _at(self, limits: Limits) -> dict[int, str] | None:
        for part in (self.locator, self.formatter):
            cast(Any, part.axis).set_view_interval(*limits)
        places = np.asarray(self.locator(), dtype=float)
        texts = self.formatter.format_ticks(places.tolist())
        if self.formatter.get_offset():
            return None
        pixels = self.pixels(places, limits)
        room = 1e-10 * self.length  # Matplotlib's
        inside = (pixels >= self.start - room) & (pixels <= self.start + self.length + room)
        shown = np.abs(self.top - pixels)
        return {_pixel(float(p)): text for p, text, seen in zip(shown, texts, inside, strict=True) if seen}


def _pixel(place: float) -> int:
    """The pixel that a thin line at this place is snapped to."""
    return int(np.floor(place + 0.5))


def _darken(page: np.ndarray, row: int, column: int, shade: np.ndarray) -> None:
    """Lay ink of a shade (rows, columns), 0 none to 1 full, over a part of the page."""
    under = page[row : row + shade.shape[0], column : column + shade.shape[1]]
    ink = shade[: under.shape[0], : under.shape[1], None]
    under[:] = np.rint(under * (1 - ink) + _INK * ink)
