"""A trace of tensors told in words: what each kind of rule does with whole arrays, with names, shapes and numbers."""

from __future__ import annotations

from bpcli.calculus.shapes import shown
from bpcli.calculus.sweeps import NO_SLOPE, OPEN, SHUT
from bpcli.numbers import DIGITS, show
from bpcli.ops import TABLE
from bpcli.render import layout
from bpcli.render.arrays import shape_of
from bpcli.render.languages import texts
from bpcli.render.shaped import copied_text
from bpcli.render.words import phrase
from bpcli.tracing.pulls import shapes_text
from bpcli.tracing.summaries import is_small
from bpcli.tracing.tangents import IDLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bpcli.tracing.record import Trace
    from bpcli.tracing.rows import Backward, Forward, Pull, Tangent

# What the edges of an operation on tensors do: one word, or one for each argument. All others are "general".
KINDS: dict[str, str | tuple[str, ...]] = {
    "matmul": ("matmul left", "matmul right"),
    "outer": "matmul pairs",
    "sum": "sum",
    "trace": "sum",
    "full": "sum",
    "arange": "sum",
    "sum_like": "sum",
    "mean": "mean",
    "amax": "extreme",
    "amin": "extreme",
    "prod": "reduction",
    "variance": "reduction",
    "std": "reduction",
    "logsumexp": "reduction",
    "norm": "reduction",
    "index": "place",
    "take": "place",
    "piece": "place",
    "stack": "part",
    "concat": "part",
    "transpose": "move",
    "permute": "move",
    "unpermute": "move",
    "matrix_transpose": "move",
    "reshape": "move",
    "reshape_like": "move",
    "flatten": "move",
    "expand": "move",
    "squeeze": "move",
    "diag": "move",
    "place": "move",
    "put": "move",
    "place_piece": "move",
    "softmax": "softmax",
    "log_softmax": "softmax",
    "cross_entropy": ("cross entropy", "class number"),
    "mse": "loss",
    "mae": "loss",
    "huber": "loss",
    "bce": "loss",
    "bce_logits": "loss",
    "layer_norm": "normalisation",
    "batch_norm": "normalisation",
    "rms_norm": "normalisation",
    "unit": "normalisation",
    "det": "algebra",
    "cofactor": "algebra",
    "inv": "algebra",
    "solve": "algebra",
    "conv1d": "window",
    "convolve": "window",
}


STORY = 2  # the place of its sentences among the levels
LONGEST_VALUE = 80  # characters of an array that is told with its rule
CLASS_RULE = "0"  # what the rule by a class number makes of everything


def kind_of(op: str, position: int, pull: Pull) -> str:
    """What an edge between tensors does, as a key of TENSOR_RULES."""
    if pull.elementwise:
        return {pull.upstream: "copy", f"-{pull.upstream}": "flip"}.get(pull.rule, "entrywise")
    name = op.partition(" ")[0]
    if name == "matmul" and pull.sign == "outer":
        return "matmul pairs"
    kind = KINDS.get(name, "general")
    if name in ("layer_norm", "batch_norm", "rms_norm") and position:
        return "general"  # gain and shift
    if isinstance(kind, str):
        return kind
    if kind[position] == "class number" and pull.rule != CLASS_RULE:
        return "general"  # targets that are probabilities
    if kind[position] == "cross entropy" and len(pull.shape) > 1:
        return "cross entropy of rows"
    return kind[position]


def with_value(written: str, value: Any, digits: int) -> str:
    """A formula and what it comes to here, where that is short enough for a sentence."""
    told = show(value, digits) if is_small(shape_of(value)) else ""
    return f"{written} = {told}" if 0 < len(told) <= LONGEST_VALUE and told != written else written


def tensor_mechanism(trace: Trace, row: Backward) -> str:
    """The kind of an edge, with what became of it where it is not open."""
    if row.state != OPEN or row.pull is None:
        return "closed"
    return kind_of(trace.program.graph.op[row.node], row.position, row.pull)


