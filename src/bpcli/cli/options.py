"""The options of the commands that take an expression, declared once.

The table makes both the parameters that Typer shows and the splitter that tells options from variables.
An option name here cannot be a variable's option on any of these commands; `--set name=value` always works.
"""

from __future__ import annotations

POINTS = ("eval", "grad")
ALL = ("eval", "grad", "trace", "diff", "check")


class Option:
    """One option: its name, the placeholder of its value (None for a switch), its commands, and its help."""

    __slots__ = ("commands", "default", "help", "metavar", "name", "repeats")

    def __init__(
        self,
        name: str,
        metavar: str | None,
        help: str,  # noqa: A002 - the word that Typer has for it
        commands: tuple[str, ...] = ALL,
        *,
        repeats: bool = False,
    ) -> None:
        self.name = name
        self.metavar = metavar
        self.help = help
        self.commands = commands
        self.repeats = repeats


OPTIONS = (
    Option("set", "NAME=VALUE", "Give a variable a value, whatever its name is.", repeats=True),
    Option("file", "PATH", "Read the expression from a file; - is standard input."),
    Option("wrt", "NAMES", "The names to differentiate by, as in x,w.", ("grad", "trace", "diff", "check")),
    Option(
        "data",
        "FILE",
        "Take variables from the columns of a file (CSV, JSON lines, .npy, .npz, .gz): one answer "
        "a row. - is standard input.",
        POINTS,
    ),
    Option("keep", None, "With --data: repeat the columns that were used before the results.", POINTS),
    Option("output", "FILE", "With --data: write to a .csv, .jsonl, .npy or .npz file, whole or not at all.", POINTS),
    Option("format", "FORMAT", "rich, plain or json (rich on a terminal, else plain); with --data csv or json."),
    Option("json", None, "The same as --format json."),
    Option("digits", "N", "Significant digits that are shown (6)."),
    Option("all", None, "Print every row of a long trace on a terminal (a pipe always gets them).", ("trace",)),
    Option("tolerance", "T", "The largest relative error that passes (1e-6).", ("check",)),
    Option("step", "H", "The step of the central difference, times max(1, |x|) (the best of several).", ("check",)),
    Option("no-share", None, "Keep equal subexpressions as separate nodes."),
    Option("max-nodes", "N", "Refuse graphs with more nodes than this (20000000)."),
    Option("help", None, "Show how the command is used."),
)

BY_NAME = {option.name: option for option in OPTIONS}
QUIET = "-q"
QUIET_HELP = {
    "eval": "The value alone, at full precision; with --data no line of names and no notes.",
    "grad": "The bare answer: one name=value a line, at full precision; with --data rows alone.",
    "trace": "The bare answer: one name=value a line, at full precision.",
    "diff": "The formula alone, or one name=formula a line.",
    "check": "ok, no or undecided.",
}
WRT_IN_TURN = "Differentiate by these names in turn: w, or x,x,y for a third derivative."
FORMATS = ("rich", "plain", "json")
POINT_FORMATS = ("csv", "json")


def options_of(command: str) -> tuple[Option, ...]:
    """The options of one command, in the order of the table."""
    return tuple(option for option in OPTIONS if command in option.commands)
