"""A model read: what it predicts, what its loss is, and which of its names are data, parameters and constants."""

from __future__ import annotations

from typing import Any

from bpcli.calculus.sweeps import connected, sloped
from bpcli.data.choice import usual_target
from bpcli.engine.formulas import copied
from bpcli.errors import InputError, closest
from bpcli.language.reader import parse
from bpcli.ops import TABLE
from bpcli.training.models.letters import Letters, letters_of
from bpcli.training.models.losses import LOGIT, LOSSES, MSE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bpcli.graph import Graph, Program

PREDICTION, LOSS = ("pred", "pred_", "prediction"), ("L", "loss", "L_")
# What a program with a loss of its own is taken to predict: the first of these that it assigns.
PREDICTIONS = ("pred", "p", "yhat", "y_pred", "prediction", "o")


class Model:
    """The loss of one row as a graph, over names.

    program:    its output is the loss; what it assigns keeps its names
    text:       as it was given
    loss_text:  the formula of the loss; "" where the text has it
    loss_name:  a name of LOSSES, or "" for a formula of one's own
    prediction: the name of what is predicted; "" where there is none
    target:     the column that is predicted; "" where there is none
    column:     the same, as the table has it, where `target` stands for a name that a formula cannot have
    data:       names that are columns; constants: names with a value; parameters: all others
    of_tensors: whether what is trained are tensors (see tensors.py)
    probability: the node of the probability, where the prediction is what a sigmoid takes; None elsewhere
    residual:   the node whose square is the loss, up to `weight`; None where it is no square
    letters:    constants elsewhere, such as tau, and what they are here, where nobody said
    weights:    the node of what the square is multiplied by, where that is a matter of the row; None elsewhere
    """

    of_tensors = False
    column = ""
    probability: int | None = None
    letters = Letters()
    shapes: dict[str, tuple[int, ...]] = {}  # noqa: RUF012 - of tensors alone
    tensors: dict[str, Any] = {}  # noqa: RUF012

    def __init__(
        self,
        program: Program,
        *,
        text: str,
        loss_text: str = "",
        loss_name: str = "",
        prediction: str = "",
        target: str = "",
        columns: Collection[str] = (),
        constants: Mapping[str, float] | None = None,
    ) -> None:
        self.program = program
        self.text = text
        self.loss_text = loss_text
        self.loss_name = loss_name
        self.prediction = prediction
        self.target = target
        held = constants or {}
        self.data = tuple(name for name in program.inputs if name in columns and name not in held)
        self.constants = {name: held[name] for name in program.inputs if name in held}
        self.parameters = tuple(name for name in program.inputs if name not in columns and name not in held)
        self.residual, self.weight = residual_of(program.graph, program.output)
        self.weights: int | None = None
        if self.residual is None:
            self._look_for_weights()

    def _look_for_weights(self) -> None:
        """Take v*u^2 or u^2/v, v without a parameter, as the square of sqrt(v)*u."""
        graph = self.program.graph
        node = unnamed(graph, self.program.output)
        if graph.op[node] == "div":
            above, below = graph.args[node]
            if residual_of(graph, above)[0] is None:
                return
            pairs = [(graph.add("div", (graph.const(1), below)), above)]
        elif graph.op[node] == "mul":
            first, second = graph.args[node]
            pairs = [(first, second), (second, first)]
        else:
            return
        for weights, rest in pairs:
            residual, factor = residual_of(graph, rest)
            marks = graph.reaches(weights)
            if residual is not None and not any(marks[each] for each in self.nodes if each < len(marks)):
                self.weights, self.weight = weights, factor
                self.residual = graph.add("mul", (graph.add("sqrt", (weights,)), residual))
                return

    def named(self, at: Any) -> dict[str, Any]:
        """The parameters by name, of one vector."""
        return dict(zip(self.parameters, at.tolist(), strict=True))

    @property
    def nodes(self) -> list[int]:
        """The nodes of the parameters."""
        return [self.program.names[name] for name in self.parameters]

    @property
    def predicted(self) -> int | None:
        """The node of the prediction."""
        return self.program.names[self.prediction] if self.prediction else None

    @property
    def answer(self) -> int | None:
        """The node of what is told of a row: the prediction, or its probability."""
        return self.predicted if self.probability is None else self.probability

    @property
    def inputs_of_prediction(self) -> tuple[str, ...]:
        """The columns that the prediction is computed from."""
        if self.predicted is None:
            return ()
        marks = self.program.graph.reaches(self.predicted)
        return tuple(name for name in self.data if marks[self.program.names[name]])

    @property
    def has_corners(self) -> bool:
        """Whether a parameter reaches an operation whose slope jumps."""
        graph = self.program.graph
        marks = bytearray(self.program.output + 1)
        for node in self.nodes:
            marks[node : node + 1] = b"\x01" * (node <= self.program.output)
        for node in range(self.program.output + 1):
            if any(marks[argument] for argument in graph.args[node]):
                marks[node] = 1
                declared = TABLE.get(graph.op[node])
                if declared is not None and (declared.kinks or declared.flat or declared.variadic):
                    return True
                if graph.op[node] == "where" and marks[graph.args[node][0]]:
                    return True
        return False

    @property
    def idle(self) -> tuple[str, ...]:
        """Parameters that no open path leads from to the loss."""
        marks = connected(self.program.graph, self.program.output)
        return tuple(
            name
            for name, node in zip(self.parameters, self.nodes, strict=True)
            if node > self.program.output or not marks[node]
        )

    @property
    def stepped(self) -> tuple[str, ...]:
        """Parameters that lead to the loss through steps and conditions alone: no gradient ever comes back to them."""
        marks = sloped(self.program.graph, self.program.output)
        named = zip(self.parameters, self.nodes, strict=True)
        return tuple(name for name, node in named if name not in self.idle and not marks[node])


