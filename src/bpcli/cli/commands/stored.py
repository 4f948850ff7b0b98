"""`bpcli trace --from`: a trace that was stored as JSON, shown in any format."""

from __future__ import annotations

from bpcli.cli.commands.trace import check_options, chosen_level, present
from bpcli.cli.stored import Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.cli.arguments import Request


def show_stored(request: Request) -> int:
    """Print the trace of a file; the exit code. Raises FileError, InputError."""
    stored = Stored(request)
    stored.trace.full = "full" in stored.options
    check_options(stored.options, stored.format, "forward" if stored.trace.tangents else "reverse")
    return present(stored, stored.trace, chosen_level(stored.options, stored.format))
