"""What `--json` prints fits the schema that is published for it in docs/schemas."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from bpcli.cli.doors import answer

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"

CALLS = [
    ["eval", "(x+w)*w", "--x", "2", "--w", "3"],
    ["eval", "1/x", "--x", "0"],
    ["eval", "e*x", "--x", "2", "--e", "3"],
    ["grad", "(x+w)*w", "--x", "2", "--w", "3"],
    ["grad", "sqrt(x)", "--x", "0"],
    ["grad", "max(x, 0) + 0*z + detach(v)", "--x", "0", "--z", "1", "--v", "2"],
    ["grad", "a = v; x*floor(w)", "--x", "1", "--w", "2", "--v", "3"],
    ["diff", "(x+w)*w"],
    ["diff", "(x+w)*w", "--wrt", "w", "--x", "2", "--w", "3"],
    ["diff", "x^3", "--wrt", "x,x"],
    ["diff", "3"],
    ["check", "(x+w)*w", "--x", "2", "--w", "3"],
    ["trace", "(x+w)*w", "--x", "2", "--w", "3"],
    ["trace", "relu(w*x + 1/3) + where(x > 0, x, log(x))", "--x", "2", "--w", "-3"],
    ["trace", "f(u) = u^2; d f/du = 2u; f(x)", "--x", "1e200"],
    ["trace", "2*3"],
    ["trace", "a0 = x; " + "".join(f"a{i} = a{i - 1} + a{i - 1};" for i in range(1, 70)) + "a69", "--x", "1"],
    ["ops"],
    ["ops", "max"],
    ["fit", "points.csv", "--degree", "2"],
    ["fit", "points.csv", "--degree", "7"],
    ["fit", "points.csv", "--degree", "2", "--lr", "9"],
    ["train", "points.csv", "--degree", "1"],
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


def test_every_command_with_json_has_a_schema():
    names = {path.name.split(".")[0] for path in SCHEMAS.glob("*.schema.json")}
    assert names == {"eval", "grad", "diff", "check", "trace", "fit", "ops", "points"}