def read_model(
    text: str,
    columns: Sequence[str] = (),
    *,
    target: str | None = None,
    loss: str = MSE,
    constants: Mapping[str, float] | None = None,
    parameters: Collection[str] = (),
    weights: str = "",
    limit: int | None = None,
) -> Model:
    """The model of a text such as `a*exp(-b*x) + c`: columns of these names are data, and a loss is put on top.

    target:     the column that is predicted: the one that the text assigns last, as in `y = a*x`, or `y ~ a*x`;
                else y of the columns that are not used, else the last of them
    weights:    a column that the loss of each row is multiplied by
    loss:       a name of LOSSES, or a formula of pred, of columns and of what the text assigns
    parameters: names that are known to be parameters, whatever constants are called so

    Raises InputError.

    >>> model = read_model("a*exp(-b*x)", ["x", "y"])
    >>> model.parameters, model.data, model.target, model.loss_text
    (('a', 'b'), ('x', 'y'), 'y', '(pred - y)^2')
    """
    held = constants or {}
    text = with_equals(text, columns)
    known = {*columns, *held, *parameters}
    letters = letters_of(text, known)
    known |= {*letters.parameters}
    program = parsed(text, known, limit)
    refuse_tensors(program)
    graph = program.graph
    prediction = program.output_name if program.output_name in program.assigned else ""
    if prediction in columns:
        if target not in (None, prediction):
            raise InputError("two-targets", first=prediction, second=target)
        target, prediction = prediction, ""
        program.names.pop(target)
        program.assigned = tuple(name for name in program.assigned if name != target)
        graph.name.pop(program.output, None)
    for name in program.assigned:
        if name in columns:
            raise InputError("column-assigned", name=name)
    if target is None:
        if not columns:
            raise InputError("no-data-for-model")
        target = usual_target(columns, {*program.inputs, weights}) or columns[-1]
    if target in program.inputs:
        raise InputError("target-in-model", name=target, columns=", ".join(columns))
    taken = {*program.names, *columns}
    node = program.output
    if not prediction:
        prediction = next(name for name in PREDICTION if name not in taken)
        # A formula that is a variable or has a name already gets a node of its own.
        node = graph.give_name(node, prediction, 0, (0, len(text)))
        program.names[prediction] = node
        program.assigned = (*program.assigned, prediction)
    if loss in LOSSES and LOSSES[loss].takes == LOGIT and graph.op[unnamed(graph, node)] == "sigmoid":
        raise InputError("sigmoid-twice", loss=loss, model=text)
    measured = target if target.isidentifier() else next(n for n in ("target", "target_") if n not in taken)
    if loss not in LOSSES and loss.isidentifier() and loss not in {*taken, prediction, "pred"}:
        near = closest(loss, [*LOSSES])
        hint = f"did you mean {near}?" if near else None
        raise InputError("unknown-loss", name=loss, known=", ".join(LOSSES), hint=hint)
    formula = LOSSES[loss].formula.format(pred=prediction, target=measured) if loss in LOSSES else loss
    if weights:
        formula = f"{weights}*{formula if loss == MSE else f'({formula})'}"
    output = _loss_node(formula, program, {prediction, "pred"}, prediction, {*columns, measured}, known)
    name = next(each for each in LOSS if each not in {*taken, prediction})
    output = graph.give_name(output, name, 0, (0, 0))
    program.names.update({each: found for each, found in graph.variables.items() if each not in program.names})
    program.names[name] = output
    program.assigned = (*program.assigned, name)
    program.outputs = {name: output}
    model = Model(
        program, text=text, loss_text=formula, loss_name=loss if loss in LOSSES else "", prediction=prediction,
        target=measured, columns={*columns, measured}, constants=held,
    )  # fmt: skip
    model.column, model.letters = target, letters
    if loss in LOSSES and LOSSES[loss].takes == LOGIT:
        model.probability = graph.add("sigmoid", (node,))
    return model


