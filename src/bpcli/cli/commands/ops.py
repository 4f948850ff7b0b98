"""`bpcli ops`: the table of operations, for people."""

from __future__ import annotations

from bpcli.cli.output import say, write, write_json
from bpcli.cli.settings import count_widths, language
from bpcli.errors import DONE, InputError, closest
from bpcli.render.languages import ENGLISH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.ops import Op


def run_ops(name: str | None, json: bool, kinks: bool = False, lang: str = "", ambiguous: str = "") -> int:
    """List the operations, or show one of them. Raises InputError for a name that is none."""
    from bpcli.render import reference

    asked = language({"lang": lang})
    # What programs read does not change with the place where it was made.
    spoken = asked if lang or not json else ENGLISH
    count_widths({"ambiguous": ambiguous})

    if kinks:
        if name is not None or json:
            raise InputError("kinks-alone")
        for line in reference.conventions(spoken):
            say(line, hang=4)
        return DONE
    if name is None:
        if json:
            write_json(_listing(reference.every(), spoken))
        else:
            for line in reference.overview(spoken):
                say(line, hang=30)
        return DONE
    found = reference.find(name)
    if not found:
        near = closest(name, reference.known_names())
        hint = f"did you mean `{near}`?" if near else "`bpcli ops` lists them all"
        raise InputError("unknown-operation", name=name, hint=hint)
    if json:
        write_json(_listing(found, spoken))
    else:
        for place, op in enumerate(found):
            if place:
                write([""])
            for line in reference.page(op, spoken):
                say(line, hang=20)
    return DONE


def _listing(operations: list[Op], spoken: str) -> dict[str, object]:
    from bpcli.render.reference import operation_dict

    return {"schema": "bpcli.ops/1", "operations": [operation_dict(op, spoken) for op in operations]}
