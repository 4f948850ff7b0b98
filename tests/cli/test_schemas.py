"""What `--json` prints fits the schema that is published for it in docs/schemas."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from bpcli.cli.doors import answer
from bpcli.render.languages.en.lenses import FINDINGS
from bpcli.tracing.claims.slips import KINDS, OTHER_SHAPE, TENSOR_KINDS

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"

CALLS = [
    ["eval", "(x+w)*w", "--x", "2", "--w", "3"],
    ["eval", "1/x", "--x", "0"],
    ["eval", "e*x", "--x", "2", "--e", "3"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3"],
    ["grad", "sqrt(x)", "--x", "0"],
    ["grad", "max(x, 0) + 0*z + detach(v)", "--x", "0", "--z", "1", "--v", "2"],
    ["grad", "a = v; x*floor(w)", "--x", "1", "--w", "2", "--v", "3"],
    ["eval", "x/3 + sin(w)", "--x", "2", "--w", "3", "--exact"],
    ["eval", "10^400/3", "--exact"],
    ["eval", "exp(x)", "--x", "1000", "--precision", "30"],
    ["eval", "exp(x)", "--x", "12", "--dtype", "float16"],
    ["grad", "x/3 + sin(w)", "--x", "2", "--w", "3", "--exact"],
    ["grad", "log2(x)", "--x", "8", "--exact"],
    ["grad", "+".join(f"sin({i}x)" for i in range(1, 9)), "--x", "1", "--exact"],
    ["grad", "1/x", "--x", "0", "--precision", "30"],
    ["grad", "u*(v*x)", "--u", "2^-14", "--v", "2^-14", "--x", "1", "--dtype", "float16"],
    ["grad", "u*(v*x)", "--u", "1", "--v", "9", "--x", "1", "--dtype", "float16", "--loss-scale", "65536"],
    ["diff", "(x+w)*w"],
    ["diff", "(x+w)*w", "--wrt", "w", "--x", "2", "--w", "3"],
    ["diff", "x^3", "--wrt", "x,x"],
    ["diff", "x @ A @ x", "--shape", "x=2,A=2x2"],
    ["diff", "x @ A @ x", "--x", "[1,2]", "--A", "[[1,2],[3,4]]"],
    ["diff", "3"],
    ["diff", "x*sin(w*x)", "--rules"],
    ["diff", "x*sin(x)", "--rules", "--order", "2", "--lang", "zh"],
    ["diff", "3", "--rules"],
    ["check", "(x+w)*w", "--x", "2", "--w", "3"],
    ["check", "gelu(x)*relu(w)", "--x", "2", "--w", "0"],
    ["check", "f(u) = u; d f/du = 2; f(x)", "--x", "2", "--sweep"],
    ["check", "3"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3"],
    ["trace", "sum(relu(x @ [[1, -1], [2, 1]]))", "--x", "[[1, 2], [-3, 1]]", "--lens", "cost,flow", "--repeat", "2"],
    ["trace", "(x+w)*floor(w)", "--x", "2", "--w", "3", "--mode", "forward"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--mode", "forward"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--mode", "reverse"],
    ["jacobian", "[x*w, x + w]", "--x", "2", "--w", "3"],
    ["jacobian", "[1/x, x]", "--x", "0", "--mode", "forward"],
    ["hessian", "x^2*w", "--x", "2", "--w", "3"],
    ["hessian", "x^2*w", "--x", "2", "--w", "3", "--order", "3"],
    ["hessian", "x^2*w", "--x", "2", "--w", "3", "--direction", "1,0"],
    ["jvp", "[x*w, x + w]", "--x", "2", "--w", "3", "--direction", "x=1"],
    ["vjp", "[x*w, x + w]", "--x", "2", "--w", "3", "--weights", "1,2"],
    ["eval", "[A @ x, sum(1/x)]", "--A", "[[1,2],[3,4]]", "--x", "[1,0]"],
    ["grad", "x @ A @ x", "--A", "[[1,2],[3,4]]", "--x", "[1,0]"],
    ["grad", "sum(sqrt(x))", "--x", "[1,0]", "--mode", "forward"],
    ["check", "x @ A @ x + z", "--A", "[[1,2],[3,4]]", "--x", "[1,0]", "--z", "3", "--sweep"],
    ["why", "sum(relu(x))", "--x", "[1, -1]"],
    ["why", "sum(sqrt(x))", "--x", "[1, 0]"],
    ["grad", "sum(x*x)", "--x", "[1, 2]", "--dtype", "float16", "--loss-scale", "8"],
    ["check", "sum(W*W)", "--W", "randn(10,10)"],
    ["check", "f(u) = u; d f/du = 2; sum(f(x))", "--x", "[2, 3]"],
    ["jacobian", "[A @ x, sum(x)]", "--A", "[[1,2],[3,4]]", "--x", "[1,0]"],
    ["grad", "sum(x^2)", "--x", "[1,2]", "--expect", "x=[2,4]", "--expect", "x=3", "--claim", "x=[1,2]"],
    ["grad", "sum(x^2)", "--x", "[1,2]", "--claim", "x=[1,2,3]"],
    ["hessian", "x @ A @ x", "--A", "[[1,2],[3,4]]", "--x", "[1,0]"],
    ["hessian", "x @ A @ x", "--A", "[[1,2],[3,4]]", "--x", "[1,0]", "--direction", "x=[1,2]"],
    ["jvp", "A @ x", "--A", "[[1,2],[3,4]]", "--x", "[1,0]", "--direction", "x=[1,2]"],
    ["vjp", "A @ x", "--A", "[[1,2],[3,4]]", "--x", "[1,0]", "--weights", "[1,2]"],
    ["trace", "relu(w*x + 1/3) + where(x > 0, x, log(x))", "--x", "2", "--w", "-3"],
    ["trace", "f(u) = u^2; d f/du = 2u; f(x)", "--x", "1e200"],
    ["trace", "2*3"],
    ["trace", "sum(relu(X@W + b)) + 1/x", "--X", "[[1,2],[3,4]]", "--W", "[[1],[-1]]", "--b", "[0.5]", "--x", "0"],
    ["trace", "sum(layer_norm(X)*max(X))", "--X", "[[1,2],[3,4]]", "--explain", "brief"],
    ["trace", "sum(exp(X))", "--X", "randn(6, 7)"],
    ["graph", "sum(W@x)", "--W", "[[1,2]]", "--x", "[3,4]"],
    ["trace", "sum(W@x)", "--W", "[[1,2]]", "--x", "[3,4]", "--element", "W[0,1]"],
    ["trace", "(x+w)*relu(w)", "--x", "2", "--w", "-3", "--explain", "story", "--lang", "zh"],
    ["trace", "(x+w)*relu(w)", "--x", "2", "--w", "-3", "--explain", "normal", "--mode", "forward"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--lens", "cost,flow", "--claim", "w=5", "--lang", "zh"],
    ["grad", "sin(x^2)", "--x", "1.5", "--claim", "x=-0.6"],
    ["trace", "x/3 + relu(w)*x + sin(w)", "--x", "2", "--w", "-3", "--exact"],
    ["trace", "x/3 + x^w", "--x", "2", "--w", "3", "--precision", "20"],
    ["trace", "x/3 + x^w", "--x", "2", "--w", "3", "--dtype", "bfloat16", "--loss-scale", "1024"],
    ["trace", "a0 = x; " + "".join(f"a{i} = a{i - 1} + a{i - 1};" for i in range(1, 70)) + "a69", "--x", "1"],
    ["eval", "x/3", "--x", "1", "--expect", "y=0.333"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "w=7", "--expect", "y=inf"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "w=8"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "w=x + 2*w"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--expect", "w=x + 2*w"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3", "--claim", "w=5", "--claim", "w=8", "--claim", "x=0.123"],
    ["trace", "(x+w)*max(x, w)", "--x", "3", "--w", "3", "--claim", "w=6", "--claim", "x=7"],
    ["trace", "(x+w)*relu(x)*tanh(9w)", "--x", "-1", "--w", "3", "--lens", "cost,flow,memory", "--repeat", "2"],
    ["trace", "sin(sin(sin(sin(x))))", "--x", "1", "--lens", "memory,cost", "--measure"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3", "--until", "a"],
    ["trace", "tanh(w*x)", "--x", "2", "--w", "3", "--unfold", "tanh"],
    ["trace", "sum(W@x)/3", "--W", "[[1,2]]", "--x", "[3,4]", "--exact"],
    ["trace", "sum(tanh(W@x))", "--W", "[[1,2]]", "--x", "[3,4]", "--precision", "20", "--mode", "forward"],
    ["trace", "sum(W@x)", "--W", "[[1,2]]", "--x", "[3,4]", "--mode", "forward", "--direction", "x=[1,0]"],
    ["diff", "(x+w)*w", "--expect", "x=w", "--expect", "w=2*w"],
    ["diff", "x^2", "--x", "2", "--expect", "4"],
    ["why", "relu(x)*w^2", "--x", "-1", "--w", "0", "--wrt", "x"],
    ["why", "log(x)", "--x", "-1"],
    ["why", "sqrt(x^2)", "--x", "0"],
    ["why", "exp(x)^2", "--x", "300"],
    ["graph", "relu(w*x + 1/3) + where(x > 0, x, log(x))", "--x", "2", "--w", "-3"],
    ["graph", "1/x + detach(w)", "--x", "0", "--w", "1"],
    ["graph", "n = 2; x^n"],
    ["ops"],
    ["ops", "max"],
    ["fit", "points.csv", "--degree", "2"],
    ["fit", "points.csv", "--degree", "7"],
    ["fit", "points.csv", "--degree", "2", "--lr", "9"],
    ["train", "points.csv", "--degree", "1"],
    ["fit", "points.csv", "--model", "a*exp(-b*x) + c"],
    ["fit", "points.csv", "--model", "a*x + b", "--hold", "b=1", "--loss", "mae"],
    ["fit", "points.csv", "--degree", "2", "--optimizer", "adam", "--steps", "5", "--val", "0.3"],
    ["train", "(w*x + b - t)^2", "--x", "3", "--t", "10", "--init", "w=2,b=-1", "--lr", "0.11"],
    ["train", "(w*x + b - t)^2", "--x", "3", "--t", "10", "--init", "w=2,b=-1", "--lr", "0.1"],
    ["train", "exp(w*x)", "--x", "3", "--init", "w=2", "--lr", "1e300"],
]  # fmt: skip


@pytest.mark.parametrize("words", CALLS, ids=lambda words: " ".join(words)[:40])
def test_json_output_fits_its_published_schema(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "points.csv").write_text("x,y\n1,2\n2,3\n3,5\n4,4\n")
    answer([*words, "--json"])
    found = json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    name = found["schema"].removeprefix("bpcli.").removesuffix("/1")
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert next(iter(found)) == "schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(found, schema)


@pytest.mark.parametrize(
    "words", [["grad"], ["eval"], ["grad", "--keep"], ["grad", "--wrt", "w"], ["eval", "--keep"]], ids=" ".join
)
def test_every_line_for_a_row_fits_the_schema_of_points(words, capsys, tmp_path):
    path = tmp_path / "points.csv"
    path.write_text('x,"w"\n2,3\n,1\ninf,-1e300\n')
    answer([words[0], "w*x^2/(w - 1)", "--data", str(path), "--json", *words[1:]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    schema = json.loads((SCHEMAS / "points.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for line in lines:
        found = json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
        jsonschema.validate(found, schema)
        assert ("gradient" in found) == (words[0] == "grad")
        assert ("inputs" in found) == ("--keep" in words)


def test_every_line_of_a_prediction_fits_its_schema(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "points.csv").write_text("x,y\n1,2\n2,3\n3,5\n,4\n9,1\n")
    answer(["fit", "points.csv", "--model", "a*log(x) + b", "--save", "m.json", "-q"])
    capsys.readouterr()
    (tmp_path / "new.csv").write_text("x,z\n1,2\n,3\n-1,1\n0,1\n50,1\n")
    answer(["predict", "m.json", "new.csv", "--json"])
    lines = capsys.readouterr().out.splitlines()
    schema = json.loads((SCHEMAS / "predict.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert len(lines) >= 4
    for line in lines:
        found = json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
        jsonschema.validate(found, schema)


def test_schemas_name_every_slip_and_every_finding():
    grad, trace = (json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8")) for name in ("grad", "trace"))
    for schema in (grad, trace):
        assert schema["$defs"]["slip"]["properties"]["kind"]["enum"] == [*TENSOR_KINDS, *KINDS, OTHER_SHAPE]
    findings = trace["properties"]["lens"]["items"]["properties"]["findings"]["items"]["properties"]
    assert {*findings["kind"]["enum"]} == {*FINDINGS} - {"healthy-one", "lengths-one"}


def test_every_command_with_json_has_a_schema():
    names = {path.name.split(".")[0] for path in SCHEMAS.glob("*.schema.json")}
    assert names == {
        "eval", "grad", "diff", "check", "trace", "fit", "ops",
        "jacobian", "hessian", "derivatives", "jvp", "vjp", "hessian_product", "why", "points", "graph", "predict",
        "model",
    }  # fmt: skip


STORED = [
    ["fit", "rows.csv", "--degree", "2"],
    ["fit", "rows.csv", "--degree", "2", "--weights", "w"],
    ["fit", "rows.csv", "--model", "a*exp(b*x)", "--weights", "w"],
    ["train", "rows.csv", "--model", "a*x + b", "--optimizer", "adam", "--batch", "2", "--val", "0.3", "--steps", "5"],
    ["train", "rows.csv", "--model", "a*sin(b*x)", "--optimizer", "lbfgs", "--init", "a=1", "--hold", "b=2"],
    ["train", "rows.csv", "--degree", "2", "--optimizer", "momentum", "--steps", "3"],
    ["train", "(w - 1)^2", "--init", "w=0", "--steps", "2"],
    ["train", "sum((W - 1)^2)", "--init", "W=[[1,2],[3,4]]", "--steps", "2"],
]


@pytest.mark.parametrize("words", STORED, ids=lambda words: " ".join(words))
def test_a_stored_model_fits_its_schema(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("x,y,w\n1,2,1\n2,4,2\n3,7,1\n4,11,1\n5,16,2\n")
    assert answer([*words, "--save", "model.json", "-q"]) == 0
    schema = json.loads((SCHEMAS / "model.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    stored = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    assert next(iter(stored)) == "schema"
    # A polynomial by least squares has a descent of its own, and other models have what is known of their tensors.
    assert {*schema["required"]} <= {*stored} <= {*schema["properties"]}
    assert ("descent" in stored) != ("tensors" in stored)
    assert {*stored["setting"]} == {*schema["properties"]["setting"]["properties"]}
    jsonschema.validate(stored, schema)


def test_the_stored_model_of_the_examples_fits_its_schema():
    schema = json.loads((SCHEMAS / "model.schema.json").read_text(encoding="utf-8"))
    stored = json.loads((SCHEMAS.parents[1] / "examples" / "decay-model.json").read_text(encoding="utf-8"))
    jsonschema.validate(stored, schema)
