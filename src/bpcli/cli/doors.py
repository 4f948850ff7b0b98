"""The two doors of the command line, and the one place where an error becomes a message and an exit code.

A well-formed call of an expression command goes straight to its function: it needs nothing that Typer
offers, and importing Typer takes several times as long as the answer. Help, completion and all other
commands go through Typer. A test shows that both doors answer alike.
"""

from __future__ import annotations

import sys

from bpcli.errors import DONE, INTERRUPTED, NUMERIC_FAILURE, BpcliError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """The console script."""
    code = answer(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
    sys.exit(code)


def answer(words: list[str], *, straight: bool = True) -> int:
    """Carry out a command line; the exit code. Errors are told on standard error."""
    return guarded(lambda: _route(words, straight))


def guarded(work: Callable[[], int]) -> int:
    """Run a command: an error becomes its message and its exit code, a broken pipe a silent 0."""
    try:
        return work()
    except BpcliError as error:
        _flush()
        sys.stderr.write(error.report() + "\n")
        return error.exit_code
    except BrokenPipeError:
        _silence()
        return DONE
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except MemoryError:
        sys.stderr.write("error: there is not enough memory for this\n")
        return NUMERIC_FAILURE


def _route(words: list[str], straight: bool) -> int:
    if words[:1] == ["--version"]:
        from bpcli import __version__

        sys.stdout.write(f"bpcli {__version__}\n")
        return DONE
    from bpcli.cli.arguments import is_expression_command, split, words_for

    if words and is_expression_command(words[0]):
        request = split(words[0], words[1:])
        if "help" not in request.options:
            if straight:
                from bpcli.cli.expressions import run

                return run(request)
            words = words_for(request)
        else:
            words = [words[0], "--help"]
    return _typer(words)


def _typer(words: list[str]) -> int:
    import typer

    from bpcli.cli.app import app

    command = typer.main.get_command(app)
    try:
        result = command.main(args=words, prog_name="bpcli", standalone_mode=False)
    except Exception as error:
        # Typer carries a copy of click of its own; its errors are known by what they can do.
        show = getattr(error, "show", None)
        if show is None:
            raise
        _usage(error)
        return int(getattr(error, "exit_code", 2))
    return result if isinstance(result, int) else DONE


def _usage(error: Exception) -> None:
    """A usage error of Typer's in our form."""
    message = str(getattr(error, "format_message", lambda: error)())
    message = message[:1].lower() + message[1:].rstrip(".")
    if message:
        sys.stderr.write(f"error: {message}\n")
    context = getattr(error, "ctx", None)
    if context is not None:
        sys.stderr.write(f"`{context.command_path} --help` shows how it is used\n")


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()


def _silence() -> None:
    """Nobody reads any more: let the interpreter close without a word."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
