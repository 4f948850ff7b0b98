"""Files of our own, and files that we write: found wherever we are installed, written whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO


def grammar_text(name: str) -> str:
    """Text of a file of `grammar/`: from the installed package, else from the checkout around it.

    A wheel carries the folder inside the package; an editable install and a bare checkout have it two
    levels above. Raises FileNotFoundError where neither is there.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    shipped = os.path.join(package, "grammar", name)
    checkout = os.path.join(package, os.pardir, os.pardir, "grammar", name)
    with open(shipped if os.path.isfile(shipped) else checkout, encoding="utf-8", newline="\n") as file:
        return file.read()


def page_text(name: str) -> str:
    """Text of a file of `render/page/`, the parts of an HTML page; they travel inside the package."""
    package = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(package, "render", "page", name), encoding="utf-8", newline="\n") as file:
        return file.read()


def write_whole(path: str, pieces: Iterable[str]) -> None:
    """Write text to `path` so that a reader sees the old file or the whole new one, never a part.

    Raises OSError; the old file stays.
    """
    with whole_file(path) as file:
        for piece in pieces:
            file.write(piece.encode())


def check_writable(path: str) -> None:
    """Raises OSError where `write_whole` would: known before the work whose result it is to hold."""
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if _is_stream(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return
    beside = f"{path}.{os.getpid()}.part"
    with open(beside, "wb"):
        pass
    os.unlink(beside)


def _is_stream(path: str) -> bool:
    """Whether a path is a device or a pipe, which is written to and never replaced: /dev/null is one."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


@contextmanager
def whole_file(path: str) -> Iterator[BinaryIO]:
    """A file that takes its place at `path` when the block is left, and vanishes where that is by an error.

    Raises OSError.
    """
    if _is_stream(path):
        with open(path, "wb") as file:
            yield file
        return
    beside = f"{path}.{os.getpid()}.part"
    try:
        with open(beside, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        if os.path.exists(beside):
            os.unlink(beside)
        raise
