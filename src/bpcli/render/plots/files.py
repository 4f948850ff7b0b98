"""A figure as a file, SVG, PNG or PDF, by Matplotlib: the same bytes from the same figure."""

from __future__ import annotations

import io
import logging
import math
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bpcli.errors import InputError
from bpcli.files import whole_file
from bpcli.render.languages import ENGLISH
from bpcli.render.plots.axes import apart, upright
from bpcli.render.plots.words import axis_name, captions, is_counted, said, series_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.figure import Figure, Panel, Series

ENDINGS = (".svg", ".png", ".pdf")
WIDTH = 8.0  # inches
HEIGHTS = {"residuals": 1.7, "loss": 2.5, "rates": 1.2}
HEIGHT = 4.0
EDGE = 0.35  # inches above and below the panels
PAD = 0.1  # inches around a panel
DENSITY = 150  # dots an inch
LETTERS = 96  # of a line above the panels
ACROSS, UP, LEAST_UP = 9, 7, 4  # most numbers on an axis; the last where a panel is low
ROOM = 72  # characters that stand below a panel
FEW, MANY = 60, 400  # points up to which they are large, and from which on they are small and let others shine through

# Chosen so that they differ in lightness, too: data light, what was found dark, dashes for the rest.
INK, DATA, HELD, FOUND, OTHER, FAINT = "#222222", "#4a90d9", "#c65d00", "#8b1a1a", "#1e7a3c", "#9a9a9a"
MARKS = {"data": ("o", DATA), "held out": ("^", HELD), "kept": ("D", INK)}
LINES = {
    "fitted": (FOUND, "-", 2.0), "least squares": (OTHER, "--", 1.5), "share": (FOUND, "-o", 1.8),
    "training": (DATA, "-", 1.3), "batches": (DATA, "-", 1.0), "validation": (FOUND, "--", 1.8),
    "rate": (INK, "-", 1.2),
}  # fmt: skip

# What a reader of an SVG may have; a PNG and a PDF take what is installed here.
LATIN = ("DejaVu Sans", "Noto Sans", "Arial", "Helvetica")
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Arial Unicode MS",
)  # fmt: skip


def check_drawing(path: str) -> None:
    """Raises InputError for a file of another ending, and where what draws it is not installed."""
    if os.path.splitext(path)[1].lower() not in ENDINGS:
        raise InputError("plot-ending", file=path)
    try:
        with _quiet():
            import matplotlib.figure  # noqa: F401
    except ImportError:
        raise InputError("matplotlib-missing", file=path) from None


def write_figure(figure: Figure, path: str, language: str = ENGLISH) -> bool:
    """Write a figure to a file, whole or not at all; whether all of its words could be written in the language.

    Raises OSError; InputError as `check_drawing` does.
    """
    check_drawing(path)
    form = os.path.splitext(path)[1].lower()[1:]
    with _quiet():
        data, complete = _drawn(figure, form, language)
    with whole_file(path) as file:
        file.write(data)
    return complete


def draw(figure: Figure, path: str, language: str = ENGLISH) -> None:
    """The same from Python, where a warning tells of words that could not be written."""
    if not write_figure(figure, path, language):
        warnings.warn(said("no font", language), stacklevel=3)


