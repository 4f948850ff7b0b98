"""Parts of arrays, what is put together of parts, and arrays told to have another shape."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from bpcli.calculus.shapes import subscripts, whole_numbers
from bpcli.engine.tensors.axes import axis_of

Array = Any


def _place(at: str) -> Any:
    where = subscripts(at)

    def place(value: Array, like: Array) -> Array:
        result = np.zeros(np.shape(like), dtype=np.result_type(value))
        result[where] = value
        return result

    return place


def _take(axis: str, at: str) -> Any:
    return lambda x: np.take(x, int(at), axis=axis_of(axis, np.ndim(x)))


def _put(axis: str, at: str) -> Any:
    def put(value: Array, like: Array) -> Array:
        result = np.zeros(np.shape(like), dtype=np.result_type(value))
        place: list[Any] = [slice(None)] * np.ndim(like)
        place[axis_of(axis, np.ndim(like))] = int(at)
        result[tuple(place)] = value
        return result

    return put


def _piece_slice(axis: str, at: str, parts: tuple[Array, ...]) -> tuple[Any, ...]:
    over = axis_of(axis, np.ndim(parts[0]))
    start = sum(np.shape(part)[over] for part in parts[: int(at)])
    place: list[Any] = [slice(None)] * np.ndim(parts[0])
    place[over] = slice(start, start + np.shape(parts[int(at)])[over])
    return tuple(place)


def _place_piece(axis: str, at: str) -> Any:
    def place_piece(value: Array, *parts: Array) -> Array:
        over = axis_of(axis, np.ndim(parts[0]))
        shape = list(np.shape(parts[0]))
        shape[over] = sum(np.shape(part)[over] for part in parts)
        result = np.zeros(shape, dtype=np.result_type(value))
        result[_piece_slice(axis, at, parts)] = value
        return result

    return place_piece


def _full(shape: str) -> Any:
    return lambda x: np.full(whole_numbers(shape), x)


SPELLED: dict[str, Any] = {
    "reshape": lambda shape: lambda x: np.reshape(x, whole_numbers(shape)),
    "reshape_like": lambda x, like: np.reshape(x, np.shape(like)),
    "flatten": np.ravel,
    "expand": lambda axis: lambda x: np.expand_dims(x, int(axis)),
    "squeeze": lambda axis: lambda x: np.squeeze(x, axis=int(axis) if axis else None),
    "index": lambda at: functools.partial(lambda where, x: np.asarray(x)[where], subscripts(at)),
    "place": _place,
    "take": _take,
    "put": _put,
    "stack": lambda axis: lambda *parts: np.stack(parts, axis=int(axis)),
    "concat": lambda axis: lambda *parts: np.concatenate(parts, axis=int(axis)),
    "piece": lambda axis, at: lambda whole, *parts: whole[_piece_slice(axis, at, parts)],
    "place_piece": _place_piece,
    "full": _full,
    "arange": lambda count: lambda start: start + np.arange(int(count), dtype=np.float64),
}
