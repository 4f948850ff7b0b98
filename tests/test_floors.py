"""Imports only point down, and a command loads no more than it uses."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bpcli

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Runner

PACKAGE = Path(bpcli.__file__).parent

# From the bottom to the top. A module imports from its own floor and from those below.
FLOORS = (
    ("errors", "numbers", "printed", "files"),
    ("data",),
    ("ops",),
    ("graph",),
    ("language",),
    ("calculus",),
    ("engine",),
    ("tracing",),
    ("render",),
    ("training",),
    ("answers", "values"),
    ("api",),
    ("cli", "__main__"),
)
HEIGHT = {part: height for height, floor in enumerate(FLOORS) for part in floor}
# The public surface stands beside the house: it gathers names from `api`, and anyone may ask it for the version.
SURFACE = "__init__"

MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[str, bool, int]]:
    """Each imported module of a file by its full name, whether it stands inside a function, and its line.

    What stands under `if TYPE_CHECKING` is never carried out, and does not count.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    work: list[tuple[ast.AST, bool]] = [(tree, False)]
    while work:
        node, lazy = work.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, lazy, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            assert node.module is not None
            yield node.module, lazy, node.lineno
            # `from bpcli.language import scanner` imports a module too.
            yield from ((f"{node.module}.{alias.name}", lazy, node.lineno) for alias in node.names)
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        work += [(child, inside) for child in ast.iter_child_nodes(node)]


def test_every_part_of_the_package_has_a_floor() -> None:
    assert {part_of(path) for path in MODULES} - {SURFACE} == {*HEIGHT}


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])
def test_imports_point_down(path: Path) -> None:
    here = part_of(path)
    for module, _, line in imports_of(path):
        names = module.split(".")
        if names[0] != "bpcli" or len(names) == 1 or here == SURFACE or names[1] not in HEIGHT:
            continue
        there = names[1]
        assert HEIGHT[there] <= HEIGHT[here], f"{path}:{line}: {here} imports {module}, from a floor above it"


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])
def test_typer_is_known_to_the_command_line_alone(path: Path) -> None:
    for module, _, line in imports_of(path):
        top = module.partition(".")[0]
        assert top != "click", f"{path}:{line}: Typer carries a copy of click of its own"
        if part_of(path) != "cli":
            assert top != "typer", f"{path}:{line}"


FLOATS_ONLY = ("errors", "numbers", "files", "ops", "graph", "language", "calculus")


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])
def test_the_lower_floors_know_no_library(path: Path) -> None:
    if part_of(path) in FLOATS_ONLY:
        for module, lazy, line in imports_of(path):
            top = module.partition(".")[0]
            assert top not in ("numpy", "rich"), f"{path}:{line}"
            # Lark makes the tables of the parser, and only when it is asked to.
            assert top != "lark" or (path.name == "build_tables.py" and lazy), f"{path}:{line}"


LIBRARIES = ("numpy", "rich", "lark", "typer", "typing_extensions")
HEAVY = (*LIBRARIES, "click", "difflib", "inspect", "tomllib", "unicodedata", "json", "dataclasses")
LOADED = "import sys; sys.stderr.write(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"


def loaded_by(run_process: Runner, code: str) -> set[str]:
    """The top-level modules that are loaded once some code has run."""
    answer = run_process(python=("-c", f"{code}\n{LOADED}"))
    assert answer.code == 0, answer.err
    return set(answer.err.split("\n")[-1].split())


def answering(*words: str) -> str:
    return f"from bpcli.cli.doors import answer\nanswer({list(words)!r})"


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import bpcli", LIBRARIES),
        ("import bpcli.cli", LIBRARIES),
        ("import bpcli.cli.doors", HEAVY),
        ("import bpcli.language.reader", HEAVY),
        (answering("grad", "(x+w)*w", "--x", "2", "--w", "3"), LIBRARIES),
        (answering("grad", "-q", "tanh(x)^2", "--x", "1/3"), LIBRARIES),
        (answering("eval", "f(u) = u^2; f(x)", "--x", "2"), LIBRARIES),
        (answering("trace", "(x+w)*w", "--x", "2", "--w", "3"), LIBRARIES),
        (answering("trace", "(x+w)*w", "--x", "2", "--w", "3", "--format", "md"), LIBRARIES),
        (answering("trace", "(x+w)*w", "--blank", "--format", "md"), LIBRARIES),
        (answering("graph", "(x+w)*w", "--x", "2", "--w", "3"), LIBRARIES),
        (answering("graph", "(x+w)*w", "--format", "svg"), LIBRARIES),
        (answering("trace", "(x+w)*w", "--x", "2", "--w", "3", "--format", "html"), LIBRARIES),
        (answering("diff", "x^2*sin(x)"), LIBRARIES),
        (answering("check", "x^2", "--x", "2"), LIBRARIES),
        (answering("grad", "x^2", "--x", "2", "--json"), LIBRARIES),
        (answering("grad", "x^2", "--x", "2"), ("fractions", "decimal", "mpmath")),
        (answering("grad", "x^2", "--x", "2", "--exact"), (*LIBRARIES, "mpmath")),
        (answering("grad", "x^2", "--x", "2", "--dtype", "float16"), (*LIBRARIES, "mpmath", "fractions")),
        (answering("grad", "x^2", "--x", "2", "--precision", "30"), LIBRARIES),
        (answering("grad", "x^2"), LIBRARIES),
        (answering("--version"), LIBRARIES),
    ],
    ids=lambda value: value.replace("\n", "; ") if isinstance(value, str) else "",
)
def test_a_scalar_answer_in_plain_text_loads_no_library(
    run_process: Runner, code: str, unwanted: tuple[str, ...]
) -> None:
    assert loaded_by(run_process, code).isdisjoint(unwanted)