@contextmanager
def _quiet() -> Iterator[None]:
    """Matplotlib tells of fonts that it does not find and of a cache that it builds; nobody asked for that."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def _drawn(figure: Figure, form: str, language: str) -> tuple[bytes, bool]:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    words = "".join(_words(figure, language))
    families, complete = [*LATIN, *CHINESE], True
    if form != "svg":
        families, complete = installed_for(words)
        if not complete:
            figure, language = _in_latin(figure), ENGLISH
    settings: dict[Any, Any] = {
        "font.family": [*families, "sans-serif"], "font.size": 11, "text.parse_math": False, "svg.fonttype": "none",
        "svg.hashsalt": "bpcli", "pdf.fonttype": 42, "axes.edgecolor": FAINT, "axes.labelcolor": INK,
        "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.unicode_minus": False,
        "path.simplify": False, "figure.constrained_layout.w_pad": PAD, "figure.constrained_layout.h_pad": PAD,
    }  # fmt: skip
    with matplotlib.rc_context():
        # Whatever a user has set for figures of their own.
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings)
        heights = [HEIGHTS.get(panel.key, HEIGHT) for panel in figure.panels]
        notes = list(captions(figure, language))
        above = len(formula_lines(figure.formula)) * 0.2
        canvas = Canvas(
            figsize=(WIDTH, sum(heights) + 2 * EDGE + above + 0.2 * len(notes)), dpi=DENSITY, layout="constrained"
        )
        FigureCanvasAgg(canvas)
        axes = canvas.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
        for place, (panel, axis) in enumerate(zip(figure.panels, axes, strict=True)):
            following = figure.panels[place + 1 : place + 2]
            shared = bool(following) and following[0].x == panel.x and following[0].across == panel.across
            _draw(panel, axis, shared, language)
        canvas.align_ylabels(axes)
        if figure.formula:
            canvas.suptitle("\n".join(formula_lines(figure.formula)), fontsize=10)
        if notes:
            canvas.supxlabel("\n".join(notes), fontsize=9, color="#555555")
        data = io.BytesIO()
        canvas.savefig(data, format=form, metadata=_metadata(form))
    return data.getvalue(), complete


def _metadata(form: str) -> dict[str, Any]:
    """Nothing that changes with the day or the version."""
    if form == "png":
        return {"Software": "bpcli"}
    if form == "pdf":
        return {"Creator": "bpcli", "Producer": "bpcli", "CreationDate": None}
    return {"Creator": "bpcli", "Date": None}


def _draw(panel: Panel, axis: Any, shared: bool, language: str) -> None:
    """One panel: grid, guides, points, lines, the names of what is drawn."""
    names = series_names(panel, language)
    if panel.log:
        axis.set_yscale("log")
    axis.set_xlim(*panel.across)
    axis.set_ylim(*panel.up)
    low = HEIGHTS.get(panel.key, HEIGHT) < 2
    _mark(axis.xaxis, apart(*panel.across, ACROSS, ROOM, 3, is_counted(panel)), shared)
    _mark(axis.yaxis, upright(*panel.up, LEAST_UP if low else UP, panel.log), False)
    axis.grid(color="#e6e6e6", linewidth=0.7)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    for series in panel.series:
        _put(series, axis, names.get(series.key), panel.key)
    if not shared:
        axis.set_xlabel(axis_name(panel.x, language))
    axis.set_ylabel(_folded(axis_name(panel.y, language), low))
    if names:
        legend = axis.legend(loc="best", fontsize=10, framealpha=0.85, edgecolor="#cccccc")
        for handle in legend.legend_handles:
            handle.set_alpha(1)
            handle.set_markersize(max(handle.get_markersize(), 5))


def _folded(name: str, low: bool) -> str:
    """A name for the side of a panel: in two lines where it is low and the name long."""
    if not low or len(name) < 16:
        return name
    return re.sub(r"\s*([(（])", r"\n\1", name, count=1)


def _mark(axis: Any, marks: list[tuple[float, str]], silent: bool) -> None:
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    axis.set_major_locator(FixedLocator([value for value, _ in marks]))
    axis.set_major_formatter(FixedFormatter(["" if silent else text for _, text in marks]))
    axis.set_minor_locator(NullLocator())


def _put(series: Series, axis: Any, name: str | None, panel_key: str) -> None:
    count = len(series.x)
    if series.kind == "guide":
        axis.plot(series.x, series.y, color=INK, linestyle=":", linewidth=1, zorder=1.5)
    elif series.kind == "points":
        mark, colour = MARKS[series.key]
        size = 6 if count <= FEW else 4 if count <= MANY else 3
        # Where many lie on each other the place is dark, and it can be seen that they do.
        alpha = 0.9 if count <= FEW else 0.6 if count <= MANY else 0.35
        axis.plot(
            series.x, series.y, linestyle="none", marker=mark, markersize=size, color=colour, alpha=alpha,
            markeredgewidth=0.5 if count <= MANY else 0, markeredgecolor="white", label=name,
            zorder=4 if series.key == "kept" else 2,
            gid=f"{panel_key}-{series.key}".replace(" ", "-"),
        )  # fmt: skip
    else:
        colour, style, width = LINES[series.key]
        marked = len([y for y in series.y if math.isfinite(y)]) == 1
        axis.plot(
            series.x, series.y, "o" if marked else style, color=colour, linewidth=width, markersize=4, label=name,
            zorder=3, gid=f"{panel_key}-{series.key}".replace(" ", "-"),
        )  # fmt: skip


def formula_lines(formula: str) -> list[str]:
    """A formula in lines that fit above the panels; it is broken before a sign, or after the end of a statement."""
    lines, line = [], ""
    for piece in re.split(r"(?<=;) |(?= [-+] )", formula):
        if line and len(line) + len(piece) > LETTERS:
            lines.append(line)
            line = "    " + piece.strip()
        else:
            line += ("" if not line or piece.startswith(" ") else " ") + piece
    return [*lines, line] if line else []


def _words(figure: Figure, language: str) -> Iterator[str]:
    """All that is written in a figure."""
    yield figure.formula
    yield from captions(figure, language)
    for panel in figure.panels:
        yield axis_name(panel.x, language)
        yield axis_name(panel.y, language)
        yield from series_names(panel, language).values()


def installed_for(words: str) -> tuple[list[str], bool]:
    """The families installed here that have the characters of these words, and whether they have all of them."""
    from matplotlib import font_manager

    open_ones = {char for char in words if not char.isspace()}
    paths = {entry.name: entry.fname for entry in reversed(font_manager.fontManager.ttflist)}
    chosen: list[str] = []
    known = [name for name in (*LATIN, *CHINESE) if name in paths]
    # A font of last resort has a box for every character, and a picture for none.
    others = sorted(name for name in paths.keys() - set(known) if "Last Resort" not in name)
    for name in [*known, *others]:
        if not open_ones:
            break
        here = open_ones & _characters(paths[name])
        if here:
            chosen.append(name)
            open_ones -= here
    return chosen or list(LATIN[:1]), not open_ones


def _characters(path: str) -> set[str]:
    """The characters of a font; none where it cannot be read."""
    from matplotlib import ft2font

    try:
        return {chr(code) for code in ft2font.FT2Font(path).get_charmap()}
    except (OSError, RuntimeError):
        return set()


def _in_latin(figure: Figure) -> Figure:
    """The figure without names that English has no letters for: the columns are x and y."""
    panels = []
    for panel in figure.panels:
        x, y = _latin(panel.x, "x"), _latin(panel.y, "y")
        panels.append(panel._replace(x=x, y=y))
    return figure._replace(panels=tuple(panels), formula=figure.formula if figure.formula.isascii() else "")


def _latin(axis: tuple[str, str], name: str) -> tuple[str, str]:
    return axis if axis[1].isascii() else (axis[0], name)

