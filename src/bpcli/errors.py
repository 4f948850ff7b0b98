"""Everything that can go wrong, as facts; the sentences stand in grammar/mistakes.toml.

    BpcliError
    |-- InputError       2  the usage, the expression or the content of a file is wrong
    |-- NumericError     3  nan where a number was asked for, divergence, a time or size limit
    `-- FileError        4  a file cannot be opened or written

Exit code 1 means that the answer is no (a check failed); that is a result, not an error.

An error names its entry in `mistakes.toml`, the place in the user's text, and the facts that fill the
sentence. Only the command line turns it into text on stderr and an exit code.
"""

from __future__ import annotations

DONE, ANSWER_IS_NO, WRONG_INPUT, NUMERIC_FAILURE, FILE_TROUBLE, INTERRUPTED = 0, 1, 2, 3, 4, 130

WINDOW = 76  # columns of the user's text shown around a caret
PLACE = {"en": "  {file}, line {line}", "zh": "  {file} 第 {line} 行"}
PREFIX = {"en": "error: ", "zh": "错误："}
LONGEST_FACT = 240  # characters of one fact in a sentence; the caret line shows where it stands


class BpcliError(Exception):
    """One mistake: `kind` is its name in mistakes.toml, `facts` fill its sentence.

    source: the user's text, or None where no text is to blame
    span:   (start, stop) in that text, in characters
    file:   where that text came from, if it was not typed
    """

    exit_code = WRONG_INPUT

    def __init__(
        self, kind: str, /, *, source: str | None = None, span: tuple[int, int] | None = None, **facts: object
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.source = source
        self.span = span
        self.facts = facts
        self.file: str | None = None

    @property
    def sentence(self) -> str:
        """What is wrong, in one sentence."""
        return self.said("en")

    @property
    def hint(self) -> str:
        """What to type instead; empty where there is nothing to say."""
        return self.hinted("en")

    def said(self, language: str) -> str:
        """What is wrong, in one sentence of a language."""
        return sentences()[self.kind]["say" if language == "en" else language].format(**self._told(language))

    def hinted(self, language: str) -> str:
        """What to type instead, in a language."""
        template = sentences()[self.kind].get("hint" if language == "en" else f"{language}_hint", "")
        facts = self._told(language)
        return str(facts["hint"]) if facts.get("hint") is not None else template.format(**facts)

    def _told(self, language: str) -> dict[str, object]:
        """The facts as they may stand in a sentence: on one line, not endless, and in its language."""
        return {
            key: fact_in(language, key, fact if key == "hint" else told(fact)) if isinstance(fact, str) else fact
            for key, fact in self.facts.items()
        }

    def __str__(self) -> str:
        return self.sentence

    def report(self, language: str = "en") -> str:
        """The whole message: the sentence, the user's line with a caret below the place, and the hint."""
        return PREFIX[language] + "\n".join(self.lines(language))

    def lines(self, language: str = "en", window: int = WINDOW) -> list[str]:
        """The message in lines, the sentence first; of the user's text at most `window` columns."""
        lines = [self.said(language)]
        if self.source is not None and self.span is not None:
            if self.file is not None:
                line = self.source.count("\n", 0, self.span[0]) + 1
                lines.append(PLACE[language].format(file=self.file, line=line))
            lines += caret_lines(self.source, *self.span, window)
        hint = self.hinted(language)
        if hint:
            lines.append(hint)
        return lines


class InputError(BpcliError):
    """The usage, the expression or the content of a file is wrong."""

    exit_code = WRONG_INPUT


class NumericError(BpcliError):
    """A number that was asked for does not exist, or a limit of time or size was reached."""

    exit_code = NUMERIC_FAILURE


class FileError(BpcliError):
    """A file cannot be opened or written."""

    exit_code = FILE_TROUBLE


_sentences: dict[str, dict[str, str]] = {}


def sentences() -> dict[str, dict[str, str]]:
    """The entries of mistakes.toml by name, read at the first error."""
    if not _sentences:
        import tomllib

        from bpcli.files import grammar_text

        _sentences.update(tomllib.loads(grammar_text("mistakes.toml")))
    return _sentences


_facts: list[dict[str, str]] = []


def fact_in(language: str, key: str, text: str) -> str:
    """A fact that is made of words of English in another language, by facts.toml; all else as it is."""
    if language == "en" or not text:
        return text
    import re

    if not _facts:
        import tomllib

        from bpcli.files import grammar_text

        _facts.extend(tomllib.loads(grammar_text("facts.toml"))["facts"])
    for entry in _facts:
        if entry["fact"] != key:
            continue
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(entry["say"]))
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return entry[language].format(**found.groupdict())
    return text


def told(text: str) -> str:
    """A fact for a sentence: no line breaks or other characters that steer a terminal, and not too long."""
    if len(text) > LONGEST_FACT:
        text = f"{text[: LONGEST_FACT * 2 // 3]} ... {text[-LONGEST_FACT // 3 :]}"
    return text if text.isprintable() else printable(text)


def printable(text: str) -> str:
    """The text with a blank for each character that has no picture of its own."""
    return "".join([char if char.isprintable() else " " for char in text])


class Screen:
    """What cannot be asked of a terminal: which characters it draws in two columns.

    wide: widths of Unicode (Annex 11) that take two; A, the ambiguous ones such as × and σ, is the user's to say
    """

    wide = "WF"


def count_ambiguous(columns: int) -> None:
    """Count characters of ambiguous width as one column, or as two, as some terminals in East Asia draw them."""
    Screen.wide = "WFA" if columns == 2 else "WF"


def display_width(text: str) -> int:
    """Columns that `text` takes on a terminal: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in Screen.wide else 1 for char in text)


def caret_lines(source: str, start: int, stop: int, window: int = WINDOW) -> list[str]:
    """The line of `source` that holds `start`, cut to a window, and a line of carets below the span."""
    start = min(max(start, 0), len(source))
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", start)
    last = len(source) if last < 0 else last
    stop = max(min(stop, last), start + 1)
    left, before = first, ""
    if start - first > window - 16:
        left, before = start - window // 2, "... "
    right, after = last, ""
    if last - left > window:
        right, after = left + window, " ..."
    shown = printable(source[left:right])
    pad = display_width(before + source[left:start])
    carets = max(display_width(source[start : min(stop, right)]), 1)
    return [f"  {before}{shown}{after}", f"  {' ' * pad}{'^' * carets}"]


def closest(name: str, known: list[str]) -> str | None:
    """The known name that a slip of the fingers would turn into `name`, if there is one."""
    from difflib import get_close_matches

    folded = {candidate.lower(): candidate for candidate in reversed(known)}
    near = get_close_matches(name.lower(), folded, n=3, cutoff=0.6)
    # The same letters in another order come first: tahn is tanh, though tan is nearer by its length.
    near.sort(key=lambda candidate: sorted(candidate) != sorted(name.lower()))
    return folded[near[0]] if near else None