def read_loss(
    text: str,
    columns: Sequence[str] = (),
    *,
    constants: Mapping[str, float] | None = None,
    parameters: Collection[str] = (),
    limit: int | None = None,
) -> Model:
    """The model of a text whose result is itself the loss of one row: columns are data, other names parameters.

    Raises InputError.

    >>> read_loss("p = w*x + b; (p - t)^2", ["x", "t"]).parameters
    ('w', 'b')
    """
    held = constants or {}
    known = {*columns, *held, *parameters}
    # Without data it is a formula as any other, in which a constant is one.
    letters = letters_of(text, known) if columns else Letters()
    program = parsed(text, known | {*letters.parameters}, limit)
    if columns:
        refuse_tensors(program)
    for name in program.assigned:
        if name in columns:
            raise InputError("column-assigned", name=name)
    named_loss(program, columns)
    prediction = next((name for name in PREDICTIONS if name in program.assigned), "")
    if prediction == program.output_name:
        prediction = ""
    model = Model(program, text=text, prediction=prediction, columns=columns, constants=held)
    model.letters = letters
    return model


def named_loss(program: Program, columns: Collection[str] = ()) -> None:
    """Give the result of a program a name, where it has none."""
    if program.output_name in program.names:
        return
    name = next(each for each in LOSS if each not in {*program.names, *columns})
    node = program.graph.give_name(program.output, name, 0, (0, len(program.source)))
    program.names[name] = node
    program.assigned = (*program.assigned, name)
    program.outputs = {name: node}


def unnamed(graph: Graph, node: int) -> int:
    """The node that a name stands for."""
    while graph.op[node] == "same":
        (node,) = graph.args[node]
    return node


def with_equals(text: str, columns: Collection[str]) -> str:
    """The text with `y ~` written as `y =`, as the other places of a formula are.

    >>> with_equals("y ~ a*x", ["x", "y"])
    'y = a*x'
    """
    left, tilde, right = text.partition("~")
    if tilde and left.strip() in columns:
        return f"{left}={right}"
    return text


def parsed(text: str, known: Collection[str], limit: int | None = None) -> Program:
    """A program with one result, its own rules held against numbers. Raises InputError."""
    program = parse(text, given=known) if limit is None else parse(text, given=known, limit=limit)
    if len(program.outputs) > 1:
        raise InputError("several-losses", count=len(program.outputs), names=", ".join(program.outputs))
    if program.graph.functions:
        from bpcli.tracing.rules import check_rules

        check_rules(program)
    return program


def refuse_tensors(program: Program) -> None:
    """Raises InputError for an operation on vectors or matrices, for which a row of columns has no place.

    >>> refuse_tensors(parsed("mse(a*x, y)", ["x", "y"]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    bpcli.errors.InputError: `mse` is a mean over entries, ...
    """
    if not program.of_tensors:
        return
    graph = program.graph
    for node, op in enumerate(graph.op):
        declared = TABLE.get(op)
        if declared is not None and declared.of_tensors:
            loss = op.partition(" ")[0] in LOSSES
            raise InputError(
                "row-model-loss" if loss else "row-model-operation", source=program.source,
                span=(graph.start[node], graph.stop[node]), **({"operation": op.partition(" ")[0]} if loss else {}),
            )  # fmt: skip
    raise InputError("row-model-operation")


def _loss_node(
    formula: str, program: Program, names: set[str], prediction: str, columns: set[str], given: Collection[str]
) -> int:
    """The node of the loss on top of a model. Raises InputError for a name that neither of them knows."""
    made = parse(formula, given={*names, *columns, *program.names, *given})
    refuse_tensors(made)
    graph = made.graph
    known = {}
    for name, node in graph.variables.items():
        if name in names and (name == prediction or name not in program.names):
            known[node] = program.names[prediction]
        elif name in program.names:
            known[node] = program.names[name]
        elif name not in columns:
            choices = [*dict.fromkeys(["pred", *program.names, *sorted(columns)])]
            near = closest(name, choices)
            raise InputError(
                "unknown-in-loss", source=formula, span=(graph.start[node], graph.stop[node]), name=name,
                names=", ".join(choices), hint=f"did you mean `{near}`?" if near else None,
            )  # fmt: skip
    program.graph.functions.update(graph.functions)
    return copied(graph, made.output, program.graph, known)


def residual_of(graph: Graph, output: int) -> tuple[int | None, float]:
    """The node u and the number k of a loss k*u^2, k > 0; None and 1 where it is no square.

    >>> program = parse("0.5*(w*x - t)^2")
    >>> node, weight = residual_of(program.graph, program.output)
    >>> program.graph.op[node], weight
    ('sub', 0.5)
    """
    from bpcli.numbers import as_float

    weight, node = 1.0, output

    def constant(each: int) -> float | None:
        return as_float(graph.payload[each]) if graph.op[each] == "const" else None

    while True:
        op, args = graph.op[node], graph.args[node]
        if op == "same":
            (node,) = args
        elif op == "mul" and args[0] == args[1]:
            return args[0], weight
        elif op in ("mul", "div") and (factor := constant(args[1])) is not None and factor > 0:
            weight, node = (weight * factor if op == "mul" else weight / factor), args[0]
        elif op == "mul" and (factor := constant(args[0])) is not None and factor > 0:
            weight, node = weight * factor, args[1]
        elif op == "powc" and constant(args[1]) == 2:
            return args[0], weight
        else:
            return None, 1.0
