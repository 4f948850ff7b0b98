"""Operations that pass a value on and say something about its edge."""

from bpcli.ops.declaration import Golden, Op

OPERATIONS = (
    Op(
        "same(x)",
        "The value itself under a name of its own, as in `a = x`.",
        zh="值本身，只是另取一个名字，如 `a = x`。",
        symbol="=",
        partials={"x": "1"},
        merges=False,
        latex="{x}",
        golden=[Golden([3], 3, [1], "by hand")],
    ),
    Op(
        "checkpoint(x)",
        "The value itself; arrays inside it are not kept for the backward pass but calculated again there.",
        zh="值本身；括号内的数组不为反向传播保存，到时重新计算。",
        value="x",
        partials={"x": "1"},
        merges=False,
        latex=r"\operatorname{{checkpoint}}\left({x}\right)",
        golden=[Golden([3], 3, [1], "by definition")],
    ),
    Op(
        "detach(x)",
        "The value itself, cut from its past: nothing flows back.",
        zh="值本身，但与来路切断：没有梯度往回传。",
        partials={"x": "0"},
        flat="is cut: what comes out is treated as a constant",
        merges=False,
        latex=r"\operatorname{{detach}}\left({x}\right)",
        golden=[Golden([3], 3, [0], "by definition")],
    ),
)
