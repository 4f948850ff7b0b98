"""Telling variables from options, the expression from both: every rule of LANGUAGE.md, "Arguments"."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.cli.arguments import Request, split, words_for
from bpcli.cli.options import ALL, BY_NAME, OPTIONS, QUIET, TRAINING, options_of
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Runner


def parts(*words: str, command: str = "grad") -> tuple[str | None, dict[str, str], dict[str, str], bool]:
    request = split(command, list(words))
    return request.text, request.values, request.options, request.quiet


def refusal(*words: str, command: str = "grad") -> InputError:
    with pytest.raises(InputError) as caught:
        split(command, list(words))
    assert caught.value.report().startswith("error: ")
    return caught.value


# words -> expression, values, options, whether -q was among them

SPLIT = [
    # (d) everything that is nothing else is the expression
    (["x"], "x", {}, {}, False),
    (["-x^2"], "-x^2", {}, {}, False),
    (["-1"], "-1", {}, {}, False),
    (["-e^x"], "-e^x", {}, {}, False),
    (["-h", "--h", "2"], "-h", {"h": "2"}, {}, False),
    (["-v"], "-v", {}, {}, False),
    (["-qx"], "-qx", {}, {}, False),
    (["--2"], "--2", {}, {}, False),
    (["--2x"], "--2x", {}, {}, False),
    (["--x^2"], "--x^2", {}, {}, False),
    (["-"], "-", {}, {}, False),
    (["（x＋w）×w"], "（x＋w）×w", {}, {}, False),
    # (c) a variable takes the next word as it stands
    (["x", "--x", "2"], "x", {"x": "2"}, {}, False),
    (["--x", "2", "x"], "x", {"x": "2"}, {}, False),
    (["x", "--x=2"], "x", {"x": "2"}, {}, False),
    (["x", "--x", "-2"], "x", {"x": "-2"}, {}, False),
    (["x", "--x", "-1e5"], "x", {"x": "-1e5"}, {}, False),
    (["x", "--x=-1e5"], "x", {"x": "-1e5"}, {}, False),
    (["x", "--x", "1/3"], "x", {"x": "1/3"}, {}, False),
    (["x", "--x", "-q"], "x", {"x": "-q"}, {}, False),
    (["x", "--x", "-"], "x", {"x": "-"}, {}, False),
    (["x", "--x", "--"], "x", {"x": "--"}, {}, False),
    (["x", "--x", "--2"], "x", {"x": "--2"}, {}, False),
    (["x", "--x="], "x", {"x": ""}, {}, False),
    (["x", "--x", ""], "x", {"x": ""}, {}, False),
    (["x", "--x=a=b"], "x", {"x": "a=b"}, {}, False),
    (["x", "--x", "[1,2]"], "x", {"x": "[1,2]"}, {}, False),
    (["x", "--x", "@x.npy"], "x", {"x": "@x.npy"}, {}, False),
    (["x*w", "--x", "2", "--w", "3"], "x*w", {"x": "2", "w": "3"}, {}, False),
    # names that are options elsewhere, constants, or words of Python
    *[([name, f"--{name}", "3"], name, {name: "3"}, {}, False) for name in (
        "h", "v", "V", "q", "x", "gamma", "beta", "I", "C", "g_", "_", "e", "pi", "lr", "tau", "degree", "lambda", "if",
        "None", "version", "f", "W1", "x_2", "σ", "β", "速度",
    )],
    # a name is spelled as in the expression once that is plain
    (["W₁", "--W₁", "3"], "W₁", {"W1": "3"}, {}, False),
    (["ｘ", "--ｘ=3"], "ｘ", {"x": "3"}, {}, False),
    (["µ", "--µ", "3"], "µ", {"μ": "3"}, {}, False),
    (["é", "--e\u0301", "3"], "é", {"é": "3"}, {}, False),
    # (b) an option takes the next word as it stands
    (["x", "--wrt", "x"], "x", {}, {"wrt": "x"}, False),
    (["x", "--wrt=x,w"], "x", {}, {"wrt": "x,w"}, False),
    (["x", "--wrt", "--x"], "x", {}, {"wrt": "--x"}, False),
    (["x", "--digits", "-3"], "x", {}, {"digits": "-3"}, False),
    (["x", "--json"], "x", {}, {"json": ""}, False),
    (["--json", "x"], "x", {}, {"json": ""}, False),
    (["--no-share", "x", "--max-nodes", "10"], "x", {}, {"no-share": "", "max-nodes": "10"}, False),
    (["x", "--json", "--json"], "x", {}, {"json": ""}, False),
    (["x", "--digits", "3", "--digits=3"], "x", {}, {"digits": "3"}, False),
    (["--file", "net.bp"], None, {}, {"file": "net.bp"}, False),
    (["--file=-"], None, {}, {"file": "-"}, False),
    # --set: split at the first =
    (["x", "--set", "x=2"], "x", {"x": "2"}, {}, False),
    (["x", "--set=x=-2"], "x", {"x": "-2"}, {}, False),
    (["x", "--set", "x=a=b"], "x", {"x": "a=b"}, {}, False),
    (["x", "--set", " x = 2"], "x", {"x": " 2"}, {}, False),
    (["x", "--set", "digits=2", "--set", "wrt=3"], "x", {"digits": "2", "wrt": "3"}, {}, False),
    (["x", "--set", "W₁=2"], "x", {"W1": "2"}, {}, False),
    # the only short option is the exact word -q
    (["x", "-q"], "x", {}, {}, True),
    (["-q", "x"], "x", {}, {}, True),
    (["-q", "-q", "x"], "x", {}, {}, True),
    # (a) after -- everything is positional
    (["--", "--x"], "--x", {}, {}, False),
    (["--", "-q"], "-q", {}, {}, False),
    (["--", "--"], "--", {}, {}, False),
    (["--x", "2", "--", "--json"], "--json", {"x": "2"}, {}, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "text", "values", "options", "quiet"), SPLIT, ids=[" ".join(words) for words, *_ in SPLIT]
)
def test_words_are_told_apart(
    words: list[str], text: str | None, values: dict[str, str], options: dict[str, str], quiet: bool
) -> None:
    assert parts(*words) == (text, values, options, quiet)


REFUSED = [
    (["x", "--x"], "no-value"),
    (["x*w", "--x", "--w", "3"], "no-value"),
    (["x", "--x", "--w=3"], "no-value"),
    (["x", "--x", "--json"], "no-value"),
    (["x", "--x", "--max-nodes", "3"], "no-value"),
    (["x", "--x", "--β", "3"], "no-value"),
    (["x", "--x", "1", "--x", "1"], "given-twice"),
    (["x", "--x", "1", "--set", "x=2"], "given-twice"),
    (["W1", "--W1", "1", "--W₁", "2"], "given-twice"),
    (["x", "--digits"], "option-without-value"),
    (["x", "--set"], "option-without-value"),
    (["x", "--wrt="], "option-without-value"),
    (["--file", ""], "option-without-value"),
    (["x", "--digits", "3", "--digits", "4"], "option-twice"),
    (["x", "--json=yes"], "switch-with-value"),
    (["x", "--json="], "switch-with-value"),
    (["x", "--sweep"], "option-elsewhere"),
    (["x", "--all"], "option-elsewhere"),
    (["x", "--set", "x"], "set-without-equals"),
    (["x", "--set", "2=3"], "set-without-equals"),
    (["x", "--set", "=3"], "set-without-equals"),
    ([], "no-expression"),
    (["--x", "2"], "no-expression"),
    (["--"], "no-expression"),
    (["x", "+", "w"], "two-expressions"),
    (["-x", "-w"], "two-expressions"),
    (["--", "x", "--w"], "unknown-option"),
    (["x", "--no-shar"], "unknown-option"),
    (["x", "--no-share-at-all"], "unknown-option"),
    (["x", "--file", "net.bp"], "file-and-expression"),
]


@pytest.mark.parametrize(("words", "kind"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_words_that_do_not_fit_are_refused_by_name(words: list[str], kind: str) -> None:
    assert refusal(*words).kind == kind


HINTS = [
    (["x", "--x"], "write --x 2; a negative one may stand as it is: --x -2"),
    (["x", "--digts"], "did you mean the option --digits?"),
    (["x", "--no-shar"], "did you mean --no-share?"),
    (["x", "+", "w"], 'put quotes around the whole of it: "x + w"'),
    (["step", "--step", "1"], "for a variable of that name use --set step=2"),
    ([], 'try `bpcli grad "(x+w)*w" --x 2 --w 3`'),
]


@pytest.mark.parametrize(("words", "hint"), HINTS, ids=[" ".join(words) for words, _ in HINTS])
def test_a_refusal_says_what_to_type(words: list[str], hint: str) -> None:
    assert refusal(*words).hint == hint


def test_files_in_the_place_of_a_star_are_recognized(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").touch()
    assert refusal("x", "notes.txt", "w").kind == "shell-expanded"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_an_option_name_is_reserved_on_every_expression_command(option) -> None:  # type: ignore[no-untyped-def]
    words = [f"--{option.name}"] if option.metavar is None else [f"--{option.name}", "a=1"]
    expression = [] if option.name in ("file", "from") else ["x"]
    for command in ALL:
        if command not in option.commands:
            assert refusal("x", *words, command=command).kind == "option-elsewhere"
        else:
            assert option.name not in split(command, expression + words).values


@pytest.mark.parametrize("name", sorted({option.name for option in OPTIONS if option.name.isidentifier()}))
def test_set_gives_a_value_to_a_variable_with_the_name_of_an_option(name: str, run: Runner) -> None:
    answer = run("grad", "-q", f"{name}^2", "--set", f"{name}=3")
    assert (answer.code, answer.out) == (0, f"{name}=6\n")


def test_help_is_found_anywhere() -> None:
    assert "help" in split("grad", ["x", "--help"]).options
    assert "help" in split("grad", ["--help"]).options


def test_the_commands_that_take_an_expression_are_those_of_the_table() -> None:
    assert all(name in ALL for name in ("eval", "grad", "trace", "diff", "check"))
    assert not any(name in ALL for name in ("fit", "train", "ops", "help", "GRAD", ""))


def test_typer_declares_the_options_of_the_table_and_no_others() -> None:
    import typer

    from bpcli.cli.app import app

    group = typer.main.get_command(app)
    for command in (*ALL, *TRAINING):
        parameters = {name for each in group.commands[command].params for name in each.opts}  # type: ignore[attr-defined]
        expected = {f"--{option.name}" for option in options_of(command)} | {QUIET, "expression"}
        assert parameters | {"--help"} == expected


def test_no_option_has_a_single_letter() -> None:
    # It would stand in the way of a variable of that name, or of a number.
    assert all(len(option.name) > 2 for option in OPTIONS)
    assert inspect.signature(Request).parameters.keys() == {"command"}


WORDS = st.sampled_from([
    "x", "-x", "--x", "--w", "--x=1", "2", "-2", "--", "-", "-q", "--json", "--digits", "--digits=3", "--set", "x=2",
    "--wrt", "--no-share", "--tolerance", "--help", "--file", "", "=", "--=", "--β", "--1", "--set=w=1", "a b", "-h",
    "--max-nodes",
])  # fmt: skip


@given(st.lists(WORDS, max_size=7), st.sampled_from(ALL))
def test_any_row_of_words_is_a_request_or_a_mistake(words: list[str], command: str) -> None:
    try:
        request = split(command, words)
    except InputError as error:
        assert error.report().startswith("error: ")
        return
    if "help" not in request.options:
        assert (request.text is None) == ("file" in request.options)
    assert set(request.options) <= set(BY_NAME)


@given(st.lists(WORDS, max_size=7), st.sampled_from(ALL))
def test_the_words_for_typer_make_the_same_request(words: list[str], command: str) -> None:
    try:
        request = split(command, words)
    except InputError:
        return
    if "help" in request.options:
        return
    name, *others = words_for(request)
    again = split(name, others)
    assert name == command
    assert (again.text, again.values, again.options, again.quiet) == (
        request.text, request.values, request.options, request.quiet,
    )  # fmt: skip
