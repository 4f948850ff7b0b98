"""Everything that decides a training, but for the data: it is stored with a model, and training goes on from it."""

from __future__ import annotations

from typing import Any, NamedTuple

from bpcli.errors import InputError, closest
from bpcli.training.loop.schedules import CONSTANT
from bpcli.training.models.compiled import MEAN, SUM
from bpcli.training.models.losses import MSE
from bpcli.training.models.model import Model, parsed, read_loss, read_model
from bpcli.training.optimizers import NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

AUTO = "auto"
STEPS = 10_000


class Setting(NamedTuple):
    """What was asked for. `text` is a model that a loss is put on, or, with `explicit`, the loss itself.

    start:    the starts that were given; constants: values that were given, which stay
    rate:     None for one of its own
    share:    of the rows, held out for validation; 0 for none
    decay:    None for the usual one of the optimizer
    dtype:    "" for double precision
    weights:  the column that says how much each row counts, "" for none
    patience: None where nobody asked to stop early: networks and batches do, sums of squares are followed to the end
    zero:     whether the gradient is set to zero before every backward pass
    """

    text: str
    explicit: bool = False
    target: str | None = None
    loss: str = MSE
    start: dict[str, Any] = {}  # noqa: RUF012 - never changed
    constants: dict[str, Any] = {}  # noqa: RUF012
    optimizer: str = AUTO
    rate: float | None = None
    schedule: str = CONSTANT
    warmup: int = 0
    steps: int = STEPS
    batch: int = 0
    reduce: str = MEAN
    seed: int = 0
    clip: str = ""
    ridge: float = 0.0
    decay: float | None = None
    share: float = 0.0
    patience: int | None = None
    tolerance: float | None = None
    dtype: str = ""
    scale: str = ""
    weights: str = ""
    zero: bool = True

    def model(self, columns: Sequence[str]) -> Model:
        """The model that the text means where these are the names of columns. Raises InputError."""
        if self.explicit and not columns:
            from bpcli.training.models.tensors import is_of_tensors, read_tensor_loss

            program = parsed(self.text, {*self.constants, *self.start})
            if is_of_tensors(program, self.constants, self.start):
                return read_tensor_loss(self.text, program, self.constants, self.start)
        if self.explicit:
            return read_loss(self.text, columns, constants=self.constants, parameters=self.start)
        return read_model(
            self.text, columns, target=self.target, loss=self.loss, constants=self.constants, parameters=self.start,
            weights=self.weights,
        )  # fmt: skip

    def checked(self) -> Setting:
        """The same setting. Raises InputError where a part of it is unknown, or two do not go together."""
        if self.optimizer not in (AUTO, *NAMES):
            near = closest(self.optimizer, [AUTO, *NAMES])
            hint = f"did you mean {near}?" if near else None
            raise InputError("unknown-optimizer", name=self.optimizer, known=", ".join((AUTO, *NAMES)), hint=hint)
        if self.reduce not in (MEAN, SUM):
            raise InputError("unknown-reduce", name=self.reduce)
        for name in self.start:
            if name in self.constants:
                raise InputError("start-and-value", name=name)
        if self.steps < 0:
            raise InputError("steps-negative", steps=self.steps)
        if self.scale and not self.dtype:
            raise InputError("loss-scale-alone", text=self.scale)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The setting by name, for a file."""
        return self._asdict()
