"""What JSON has no words for: inf and nan as strings, other numbers, arrays, and lists made as they are written."""

from __future__ import annotations

from typing import Any

from bpcli.numbers import full, nearest
from bpcli.render.languages import ENGLISH
from bpcli.render.words import sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bpcli.calculus.kinds import Kind
    from bpcli.engine.narrow import Comparison
    from bpcli.engine.notes import Note


class Listed:
    """A list that is made entry by entry, as it is written.

    text: an entry as text at once, "" where it takes the encoder
    """

    def __init__(
        self, entry: Callable[[Any], dict[str, Any]], items: Iterable[Any], text: Callable[[Any], str] | None = None
    ) -> None:
        self.entry = entry
        self.items = items
        self.text = text

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self.entry(item) for item in self.items)


def plain_number(value: Any) -> Any:
    """A float that JSON has no word for as a string, a number of another kind as a float, an array as nested lists."""
    if hasattr(value, "shown"):
        value = nearest(value)
    if getattr(value, "shape", None) is not None:
        return jsonable(value.tolist())  # a tensor: nested lists
    if isinstance(value, float) and value - value != 0:
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    return value


def jsonable(value: Any) -> Any:
    """A nested value in which every float can be written."""
    if isinstance(value, dict):
        return {key: jsonable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(each) for each in value]
    if getattr(value, "shape", ()):
        return jsonable(value.tolist())
    return plain_number(value)


def notes_list(notes: Sequence[Note], language: str = ENGLISH) -> list[dict[str, Any]]:
    """Notes with their kind, their sentence and their facts."""
    return [{"kind": note.kind, "text": sentence(note, language), **jsonable(note.facts)} for note in notes]


def as_text(kind: Kind, value: Any, gradient: Mapping[str, Any] | None) -> dict[str, Any]:
    """`exact` or `precise`: a result as text, where floats cannot say it; null where it is a float after all."""

    def text(number: Any) -> Any:
        if getattr(number, "shape", ()):
            return [text(each) for each in number]
        return full(number) if hasattr(number, "shown") else None

    if not kind.written:
        return {}
    told: dict[str, Any] = {"value": text(value)}
    if gradient is not None:
        told["gradient"] = {name: text(slope) for name, slope in gradient.items()}
    return {kind.written: told}


def in_full(kind: Kind, **numbers: Any) -> dict[str, Any]:
    """The numbers of an entry as text that reads back as the same ones, where floats cannot say them."""

    def text(number: Any) -> Any:
        if getattr(number, "shape", ()) or isinstance(number, tuple):
            return [text(each) for each in number]
        return None if number is None else kind.to_text(number)

    return {kind.written: {name: text(number) for name, number in numbers.items()}} if kind.written else {}


def beside_floats(comparison: Comparison | None) -> dict[str, Any]:
    """`narrow`: the format, the same result in double precision, and how far apart the two are."""
    if comparison is None:
        return {}
    value = {"value": plain_number(comparison.wide.value)}
    error = {"value": plain_number(comparison.error)}
    told: dict[str, Any] = {"dtype": comparison.format}
    if comparison.scale is not None:
        told["loss_scale"] = comparison.scale
        value["gradient"] = jsonable(comparison.wide.gradient)
        error["gradient"] = jsonable(comparison.errors)
    return {"narrow": {**told, "float64": value, "relative_error": error}}
