"""The options of the commands that take values of variables, declared once.

A table makes both the parameters that Typer shows and the splitter that tells options from variables. There are
two: commands that take an expression, and those that train. An option name of a table cannot be a variable's option
on any of its commands; `--set name=value` always works.
"""

from __future__ import annotations

POINTS = ("eval", "grad")
EXPECTING = ("eval", "grad", "trace", "diff")
CLAIMING = ("grad", "trace")
ALL = ("eval", "grad", "trace", "diff", "check", "jacobian", "hessian", "jvp", "vjp", "why", "graph")
TRAINING = ("fit", "train")


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
    Option("direction", "SPEEDS", "How fast each input changes, as in x=1,w=-2 or 1,-2.", ("jvp", "hessian", "trace")),
    Option("weights", "WEIGHTS", "The weight of each result, as in 1,0 or a=1,b=0 (1 for a single one).", ("vjp",)),
    Option(
        "shape",
        "NAME=SHAPE",
        "The shape of a vector or matrix that is given no value, as in x=3 or A=2x3; several with commas. "
        "In trace with --blank.",
        ("diff", "trace"),
        repeats=True,
    ),
    Option("order", "N", "How often to differentiate.", ("diff", "hessian")),
    Option("format", "FORMAT", "rich (on a terminal), plain or json."),
    Option(
        "style",
        "STYLE",
        "variable (boxes are variables, lines carry local derivatives) or op (boxes are operations, lines carry "
        "values).",
        ("graph",),
    ),
    Option("ascii", None, "Draw with ASCII characters; words are English unless --lang is given.", ("graph",)),
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
    Option("blank", None, "A worksheet: the tables without numbers, at fresh round numbers or arrays.", ("trace",)),
    Option("seed", "N", "With --blank: which numbers the sheet has, from 0 on (0).", ("trace",)),
    Option("answer-key", "FILE", "With --blank: write the trace with its numbers to a file.", ("trace",)),
    Option("exact", None, "Calculate in fractions, and say where that ends.", ("eval", "grad", "trace")),
    Option("precision", "N", "Calculate with N digits, 2 to 10000 (needs mpmath).", ("eval", "grad", "trace")),
    Option("dtype", "FORMAT", "Round every result to float32, float16 or bfloat16.", ("eval", "grad", "trace")),
    Option("loss-scale", "S", "Start the reverse pass with S and divide by it at the end.", ("grad", "trace")),
    Option(
        "expect",
        "NAME=VALUE",
        "Exit with 1 unless the gradient by NAME, or a result, is VALUE: a number, or a formula in any form.",
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
    Option("unfold", "FUNCTIONS", "Show what these stand for step by step, as in softmax,mse."),
    Option("no-share", None, "Keep equal subexpressions as separate nodes."),
    Option("max-nodes", "N", "Refuse graphs with more nodes than this (20000000)."),
    Option("help", None, "Show how the command is used."),
)

