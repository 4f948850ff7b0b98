"""why 的回答。"""

HEADS = {
    "undefined-value": "{total} 不存在，因为 {output} 在这里没有值",
    "undefined": "{total} 没有值",
    "infinite": "{total} 是 {slope}",
    "overflow": "{total} 是 {slope}：超出了能表示的最大的数（约 1.8e308）",
    "zero": "{total} 是 0",
    "huge": "{total} = {slope}，非常大",
    "tiny": "{total} = {slope}，非常小",
    "ordinary": "{total} = {slope}，大小正常",
    "rounding": "{total} = {slope}，除舍入误差外就是 0：各项互相抵消，剩下的数字没有意义",
}

CAUSES = {
    "independent": "没有从 {name} 到 {output} 的路径",
    "cut": "{node} 截断了路径：数值能过去，梯度回不来",
    "flat": "{node}{at}分段为常数：凡有斜率处斜率都是 0",
    "closed": "{node}{at}对 {argument} 是关闭的{condition}",
    "zero-local": "局部导数 {local} 是 0{at}",
    "underflow": "在 {node} 处，{upstream} * {number} 小得无法表示，成了 0",
    "cancels": "在 {node} 处各分支互相抵消：总和是 0",
    "pole": "局部导数 {local} 是无穷大{at}",
    "overflow-local": "局部导数 {local} 是有限的，但超出了最大的数{at}",
    "overflow": "在 {node} 处，{upstream} * {number} 超出了最大的数",
    "zero-times-infinite": (
        "在 {node}{at}处，上游传来的 {upstream} 遇到局部导数 {local}，后者是 {number}：两者的乘积没有值"
    ),
    "undefined-local": "局部导数 {local} 没有值{at}",
    "opposed-infinities": "在 {node} 处正负无穷大相加，总和没有值",
    "factor": "因子 {local} 是 {number}{at}",
}

# 张量的边。
TENSOR_CAUSES = {
    "closed": "{node} 通往 {argument} 的边在每个分量上都关闭",
    "zero-local": "{node} 传给 {argument} 的每个分量都是 0",
    "closed-entries": "{node} 在 {places} 处关闭：梯度在那里过不去",
    "cancels-inside": "反向经过 {node} 传到 {argument} 时，相加的各项互相抵消：总和是 0",
    "saturated": "{node} 已饱和：有一个概率在舍入误差内等于 1，{argument} 稍微变化时它不动",
    "pole": "{node} 传到 {entry} 的是无穷大",
    "zero-times-infinite": "上游的 {upstream} 传到 {node}，在规则中遇到 0，乘积就没有值：最早在 {entry}",
    "undefined-local": "{node} 传到 {entry} 的没有值",
    "factor": "{node} 把 {upstream} 变成 {product} 传给 {argument}（取绝对值最大的分量）：因子 {factor}",
}

WHY = {
    "at": "（{at}）",
    "sum": "汇入 {node} 的各分支之和超出了最大的数",
    "own step": "{node}{at}对 {argument} 的规则是 0",
    "other branch": "：选中的是另一个分支",
    "other argument": "：选中的是另一个参数",
    "only where": "：只有在 {condition} 时梯度才能通过",
    "path": "主要来自路径 {path}：{product}",
    "path of entries": "大部分来自路径 {path}；绝对值最大的分量是 {product}",
    "zero entries": "它的 {count} 个分量中有 {zeros} 个是 0",
    "more": "这样的边还有 {count} 条",
    "sum of paths": "{count} 条路径相加：{total} = {sum}",
    "many paths": "{total} 由 {count} 条路径相加而成，其中最大的是：",
    "branch": "沿 {path} 传来 {product}",
    "branch of factors": "沿 {path} 传来 {product}：{factors} {relation} {result}",
    "place": "{path}（经{place}）",
    "more paths": "另外还有 {count} 条路径",
}
