"""Files that are written beside files that are read: never the same."""

from __future__ import annotations

import os

from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bpcli.cli.arguments import Request

WRITTEN = ("save", "log", "plot", "html", "answer-key")
NO_FILES = ("-", "none")  # standard output, and no plot


def refuse_lost_files(request: Request) -> None:
    """Raises InputError where what is asked for would be written over a file that it is made from, or over itself."""
    refuse_overwriting(request.options, [*_read(request)])


def refuse_overwriting(options: Mapping[str, str], read: Collection[str]) -> None:
    """Raises InputError where an option writes to a file that is read, or where two options write to one.

    A stored training that goes on may be stored in its place: it holds all that was there.
    """
    targets = [(name, options[name]) for name in WRITTEN if options.get(name, "-") not in NO_FILES]
    for place, (name, path) in enumerate(targets):
        kept = [options["resume"]] if name != "save" and "resume" in options else []
        if any(_same(path, other) for other in (*read, *kept)):
            raise InputError("written-over-read", option=name, file=path)
        for second, other in targets[place + 1 :]:
            if _same(path, other):
                raise InputError("written-twice", first=name, second=second, file=other)


def _read(request: Request) -> Iterator[str]:
    """The files that a request reads: data, a program, arrays."""
    if request.text is not None and request.text != "-":
        yield request.text  # where it is an expression, no file has its name
    for name in ("data", "file", "from"):
        if request.options.get(name, "-") != "-":
            yield request.options[name]
    for text in (*request.values.values(), *(each for given in request.several.values() for each in given)):
        value = text.partition("=")[2] if "=@" in text else text
        if value.startswith("@"):
            file, archive, _ = value[1:].partition(".npz:")
            yield file + archive.rstrip(":")


def _same(path: str, other: str) -> bool:
    """Whether two paths lead to one file, by whatever way; what is no file, as /dev/null, can be written twice."""
    if os.path.isfile(path) and os.path.isfile(other):
        return os.path.samefile(path, other)
    return not os.path.exists(path) and os.path.abspath(path) == os.path.abspath(other)
