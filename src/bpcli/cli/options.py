"""The options of the commands that take an expression, declared once.

The table makes both the parameters that Typer shows and the splitter that tells options from variables.
An option name here cannot be a variable's option on any of these commands; `--set name=value` always works.
"""

from __future__ import annotations

POINTS = ("eval", "grad")
EXPECTING = ("eval", "grad", "trace", "diff")
CLAIMING = ("grad", "trace")
ALL = ("eval", "grad", "trace", "diff", "check", "jacobian", "hessian", "jvp", "vjp", "why", "graph")


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


BY_NAMES = ("grad", "trace", "diff", "check", "jacobian", "hessian", "vjp", "why", "graph")

OPTIONS = (
    Option("set", "NAME=VALUE", "Give a variable a value, whatever its name is.", repeats=True),
    Option("file", "PATH", "Read the expression from a file; - is standard input."),
    Option("from", "PATH", "Show a trace that was stored with --json; - is standard input.", ("trace",)),
    Option("wrt", "NAMES", "The names to differentiate by, as in x,w.", BY_NAMES),
    Option("output", "NAMES", "The results to use: names that are assigned, or places in a list of results from 0."),
    Option(
        "data",
        "FILE",
        "Take variables from the columns of a file (CSV, JSON lines, .npy, .npz, .gz): one answer "
        "a row. - is standard input.",
        POINTS,
    ),
    Option("keep", None, "With --data: repeat the columns that were used before the results.", POINTS),
    Option("save", "FILE", "With --data: write to a .csv, .jsonl, .npy or .npz file, whole or not at all.", POINTS),
    Option("mode", "MODE", "forward or reverse.", ("grad", "trace", "jacobian")),
    Option("direction", "SPEEDS", "How fast each input changes, as in x=1,w=-2 or 1,-2.", ("jvp", "hessian")),
    Option("weights", "WEIGHTS", "The weight of each result, as in 1,0 or a=1,b=0 (1 for a single one).", ("vjp",)),
    Option("order", "N", "How often to differentiate.", ("diff", "hessian")),
    Option("format", "FORMAT", "rich (on a terminal), plain or json."),
    Option(
        "style",
        "STYLE",
        "variable (boxes are variables, lines carry local derivatives) or op (boxes are operations, lines carry "
        "values).",
        ("graph",),
    ),
    Option("ascii", None, "Draw with ASCII characters alone.", ("graph",)),
    Option("json", None, "The same as --format json."),
    Option("rules", None, "Say which rules were used, from the outside in.", ("diff",)),
    Option("lang", "LANGUAGE", "The language of the words: en or zh (from the locale)."),
    Option("ambiguous", "COLUMNS", "Columns that your terminal gives to characters such as × and σ: 1 or 2 (1)."),
    Option("explain", "LEVEL", "Tell each step in words as well: brief, normal or story.", ("trace",)),
    Option("digits", "N", "Significant digits that are shown (6)."),
    Option("interactive", None, "Step through both passes key by key, and back.", ("trace",)),
    Option("all", None, "Print every row of a long trace on a terminal (a pipe always gets them).", ("trace",)),
    Option("full", None, "Print large arrays entry by entry, and not as summaries.", ("trace",)),
    Option("element", "ENTRY", "Derive one entry of an array as numbers, with its paths: W1[1,0].", ("trace",)),
    Option("only", "PART", "Print one part alone: forward, backward, tangents or paths.", ("trace",)),
    Option("until", "NODE", "Stop when NODE has its value; --only backward: its derivative.", ("trace",)),
    Option("rows", "A:B", "Print rows A to B of each table alone, counted from 1.", ("trace",)),
    Option("lens", "LENSES", "Look at the trace another way: cost, flow or memory, or several of them.", ("trace",)),
    Option("measure", None, "With --lens cost: the time of each method too.", ("trace",)),
    Option("repeat", "N", "Go backward N times over the same graph, and show the gradient after each.", ("trace",)),
    Option("no-zero", None, "With --repeat: do not set gradients to zero in between, so that they add up.", ("trace",)),
    Option("blank", None, "A worksheet: the tables without their numbers, at fresh round inputs.", ("trace",)),
    Option("seed", "N", "With --blank: which numbers the sheet has, from 0 on (0).", ("trace",)),
    Option("answer-key", "FILE", "With --blank: write the trace with its numbers to a file.", ("trace",)),
    Option("exact", None, "Calculate in fractions, and say where that ends.", ("eval", "grad", "trace")),
    Option("precision", "N", "Calculate with N digits, 2 to 10000 (needs mpmath).", ("eval", "grad", "trace")),
    Option("dtype", "FORMAT", "Round every result to float32, float16 or bfloat16.", ("eval", "grad", "trace")),
    Option("loss-scale", "S", "Start the reverse pass with S and divide by it at the end.", ("grad", "trace")),
    Option(
        "expect",
        "NAME=VALUE",
        "Exit with 1 unless the gradient by NAME, or the value of a result, is VALUE; diff: NAME=FORMULA, or FORMULA.",
        EXPECTING,
        repeats=True,
    ),
    Option(
        "claim",
        "NAME=VALUE",
        "Somebody's gradient by NAME: exit with 1 if it is wrong, and name the slip that gives this number.",
        CLAIMING,
        repeats=True,
    ),
    Option("tolerance", "T", "The largest relative error that passes (1e-6).", ("check", *EXPECTING)),
    Option("step", "H", "The step of the central difference, times max(1, |x|) (the best of several).", ("check",)),
    Option("sweep", None, "The error of each difference at many steps: the V of truncation and rounding.", ("check",)),
    Option("tie", "RULE", "Who gets the slope where arguments of max or min tie: share, first or last (share)."),
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
    "jacobian": "The numbers alone, one row of the matrix a line, at full precision.",
    "hessian": "The numbers alone, one row of the matrix a line, at full precision.",
    "jvp": "The bare answer: one name=value a line, at full precision.",
    "why": "The kind of answer alone: zero, huge, tiny, infinite, undefined ...",
    "graph": "The drawing alone.",
    "vjp": "The bare answer: one name=value a line, at full precision.",
}
# What an option says in a command where it means something else.
HELP_OF = {
    ("diff", "wrt"): "Differentiate by these names in turn: w, or x,x,y for a third derivative.",
    ("diff", "order"): "How often to differentiate (1).",
    ("hessian", "order"): "The order of the derivatives (2).",
    ("diff", "format"): "rich (on a terminal), plain, latex or json.",
    ("trace", "format"): "rich (on a terminal), plain, ascii, md, latex, html, json, svg, dot or mermaid.",
    ("graph", "format"): "rich (on a terminal), plain, json, svg, dot or mermaid.",
    ("grad", "format"): "rich (on a terminal), plain or json; with --data csv or json.",
    ("eval", "format"): "rich (on a terminal), plain or json; with --data csv or json.",
}
FORMATS = ("rich", "plain", "json")
# Formats that some commands have alone.
FORMATS_OF = {
    "html": ("trace",),
    "latex": ("diff", "trace"),
    "md": ("trace",),
    "ascii": ("trace",),
    **dict.fromkeys(("svg", "dot", "mermaid"), ("trace", "graph")),
}
POINT_FORMATS = ("csv", "json")


def options_of(command: str) -> tuple[Option, ...]:
    """The options of one command, in the order of the table."""
    return tuple(option for option in OPTIONS if command in option.commands)
