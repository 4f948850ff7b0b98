"""trace --lens 的页面。"""

LENS_TITLES = {
    "methods": "求整个梯度的代价",
    "layers": "梯度的流动，从输出往下",
    "flow": "梯度的流动，从输出往下（长度指 2-范数）",
    "units": "几乎不让梯度通过的元素：关闭或饱和",
    "jacobians": "各步的雅可比矩阵，反向传播的规则从不写出它们",
    "kept": "为反向传播保留的值",
    "plan": "检查点",
    "passes": "在同一计算图上多次反向传播",
}

LENS_COLUMNS = {
    "method": "方法",
    "evaluations": "前向遍数",
    "sweeps": "反向遍数",
    "operations": "运算次数",
    "seconds": "秒",
    "depth": "深度",
    "nodes": "节点数",
    "local": "最大局部导数（绝对值）",
    "node": "节点",
    "gradient": "最大梯度（绝对值）",
    "ratio": "与上一层之比",
    "shape": "形状",
    "length": "长度",
    "typical": "每个元素约",
    "above": "来自",
    "times": "倍数",
    "gain": "至多",
    "entries": "元素数",
    "off": "不通",
    "share": "占比",
    "units": "单元数",
    "dead-units": "每行都不通",
    "edge": "边",
    "rows": "行",
    "columns": "列",
    "numbers": "元素数",
    "products": "规则的运算次数",
    "step": "#",
    "formula": "计算",
    "keeps": "保留",
    "segment": "段",
    "first": "从 #",
    "last": "到 #",
    "checkpoint": "留待后用",
    "again": "重新计算",
    "pass": "第几遍",
}

LENS_METHODS = {
    "reverse": "反向模式",
    "forward-mode": "前向模式",
    "central-difference": "中心差分",
    "forward-difference": "前向差分",
}

FINDINGS = {
    "inputs": "反向模式的运算量是求值一次的 {ratio} 倍，与输入的个数无关（这里有 {inputs} 个）；其他方法每多一个输入就多一份",
    "entries": "反向模式的运算量是求值一次的 {ratio} 倍，与元素的个数无关（这里有 {entries} 个）；其他方法每多一个元素就多一份",
    "symbolic": "写成公式且不化简的导数：全部展开有 {tree} 个符号；作为共享公共部分的图，则在程序的 {program} 个节点之外再加 "
    "{shared} 个节点",
    "jacobian": "前向模式同时处理所有输入时，每一步都要带着雅可比矩阵，共 {rows} x {columns} 个斜率（{bytes} 字节）；反向模式每一步"
    "只存一个值和一个梯度，共 {kept} 个数（{held} 字节）",
    "local-jacobians": "若把每一步的雅可比矩阵都写出来，共有 {numbers} 个元素（{bytes} 字节），仅 {edge} 一步就是 {rows} x "
    "{columns}；规则直接算出它与上游梯度的乘积，只要 {operations} 次运算",
    "carried": "前向模式同时处理所有元素时，每一步都要带着雅可比矩阵，共 {rows} x {columns} 个斜率（{bytes} 字节）；反向模式每个元素"
    "只存一个值和一个梯度，共 {kept} 个数（{held} 字节）",
    "measured-once": "秒数：一遍的时间（本机 Python 运行 {times} 次中最短的一次）乘以遍数；求值一次用 {evaluation}",
    "measured": "秒数取本机 Python 运行 {times} 次中最短的一次；求值一次用 {evaluation}",
    "vanishing": "d{output}/d{name} 消失：沿最大的路径，{steps} 个局部导数相乘得 {product}，平均每步 {mean}",
    "exploding": "d{output}/d{name} 爆炸：沿最大的路径，{steps} 个局部导数相乘得 {product}，平均每步 {mean}",
    "dead": "{node} = {formula} 已经失活：{argument} = {value} 时它关闭，下面得不到任何梯度",
    "saturated": "{node} = {formula} 已经饱和：{argument} = {value} 时它的值是 {result}，斜率是 {local}",
    "shut-whole": "{node} = {formula} 已经失活：全部 {size} 个元素都关闭，下面得不到任何梯度",
    "shut-units": "{node} = {formula}：{units} 个单元中有 {dead} 个已经失活，每一行都关闭；全部元素中有 {share} % 关闭",
    "shut-some": "{node} = {formula}：{size} 个元素中有 {count} 个关闭，它们下面得不到任何梯度",
    "squashed-whole": "{node} = {formula} 已经饱和：全部 {size} 个元素的斜率都不到最大斜率的 1 %",
    "squashed-units": "{node} = {formula}：{units} 个单元中有 {dead} 个在每一行都饱和；全部元素中有 {share} % 的斜率不到最大斜率"
    "的 1 %",
    "squashed-some": "{node} = {formula}：{size} 个元素中有 {count} 个饱和，斜率不到最大斜率的 1 %",
    "vanishing-length": "d{output}/d{name} 消失：从 d{output}/d{head} 往下，长度由 {first} 降到 {last}，共 {steps} 步，平均每步 "
    "{mean}",
    "exploding-length": "d{output}/d{name} 爆炸：从 d{output}/d{head} 往下，长度由 {first} 涨到 {last}，共 {steps} 步，平均每步 "
    "{mean}",
    "and-more": "这样的情况还有 {count} 处",
    "healthy": "没有梯度消失、爆炸、失活或饱和：不为 0 的导数大小在 {least} 与 {most} 之间",
    "healthy-one": "没有梯度消失、爆炸、失活或饱和：导数的大小是 {least}",
    "lengths": "没有梯度消失、爆炸、失活或饱和：不为 0 的导数长度在 {least} 与 {most} 之间",
    "lengths-one": "没有梯度消失、爆炸、失活或饱和：导数的长度是 {least}",
    "fades": "从输出往下 {depth} 条边，梯度已经很弱：这一深度最大的是 {size}，在 {node}",
    "swells": "从输出往下 {depth} 条边，梯度已经膨胀：这一深度最大的是 {size}，在 {node}",
    "nothing": "没有梯度到达任何输入",
    "kept": "{steps} 个算出的值中保留 {kept} 个（双精度 {bytes} 字节）；另外要读的输入有 {inputs} 个，它们本来就在",
    "let-go": "checkpoint(...) 内部的值一个也不保留：反向传播到达那里时，{steps} 步中有 {count} 步要重新计算",
    "no-plan": "步数这么少（{steps}），用检查点没有好处",
    "no-gain": "用检查点要同时存 {most} 个值，而保留全部所需只要 {plain} 个：没有好处",
    "plan": "检查点 {saved} 个，另加 {segments} 段之一内部的值，最多 {inside} 个；即同时最多 {most} 个，而不是 {plain} 个，代价是"
    "重新计算 {extra} 步（求值一次的 {share}）",
    "zeroed": "每次反向传播之前都把梯度清零，所以每次的结果相同",
    "not-zeroed": "反向传播把结果累加到已有的梯度上：若不清零，第 k 遍之后就是梯度的 k 倍",
}
