"""Draws docs/trace.svg, the picture of the README: `bpcli trace` as a terminal shows it.

    python docs/make_picture.py
"""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

import bpcli
from bpcli.render.terminal import trace_renderable

# Rich's own frame loads a font from elsewhere; a picture in a repository stands on its own.
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """The text of the SVG."""
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(trace_renderable(bpcli.trace("(x+w)*w", x=2, w=3), width=80))
    title = 'bpcli trace "(x+w)*w" --x 2 --w 3'
    return console.export_svg(title=title, code_format=FRAME, unique_id="trace")


if __name__ == "__main__":
    Path(__file__).with_name("trace.svg").write_text(picture(), encoding="utf-8")
