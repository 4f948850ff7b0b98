"""The Typer application: what `--help` shows, and the commands without a table of options."""

from __future__ import annotations

import inspect
import keyword
from typing import Annotated, Any

import typer

from bpcli import __version__
from bpcli.cli import options as table
from bpcli.cli.arguments import Request
from bpcli.cli.help import HelpfulCommand, HelpfulGroup

app = typer.Typer(
    name="bpcli",
    help="Differentiate an expression, and see every step of backpropagation.",
    # Plain help is twice as fast as boxed help, and reads the same in a pipe.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    cls=HelpfulGroup,
)

DOC = {
    "eval": "The value of EXPRESSION.",
    "grad": "The value and the gradient of EXPRESSION.",
    "trace": "Both passes, step by step: values, branches, sums and paths.",
    "diff": "The derivative of EXPRESSION as a formula.",
    "check": "The same gradient by reverse and forward mode, formula, complex step and differences; exit code 1 if "
    "they differ.",
    "jacobian": "The derivative of every result by every input: EXPRESSION may end in a list, as in [x*y, x + y].",
    "hessian": "The second derivatives of EXPRESSION, or their product with a direction.",
    "jvp": "How fast EXPRESSION changes along a direction: one pass of forward mode.",
    "why": "Why a gradient is 0, huge, tiny, infinite or undefined: the edges that decide.",
    "vjp": "The gradient of a weighted sum of results: one sweep of reverse mode.",
    "graph": "The graph of EXPRESSION, drawn: with values, local derivatives and gradients where values are given.",
    "fit": "Fit a polynomial, or any model, to the rows of a file.",
    "train": "The same as a loop, its first steps in full: forward, loss, backward, update. Without a file, an "
    "expression is the loss: its names have values (--x 3) or starts (--init w=2).",
}
# What the list of commands says, in a line of 80 columns.
SHORT = {
    "eval": "The value of an expression.",
    "grad": "The value and the gradient.",
    "trace": "Both passes, step by step.",
    "diff": "The derivative as a formula.",
    "check": "The same gradient by six methods; exit code 1 if they differ.",
    "jacobian": "The derivative of every result by every input.",
    "hessian": "Second derivatives, and products with them.",
    "jvp": "How fast the results change along a direction.",
    "vjp": "The gradient of a weighted sum of results.",
    "why": "Why a gradient is 0, huge, infinite or undefined.",
    "graph": "The graph, drawn in the terminal or as a picture.",
    "fit": "A curve through the rows of a file.",
    "train": "The descent of fit as a loop, step by step.",
}
EXPRESSION = "EXPRESSION [--NAME VALUE]..."
VARIABLES = """

EXPRESSION is one formula, or statements separated by ; of which the last is the result. A value for a
variable is an option of its name: --x 2, --w=-1e5, --b 1/3, --t pi/2. Use `-` to read the expression from
standard input. Options end at `--`: what follows is the expression, whatever it begins with."""
FILE = "[FILE | EXPRESSION] [--NAME VALUE]..."
FILES = """

FILE is a table of numbers in text, with a line of names; - is standard input."""


def version(shown: bool) -> None:
    """Print the version and stop."""
    if shown:
        typer.echo(f"bpcli {__version__}")
        raise typer.Exit


Lang = Annotated[str, typer.Option(help=table.BY_NAME["lang"].help, metavar="LANGUAGE", show_default=False)]
Ambiguous = Annotated[str, typer.Option(help=table.BY_NAME["ambiguous"].help, metavar="COLUMNS", show_default=False)]


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=version, is_eager=True)
    ] = False,
    lang: Lang = "",
    ambiguous: Ambiguous = "",
) -> None:
    """The options before a command; what stands behind it has been put there by `doors`."""
    from bpcli.cli.settings import language

    if lang:
        language({"lang": lang})


