"""Turns grammar/expression.lark into the tables of `tables.py`: Lark's own LALR(1) tables as plain data.

    python -m bpcli.language.build_tables      writes tables.py anew after the grammar was changed

Lark computes them and stays the reference; at run time neither Lark nor its table builder is imported,
which is most of the start-up time of a command (see driver.py for the loop that reads them).
"""

from __future__ import annotations

import os
import zlib

from bpcli.files import grammar_text, write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Rows = tuple[dict[int, int], ...]
Tables = tuple[tuple[str, ...], tuple[tuple[int, int, str], ...], Rows, Rows]


def fingerprint(grammar: str) -> int:
    """A number that changes with the grammar."""
    return zlib.crc32(grammar.encode())


def lark_parser(grammar: str, **options: Any) -> Any:
    """Lark's parser of the grammar, reading tokens that our scanner has made."""
    from lark import Lark

    return Lark(grammar, parser="lalr", keep_all_tokens=True, maybe_placeholders=False, **options)


def build(grammar: str) -> Tables:
    """Symbols, rules, actions and gotos of the grammar.

    symbols: name of each symbol by number, terminals and non-terminals alike
    rules:   (symbol, length, action name); no action for a rule that passes its only part on
    actions: for each state, terminal -> state to shift to, or ~rule to reduce by
    gotos:   for each state, non-terminal -> state
    """
    table = lark_parser(grammar, lexer="basic").parser.parser._parse_table
    states = table.states
    # Lark numbers by hash; here everything is sorted, so that the same grammar gives the same file.
    start = table.start_states["start"]
    numbers: dict[Any, int] = {start: 0}
    for state in (queue := [start]):
        for _, (what, target) in sorted(states[state].items()):
            if what.name == "Shift" and target not in numbers:
                numbers[target] = len(numbers)
                queue.append(target)
    symbols = {name: i for i, name in enumerate(sorted({name for row in states.values() for name in row}))}
    reduced = {target for row in states.values() for what, target in row.values() if what.name == "Reduce"}
    rules = {rule: i for i, rule in enumerate(sorted(reduced, key=str))}
    actions: list[dict[int, int]] = []
    gotos: list[dict[int, int]] = []
    for state in queue:
        action: dict[int, int] = {}
        goto: dict[int, int] = {}
        for name, (what, target) in sorted(states[state].items()):
            if what.name == "Reduce":
                action[symbols[name]] = ~rules[target]
            else:
                (goto if name.islower() else action)[symbols[name]] = numbers[target]
        actions.append(action)
        gotos.append(goto)
    listed = tuple((symbols[rule.origin.name], len(rule.expansion), action_name(rule)) for rule in rules)
    return tuple(symbols), listed, tuple(actions), tuple(gotos)


def action_name(rule: Any) -> str:
    """The action of a rule: its alias, else its own name; none for a rule that passes its only part on."""
    if rule.alias is None and len(rule.expansion) == 1:
        return ""
    return str(rule.alias or rule.origin.name)


def module_text(grammar: str) -> str:
    """The text of tables.py for this grammar."""
    symbols, rules, actions, gotos = build(grammar)
    names = ("SYMBOLS", "RULES", "ACTIONS", "GOTOS")
    lines = [
        '"""Made by build_tables.py from grammar/expression.lark; not to be edited by hand."""',
        "",
        "# fmt: off",
        f"FINGERPRINT = {fingerprint(grammar)}",
    ]
    for name, rows in zip(names, (symbols, rules, actions, gotos), strict=True):
        kind = "tuple[dict[int, int], ...]" if rows in (actions, gotos) else ""
        lines += [f"{name}: {kind} = (" if kind else f"{name} = (", *(f"    {row!r}," for row in rows), ")"]
    return "\n".join(lines).replace("'", '"') + "\n"


def main() -> None:
    """Write tables.py beside this module."""
    here = os.path.dirname(os.path.abspath(__file__))
    write_whole(os.path.join(here, "tables.py"), [module_text(grammar_text("expression.lark"))])


if __name__ == "__main__":
    main()
