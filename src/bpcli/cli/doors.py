"""The two doors of the command line, and the one place where an error becomes a message and an exit code.

A well-formed call of a command that takes variables goes straight to its function: it needs nothing that Typer
offers, and importing Typer takes several times as long as the answer. Help, completion and all other
commands go through Typer. A test shows that both doors answer alike.
"""

from __future__ import annotations

import io
import sys
from warnings import simplefilter

from bpcli.errors import DONE, INTERRUPTED, BpcliError, FileError, InputError, NumericError, closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


def main() -> None:
    """The console script."""
    _prepare_streams()
    # Of infinities people are told in notes, and not by what NumPy says of a line of ours.
    simplefilter("ignore", RuntimeWarning)
    words = sys.argv[1:]
    try:
        code = guarded(lambda: _flushed(_route(words, True)), words)
    except Exception as error:
        code = _tell(_failure(error), words)
    sys.exit(code)


def answer(words: list[str], *, straight: bool = True) -> int:
    """Carry out a command line; the exit code. Errors are told on standard error."""
    return guarded(lambda: _route(words, straight), words)


def guarded(work: Callable[[], int], words: Sequence[str] = ()) -> int:
    """Run a command: an error becomes its message and its exit code, a broken pipe a silent 0.

    words: the command line, which may say in which language an error is told
    """
    try:
        return work()
    except BpcliError as error:
        return _tell(error, words)
    except BrokenPipeError:
        _silence()
        return DONE
    except OSError as error:
        reason = error.strerror or "unknown reason"
        if error.filename is not None:
            return _tell(FileError("file-unreadable", file=str(error.filename), reason=reason), words)
        _silence()
        return _tell(FileError("output-unwritable", reason=reason), words)
    except KeyboardInterrupt:
        from bpcli.render.words import phrase

        sys.stderr.write(phrase("interrupted", _language(words)) + "\n")
        return INTERRUPTED
    except MemoryError:
        return _tell(NumericError("out-of-memory"), words)


def _failure(error: Exception) -> NumericError:
    """A mistake of ours: what a report of it has to say, and not a page of our own source text."""
    from traceback import extract_tb

    place = extract_tb(error.__traceback__)[-1]
    file = place.filename.replace("\\", "/").rpartition("/bpcli/")[2]
    return NumericError("own-mistake", what=f"{type(error).__name__}: {error}", file=file, line=place.lineno)


def _language(words: Sequence[str]) -> str:
    """The language to tell an error in: that of --lang, where the line got as far as that, else the usual one."""
    import os

    from bpcli.cli.settings import language
    from bpcli.render.languages import LANGUAGES, language_of

    asked = _asked("--lang", words)
    if asked in LANGUAGES:
        return asked
    try:
        return language({})
    except (BpcliError, OSError):
        # The settings themselves may be what is wrong.
        return language_of(os.environ)


def _asked(option: str, words: Sequence[str]) -> str:
    """The value of an option, wherever it stands on the line; "" where it has none."""
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == option:
            return value if equals else words[place + 1] if place + 1 < len(words) else ""
    return ""


def _tell(error: BpcliError, words: Sequence[str]) -> int:
    """The message of an error, below what has been printed before; its exit code."""
    try:
        sys.stdout.flush()
    except OSError:
        _silence()
    language = _language(words)
    if sys.stderr.isatty():
        from bpcli.cli.output import tell_error

        tell_error(error, language)
    else:
        sys.stderr.write(error.report(language) + "\n")
    return error.exit_code


def _flushed(code: int) -> int:
    """What was printed has left the house: an error of the last write is an error like any other."""
    sys.stdout.flush()
    return code


def _prepare_streams() -> None:
    """A stream that the shell has closed is an empty one; what a terminal cannot show is written as an escape."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open until the end
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(errors="backslashreplace")


def _route(words: list[str], straight: bool) -> int:
    line, words = words, _command_first(words)
    if words[:1] == ["--version"]:
        from bpcli import __version__

        sys.stdout.write(f"bpcli {__version__}\n")
        return DONE
    if words[:1] in ([], ["help"], ["-h"]):
        words = [*words[1:2], "--help"]
    from bpcli.cli.arguments import split, takes_variables, words_for

    if takes_variables(words[0]):
        request = split(words[0], words[1:])
        if "help" not in request.options:
            if straight:
                from bpcli.cli.dispatch import run

                return run(request)
            words = words_for(request)
        else:
            words = [words[0], "--help"]
    return _typer(words, line)


def _command_first(words: list[str]) -> list[str]:
    """The words with options of every command that stand before it put behind it: `--lang zh grad ...`."""
    place = 0
    while place < len(words):
        option, equals, value = words[place].partition("=")
        if option not in ("--lang", "--ambiguous"):
            break
        value = value if equals else words[place + 1] if place + 1 < len(words) else ""
        if not value:
            from bpcli.cli.options import BY_NAME

            name = option.lstrip("-")
            raise InputError("option-without-value", option=name, metavar=BY_NAME[name].metavar)
        place += 1 if equals else 2
    if place >= len(words) or words[place].startswith("-") or words[place] == "help":
        return words[place:]
    return [words[place], *words[:place], *words[place + 1 :]]


def _typer(words: list[str], line: list[str]) -> int:
    """Carry out what Typer has to offer; `line` is all that was typed, which says in which language."""
    import os

    import typer

    from bpcli.cli.app import app
    from bpcli.cli.help import in_language

    language = _language(line)
    _count_widths(_asked("--ambiguous", line))
    command: Any = in_language(typer.main.get_command(app), language)
    if "_BPCLI_COMPLETE" in os.environ:
        command.main(args=words, prog_name="bpcli")
    if (not words[0].startswith("-") or words[0] == "--") and words[0] not in command.commands:
        raise _unknown_command(words, list(command.commands))
    try:
        # Not `main`: it has an answer of its own to a broken pipe and to an interruption.
        with command.make_context("bpcli", list(words), obj=language) as context:
            command.invoke(context)
    except typer.Exit as done:
        return int(done.exit_code)
    except Exception as error:
        # Typer carries a copy of click of its own; its errors are known by what they can do.
        if not hasattr(error, "show"):
            raise
        from bpcli.cli.usage import usage_error

        raise usage_error(error, words, command) from None
    return DONE


def _count_widths(ambiguous: str) -> None:
    """Let help stand in columns also where the settings cannot be read: it is what one looks at then."""
    from bpcli.cli.settings import count_widths

    try:
        count_widths({"ambiguous": ambiguous})
    except (BpcliError, OSError):
        return


def _unknown_command(words: list[str], known: list[str]) -> InputError:
    """The error for a first word that is no command: a slip of the fingers, or the expression itself."""
    word = words[0]
    near = closest(word, known)
    if near is not None:
        hint = f"did you mean `bpcli {near}`?"
    elif word.isidentifier() or word == "--":
        hint = "`bpcli --help` lists the commands"
    else:
        hint = f'for the gradient of an expression: `bpcli grad "{word}" --x 2`'
    return InputError("unknown-command", word=word, hint=hint)


def _silence() -> None:
    """Nobody reads any more: let the interpreter close without a word."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