def parameter_of(option: str) -> str:
    """The Python parameter of an option: `loss_scale`, and `from_`, for `from` is a word of Python."""
    name = option.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def table_command(name: str) -> None:
    """Add a command with the parameters of its table of options."""
    metavar, about = (FILE, FILES) if name in table.TRAINING else (EXPRESSION, VARIABLES)
    parameters = [
        inspect.Parameter(
            "expression",
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[str | None, typer.Argument(metavar=metavar, show_default=False)],
        )
    ]
    for option in table.options_of(name):
        if option.name == "help":
            continue
        spelled = f"--{option.name}"
        kind: Any = bool if option.metavar is None else list[str] | None if option.repeats else str | None
        text = table.HELP_OF.get((name, option.name), option.help)
        shown = typer.Option(spelled, help=text, metavar=option.metavar, show_default=False)
        parameters.append(
            inspect.Parameter(
                parameter_of(option.name),
                inspect.Parameter.KEYWORD_ONLY,
                default=False if option.metavar is None else None,
                annotation=Annotated[kind, shown],
            )
        )
    quiet = Annotated[bool, typer.Option(table.QUIET, help=table.QUIET_HELP[name], show_default=False)]
    parameters.append(
        inspect.Parameter("quiet", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=quiet)
    )

    def command(**given: Any) -> None:
        from bpcli.cli.dispatch import run

        request = Request(name)
        request.text, request.quiet = given.pop("expression"), given.pop("quiet")
        for assignment in given.pop("set") or []:
            variable, _, value = assignment.partition("=")
            request.give(variable, value)
        for key, value in given.items():
            if isinstance(value, list):
                if value:
                    request.several[key] = value
            elif value not in (None, False):
                request.options[key.rstrip("_").replace("_", "-")] = "" if value is True else value
        raise typer.Exit(run(request))

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    app.command(name, help=DOC[name] + about, short_help=SHORT[name], cls=HelpfulCommand)(command)


for _name in (*table.ALL, *table.TRAINING):
    table_command(_name)


@app.command("ops", cls=HelpfulCommand)
def ops(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One operation.", show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    kinks: Annotated[bool, typer.Option("--kinks", help="The conventions at all corners and jumps.")] = False,
    lang: Lang = "",
    ambiguous: Ambiguous = "",
) -> None:
    """Every operation: value, local derivatives, domain, conventions."""
    from bpcli.cli.commands.ops import run_ops

    raise typer.Exit(run_ops(name, json, kinks, lang, ambiguous))


@app.command("predict", cls=HelpfulCommand)
def predict(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model that --save has stored.", show_default=False)],
    file: Annotated[str, typer.Argument(metavar="FILE", help="Rows to predict (- is standard input).")],
    output: Annotated[
        str, typer.Option(help="What the program assigns and is predicted.", metavar="NAME", show_default=False)
    ] = "",
    format: Annotated[str, typer.Option(help="csv or json (csv).", metavar="FORMAT", show_default=False)] = "",  # noqa: A002
    json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
    digits: Annotated[str, typer.Option(help="Significant digits (all).", metavar="N", show_default=False)] = "",
    save: Annotated[str, typer.Option(help="Write to a file.", metavar="FILE", show_default=False)] = "",
    encoding: Annotated[
        str, typer.Option(help="Encoding of a text file, such as gb18030 (utf-8).", metavar="NAME", show_default=False)
    ] = "",
    lang: Annotated[str, typer.Option(help="en or zh (from the locale).", metavar="LANGUAGE", show_default=False)] = "",
    quiet: Annotated[bool, typer.Option("-q", help="Rows alone: no names, no notes.", show_default=False)] = False,
) -> None:
    """A prediction for each row of a file, by a model that was stored; rows outside of its data are flagged."""
    from bpcli.cli.commands.predict import run_predict

    given = {"format": format, "json": "json" if json else "", "digits": digits, "save": save, "lang": lang}
    given |= {"encoding": encoding, "output": output}
    raise typer.Exit(run_predict(model, file, {name: value for name, value in given.items() if value}, quiet))
