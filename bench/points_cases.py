"""What `points.py` measures in processes of their own: expressions at many points, ours and by every peer."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from statistics import median

import measure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

CHUNK = 1 << 20
BUDGET = 2.0  # seconds for the repetitions of one measurement

# Expression -> text, variables.
EXPRESSIONS = {
    "product": ("(x+w)*w", ("x", "w")),
    "Rosenbrock": (
        "(1-a)^2 + 100*(b-a^2)^2 + (1-b)^2 + 100*(c-b^2)^2 + (1-c)^2 + 100*(d-c^2)^2",
        ("a", "b", "c", "d"),
    ),
    "transcendental": ("sin(x)*exp(-y^2) + tanh(w*x)*log(1 + x^2)", ("x", "y", "w")),
}


# By hand: value and gradient as one would write them, common parts named once.


def product(np: Any, x: Any, w: Any) -> tuple[Any, ...]:
    s = x + w
    return s * w, w, s + w


def rosenbrock(np: Any, a: Any, b: Any, c: Any, d: Any) -> tuple[Any, ...]:
    u, v, t = b - a**2, c - b**2, d - c**2
    p, q, r = 1 - a, 1 - b, 1 - c
    value = p**2 + 100 * u**2 + q**2 + 100 * v**2 + r**2 + 100 * t**2
    return value, -2 * p - 400 * a * u, 200 * u - 2 * q - 400 * b * v, 200 * v - 2 * r - 400 * c * t, 200 * t


def transcendental(np: Any, x: Any, y: Any, w: Any) -> tuple[Any, ...]:
    e, s, h, q = np.exp(-(y**2)), np.sin(x), np.tanh(w * x), 1 + x**2
    log, slope = np.log(q), 1 - h**2
    return s * e + h * log, np.cos(x) * e + slope * w * log + 2 * h * x / q, -2 * y * s * e, slope * x * log


BY_HAND: dict[str, Callable[..., tuple[Any, ...]]] = {
    "product": product,
    "Rosenbrock": rosenbrock,
    "transcendental": transcendental,
}


# In the child. Each of these gives a function of a chunk's number that computes it, and one that shows its results.


def chunks_of(columns: Sequence[Any]) -> list[list[Any]]:
    """The columns in chunks."""
    return [[column[start : start + CHUNK] for column in columns] for start in range(0, len(columns[0]), CHUNK)]


def prepare_ours(name: str, columns: Sequence[Any]) -> tuple[Callable[[int], Any], Callable[[], Sequence[Any]]]:
    import numpy as np

    from bpcli.engine.columns import Columns
    from bpcli.language.reader import parse

    text, variables = EXPRESSIONS[name]
    made = Columns(parse(text), variables, {}, variables)
    order = [variables.index(variable) for variable in made.reads]
    chunks = [[chunk[place] for place in order] for chunk in chunks_of(columns)]
    out = [np.ones(len(chunks[0][0])) for _ in range(1 + len(variables))]
    last = [[result[: len(chunk[0])] for result in out] for chunk in chunks]
    run = made.kernel.run
    return lambda number: run(chunks[number], (), last[number]), lambda: last[-1]


def prepare_numpy(name: str, columns: Sequence[Any]) -> tuple[Callable[[int], Any], Callable[[], Sequence[Any]]]:
    import numpy as np

    chunks = chunks_of(columns)
    function = BY_HAND[name]
    return lambda number: function(np, *chunks[number]), lambda: function(np, *chunks[-1])


def prepare_copying(name: str, columns: Sequence[Any]) -> tuple[Callable[[int], Any], Callable[[], Sequence[Any]]]:
    """As many bytes read and written as our results need, on as many threads."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    chunks = chunks_of(columns)
    arrays = len(columns) + 1 + len(columns)  # read and written
    rows = len(chunks[0][0]) * arrays // 2
    threads = cores()
    sources = [np.ones(rows // threads) for _ in range(threads)]
    targets = [np.empty(rows // threads) for _ in range(threads)]
    pool = ThreadPoolExecutor(threads)

    def copy(number: int) -> None:
        if len(sources[0]) < 10_000:
            for source, target in zip(sources, targets, strict=True):
                np.copyto(target, source)
        else:
            list(pool.map(np.copyto, targets, sources))

    return copy, lambda: ()


def prepare_jax(name: str, columns: Sequence[Any]) -> tuple[Callable[[int], Any], Callable[[], Sequence[Any]]]:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    function = BY_HAND[name]
    places = tuple(range(len(columns)))
    made = jax.jit(jax.vmap(jax.value_and_grad(lambda *values: function(jnp, *values)[0], argnums=places)))
    chunks = [[jnp.asarray(column) for column in chunk] for chunk in chunks_of(columns)]

    def compute(number: int) -> Any:
        return jax.block_until_ready(made(*chunks[number]))

    def results() -> list[Any]:
        value, slopes = compute(-1)
        return [value, *slopes]

    return compute, results


def prepare_torch(name: str, columns: Sequence[Any]) -> tuple[Callable[[int], Any], Callable[[], Sequence[Any]]]:
    import torch

    torch.set_num_threads(cores())
    function = BY_HAND[name]
    chunks = [[torch.tensor(column) for column in chunk] for chunk in chunks_of(columns)]

    def compute(number: int) -> list[Any]:
        leaves = [column.requires_grad_() for column in chunks[number]]
        value = function(torch, *leaves)[0]
        return [value.detach(), *torch.autograd.grad(value.sum(), leaves)]

    return compute, lambda: [each.numpy() for each in compute(-1)]


CASES = {
    "ours": prepare_ours,
    "numpy": prepare_numpy,
    "jax": prepare_jax,
    "torch": prepare_torch,
    "copying": prepare_copying,
}


def cores() -> int:
    """How many threads can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def child(case: str, name: str, rows: int, results: Path) -> None:
    """Measure one case: seconds a pass over all rows, and the memory beyond what stood ready."""
    import numpy as np

    draw = np.random.default_rng(rows)
    columns = [draw.uniform(0.5, 1.5, rows) for _ in EXPRESSIONS[name][1]]
    compute, show = CASES[case](name, columns)
    numbers = range(math.ceil(rows / CHUNK))
    before = measure.peak_bytes()
    for number in numbers:
        compute(number)
    memory = measure.peak_bytes() - before
    # The wall clock: some of this runs on several threads.
    times: list[float] = []
    repeats = max(1, 200_000 // rows)
    while len(times) < 5 or (len(times) < 50 and sum(times) * repeats < BUDGET):
        began = time.perf_counter()
        for _ in range(repeats):
            for number in numbers:
                compute(number)
        times.append((time.perf_counter() - began) / repeats)
    np.save(results, np.array([np.asarray(result)[:1000] for result in show()]))
    print(json.dumps({"seconds": median(times), "memory": memory}))
