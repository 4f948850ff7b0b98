"""Entries put elsewhere: shapes, indices, joining. Every rule puts the upstream value back where it came from."""

from bpcli.ops.declaration import Golden, Op


def moving(
    signature: str, doc: str, pullbacks: dict[str, str], settings: tuple[str, ...] = (),
    **more: str | int | list[Golden],
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
    moving(
        "reshape(x)", "The same entries in another shape.", {"x": "reshape_like(g, x)"}, ("shape",), rest="shape",
        zh="同样的元素，换一个形状。",
        golden=[
            Golden(
                [[1, 2, 3, 4]], [[1, 2], [3, 4]], [[1, 10, 100, 1000]],
                "by hand", {"shape": "2,2"}, [[1, 10], [100, 1000]],
            ),
        ],
    ),
    moving(
        "reshape_like(x, y)", "The entries of x in the shape of y.", {"x": "reshape_like(g, x)", "y": "0"},
        zh="把 x 的元素排成 y 的形状。",
        inner=True,
        golden=[Golden([[1, 2], [[0, 0]]], [[1, 2]], [[1, 10], [[0, 0]]], "by hand", {}, [[1, 10]])],
    ),
    moving(
        "flatten(x)", "All entries in one row.", {"x": "reshape_like(g, x)"},
        zh="把全部元素排成一行。",
        golden=[Golden([[[1, 2], [3, 4]]], [1, 2, 3, 4], [[[1, 10], [100, 1000]]], "by hand", {}, [1, 10, 100, 1000])],
    ),
    moving(
        "expand(x)", "One more axis, of size 1.", {"x": "reshape_like(g, x)"}, ("axis",),
        zh="增加一个大小为 1 的轴。",
        golden=[Golden([[1, 2]], [[1], [2]], [[1, 10]], "by hand", {"axis": "1"}, [[1], [10]])],
    ),
    moving(
        "squeeze(x)", "One axis of size 1 less.", {"x": "reshape_like(g, x)"}, ("axis",),
        zh="去掉一个大小为 1 的轴。",
        golden=[Golden([[[1], [2]]], [1, 2], [[[1], [10]]], "by hand", {"axis": "1"}, [1, 10])],
    ),
    moving(
        "index(x)", "The entries at an index or in a slice.", {"x": "place(g, x, at=at)"}, ("at",),
        zh="某个下标处或切片中的元素。",
        golden=[
            Golden([[1, 2, 3]], [2, 3], [[0, 1, 10]], "by hand", {"at": "1:3"}, [1, 10]),
            Golden([[[1, 2], [3, 4]]], [2, 4], [[[0, 1], [0, 10]]], "by hand", {"at": ":,1"}, [1, 10]),
        ],
    ),
    moving(
        "place(v, x)", "v at its index, 0 everywhere else.", {"v": "index(g, at=at)", "x": "0"}, ("at",),
        zh="v 放在它的下标处，其余各处为 0。",
        inner=True,
        golden=[
            Golden([[2, 3], [0, 0, 0]], [0, 2, 3], [[10, 100], [0, 0, 0]], "by hand", {"at": "1:3"}, [1, 10, 100]),
        ],
    ),
    moving(
        "take(x)", "One slice across an axis.", {"x": "put(g, x, axis=axis, at=at)"}, ("axis", "at"),
        zh="沿一个轴取出一片。",
        inner=True,
        golden=[Golden([[[1, 2], [3, 4]]], [3, 4], [[[0, 0], [1, 10]]], "by hand", {"axis": "0", "at": "1"}, [1, 10])],
    ),
    moving(
        "put(v, x)",
        "v as one slice across an axis, 0 in the others.",
        {"v": "take(g, axis=axis, at=at)", "x": "0"},
        ("axis", "at"),
        zh="v 作为沿一个轴的一片，其余各片为 0。",
        inner=True,
        golden=[
            Golden(
                [[3, 4], [[0, 0], [0, 0]]], [[0, 0], [3, 4]], [[100, 1000], [[0, 0], [0, 0]]],
                "by hand", {"axis": "0", "at": "1"}, [[1, 10], [100, 1000]],
            ),
        ],
    ),
    Op(
        "stack(x, ...)",
        "Its arguments side by side along a new axis: what `[a, b]` means.",
        zh="把各参数沿一个新的轴并排：`[a, b]` 就是这个意思。",
        golden=[Golden([1, 2], [1, 2], [1, 10], "by hand", {}, [1, 10])],
        of_tensors=True,
        settings={"axis": "0"},
        linear=["x"],
        pullbacks={"x": "take(g, axis=axis, at=place)"},
        latex=r"\left[{x}\right]",
    ),
    Op(
        "concat(x, ...)",
        "Its arguments one after the other along an axis.",
        zh="把各参数沿一个轴首尾相接。",
        golden=[Golden([[1], [2, 3]], [1, 2, 3], [[1], [10, 100]], "by hand", {}, [1, 10, 100])],
        of_tensors=True,
        settings={"axis": "0"},
        linear=["x"],
        pullbacks={"x": "piece(g, {args}, axis=axis, at=place)"},
        latex=r"\operatorname{{concat}}\left({x}\right)",
    ),
    Op(
        "piece(x, ...)",
        "The part of its first argument where `concat` has put one of the others.",
        zh="第一个参数中由 concat 放入某个参数的那一段。",
        inner=True,
        golden=[Golden([[1, 2, 3], [0], [0, 0]], [2, 3], [[0, 1, 10], [0], [0, 0]], "by hand", {"at": "1"}, [1, 10])],
        of_tensors=True,
        settings={"axis": "0", "at": "0"},
        linear=["x"],
        pullbacks={"x": "place_piece(g, {others}, axis=axis, at=at)"},
        latex=r"\operatorname{{piece}}\left({x}\right)",
    ),
    Op(
        "place_piece(x, ...)",
        "Its first argument where `concat` has put one of the others, 0 everywhere else.",
        zh="第一个参数放在 concat 放它的地方，其余各处为 0。",
        inner=True,
        golden=[
            Golden([[2, 3], [0], [0, 0]], [0, 2, 3], [[10, 100], [0], [0, 0]], "by hand", {"at": "1"}, [1, 10, 100]),
        ],
        of_tensors=True,
        settings={"axis": "0", "at": "0"},
        linear=["x"],
        pullbacks={"x": "piece(g, {others}, axis=axis, at=at)"},
        latex=r"\operatorname{{place\_piece}}\left({x}\right)",
    ),
    moving(
        "full(x)", "A number in every entry of a shape.", {"x": "sum(g)"}, ("shape",), rest="shape",
        zh="给定形状的数组，每个元素都是同一个数。",
        golden=[Golden([5], [5, 5], [11], "by hand", {"shape": "2"}, [1, 10])],
    ),
    moving(
        "arange(x)", "0, 1, 2 and so on.", {"x": "sum(g)"}, ("count",), rest="count", hidden=0,
        zh="0、1、2，依次类推。",
        golden=[Golden([0], [0, 1, 2], [3], "by hand", {"count": "3"})],
    ),
    Op(
        "one_hot(x)",
        "For each class number a row with 1 in its place and 0 elsewhere.",
        zh="每个类别号变成一行：该类处为 1，其余为 0。",
        golden=[Golden([1], [0, 1, 0], [0], "by hand", {"classes": "3"})],
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
        zh="同上，类别数等于 y 最后一个轴的大小。",
        inner=True,
        golden=[Golden([1, [5, 5, 5]], [0, 1, 0], [0, [0, 0, 0]], "by hand")],
        of_tensors=True,
        pullbacks={"x": "0", "y": "0"},
        flat="depends on whole numbers alone",
        latex=r"\operatorname{{one\_hot}}\left({x}\right)",
    ),
    Op(
        "one_hot_targets(x, t)",
        "Targets t of the logits x as distributions: class numbers one hot, distributions as they are.",
        zh="把 logits x 的目标 t 写成分布：类别号变成 one-hot，分布保持不变。",
        inner=True,
        golden=[
            Golden([[5, 5, 5], 1], [0, 1, 0], [[0, 0, 0], 0], "by hand", {}, [1, 2, 3]),
            Golden([[5, 5], [0.25, 0.75]], [0.25, 0.75], [[0, 0], [1, 2]], "by hand", {}, [1, 2]),
        ],
        of_tensors=True,
        pullbacks={"x": "0", "t": {"same": "g", "less": "0*t"}},
        latex=r"\operatorname{{one\_hot}}\left({t}\right)",
    ),
)
