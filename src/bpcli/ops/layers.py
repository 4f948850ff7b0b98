"""What networks are made of beyond single activations: softmax, losses, normalisation, dropout.

A loss is a mean over all its entries, as PyTorch has it; cross entropy is one over the rows.
"""

from math import inf

from bpcli.ops.declaration import Golden, Op

ROWS = "(count(x)/count(x, axis=-1))"
NORMALISED = (
    "(x - mean(x, axis={over}, keepdims=1))/sqrt(var(x, axis={over}, keepdims=1) + eps)*gain + shift"
)

OPERATIONS = (
    Op(
        "softmax(x)",
        "Exponentials divided by their sum: positive numbers that add up to 1.",
        zh="指数除以指数之和：都是正数，和为 1。",
        golden=[
            Golden(
                [[0, 1.0986122886681098]], [0.25, 0.75], [[0.1875, -0.1875]],
                "by hand: log 1 and log 3", {}, [1, 0],
            ),
        ],
        of_tensors=True,
        settings={"axis": "-1"},
        unfolded="exp(x)/sum(exp(x), axis=axis, keepdims=1)",
        pullbacks={"x": "out*(g - sum(g*out, axis=axis, keepdims=1))"},
        latex=r"\operatorname{{softmax}}\left({x}\right)",
    ),
    Op(
        "log_softmax(x)",
        "The logarithm of softmax, without overflow.",
        zh="softmax 的对数，不会溢出。",
        golden=[
            Golden(
                [[0, 1.0986122886681098]], [-1.3862943611198906, -0.2876820724517809], [[0.75, -0.75]],
                "by hand: log 1 and log 3", {}, [1, 0],
            ),
        ],
        of_tensors=True,
        settings={"axis": "-1"},
        unfolded="x - logsumexp(x, axis=axis, keepdims=1)",
        pullbacks={"x": "g - softmax(x, axis=axis)*sum(g, axis=axis, keepdims=1)"},
        latex=r"\log \operatorname{{softmax}}\left({x}\right)",
    ),
    Op(
        "cross_entropy(x, t)",
        "-log of the probability that softmax of the logits x gives the target t, mean over the rows.",
        zh="由 logits x 经 softmax 得到目标 t 的概率，取对数的相反数，再对各行取平均。",
        golden=[
            Golden([[0, 1.0986122886681098], 1], 0.2876820724517809, [[0.25, -0.25], 0], "by hand: log 1 and log 3"),
            Golden(
                [[[0, 1.0986122886681098], [0, 1.0986122886681098]], [1, 0]], 0.8369882167858358,
                [[[0.125, -0.125], [-0.375, 0.375]], [0, 0]], "by hand: log 1 and log 3",
            ),
        ],
        of_tensors=True,
        unfolded="-mean(sum(one_hot_targets(x, t)*log_softmax(x), axis=-1))",
        pullbacks={
            # Where t has one axis less than x it holds class numbers; where as many, a distribution in each row.
            "x": {
                "1,0": "g*(softmax(x) - one_hot_like(t, x))",
                "1,1": "g*(softmax(x)*sum(t) - t)",
                "same": f"g*(softmax(x)*sum(t, axis=-1, keepdims=1) - t)/{ROWS}",
                "less": f"g*(softmax(x) - one_hot_like(t, x))/{ROWS}",
            },
            "t": {"1,1": "-g*log_softmax(x)", "same": f"-g*log_softmax(x)/{ROWS}", "1,0": "0*t", "less": "0*t"},
        },
        # Targets that are probabilities add up to 1.
        textbook_pullbacks={
            "x": {
                "1,0": "g*(softmax(x) - one_hot_like(t, x))",
                "1,1": "g*(softmax(x) - t)",
                "same": f"g*(softmax(x) - t)/{ROWS}",
                "less": f"g*(softmax(x) - one_hot_like(t, x))/{ROWS}",
            }
        },
        latex=r"\operatorname{{CE}}\left({x}, {t}\right)",
    ),
    Op(
        "mse(p, y)",
        "The mean of the squared differences.",
        zh="差的平方的平均。",
        golden=[Golden([[1, 2], [0, 4]], 2.5, [[1, -2], [-1, 2]], "by hand")],
        of_tensors=True,
        value="mean((p - y)^2)",
        pullbacks={"p": "g*2*(p - y)/count(p - y)", "y": "-g*2*(p - y)/count(p - y)"},
        latex=r"\operatorname{{mse}}\left({p}, {y}\right)",
    ),
    Op(
        "mae(p, y)",
        "The mean of the absolute differences.",
        zh="差的绝对值的平均。",
        golden=[
            Golden([[1, 2], [0, 4]], 1.5, [[0.5, -0.5], [-0.5, 0.5]], "by hand"),
            Golden([[1, 2], [1, 4]], 1, [[0, -0.5], [0, 0.5]], "convention: 0 at 0"),
        ],
        of_tensors=True,
        value="mean(abs(p - y))",
        pullbacks={"p": "g*sign(p - y)/count(p - y)", "y": "-g*sign(p - y)/count(p - y)"},
        latex=r"\operatorname{{mae}}\left({p}, {y}\right)",
    ),
    Op(
        "huber(p, y, delta=1)",
        "Half the square of small differences, linear beyond delta; the mean of it.",
        zh="差较小时取平方的一半，超过 delta 后为线性；再取平均。",
        golden=[Golden([[1, 4], [0.5, 1], 1], 1.3125, [[0.25, 0.5], [-0.25, -0.5], 1], "by hand")],
        of_tensors=True,
        value="mean(where(abs(p - y) <= delta, (p - y)^2/2, delta*(abs(p - y) - delta/2)))",
        pullbacks={
            "p": "g*clip(p - y, -delta, delta)/count(p - y)",
            "y": "-g*clip(p - y, -delta, delta)/count(p - y)",
        },
        latex=r"\operatorname{{huber}}\left({p}, {y}\right)",
    ),
    Op(
        "bce(p, y)",
        "Binary cross entropy of probabilities p and targets y, mean over the entries.",
        zh="概率 p 与目标 y 的二元交叉熵，对各元素取平均。",
        golden=[
            Golden([[0.5, 0.5], [0.25, 0.75]], 0.6931471805599453, [[0.5, -0.5], [0, 0]], "by hand"),
            Golden([[0.5, 0.5], [0, 1]], 0.6931471805599453, [[1, -1], [0, 0]], "by hand"),
            Golden(
                [[0.25, 0.75], [0, 1]], 0.28768207245178096,
                [[0.6666666666666666, -0.6666666666666666], [0.5493061443340549, -0.5493061443340549]],
                "by hand: log 3",
            ),
            Golden([1, 1], 0, [-1, -inf], "by hand: linear in y, with the slope log(1 - p) - log(p) at 0 and 1 too"),
            Golden([0, 0], 0, [1, inf], "by hand: linear in y, with the slope log(1 - p) - log(p) at 0 and 1 too"),
        ],
        of_tensors=True,
        # 0*log(0) counts as 0. The slope by y is that of everywhere else: one side of it is infinite at p = y = 1.
        pullbacks={"y": "g*(log1p(-p) - log(p))/count(p - y)"},
        textbook_pullbacks={"p": "g*(p - y)/(p*(1 - p))/count(p - y)"},
        value="mean((y - 1)*log1p(-where(y == 1 and p == 1, 0, p)) - y*log(where(y == 0 and p == 0, 1, p)))",
        latex=r"\operatorname{{BCE}}\left({p}, {y}\right)",
    ),
    Op(
        "bce_logits(z, y)",
        "Binary cross entropy of logits z and targets y, mean over the entries, without overflow.",
        zh="logits z 与目标 y 的二元交叉熵，对各元素取平均，不会溢出。",
        golden=[
            Golden(
                [[0, 1.0986122886681098], [1, 0]], 1.0397207708399179, [[-0.25, 0.375], [0, -0.5493061443340549]],
                "by hand: log 1 and log 3",
            ),
        ],
        of_tensors=True,
        value="mean(softplus(z) - y*z)",
        pullbacks={"z": "g*(sigmoid(z) - y)/count(z - y)"},
        latex=r"\operatorname{{BCE}}\left(\sigma\left({z}\right), {y}\right)",
    ),
    Op(
        "layer_norm(x, gain=1, shift=0, eps=1e-5)",
        "Each row shifted to mean 0 and scaled to variance 1, then gain and shift.",
        zh="每行平移到均值 0，缩放到方差 1，再乘以 gain、加上 shift。",
        golden=[
            Golden(
                [[-1, -1, 1, 1], 1, 0, 0], [-1, -1, 1, 1], [[0.5, -0.5, 0, 0], -1, 1, 0.5],
                "by hand", {}, [1, 0, 0, 0],
            ),
        ],
        of_tensors=True,
        value=NORMALISED.replace("{over}", "-1"),
        latex=r"\operatorname{{LN}}\left({x}\right)",
    ),
    Op(
        "batch_norm(x, gain=1, shift=0, eps=1e-5)",
        "Each column shifted to mean 0 and scaled to variance 1 over the rows, then gain and shift.",
        zh="每列在各行上平移到均值 0，缩放到方差 1，再乘以 gain、加上 shift。",
        golden=[
            Golden(
                [[[-1], [-1], [1], [1]], 1, 0, 0], [[-1], [-1], [1], [1]], [[[0.5], [-0.5], [0], [0]], -1, 1, 0.5],
                "by hand", {}, [[1], [0], [0], [0]],
            ),
        ],
        of_tensors=True,
        value=NORMALISED.replace("{over}", "0"),
        latex=r"\operatorname{{BN}}\left({x}\right)",
    ),
    Op(
        "rms_norm(x, gain=1, eps=1e-5)",
        "Each row divided by the root of its mean square, then gain.",
        zh="每行除以它的均方根，再乘以 gain。",
        golden=[Golden([[1, 7], 1, 0], [0.2, 1.4], [[0.196, -0.028], 0.2, -0.004], "by hand", {}, [1, 0])],
        of_tensors=True,
        value="x/sqrt(mean(x^2, axis=-1, keepdims=1) + eps)*gain",
        latex=r"\operatorname{{RMS}}\left({x}\right)",
    ),
    Op(
        "dropout(x, p=0.5)",
        "Each entry 0 with probability p, else divided by 1 - p; the same entries for the same seed.",
        zh="每个元素以概率 p 变为 0，否则除以 1 - p；种子相同，丢弃的元素也相同。",
        golden=[Golden([[1, 2], 0], [1, 2], [[1, 1], 3], "by hand")],
        of_tensors=True,
        settings={"seed": "0"},
        value="x*keep_mask(x, p, seed=seed)/where(p == 1, 1, 1 - p)",
        merges=False,
        latex=r"\operatorname{{dropout}}\left({x}\right)",
    ),
    Op(
        "keep_mask(x, p)",
        "1 with probability 1 - p, else 0, for each entry of x, from a seed.",
        zh="对 x 的每个元素，由种子以概率 1 - p 取 1，否则取 0。",
        inner=True,
        golden=[Golden([[1, 2], 0], [1, 1], [[0, 0], 0], "by hand")],
        of_tensors=True,
        settings={"seed": "0"},
        pullbacks={"x": "0", "p": "0"},
        flat="is drawn, not computed",
        latex="m",
    ),
)
