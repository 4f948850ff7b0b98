"""What holds for every command unless its line says otherwise: options, the user's own file, the locale.

The file has a few keys, in TOML:

    lang = "zh"
    ambiguous = 2
    digits = 8
    format = "plain"

It is BPCLI_CONFIG where that is set (nothing where it is empty), else bpcli/config.toml in XDG_CONFIG_HOME or
~/.config, and on Windows in %APPDATA%. Where there is none, looking for it is all that it costs.
"""

from __future__ import annotations

import os
import sys

from bpcli.cli.arguments import whole_number
from bpcli.errors import FileError, InputError, closest, count_ambiguous
from bpcli.numbers import DIGITS
from bpcli.render.languages import ENGLISH, LANGUAGES, language_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_DIGITS = 17
# What each key may say. `format` is that of a terminal: what a pipe gets does not depend on who set what.
CHOICES = {
    "lang": LANGUAGES,
    "ambiguous": ("1", "2"),
    "digits": tuple(map(str, range(1, MOST_DIGITS + 1))),
    "format": ("rich", "plain"),
}

_read: dict[str, dict[str, str]] = {}


def path_of(environment: Mapping[str, str], platform: str = sys.platform) -> str:
    """The file of settings; "" where there is to be none.

    >>> path_of({"XDG_CONFIG_HOME": "/home/ada/.settings"}, "linux").replace(os.sep, "/")
    '/home/ada/.settings/bpcli/config.toml'
    >>> path_of({"BPCLI_CONFIG": "mine.toml", "XDG_CONFIG_HOME": "/home/ada/.settings"})
    'mine.toml'
    """
    named = environment.get("BPCLI_CONFIG")
    if named is not None:
        return named
    if platform == "win32":
        folder = environment.get("APPDATA", "")
    else:
        folder = environment.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(folder, "bpcli", "config.toml") if folder else ""


def settings() -> dict[str, str]:
    """The keys of the file and what they say; empty where there is no file. Raises FileError, InputError."""
    path = path_of(os.environ)
    if path not in _read:
        _read[path] = _settings_in(path) if path else {}
    return _read[path]


def _settings_in(path: str) -> dict[str, str]:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        if "BPCLI_CONFIG" in os.environ:
            raise FileError("file-missing", file=path) from None
        return {}
    import re
    import tomllib

    try:
        written = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("not-utf8", file=path) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else data.count(b"\n") + 1
        raise InputError("config-unreadable", file=path, line=line) from None
    for key, value in written.items():
        if key not in CHOICES:
            near = closest(key, [*CHOICES])
            hint = f"did you mean {near}?" if near else None
            raise InputError("config-key", file=path, key=key, known=", ".join(CHOICES), hint=hint)
        if str(value) not in CHOICES[key]:
            known = f"1, 2, ... {MOST_DIGITS}" if key == "digits" else ", ".join(CHOICES[key])
            raise InputError("config-value", file=path, key=key, value=str(value), known=known)
    return {key: str(value) for key, value in written.items()}


def spoken(options: Mapping[str, str], format: str) -> str:  # noqa: A002 - the name of the option
    """The language of what is printed. Raises InputError.

    What programs read, and what is meant for any screen, changes with the place where it is made only if asked to.
    """
    anywhere = format in ("json", "ascii") or "ascii" in options
    return ENGLISH if anywhere and "lang" not in options else language(options)


def language(options: Mapping[str, str]) -> str:
    """The language of sentences: as asked for, else that of the settings or the locale. Raises InputError."""
    asked = options.get("lang")
    if not asked:
        return settings().get("lang") or language_of(os.environ)
    if asked not in LANGUAGES:
        raise InputError("unknown-language", language=asked, known=", ".join(LANGUAGES))
    return asked


def digits(options: Mapping[str, str], most: int = MOST_DIGITS) -> int:
    """How many significant digits are shown. Raises InputError."""
    if options.get("digits"):
        return whole_number("digits", options["digits"], 1, most)
    return int(settings().get("digits", DIGITS))


def count_widths(options: Mapping[str, str]) -> None:
    """Let characters of ambiguous width count as many columns as the terminal gives them. Raises InputError."""
    if options.get("ambiguous"):
        count_ambiguous(whole_number("ambiguous", options["ambiguous"], 1, 2))
    else:
        count_ambiguous(int(settings().get("ambiguous", 1)))
