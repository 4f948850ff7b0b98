"""Losses by name and by formula, for what they are meant."""

from __future__ import annotations

import json

import pytest

POINTS = "t,U\n0,1\n1,3\n2,2\n3,5\n4,4\n5,9\n"
CLASSES = "x,y\n1,0\n2,1\n3,0\n4,1\n5,1\n6,0\n7,1\n8,1\n"


@pytest.fixture
def points(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(POINTS)
    return str(path)


@pytest.fixture
def classes(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text(CLASSES)
    return str(path)


def test_a_loss_of_pred_alone_is_on_top_of_a_straight_line(run, points):
    own = json.loads(run("fit", points, "--loss", "(pred - U)^2", "--json").out)
    # Least squares by hand: squares around the mean of 40 and, of t, of 17.5; the slope 23/17.5.
    assert own["rss"] == pytest.approx(40 - 23**2 / 17.5, rel=1e-9)
    assert run("fit", points, "--loss", "(pred - U)^4").code == 0


def test_a_column_called_pred_stays_one(run, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("x,y,pred\n1,2,1\n2,4,2\n3,6,3\n")
    assert run("fit", str(path), "--loss", "(k*pred - y)^2", "-q").out.strip() == "k=2"


def test_no_sigmoid_is_taken_twice(run, classes):
    twice = run("fit", classes, "--model", "sigmoid(a*x + b)", "--loss", "cross_entropy")
    assert twice.code == 2
    assert "--loss bce" in twice.err
    named = run("fit", classes, "--model", "p = sigmoid(a*x + b)", "--loss", "cross_entropy")
    assert named.code == 2
    spelled = run("fit", classes, "--model", "1/(1 + exp(-a*x - b))", "--loss", "cross_entropy")
    assert "take `--loss bce`" in spelled.out
    right = run("fit", classes, "--model", "a*x + b", "--loss", "cross_entropy", "--json")
    same = run("fit", classes, "--model", "sigmoid(a*x + b)", "--loss", "bce", "--json")
    one, other = (json.loads(answer.out) for answer in (right, same))
    assert one["final_loss"] == pytest.approx(other["final_loss"], rel=1e-9)  # one formula, written in two ways
    assert "take `--loss bce`" not in run("fit", classes, "--model", "a*x + b", "--loss", "cross_entropy").out


def test_a_loss_divided_by_a_variance_weighs_the_rows(run, tmp_path):
    path = tmp_path / "sigma.csv"
    path.write_text("x,y,sigma\n1,2,0.1\n2,4.1,0.1\n3,5.9,0.2\n4,8.3,0.4\n")
    found = json.loads(run("fit", str(path), "--model", "a*x + b", "--loss", "(pred - y)^2/sigma^2", "--json").out)
    # scipy 1.17.1, curve_fit with sigma.
    assert found["parameters"] == pytest.approx({"a": 2.0284263959390865, "b": -0.008629441624366106}, rel=1e-6)
    assert found["standard_errors"] == pytest.approx({"a": 0.07054559237759939, "b": 0.1332465610634244}, rel=1e-5)
    wrong = run("fit", str(path), "--model", "a*x + b", "--weights", "1/sigma^2")
    assert wrong.code == 2
    assert "/sigma^2" in wrong.err and "did you mean" not in wrong.err


@pytest.mark.parametrize(
    ("model", "loss", "rows", "separated"),
    [
        ("sigmoid(a*x + b)", "bce", "1,0\n2,0\n3,1\n4,1\n", True),  # anything steep at 2.5 is right
        ("a*x + b", "cross_entropy", "1,0\n2,0\n3,1\n4,1\n", True),
        ("a*x + b", "cross_entropy", "1,0\n2,1\n3,0\n4,1\n", False),
    ],
)
def test_classes_without_an_overlap_have_no_finite_optimum(run, tmp_path, model, loss, rows, separated):
    path = tmp_path / "classes.csv"
    path.write_text(f"x,y\n{rows}")
    shown = run("fit", str(path), "--model", model, "--loss", loss).out
    assert ("no finite values are best" in shown) == separated
    assert ("\nconverged after" in shown) != separated


def test_a_column_that_no_formula_can_name_has_a_name_that_it_can(run, tmp_path):
    path, saved = tmp_path / "units.csv", tmp_path / "m.json"
    path.write_text("Time (s),Höhe [m],how sure\n1,3,1\n2,5,1\n3,7,2\n")
    shown = run("fit", str(path), "--model", "a*Time_s + b", "--y-col", "Höhe [m]", "--save", str(saved))
    assert "Höhe_m = 2*Time_s + 1" in shown.out  # by hand
    predicted = run("predict", str(saved), str(path), "-q")
    assert predicted.code == 0
    assert [float(line.split(",")[1]) for line in predicted.out.split()] == pytest.approx([3, 5, 7])
    assert run("train", str(path), "--resume", str(saved), "--steps", "20").code == 0
    weighted = run("fit", str(path), "--model", "a*Time_s + b", "--weights", "how sure", "--y-col", "2", "-q")
    assert weighted.code == 0
    missed = run("fit", str(path), "--model", "a*Time + b")
    assert "Time_s" in missed.out  # among the columns that there are