TRAINING_OPTIONS = (
    Option("set", "NAME=VALUE", "Give a name a value, whatever it is.", TRAINING, repeats=True),
    Option("degree", "N", "Degree of a polynomial (1).", TRAINING),
    Option("model", "TEXT", 'A model, as in "a*exp(-b*x) + c": columns are data, other names parameters.', TRAINING),
    Option("file", "PATH", "Read a program whose result is the loss of one row; with --loss, a model.", TRAINING),
    Option("x-col", "COLUMN", "Column of x, by name or number.", TRAINING),
    Option("y-col", "COLUMN", "The column that is predicted, by name or number (the last).", TRAINING),
    Option("weights", "COLUMN", "Column of weights: how much each row counts.", TRAINING),
    Option("missing", "HOW", "What to do with rows that miss a cell: skip or error (skip).", TRAINING),
    Option("encoding", "NAME", "Encoding of a text file, such as gb18030 (utf-8).", TRAINING),
    Option("init", "NAME=START", "Where parameters start, as in a=1,b=2 (several tries).", TRAINING, repeats=True),
    Option("hold", "NAME=VALUE", "Parameters that stay as they are, as in b=0.", TRAINING, repeats=True),
    Option("loss", "LOSS", "mse, mae, huber, bce, cross_entropy, or a formula of pred and of columns (mse).", TRAINING),
    Option("ridge", "R", "Add R times the sum of squared parameters to the loss.", TRAINING),
    Option("optimizer", "NAME", "auto, sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, lbfgs or "
           "levenberg-marquardt (auto).", TRAINING),
    Option("lr", "RATE", "Learning rate, or auto: from the curvature of the loss (auto).", TRAINING),
    Option("schedule", "HOW", "constant, cosine, step or step:EVERY:FACTOR (constant).", TRAINING),
    Option("warmup", "N", "Let the rate grow over the first N steps.", TRAINING),
    Option("weight-decay", "D", "Pull parameters towards 0 at every step (0; adamw 0.01).", TRAINING),
    Option("clip", "LIMIT", "Shorten longer gradients: 1 or norm:1; value:1 cuts each entry.", TRAINING),
    Option("batch", "N", "Rows of a step, from a shuffled epoch (all).", TRAINING),
    Option("reduce", "HOW", "mean or sum over the rows (mean).", TRAINING),
    Option("seed", "N", "What shuffles batches and chooses the rows held out (0).", TRAINING),
    Option("steps", "N", "Most steps (10000).", TRAINING),
    Option("tol", "T", "Stop when the gradient is shorter than T times the first.", TRAINING),
    Option("val", "SHARE", "Hold out a share of the rows, as 0.2, and tell the loss there.", TRAINING),
    Option("patience", "N", "With --val: stop after N epochs without a better one (networks, batches: 20).", TRAINING),
    Option("dtype", "FORMAT", "Round both passes to float32, float16 or bfloat16.", TRAINING),
    Option("loss-scale", "S", "With --dtype: a number, dynamic, or dynamic:START:EVERY.", TRAINING),
    Option("trace-steps", "N", "First steps that are shown in full (2).", ("train",)),
    Option("no-zero", None, "Do not set gradients to zero before a backward pass, to see what happens.", ("train",)),
    Option("demo", "NAME", "Watch a small network learn: circle, xor, spiral or moons.", ("train",)),
    Option("html", "FILE", "With --demo: write a page that plays the training.", ("train",)),
    Option("no-scale", None, "Descend in raw powers of x, to see what happens.", TRAINING),
    Option("log", "FILE", "Write the loss of every step to a CSV file.", TRAINING),
    Option("save", "FILE", "Store the model, for `bpcli predict` and --resume.", TRAINING),
    Option("checkpoint", "N", "With --save: store the model every N steps too (every few seconds).", TRAINING),
    Option("plot", "FILE|-", "Draw data, curve and residuals, and for train the loss: to a .svg, .png or .pdf file, "
           "or - in the terminal, where fit draws a small one anyway (none: no plot).", TRAINING),
    Option("ascii", None, "Draw in the terminal with ASCII characters alone.", TRAINING),
    Option("resume", "FILE", "Go on with a stored training, to the same numbers.", TRAINING),
    Option("format", "FORMAT", "rich, plain or json.", TRAINING),
    Option("json", None, "The same as --format json.", TRAINING),
    Option("lang", "LANGUAGE", "The language of the words: en or zh (from the locale).", TRAINING),
    Option("ambiguous", "COLUMNS", "Columns that your terminal gives to characters such as × and σ: 1 or 2 (1).",
           TRAINING),
    Option("digits", "N", "Significant digits that are shown (6).", TRAINING),
    Option("help", None, "Show how the command is used.", TRAINING),
)  # fmt: skip

BY_NAME = {option.name: option for option in OPTIONS}
TRAINING_BY_NAME = {option.name: option for option in TRAINING_OPTIONS}
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
    "fit": "The parameters alone, one name=value a line.",
    "train": "The parameters alone, one name=value a line.",
}
# What an option says in a command where it means something else.
HELP_OF = {
    ("diff", "wrt"): "Differentiate by these names in turn: w, or x,x,y for a third derivative.",
    ("diff", "order"): "How often to differentiate (1).",
    ("hessian", "order"): "The order of the derivatives (2).",
    ("diff", "format"): "rich (on a terminal), plain, latex or json.",
    ("trace", "format"): (
        "rich (on a terminal), plain, ascii (in English unless --lang is given), md, latex, html, json, svg, dot or"
        " mermaid."
    ),
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
    return tuple(option for option in table_of(command).values() if command in option.commands)


def table_of(command: str) -> dict[str, Option]:
    """The options by name that are known to the family of a command."""
    return TRAINING_BY_NAME if command in TRAINING else BY_NAME
