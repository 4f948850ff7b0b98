"""The commands that take an expression: from a request to what is printed and the exit code."""

from __future__ import annotations

import math
import sys

from bpcli.cli.output import chosen_format, say, show_table, whole_number, write, write_json
from bpcli.engine.point import Point, evaluate, gradient, value_of
from bpcli.errors import ANSWER_IS_NO, DONE, NUMERIC_FAILURE, FileError, InputError
from bpcli.graph import MOST_NODES
from bpcli.language.reader import parse
from bpcli.numbers import DIGITS, full, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.arguments import Request
    from bpcli.graph import Program


def run(request: Request) -> int:
    """Carry out a request; the exit code. Raises BpcliError."""
    work = Work(request)
    return COMMANDS[request.command](work)


class Work:
    """A request with its expression read, its values known and its format decided."""

    def __init__(self, request: Request) -> None:
        options = request.options
        self.quiet = request.quiet
        self.options = options
        self.format = chosen_format(options.get("format", ""), "json" in options)
        self.digits = _whole(options, "digits", 1, 17) or DIGITS
        self.given = {name: value_of(text, name) for name, text in request.values.items()}
        limit = _whole(options, "max-nodes", 1, 10**9) or MOST_NODES
        share = "no-share" not in options
        text = read_text(request.text, options.get("file"))
        self.program: Program = parse(text, given=self.given, share=share, limit=limit)
        for name in options:
            if name in self.program.inputs and name not in self.given:
                raise InputError("option-as-variable", name=name)
        self.wrt = [name.strip() for name in options["wrt"].split(",")] if options.get("wrt") else None
        if self.wrt is not None and not all(self.wrt):
            raise InputError("option-without-value", option="wrt", metavar="NAMES, as in x,w")

    def number(self, value: float) -> str:
        """A number of a bare answer: to the last bit, or to the digits that were asked for."""
        return show(value, self.digits) if "digits" in self.options else full(value)


def _whole(options: dict[str, str], name: str, least: int, most: int) -> int | None:
    return whole_number(name, options[name], least, most) if name in options else None


def _real(options: dict[str, str], name: str) -> float | None:
    text = options.get(name)
    if text is None:
        return None
    try:
        value = value_of(text)
    except InputError:
        value = -1.0
    if not 0 < value < math.inf:
        raise InputError("option-not-positive", option=name, text=text)
    return value


def read_text(text: str | None, path: str | None) -> str:
    """The expression itself, or what stands in a file or on standard input. Raises FileError, InputError."""
    if text is not None and text != "-":
        return text
    if path is None or path == "-":
        data, name = sys.stdin.buffer.read(), "standard input"
    else:
        name = path
        try:
            with open(path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            raise FileError("file-missing", file=path) from None
        except IsADirectoryError:
            raise FileError("file-is-folder", file=path) from None
        except OSError as error:
            raise FileError("file-unreadable", file=path, reason=error.strerror or "unknown reason") from None
    try:
        decoded = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("not-utf8", file=name) from None
    if "\0" in decoded:
        raise InputError("not-utf8", file=name)
    return decoded


def warn(point: Point) -> None:
    """Say on standard error what was noticed about infinite values; the rest is part of the answer."""
    from bpcli.render.words import sentence

    for note in point.notes:
        sys.stderr.write(f"note: {sentence(note)}\n")


def run_eval(work: Work) -> int:
    """The value."""
    point = evaluate(work.program, work.given)
    if work.format == "json":
        from bpcli.render.json import eval_dict

        write_json(eval_dict(point))
        return DONE
    warn(point)
    name = "" if work.quiet else f"{work.program.output_name} = "
    write([name + (work.number(point.value) if work.quiet else show(point.value, work.digits))])
    return DONE


def run_grad(work: Work) -> int:
    """The value and the gradient."""
    point = gradient(work.program, work.given, work.wrt)
    if work.format == "json":
        from bpcli.render.json import grad_dict

        write_json(grad_dict(point))
        return DONE
    warn(point)
    if work.quiet:
        write(f"{name}={work.number(value)}" for name, value in point.gradient.items())
        return DONE
    from bpcli.render.answers import gradient_table

    output, table = gradient_table(point, work.digits)
    write([output])
    if table is not None:
        show_table(table, work.format)
    return DONE


def run_trace(work: Work) -> int:
    """Both passes, step by step."""
    from bpcli.tracing.record import record

    trace = record(work.program, work.given, work.wrt)
    whole = "all" in work.options
    if work.format == "json":
        from bpcli.render.json import trace_text

        for piece in trace_text(trace):
            sys.stdout.write(piece)
        sys.stdout.write("\n")
    elif work.quiet:
        write(f"{name}={work.number(value)}" for name, value in trace.gradient.items())
    elif work.format == "rich":
        from bpcli.render.terminal import print_trace

        print_trace(trace, work.digits, whole=whole)
    else:
        from bpcli.render.plain import trace_lines

        write(trace_lines(trace, work.digits, whole=whole or not sys.stdout.isatty()))
    return DONE


def run_diff(work: Work) -> int:
    """The derivative as a formula."""
    from bpcli.engine.formulas import Derivative, differentiate

    program = work.program
    if work.wrt is not None:
        made = {",".join(work.wrt): differentiate(program, work.wrt)}
    else:
        made = {name: differentiate(program, [name]) for name in program.inputs}
    values: dict[str, float] = {}
    if work.given:
        several = work.wrt is not None and len(work.wrt) > 1
        warn(evaluate(program, work.given) if several else gradient(program, work.given, work.wrt))
        values = {name: each.value(work.given) for name, each in made.items()}
    if work.format == "json":
        from bpcli.render.json import diff_dict

        write_json(diff_dict(made, values))
        return DONE
    output = program.output_name
    alone = len(made) == 1

    def line(name: str, each: Derivative) -> str:
        ending = f" = {show(values[name], work.digits)}" if name in values and not work.quiet else ""
        formula = str(each)
        if alone or "\n" in formula:
            return formula + ending
        return f"{name}={formula}" if work.quiet else f"d{output}/d{name} = {formula}{ending}"

    write(line(name, each) for name, each in made.items())
    if not made:
        write(["0"])
    return DONE


def run_check(work: Work) -> int:
    """The same gradient by several methods."""
    from bpcli.tracing.checks import TOLERANCE, check

    result = check(
        work.program,
        work.given,
        work.wrt,
        step=_real(work.options, "step"),
        tolerance=_real(work.options, "tolerance") or TOLERANCE,
    )
    code = DONE if result.ok else NUMERIC_FAILURE if result.ok is None else ANSWER_IS_NO
    if work.format == "json":
        from bpcli.render.json import check_dict

        write_json(check_dict(result))
        return code
    warn(result.point)
    if work.quiet:
        write(["ok" if result.ok else "undecided" if result.ok is None else "no"])
        return code
    from bpcli.render.answers import check_table, verdict

    table = check_table(result, work.digits)
    if table.count:
        show_table(table, work.format)
    say(verdict(result))
    return code


COMMANDS = {"eval": run_eval, "grad": run_grad, "trace": run_trace, "diff": run_diff, "check": run_check}
