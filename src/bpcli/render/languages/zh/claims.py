"""期望的数值与给出的答案（--expect、--claim）：逐种失误。"""

EXPECTED = {
    "right": "期望 {name} = {expected}：正确",
    "rounded": "期望 {name} = {expected}：正确，实际是 {actual}",
    "wrong": "期望 {name} = {expected}，实际是 {actual}",
    "own-value": "{text}；{expected} 是 {node} 的值",
    "wrong-entry": "期望 {name} = {expected}，但 {entry} 是 {actual}，不是 {wanted}",
    "wrong-shape": "期望 {name} = {expected}，它的形状是 {other}，而实际的形状是 {shape}",
    "same-formula": "期望 {name} = {expected}：正确，在 {points} 个点上与 {actual} 相同",
    "other-formula": "期望 {name} = {expected}，实际是 {actual}：取 {at}，结果是 {right}，而不是 {left}",
    "other-constant": "期望 {name} = {expected}，实际是 {actual}",
    "long": "一个 {length} 个字符的公式",
    "undecided": "期望 {name} = {expected}，但找不到使它和 {actual} 都有值的点",
}

# 向量和矩阵的。
TENSOR_SLIPS = {
    "factors-swapped": "两个因子的顺序颠倒了：传给 {name} 的应为 {rule}，其中 g 是上游梯度",
    "transposed": "这是梯度的转置：{name} 的形状是 {shape}，它的梯度也应是这个形状",
    "no-transpose": "少了一个转置，或者因子的顺序颠倒了：传给 {name} 的是 {rule}，其中 g 是上游梯度",
    "not-summed": "{name} 从 {own} 复制成了 {shape}，所以它的梯度是对各份复制求和：这里没有求和",
    "one-copy": "{name} 从 {own} 复制成了 {shape}，所以它的梯度是对各份复制求和：这里只是其中一份",
    "mean-over-copies": "{name} 被复制了 {count} 份，它的梯度是对各份求和，而不是求平均",
    "upstream-of-tensor": "没有乘上到达 {node} 的上游梯度",
    "wrong-pullback": "把传给 {name} 的当成了 {taken}：应为 {rule}，其中 g 是上游梯度",
    "batch": "",
    "batch-missing": "少了因子 1/{count}，即对 {count} 行求平均的因子",
    "batch-twice": "多除了一个 {count}，像是对 {count} 行求平均：这里没有求平均",
    "other-shape": "梯度的形状与求导的对象相同：{name} 的形状是 {shape}，而这里是 {other}",
}

SLIPS = {
    "only-path": "{claimed} 只是路径 {path} 的贡献，漏了路径 {missing_path}（{amount}）",
    "only-direct-path": "{claimed} 只是直接路径 {path} 的贡献，漏了经过 {missing} 的间接路径（{amount}）",
    "only-indirect-path": "{claimed} 只是间接路径 {path} 的贡献，漏了直接路径 {missing_path}（{amount}）",
    "only-equal-path": "{claimed} 只是两条相同路径 {path} 中的一条：每条都贡献 {amount}，要相加",
    "only-path-by-place": "{claimed} 只是路径 {path} 经{place} 的贡献，漏了经{missing_place} 的 {amount}",
    "path-missing": "漏了路径 {path}（{amount}）",
    "branch-missing": "漏了分支 {node} -> {argument}（{amount}）：到达 {argument} 的分支有 {count} 个，要累加",
    "only-path-of-many": "{claimed} 只是路径 {path} 的贡献，漏了其余 {count} 条路径，它们合计 {amount}",
    "overwritten": "最后到达 {node} 的支路（{last}）把累加的和覆盖了，应当是 {total}：各条支路要相加",
    "overwritten-inside": "在 {node} 处，最后到达的支路（{last}）把累加的和 {total} 覆盖了：各条支路要相加",
    "tie": "这是对 {of} 采用了另一种约定：{rule}",
    "corner": "这是对 {of} 采用了另一种约定：在折点上取斜率 {rule}",
    "gate-opened": "漏了 {of} 对 {argument} 的斜率 0：在 {argument} = {at} 处它是关闭的",
    "gates-opened": "漏了为 0 的斜率：这里关闭的运算全被当成打开的",
    "gate-other": "把 {of} 当成选中了 {argument} = {at}，其实没有选它",
    "gate-closed": "把 {of} 当成关闭的：在 {argument} = {at} 处它的斜率是 {local}",
    "division": "把 d({derived})/d{argument} 当成了 {divisor}：除法传回的是 1/{divisor}",
    "wrong-rule": "把 d({derived})/d{argument} 当成了 {taken}：应为 {rule}",
    "split": "把 {node} = {derived} 当成要平分传来的梯度：加法应当原样传给每一项",
    "split-unnamed": "把 {node} 当成要平分传来的梯度：加法应当原样传给每一项",
    "split-everywhere": "把加法当成要平分传来的梯度：加法应当原样传给每一项",
    "sum-for-mean": "这是总和的梯度：平均值还要除以 {count}",
    "mean-for-sum": "这是 {count} 项平均值的梯度：这里是把它们相加",
    "upstream-forgotten": "d({derived})/d{argument} = {local} 没有乘上上游梯度 {upstream}",
    "locals-only": "这是 {node} 处各局部导数的和：忘了乘上游梯度",
    "factor-dropped": "幂的导数 d({derived})/d{argument} 漏了因子 {factor}",
    "inner-dropped": "漏了内层导数 d({derived})/d{argument} = {local}",
    "sign-inside": "漏了 d({derived})/d{argument} = {local} 的负号",
    "sign": "符号反了",
    "accumulated": "这是梯度的 {times} 倍：像是 {times} 次反向传播之间没有把梯度清零",
    "value": "这是 {output} 的值，不是导数",
    "own-value": "这是 {name} 自己的值，不是对它的导数",
    "other-name": "这是对 {other} 的导数",
    "target": "若目标 {input} 是 {to}，这个答案就对了（现在是 {now}）",
    "input": "若 {input} 是 {to}，这个答案就对了（现在是 {now}）",
    "halved": "漏了因子 2",
    "doubled": "多了因子 2",
}

TIES = {
    "first": "并列者中的第一个得到全部",
    "last": "并列者中的最后一个得到全部",
    "full": "并列者各自得到全部",
    "share": "并列者平分",
}

CLAIMED = {
    "right": "给出的答案 {name} = {claimed}：正确",
    "wrong": "给出的答案 {name} = {claimed}：错误，实际是 {actual}",
    "none": "{claimed} 与各种常见错误的结果都不符",
    "or": "或者：{slip}",
    "vague one": "有 1 种失误的结果四舍五入后是 {claimed}，但也可能只是巧合：请多给几位数字",
    "vague": "有 {count} 种失误的结果四舍五入后是 {claimed}，但也可能只是巧合：请多给几位数字",
}
