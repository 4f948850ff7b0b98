"""The Typer application: what `--help` shows, and the commands that take files instead of expressions."""

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
}
EXPRESSION = "EXPRESSION [--NAME VALUE]..."
VARIABLES = """

EXPRESSION is one formula, or statements separated by ; of which the last is the result. A value for a
variable is an option of its name: --x 2, --w=-1e5, --b 1/3, --t pi/2. Use `-` to read the expression from
standard input. Options end at `--`: what follows is the expression, whatever it begins with."""


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


def expression_command(name: str) -> None:
    """Add a command that takes an expression, with the parameters of the table of options."""
    parameters = [
        inspect.Parameter(
            "expression",
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[str | None, typer.Argument(metavar=EXPRESSION, show_default=False)],
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
        from bpcli.cli.work import run

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
    app.command(name, help=DOC[name] + VARIABLES, short_help=SHORT[name], cls=HelpfulCommand)(command)


for _name in table.ALL:
    expression_command(_name)


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


File = Annotated[str, typer.Argument(metavar="FILE", help="A CSV file; - is standard input.", show_default=False)]
Degree = Annotated[str, typer.Option(help="Degree of the polynomial.", metavar="N")]
XColumn = Annotated[
    str | None, typer.Option("--x-col", help="Column of x, by name or number.", metavar="COLUMN", show_default=False)
]
YColumn = Annotated[
    str | None, typer.Option("--y-col", help="Column of y, by name or number.", metavar="COLUMN", show_default=False)
]
Rate = Annotated[str, typer.Option("--lr", help="Learning rate in the scaled basis, or auto.", metavar="RATE")]
Steps = Annotated[str, typer.Option(help="Most steps.", metavar="N")]
NoScale = Annotated[bool, typer.Option("--no-scale", help="Descend in raw powers of x, to see what happens.")]
Format = Annotated[str, typer.Option(help="rich, plain or json.", metavar="FORMAT", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Digits = Annotated[str, typer.Option(help="Significant digits (6).", metavar="N", show_default=False)]
Quiet = Annotated[bool, typer.Option("-q", help="The coefficients alone, one name=value a line.", show_default=False)]


@app.command("fit", cls=HelpfulCommand)
def fit(
    file: File,
    degree: Degree = "1",
    x_col: XColumn = None,
    y_col: YColumn = None,
    lr: Rate = "auto",
    steps: Steps = "10000",
    no_scale: NoScale = False,
    format: Format = "",  # noqa: A002
    json: Json = False,
    digits: Digits = "",
    lang: Lang = "",
    ambiguous: Ambiguous = "",
    quiet: Quiet = False,
) -> None:
    """Fit a polynomial to two columns of a file by gradient descent."""
    from bpcli.cli.commands.fit import Order, run_fit

    order = Order(
        file, degree, x_col=x_col, y_col=y_col, rate=lr, steps=steps, scale=not no_scale,
        format=format, json=json, digits=digits, lang=lang, ambiguous=ambiguous, quiet=quiet,
    )  # fmt: skip
    raise typer.Exit(run_fit(order))


@app.command("train", cls=HelpfulCommand)
def train(
    file: File,
    degree: Degree = "1",
    x_col: XColumn = None,
    y_col: YColumn = None,
    lr: Rate = "auto",
    steps: Steps = "10000",
    trace_steps: Annotated[str, typer.Option(help="First steps that are shown in full.", metavar="N")] = "2",
    no_scale: NoScale = False,
    format: Format = "",  # noqa: A002
    json: Json = False,
    digits: Digits = "",
    lang: Lang = "",
    ambiguous: Ambiguous = "",
    quiet: Quiet = False,
) -> None:
    """The descent of `fit` as a loop: forward, loss, backward, update."""
    from bpcli.cli.commands.fit import Order, run_train
    from bpcli.cli.output import whole_number

    order = Order(
        file, degree, x_col=x_col, y_col=y_col, rate=lr, steps=steps, scale=not no_scale,
        format=format, json=json, digits=digits, lang=lang, ambiguous=ambiguous, quiet=quiet,
    )  # fmt: skip
    raise typer.Exit(run_train(order, whole_number("trace-steps", trace_steps, 0, 1000)))
