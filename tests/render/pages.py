"""Pages in a browser without a screen, where there is one."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess

import pytest

from bpcli.files import page_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

CALCULATOR = """<!doctype html><meta charset="utf-8"><pre id="answers">nothing</pre>
<script type="application/json" id="programs">{programs}</script>
<script>{primitives}</script><script>{program}</script>
<script>
const answers = [];
for (const [program, points] of JSON.parse(document.getElementById("programs").textContent)) {{
  for (const point of points) {{
    const inputs = {{}};
    for (const name in point) inputs[name] = Number(point[name]);
    const {{ values, rows, adjoints }} = passes(program, inputs);
    answers.push([
      values.map(String), adjoints.map(String), rows.map((row) => [row.state, String(row.local), String(row.product)]),
    ]);
  }}
}}
document.getElementById("answers").textContent = JSON.stringify(answers);
</script>"""


TELLER = """<!doctype html><meta charset="utf-8"><pre id="answers">nothing</pre>
<script type="application/json" id="cases">{cases}</script>
<script>{primitives}</script><script>{numbers}</script>
<script>
const cases = JSON.parse(document.getElementById("cases").textContent);
const answers = cases.map(([sign, operands, result, digits, fixed]) =>
  told(sign, operands.map(Number), Number(result), digits, fixed));
document.getElementById("answers").textContent = JSON.stringify(answers);
</script>"""


def opened(path: Path, fragment: str = "") -> str:
    """The document as it stands once the scripts of a page have run. Skips the test where there is no browser."""
    browser = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if browser is None:
        pytest.skip("no browser here: none of " + ", ".join(BROWSERS))
    words = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={path.parent / 'profile'}"]
    done = subprocess.run(
        [*words, "--dump-dom", path.as_uri() + fragment], capture_output=True, timeout=120, check=False
    )
    return done.stdout.decode()


def text_of(document: str, identifier: str) -> str:
    """The text of an element of a document that has no elements inside."""
    found = re.search(rf'id="{identifier}"[^>]*>([^<]*)<', document)
    assert found is not None, document[:2000]
    return html.unescape(found[1])


def calculated(programs: list[tuple[dict[str, Any], list[dict[str, Any]]]], folder: Path) -> list[Any]:
    """What the scripts of the page make of programs at points: values, adjoints and rows of each, in order."""
    data = json.dumps(programs, allow_nan=False).replace("<", "\\u003c")
    page = CALCULATOR.format(
        programs=data, primitives=page_text("primitives.js"), program=page_text("program.js")
    )
    path = folder / "calculator.html"
    path.write_text(page, encoding="utf-8")
    return json.loads(text_of(opened(path), "answers"))  # type: ignore[no-any-return]


def told(cases: list[tuple[str, list[str], str, int, list[bool]]], folder: Path) -> list[Any]:
    """How the page prints sums, products and so on: operands, relation and result of each, in order."""
    data = json.dumps(cases).replace("<", "\\u003c")
    page = TELLER.format(cases=data, primitives=page_text("primitives.js"), numbers=page_text("numbers.js"))
    path = folder / "teller.html"
    path.write_text(page, encoding="utf-8")
    return json.loads(text_of(opened(path), "answers"))  # type: ignore[no-any-return]
