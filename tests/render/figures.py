"""Figures as lines of plain text."""

from __future__ import annotations

from bpcli.render.plots.characters import figure_runs, text_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.training.figure import Figure


def figure_lines(
    figure: Figure, width: int, *, small: bool = False, plain: bool = False, language: str = "en"
) -> list[str]:
    """The figure as it stands in a pipe."""
    return [*text_lines(figure_runs(figure, width, small=small, plain=plain, language=language))]
