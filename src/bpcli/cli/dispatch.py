"""From a request to the command that carries it out."""

from __future__ import annotations

import importlib

from bpcli.cli.options import TRAINING
from bpcli.cli.overwriting import refuse_lost_files
from bpcli.errors import BpcliError, InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.arguments import Request

PROGRAM = ".bp"  # how files of programs end


def run(request: Request) -> int:
    """Carry out a request; the exit code. Raises BpcliError."""
    if request.text is not None and request.text.endswith(PROGRAM) and "file" not in request.options:
        # No expression ends so: a program file stands where an expression would.
        request.options["file"], request.text = request.text, None
    refuse_lost_files(request)
    if request.command in TRAINING:
        from bpcli.cli.commands.fit import run_training

        return run_training(request)
    if "from" in request.options:
        from bpcli.cli.commands.stored import show_stored

        return show_stored(request)
    from bpcli.cli.work import Work, opened_rows

    name = "cli.points" if "data" in request.options else f"cli.commands.{request.command}"
    command = importlib.import_module(f"bpcli.{name}")
    rows = opened_rows(request) if "data" in request.options else None
    try:
        code: int = command.run(Work(request, rows))
    except BpcliError as error:
        file = request.options.get("file", "-")
        if error.kind == "empty-expression" and file == "-":
            raise InputError("no-expression", command=request.command) from None
        if error.kind == "empty-expression":
            raise InputError("empty-file", file=file) from None
        if error.source is not None and file != "-":
            error.file = file
        raise
    finally:
        if rows is not None:
            rows.close()
    return code