def tensor_sentence(
    trace: Trace, row: Backward, place: int, language: str, again: bool, digits: int = DIGITS
) -> str:
    """What one edge between tensors does: its rule with names, shapes and, where they are few, numbers; what was
    copied, and which part this is."""
    rules, words = texts(language, "TENSOR_RULES"), texts(language, "TENSOR_WORDS")
    said = texts(language, "EXPLAIN")
    node, argument = trace.names[row.node], trace.names[row.argument]
    output, scaled = layout.output_name(trace), "" if trace.scale == 1 else "S*"
    facts = {
        "node": node, "argument": argument, "total": f"{scaled}d{output}/d{argument}", "count": str(row.count),
        "arriving": str(row.arriving),
    }  # fmt: skip
    if row.state != OPEN or row.pull is None:
        return str(words["closed"][place].format(why=_why_closed(trace, row, language), **facts))
    op = trace.program.graph.op[row.node]
    name = TABLE[op].spelling if op in TABLE else op.removeprefix("call ")
    whole = facts["total"]
    if row.arriving > 1 or row.pull.axes:
        facts["total"] = phrase("product", language)
    rule = row.pull.rule or phrase("derived rule", language, op=name)
    facts |= {
        "g": row.pull.upstream, "above": f"{scaled}d{output}/d{node}", "op": name, "shapes": shapes_text(row.pull),
        "rule": rule if row.pull.axes else with_value(rule, row.pull.arrived, digits),
    }  # fmt: skip
    # A story goes on as a story; else what has been explained is told in short.
    template: str = rules[tensor_mechanism(trace, row)][0 if again and place != STORY else place]
    sentence = template.format(**facts)
    pieces = [said["again"][place].format(text=sentence) if again else sentence]
    if row.pull.axes:
        copied = copied_text(trace, row, row.pull, language)
        summed = with_value(row.pull.summed or phrase("sum over copies", language), row.pull.arrived, digits)
        name = whole if row.arriving == 1 else phrase("part", language, count=row.count, arriving=row.arriving)
        pieces.append(f"{copied} {name} = {summed}" + said["end"][place])
    if row.arriving > 1:
        last = row.count == row.arriving
        facts["total"] = with_value(whole, row.total, digits) if last else whole
        pieces.append(words["part"][place].format(**facts))
    joint: str = said["join"][place]
    return joint.join(pieces)


def tensor_nudge(
    trace: Trace, row: Tangent, name: str, place: int, language: str, digits: int = DIGITS
) -> str:
    """How one edge passes on the motion of an array: its rule, with names, shapes and, where they are few, numbers."""
    words = texts(language, "TENSOR_WORDS")
    op = trace.program.graph.op[row.node]
    spelling = TABLE[op].spelling if op in TABLE else op.removeprefix("call ")
    node, argument = trace.names[row.node], trace.names[row.argument]
    facts = {
        "node": node, "argument": argument, "above": f"d{argument}/d{name}", "total": f"d{node}/d{name}",
        "formula": layout.spaced(trace, row.node), "name": name,
    }  # fmt: skip
    if row.state != OPEN or row.pull is None:
        key = "still" if row.state == IDLE else "closed up"
        return str(words[key][place].format(why=_why_closed(trace, row, language), **facts))
    rule = row.pull.rule or phrase("derived tangent rule", language, op=spelling)
    facts["rule"] = with_value(rule, row.product, digits)
    facts |= {"v": row.pull.upstream, "shapes": shapes_text(row.pull)}
    return str(words["edge up"][place].format(**facts))


def _why_closed(trace: Trace, row: Backward, language: str) -> str:
    if row.state == SHUT:
        return phrase("not", language, condition=row.condition)
    if row.state == NO_SLOPE:
        return phrase("cut" if trace.program.graph.op[row.node] == "detach" else "flat", language)
    return phrase("nothing arrives", language)


def step_sentence(trace: Trace, step: Forward, place: int, language: str, digits: int = DIGITS) -> str:
    """What one step of the forward pass made, and its shape."""
    formula, shape = with_value(layout.spaced(trace, step.node), step.value, digits), shape_of(step.value)
    template: str = texts(language, "TENSOR_WORDS")["forward" if shape else "forward number"][place]
    return template.format(step=step.step, node=trace.names[step.node], formula=formula, shape=shown(shape))


def result_sentence(name: str, total: str, slope: object, output: str, place: int, language: str) -> str:
    """What the derivative by an array says."""
    template: str = texts(language, "TENSOR_WORDS")["result"][place]
    return template.format(total=total, shape=shown(shape_of(slope)), name=name, output=output)
