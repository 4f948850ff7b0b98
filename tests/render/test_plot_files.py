"""Figures as files: what stands in an SVG, that files are the same each time, and what is said without Matplotlib."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from bpcli.errors import InputError
from bpcli.render.plots import files
from bpcli.render.plots.files import check_drawing, write_figure
from bpcli.training.figure import Figure, Panel, Series

SVG = "{http://www.w3.org/2000/svg}"


def drawn(path: Path) -> tuple[ElementTree.Element, list[str]]:
    """An SVG, and all that is written in it."""
    root = ElementTree.parse(path).getroot()
    return root, ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]


def group(root: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(each for each in root.iter(f"{SVG}g") if each.get("id") == name)


def figure(x: str = "time", y: str = "price") -> Figure:
    names = ("column", x), ("column", y)
    data = Series("points", "data", [0.0, 1.0, 2.0], [1.0, 2.0, 9.0])
    held = Series("points", "held out", [0.5, 1.5], [1.0, 6.0])
    fitted = Series("line", "fitted", [0.0, 1.0, 2.0], [0.0, 4.0, 8.0])
    left = Series("points", "data", [0.0, 1.0, 2.0], [1.0, -2.0, 1.0])
    loss = Series("line", "training", [0.0, 1.0, 2.0], [100.0, 1.0, 0.01])
    across = (-0.1, 2.1)
    return Figure(
        f"{y} = 4*{x}",
        (
            Panel("curve", *names, (data, held, fitted), across, (-1.0, 10.0)),
            Panel("residuals", names[0], ("residual", y), (left,), across, (-3.0, 2.0)),
            Panel("loss", ("step", ""), ("loss", ""), (loss,), across, (0.005, 200.0), True),
        ),
        50_000, 2000, 3, 2, 2,
    )  # fmt: skip


def test_without_matplotlib_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    path = tmp_path / "fit.svg"
    for work in (lambda: check_drawing(str(path)), lambda: write_figure(figure(), str(path))):
        with pytest.raises(InputError) as caught:
            work()
        assert caught.value.exit_code == 2
        assert caught.value.sentence == f"{path} is drawn by Matplotlib, which is not installed"
        assert 'pip install "backprop-cli[plot]"' in caught.value.hint
    assert not path.exists()


def test_another_ending_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    for name in ("fit.jpg", "fit", "svg"):
        with pytest.raises(InputError, match=r"\.svg, \.png or \.pdf"):
            check_drawing(name)


matplotlib = pytest.importorskip("matplotlib", reason="what draws files is in the extra `plot`")


def test_the_svg_has_every_row_and_every_name(tmp_path: Path) -> None:
    path = tmp_path / "fit.svg"
    assert write_figure(figure(), str(path))
    root, texts = drawn(path)
    for name, count in (("curve-data", 3), ("curve-held-out", 2), ("residuals-data", 3)):
        assert len([*group(root, name).iter(f"{SVG}use")]) == count, name
    for name in ("curve-fitted", "loss-training"):
        assert len([*group(root, name).iter(f"{SVG}path")]) == 1, name
    for text in ("price = 4*time", "time", "price", "data", "held out", "fitted", "step", "loss", "0.01", "100"):
        assert text in texts, text
    assert "2000 of 50000 rows, drawn at random (seed 3)" in texts
    # The numbers of x stand once below the two panels that share them, and no step is half a step.
    assert texts.count("0.5") == 1
    assert "<dc:date>" not in path.read_text() and "DejaVu Sans" in path.read_text()
    assert len({each.get("id") for each in root.iter() if each.get("id")}) == len(
        [each for each in root.iter() if each.get("id")]
    )


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_the_same_figure_is_the_same_file(ending: str, tmp_path: Path) -> None:
    one, other = tmp_path / f"one.{ending}", tmp_path / f"other.{ending}"
    write_figure(figure(), str(one))
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9}):
        write_figure(figure(), str(other))
    assert one.read_bytes() == other.read_bytes()
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[ending]
    assert one.read_bytes().startswith(start)
    assert [*tmp_path.iterdir()] in ([one, other], [other, one])


def test_chinese_is_text_in_an_svg_whatever_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "installed_for", lambda words: ([], False))
    path = tmp_path / "fit.svg"
    assert write_figure(figure("时间", "温度"), str(path), "zh")
    _, texts = drawn(path)
    assert {"时间", "温度", "温度 = 4*时间", "数据", "拟合", "步数", "损失"} <= {*texts}
    assert "Noto Sans CJK SC" in path.read_text(encoding="utf-8")


def test_a_picture_without_a_font_for_it_is_in_english_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(files, "installed_for", lambda words: ([files.LATIN[0]], words.isascii()))
    name = files.axis_name

    def kept(axis: tuple[str, str], language: str) -> str:
        written.append(name(axis, language))
        return written[-1]

    monkeypatch.setattr(files, "axis_name", kept)
    assert not write_figure(figure("时间", "温度"), str(tmp_path / "fit.png"), "zh")
    assert written[-5:] == ["y", "x", "residual (y - prediction)", "step", "loss"]
    assert write_figure(figure(), str(tmp_path / "fit.png"), "en")


def test_fonts_are_chosen_by_the_characters_that_they_have() -> None:
    families, complete = files.installed_for("loss 0.1")
    assert complete and len(families) == 1
    # U+0378 is assigned to no character.
    assert not files.installed_for("a\u0378")[1]


def test_column_names_are_never_taken_for_formulas(tmp_path: Path) -> None:
    path = tmp_path / "fit.svg"
    write_figure(figure("$a_1$", "<b & c>"), str(path))
    _, texts = drawn(path)
    assert "$a_1$" in texts and "<b & c>" in texts


def test_a_long_formula_is_broken_before_its_signs() -> None:
    formula = "y = " + " + ".join(f"{number}.123456*x^{number}" for number in range(12))
    lines = files.formula_lines(formula)
    assert len(lines) > 1 and all(len(line) <= files.LETTERS + 4 for line in lines)
    assert all(line.strip().startswith("+ ") for line in lines[1:])
    assert " ".join(line.strip() for line in lines) == formula
