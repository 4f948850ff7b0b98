"""Entries put elsewhere: shapes, indices, joining. Every rule puts the upstream value back where it came from."""

from bpcli.ops.declaration import Op


def moving(
    signature: str, doc: str, pullbacks: dict[str, str], settings: tuple[str, ...] = (), **more: str | int
) -> Op:
    """An operation that moves the entries of its first argument and looks at the shape of the others alone."""
    name = signature.partition("(")[0]
    first = signature.partition("(")[2].partition(",")[0].rstrip(")")
    return Op(
        signature,
        doc,
        of_tensors=True,
        linear=[first],
        settings=dict.fromkeys(settings, ""),
        pullbacks=pullbacks,
        latex=rf"\operatorname{{{{{name.replace('_', chr(92) + '_')}}}}}\left({{{first}}}\right)",
        **more,  # type: ignore[arg-type]
    )


OPERATIONS = (
    moving("reshape(x)", "The same entries in another shape.", {"x": "reshape_like(g, x)"}, ("shape",), rest="shape"),
    moving("reshape_like(x, y)", "The entries of x in the shape of y.", {"x": "reshape_like(g, x)", "y": "0"}),
    moving("flatten(x)", "All entries in one row.", {"x": "reshape_like(g, x)"}),
    moving("expand(x)", "One more axis, of size 1.", {"x": "reshape_like(g, x)"}, ("axis",)),
    moving("squeeze(x)", "One axis of size 1 less.", {"x": "reshape_like(g, x)"}, ("axis",)),
    moving("index(x)", "The entries at an index or in a slice.", {"x": "place(g, x, at=at)"}, ("at",)),
    moving("place(v, x)", "v at its index, 0 everywhere else.", {"v": "index(g, at=at)", "x": "0"}, ("at",)),
    moving("take(x)", "One slice across an axis.", {"x": "put(g, x, axis=axis, at=at)"}, ("axis", "at")),
    moving(
        "put(v, x)",
        "v as one slice across an axis, 0 in the others.",
        {"v": "take(g, axis=axis, at=at)", "x": "0"},
        ("axis", "at"),
    ),
    Op(
        "stack(x, ...)",
        "Its arguments side by side along a new axis: what `[a, b]` means.",
        of_tensors=True,
        settings={"axis": "0"},
        linear=["x"],
        pullbacks={"x": "take(g, axis=axis, at=place)"},
        latex=r"\left[{x}\right]",
    ),
    Op(
        "concat(x, ...)",
        "Its arguments one after the other along an axis.",
        of_tensors=True,
        settings={"axis": "0"},
        linear=["x"],
        pullbacks={"x": "piece(g, {args}, axis=axis, at=place)"},
        latex=r"\operatorname{{concat}}\left({x}\right)",
    ),
    Op(
        "piece(x, ...)",
        "The part of its first argument where `concat` has put one of the others.",
        of_tensors=True,
        settings={"axis": "0", "at": "0"},
        linear=["x"],
        pullbacks={"x": "place_piece(g, {others}, axis=axis, at=at)"},
        latex=r"\operatorname{{piece}}\left({x}\right)",
    ),
    Op(
        "place_piece(x, ...)",
        "Its first argument where `concat` has put one of the others, 0 everywhere else.",
        of_tensors=True,
        settings={"axis": "0", "at": "0"},
        linear=["x"],
        pullbacks={"x": "piece(g, {others}, axis=axis, at=at)"},
        latex=r"\operatorname{{place\_piece}}\left({x}\right)",
    ),
    moving("full(x)", "A number in every entry of a shape.", {"x": "sum(g)"}, ("shape",), rest="shape"),
    moving("arange(x)", "0, 1, 2 and so on.", {"x": "sum(g)"}, ("count",), rest="count", hidden=0),
    Op(
        "one_hot(x)",
        "For each class number a row with 1 in its place and 0 elsewhere.",
        of_tensors=True,
        settings={"classes": ""},
        rest="classes",
        pullbacks={"x": "0"},
        flat="depends on whole numbers alone",
        latex=r"\operatorname{{one\_hot}}\left({x}\right)",
    ),
    Op(
        "one_hot_like(x, y)",
        "The same with as many classes as the last axis of y has entries.",
        of_tensors=True,
        pullbacks={"x": "0", "y": "0"},
        flat="depends on whole numbers alone",
        latex=r"\operatorname{{one\_hot}}\left({x}\right)",
    ),
)
