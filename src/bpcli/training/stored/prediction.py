"""Predicting with a stored model: the text read again, its parameters filled in, rows in, predictions out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.engine.kernel import Kernel
from bpcli.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpcli.training.stored.saved import Saved

Array = NDArray[np.float64]


class Prediction:
    """A stored model compiled for rows.

    name:   what is predicted
    needs:  names in the model of the columns that it is computed from; `columns`: what they were called
    ranges: for each of them what it was fitted on; None where that is not known
    """

    def __init__(self, saved: Saved, source: str, output: str = "") -> None:
        """Raises InputError where the stored text is a loss without a prediction, or does not assign `output`."""
        model = saved.setting.model(saved.names)
        program, node = model.program, model.answer
        self.name = saved.columns.get(model.target, model.target) or model.prediction
        if output:
            if output not in program.assigned:
                raise InputError("unknown-output", name=output, names=", ".join(program.assigned))
            self.name, node = output, program.names[output]
        if node is None:
            raise InputError("no-prediction-named", file=source, names=", ".join(program.assigned))
        marks = program.graph.reaches(node)
        self.needs = tuple(name for name in model.data if marks[program.names[name]])
        self.columns = tuple(saved.columns.get(name, name) for name in self.needs)
        self.ranges = tuple(saved.ranges.get(name) for name in self.needs)
        self.kernel = Kernel(program.graph, [node], self.needs)
        given = {**model.constants, **saved.parameters}
        self._singles = [given[name] for name in self.kernel.singles]

    def of(self, columns: Sequence[Array]) -> tuple[Array, Any]:
        """The predictions for columns in the order of `needs`, and which rows lie outside of what was fitted on.

        Shapes: (rows,) each
        """
        rows = len(columns[0]) if columns else 1
        values = np.empty(rows)
        by_name = dict(zip(self.needs, columns, strict=True))
        self.kernel.run([by_name[name] for name in self.kernel.lanes], self._singles, [values])
        outside = np.zeros(rows, dtype=bool)
        for column, ends in zip(columns, self.ranges, strict=True):
            if ends is not None:
                outside |= (column < ends[0]) | (column > ends[1])
        return values, outside
