"""`bpcli fit` and `bpcli train` as a user types them."""

from __future__ import annotations

import json

import pytest

from bpcli.cli.doors import answer

ROWS = "x,y\n" + "".join(f"{x},{1 - 2 * x + 0.5 * x * x}\n" for x in range(-4, 5))


@pytest.fixture
def points(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(ROWS)
    return str(path)


def bpcli(capsys, *words: str) -> tuple[int, str, str]:
    code = answer(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_report_names_rows_model_stop_reason_parameters_and_equation(points, capsys):
    code, out, err = bpcli(capsys, "fit", points, "--degree", "2")
    assert (code, err) == (0, "")
    for piece in ("9 rows", "y = k0 + k1*x + k2*x^2", "converged after", "least squares", "RMSE", "R²"):
        assert piece in out
    assert "y = 1 - 2*x + 0.5*x^2" in out


def test_the_json_has_the_keys_that_others_rely_on(points, capsys):
    code, out, _ = bpcli(capsys, "fit", points, "--degree", "2", "--json")
    found = json.loads(out)
    assert code == 0
    assert next(iter(found)) == "schema" and found["schema"] == "bpcli.fit/1"
    for key in ("model", "parameters", "standard_errors", "rss", "rmse", "r2", "rows_used", "rows_skipped", "steps",
                "stopped", "reference", "warnings"):  # fmt: skip
        assert key in found
    assert list(found["parameters"].values()) == pytest.approx([1, -2, 0.5], abs=1e-9)
    assert found["reference"]["gap"] < 1e-8


def test_quiet_prints_the_coefficients_alone(points, capsys):
    _, out, _ = bpcli(capsys, "fit", points, "--degree", "1", "-q", "--digits", "4")
    assert out == "k0=4.333\nk1=-2\n"


def test_train_shows_as_many_steps_in_full_as_asked_for(points, capsys):
    _, out, _ = bpcli(capsys, "train", points, "--degree", "2", "--trace-steps", "3")
    assert [line for line in out.splitlines() if line.startswith("Step")] == ["Step 0, the start", "Step 1", "Step 2"]
    assert "p = c0 + c1*t + c2*T2" in out
    assert "converged after" in out


def test_fit_and_train_end_at_the_same_numbers(points, capsys):
    _, fitted, _ = bpcli(capsys, "fit", points, "--degree", "2", "-q")
    _, trained, _ = bpcli(capsys, "train", points, "--degree", "2", "-q")
    assert fitted == trained


def test_divergence_is_a_numeric_failure_that_names_a_rate(points, capsys):
    code, out, _ = bpcli(capsys, "fit", points, "--degree", "2", "--lr", "5")
    assert code == 3
    assert "diverged after" in out and "rates below" in out


def test_not_converged_is_said_and_is_no_failure(points, capsys):
    code, out, _ = bpcli(capsys, "fit", points, "--degree", "2", "--steps", "2")
    assert code == 0
    assert "stopped at the limit of 2 steps" in out
    assert "warning: not converged" in out


def test_columns_are_chosen_by_name_or_number(tmp_path, capsys):
    path = tmp_path / "wide.csv"
    path.write_text("t;m;h\n" + "".join(f"{t};{3 * t};{t * t}\n" for t in range(6)))
    code, out, _ = bpcli(capsys, "fit", str(path), "--x-col", "t", "--y-col", "m")
    assert code == 0
    assert "m = k0 + k1*t" in out
    code, out, _ = bpcli(capsys, "fit", str(path), "--x-col", "1", "--y-col", "3", "--degree", "2")
    assert code == 0
    assert "h = k0 + k1*t + k2*t^2" in out


@pytest.mark.parametrize(
    ("words", "piece"),
    [
        (["--lr", "-1"], "--lr takes a positive number"),
        (["--lr", "fast"], "--lr takes a positive number"),
        (["--degree", "1.5"], "degree"),
        (["--degree", "99"], "--degree takes a whole number from 0 to 60"),
        (["--format", "pdf"], "there is no format 'pdf'"),
        (["--nonsense"], "--nonsense"),
        (["--nonsense", "2"], "a polynomial has no name nonsense"),
    ],
)
def test_wrong_options_get_one_sentence_and_exit_code_two(points, capsys, words, piece):
    code, out, err = bpcli(capsys, "fit", points, *words)
    assert (code, out) == (2, "")
    assert piece in err and "Traceback" not in err


def test_skipped_rows_are_counted_with_their_reason(tmp_path, capsys):
    path = tmp_path / "gaps.csv"
    path.write_text("x,y\n1,2\n2,\n3,6\n4,8\n")
    _, out, _ = bpcli(capsys, "fit", str(path))
    assert "3 rows, 1 skipped" in out
    assert "row 3 skipped" in out
