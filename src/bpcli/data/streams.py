"""Bytes and text of a file as a stream: opened, unpacked, decoded, cut into pieces of whole records."""

from __future__ import annotations

import codecs
import io
import sys
import zipfile
import zlib
from typing import IO, Any

from bpcli.data.cells import printable
from bpcli.data.records import COMMENT
from bpcli.errors import FileError, InputError

GZIP = b"\x1f\x8b"  # how what gzip has packed begins
CHARACTERS = 1 << 20  # of text that are read at once
LONGEST_RECORD = 1 << 24  # characters; what is longer has a quote that nobody closed

# What reading a file raises where it is damaged: packed ones and archives have errors of their own.
DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)


class Lent(io.RawIOBase):
    """Bytes of a stream that stays open when this is closed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def readable(self) -> bool:
        """It is read from."""
        return True

    def readinto(self, space: Any) -> int:
        """So many bytes as there are at once, up to the length of the space."""
        read = getattr(self.stream, "read1", self.stream.read)
        data: bytes = read(len(space))
        space[: len(data)] = data
        return len(data)


def opened(path: str, source: str) -> io.BufferedReader:
    """The bytes of a file as a stream, unpacked where they begin as gzip does. Raises FileError."""
    try:
        raw = Lent(sys.stdin.buffer) if path == "-" else io.FileIO(path)
        file: Any = io.BufferedReader(raw)
        if not file.peek(2).startswith(GZIP):
            return file  # type: ignore[no-any-return]
        import gzip

        unpacked: Any = gzip.GzipFile(fileobj=file)
        unpacked.myfileobj = file  # closed with it
        return io.BufferedReader(unpacked)
    except AttributeError:  # sys.stdin is None
        raise FileError("file-unreadable", file=source, reason="it is closed") from None
    except FileNotFoundError:
        raise FileError("file-missing", file=source) from None
    except IsADirectoryError:
        raise FileError("file-is-folder", file=source) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileError("file-unreadable", file=printable(source), reason=reason_of(error)) from None


def reason_of(error: Exception) -> str:
    """What the system says of an error, in lower case."""
    return str(getattr(error, "strerror", None) or error).lower()


def read_fully(file: IO[bytes], count: int, source: str) -> bytes:
    """So many bytes, or what there is of them. Raises FileError."""
    parts = []
    while count > 0:
        try:
            data = file.read(count)
        except DAMAGED as error:
            raise FileError("file-unreadable", file=printable(source), reason=reason_of(error)) from None
        if not data:
            break
        parts.append(data)
        count -= len(data)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class TextStream:
    """Text in pieces of whole records, with the line that each begins on."""

    def __init__(self, file: IO[bytes], source: str, encoding: str | None = None) -> None:
        """encoding: that of the text; UTF-8 unless given, or UTF-16 where a byte order mark says so.

        Raises InputError for one that there is not.
        """
        self.file = file
        self.source = source
        self.encoding = encoding
        try:
            given = codecs.lookup(encoding or "utf-8")
        except (LookupError, ValueError):
            raise InputError("encoding-unknown", name=encoding) from None
        if not getattr(given, "_is_text_encoding", True):
            raise InputError("encoding-unknown", name=encoding)
        self.row = 1  # the line that the next piece begins on
        self._fed = 0
        self._left = ""
        self._decoder: io.IncrementalNewlineDecoder | None = None
        self._ended = False

    def piece(self, quotes: bool = True) -> tuple[str, int] | None:
        """The next whole records and their first line; None at the end. Raises InputError, FileError."""
        text = self._left
        while not self._ended:
            more = self._more()
            text += more
            stop = text.rfind("\n") + 1
            if quotes and '"' in text:
                # A line end between quotes belongs to a cell.
                while stop and COMMENT.sub("", text[:stop]).count('"') % 2:
                    stop = text.rfind("\n", 0, stop - 1) + 1
            if stop and not self._ended:
                text, self._left = text[:stop], text[stop:]
                break
            if len(text) > LONGEST_RECORD:
                raise InputError("csv-unclosed-quote", file=self.source, row=self.row)
        else:
            self._left = ""
            if not text:
                return None
        first = self.row
        self.row += text.count("\n")
        return text, first

    def _more(self) -> str:
        """About a million characters more, lines ended by line feeds."""
        try:
            data = self.file.read(CHARACTERS)
        except DAMAGED as error:
            raise FileError("file-unreadable", file=printable(self.source), reason=reason_of(error)) from None
        self._ended = len(data) < CHARACTERS
        if self._decoder is None:
            wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            name = self.encoding or ("utf-16" if wide else "utf-8-sig")
            inner = codecs.getincrementaldecoder(name)()
            self._decoder = io.IncrementalNewlineDecoder(inner, translate=True)
        self._fed += len(data)
        try:
            text: str = self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
            if self.encoding is None and (b"\0" in error.object or error.encoding.startswith("utf-16")):
                raise InputError("csv-binary", file=self.source) from None
            if self.encoding is not None:
                raise InputError(
                    "csv-not-in-encoding",
                    file=self.source,
                    encoding=self.encoding,
                    byte=f"0x{error.object[error.start]:02X}",
                    row=self.row + self._left.count("\n") + before,
                ) from None
            raise InputError(
                "csv-not-utf8",
                file=self.source,
                byte=f"0x{error.object[error.start]:02X}",
                offset=self._fed - len(error.object) + error.start,
                row=self.row + self._left.count("\n") + before,
            ) from None
        if "\0" in text:
            raise InputError("csv-binary", file=self.source)
        return text
