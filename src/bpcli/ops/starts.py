"""Starting values: random numbers from a seed. The argument is the number of the draw; the rest are settings.

Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward networks (2010); He et al.,
Delving deep into rectifiers (2015). A matrix of shape (m, n) is used as `x @ W` or `W @ x`: fan in plus fan out is
m + n either way; `he` takes the first axis for the fan in.
"""

from bpcli.ops.declaration import Op


def drawn(name: str, doc: str, zh: str) -> Op:
    """An operation that draws an array of a shape."""
    return Op(
        f"{name}(x)",
        f"{doc} Without a seed each draw of a text has the next one, from 0.",
        zh=f"{zh}不写 seed 时，文本中每次抽取依次用 0、1、2 等等。",
        of_tensors=True,
        settings={"shape": "", "seed": "0"},
        rest="shape",
        hidden=0,
        pullbacks={"x": "0"},
        flat="is drawn, not computed",
        merges=False,
        latex=rf"\operatorname{{{{{name}}}}}",
    )


OPERATIONS = (
    drawn("randn", "Normal random numbers: mean 0, variance 1.", "服从正态分布的随机数：均值 0，方差 1。"),
    drawn("uniform", "Random numbers between 0 and 1.", "0 与 1 之间均匀分布的随机数。"),
    drawn(
        "xavier", "Uniform random numbers within sqrt(6 / (fan in + fan out)) of 0.",
        "均匀分布的随机数，离 0 不超过 sqrt(6 / (扇入 + 扇出))。",
    ),
    drawn("he", "Normal random numbers with variance 2 / fan in.", "服从正态分布的随机数，方差为 2 / 扇入。"),
)
