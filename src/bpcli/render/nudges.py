"""Forward mode told in words: how fast each node moves while one input moves 1, edge by edge upwards."""

from __future__ import annotations

from bpcli.calculus.sweeps import OPEN
from bpcli.numbers import DIGITS, told
from bpcli.render import layout
from bpcli.render.arrays import line_text, shape_of
from bpcli.render.cells import bracketed
from bpcli.render.languages import ENGLISH, texts
from bpcli.render.narration import LEVELS, edge_facts, mechanism
from bpcli.render.words import listed, phrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Tangent


def nudge_sentence(
    trace: Trace, row: Tangent, name: str, level: str, digits: int = DIGITS, language: str = ENGLISH
) -> str:
    """How one edge passes on the motion of an input, with its numbers; and where several arrive, their sum."""
    place = LEVELS.index(level)
    words, said = texts(language, "NUDGES"), texts(language, "EXPLAIN")
    if row.pull is not None or any(map(shape_of, (row.upstream, row.product))):
        from bpcli.render.tensor_words import tensor_nudge

        joint: str = said["join"][place]
        sentence = tensor_nudge(trace, row, name, place, language, digits)
        return joint.join([sentence, *_part_of_arrays(trace, row, place, language)])
    facts = edge_facts(trace, row, said["condition"][place], digits)
    facts["why"] = texts(language, "REASONS_UP")[mechanism(trace, row)].format(**facts)
    facts |= {"tangent": facts["upstream"], "formula": layout.spaced(trace, row.node)}
    still = _still(trace, row, name) if row.arriving == 1 else []
    sign, relation, product = bracketed, "=", facts["product"]
    if row.state == OPEN or (row.local - row.local == 0 and row.upstream - row.upstream == 0):
        factors, _, product = facts["factors"].rpartition(" ")
        factors, _, relation = factors.rpartition(" ")
        facts["factors"] = f"{factors}{' + 0' if still else ''} {relation} {product}"
    else:
        # inf * 0 is not 0: that nothing passes here is no product.
        facts["factors"] = f"{sign(facts['upstream'])} * 0 -> 0"
    template: str = words["edge" if row.arriving == 1 else "part"][place]
    pieces = [template.format(**facts)]
    if still and words["still"][place]:
        key = "still" if len(still) == 1 else "several still"
        pieces.append(words[key][place].format(names=listed(still, language)))
    joint = said["join"][place]
    return joint.join([*pieces, *_part_sentences(trace, row, name, place, digits, language)])


def _still(trace: Trace, row: Tangent, name: str) -> list[str]:
    """The other arguments of a node, which do not move: none where it is no sum, in which they would add nothing."""
    if trace.nodes[row.node].op not in ("add", "sub"):
        return []
    moved = {other.position for other in trace.tangents[name] if other.node == row.node}
    arguments = trace.nodes[row.node].args
    known = {**trace.nodes, **trace.constants}
    return [known[node].name for place, node in enumerate(arguments) if place not in moved]


def _part_sentences(
    trace: Trace, row: Tangent, name: str, place: int, digits: int, language: str
) -> Iterator[str]:
    """Where a node is moved in several ways: which of them this is, and their sum."""
    if row.arriving < 2:
        return
    node = trace.nodes[row.node].name
    facts = {"node": node, "total": f"d{node}/d{name}", "count": row.count, "arriving": row.arriving}
    words = texts(language, "NUDGES")
    if row.before is None:
        yield words["first part"][place].format(**facts)
        return
    terms, relation, total = told("+", [row.before, row.product], row.total, digits)
    facts["sum"] = f"{terms[0]} + {bracketed(terms[1])} {relation} {total}"
    yield words["last part" if row.count == row.arriving else "next part"][place].format(**facts)


def _part_of_arrays(trace: Trace, row: Tangent, place: int, language: str) -> Iterator[str]:
    """Where an array is moved in several ways: which of them this is."""
    if row.arriving > 1:
        facts = {"node": trace.nodes[row.node].name, "count": row.count, "arriving": row.arriving}
        yield texts(language, "TENSOR_WORDS")["part up"][place].format(**facts)


def nudge_lines(
    trace: Trace, name: str, level: str, digits: int = DIGITS, language: str = ENGLISH
) -> Iterator[str]:
    """The motion of one input in words: how it begins, a line an edge, and what arrives."""
    place, words, output = LEVELS.index(level), texts(language, "NUDGES"), layout.output_name(trace)
    start = "start together" if trace.direction else "start"
    yield words[start][place].format(name=name, output=output)
    for row in trace.tangents[name]:
        edge = f"{row.step}  {trace.nodes[row.argument].name} -> {trace.nodes[row.node].name}"
        text = nudge_sentence(trace, row, name, level, digits, language)
        yield phrase("labelled", language, label=edge, text=text)
    if place:
        slope = line_text(trace, trace.gradient[name], digits, language)
        yield words["result"][place].format(total=f"d{output}/d{name}", slope=slope, name=name, output=output)
