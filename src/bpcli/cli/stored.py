"""What `bpcli trace --from` asks for: a trace that was stored as JSON, and how it is to be shown."""

from __future__ import annotations

import json

from bpcli.cli.output import chosen_format
from bpcli.cli.settings import count_widths, digits, spoken
from bpcli.cli.work import text_of
from bpcli.engine.choose import digits_of, kind_called, step_digits
from bpcli.engine.floats import FLOATS
from bpcli.errors import InputError
from bpcli.numbers import full, show
from bpcli.tracing.stored import restored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.arguments import Request
    from bpcli.tracing.record import Trace

SHOWING = (  # options that are about what is shown
    "from", "format", "json", "digits", "all", "full", "interactive", "lang", "explain", "ambiguous", "only", "until",
    "rows", "lens", "measure", "repeat", "no-zero", "tolerance",
)  # fmt: skip


class Stored:
    """A request for a trace that was stored: what `present` asks of a Work, without an expression to read."""

    def __init__(self, request: Request) -> None:
        options = request.options
        for name in ("blank", "seed", "answer-key"):
            if name in options:
                raise InputError("blank-with-from", option=name)
        if request.several.get("shape"):
            raise InputError("blank-with-from", option="shape")
        for name in options:
            if name not in SHOWING:
                raise InputError("option-with-from", option=name)
        count_widths(options)
        self.command = request.command
        self.options = options
        self.quiet = request.quiet
        self.expected = request.several.get("expect", [])
        self.claimed = request.several.get("claim", [])
        if "tolerance" in options and not self.expected and not self.claimed:
            raise InputError("tolerance-alone")
        self.format = chosen_format(options.get("format", ""), "json" in options, request.command)
        self.language = spoken(options, self.format)
        self.wrt: list[str] | None = None
        self.trace = self._read(options["from"])
        self.kind = kind_called(self.trace.kind.title) or FLOATS
        precision = digits_of(self.kind)
        self.digits = digits(options, max(17, precision))
        if precision and "digits" not in options:
            self.digits = step_digits(self.kind)
        self.program, self.given = self.trace.program, self.trace.given

    def _read(self, path: str) -> Trace:
        try:
            data = json.loads(text_of(path))
        except json.JSONDecodeError as error:
            file = "standard input" if path == "-" else path
            raise InputError("not-json", file=file, line=error.lineno, column=error.colno) from None
        return restored(data)

    def number(self, value: float) -> str:
        """A number of a bare answer: to the last bit, or to the digits that were asked for."""
        return show(value, self.digits) if "digits" in self.options else full(value)
