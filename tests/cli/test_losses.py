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
    assert "take --loss bce" in spelled.out
    right = run("fit", classes, "--model", "a*x + b", "--loss", "cross_entropy", "--json")
    same = run("fit", classes, "--model", "sigmoid(a*x + b)", "--loss", "bce", "--json")
    one, other = (json.loads(answer.out) for answer in (right, same))
    assert one["final_loss"] == pytest.approx(other["final_loss"], rel=1e-9)  # one formula, written in two ways
    assert "take --loss bce" not in run("fit", classes, "--model", "a*x + b", "--loss", "cross_entropy").out
