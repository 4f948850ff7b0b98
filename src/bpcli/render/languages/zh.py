"""简体中文。花括号中的内容由程序填入；各语言的键相同。"""

UNITS = {
    "operation": ("{count} 次运算", "{count} 次运算"),
    "pass": ("{count} 遍", "{count} 遍"),
    "sweep": ("{count} 遍", "{count} 遍"),
    "row": ("{count} 行", "{count} 行"),
    "step": ("{count} 步", "{count} 步"),
    "evaluation": ("{count} 次求值", "{count} 次求值"),
}

COLUMNS = {
    "#": "#",
    "node": "节点",
    "computes": "计算",
    "with numbers": "代入数值",
    "value": "值",
    "edge": "边",
    "upstream": "上游梯度",
    "tangent": "切线值",
    "local": "局部导数",
    "product": "上游 × 局部",
    "tangent product": "切线 × 局部",
    "path product": "乘积",
    "running total": "累加",
    "path": "路径",
    "locals": "各段局部导数",
    "": "",
    "input": "输入",
    "result": "结果",
    "gradient": "梯度",
    "derivative": "导数",
    "float64": "float64",
    "relative error": "相对误差",
    "method": "方法",
    "rel error": "相对误差",
    "agrees": "一致",
    "step h": "步长 h",
}

PHRASES = {
    "comma": "、",
    "facts": "，",
    "and": "{first} 和 {last}",
    "note": "提示：{text}",
    "rows above": "……上面还有 {count} 行",
    "frame": "第 {place} 步，共 {count} 步   {keys}",
    "keys": "空格或 -> 下一步   <- 上一步   g 第一步   G 最后   q 退出",
    "long formula": "（含 {operations}的公式）",
    "used twice": "{name} 用了两次",
    "used": "{name} 用了 {count} 次",
    "more used": "另有 {count} 个也被重复使用",
    "forward": "前向传播",
    "backward": "反向传播",
    "tangents": "沿 {name} 的切线值",
    "start": "起点：{total} = 1",
    "scaled start": "起点：S*{total} = S = {scale}",
    "not taken": "未选中",
    "taken": "选中",
    "not": "不满足 {condition}",
    "cut": "已截断",
    "flat": "平坦",
    "nothing arrives": "没有梯度传来",
    "nothing passes": "梯度过不去",
    "counter": " ({count}/{arriving})",
    "more rows": "... 还有 {count} 行（--all 显示全部）",
    "paths": "从 {name} 到 {output} 的路径",
    "paths aside": "共 {count} 条",
    "more paths": "其余 {count} 条",
    "together": "合计",
    "total": "总和",
    "direct": "直接路径",
    "through": "经过 {names}",
    "through many": "经过 {count} 个节点",
    "factors": "{count} 个因子",
    "about": "约 10^{power}",
    "agrees": "梯度检查：与中心差分一致，误差在 {gap} 以内",
    "within resolution": "梯度检查：在中心差分的分辨能力之内一致",
    "corner": "梯度检查：{name} 正处在折点上，所用的斜率介于两侧之间",
    "undecided": "梯度检查：中心差分在这里无法判断",
    "disagrees": "梯度检查：{name} 的中心差分不一致，相差其大小的 {gap}",
    "left out": "记录太长，省略了路径和梯度检查",
    "forward cost": "{passes}，每个输入一遍",
    "reverse cost": "前向 1 遍，反向 {sweeps}",
    "reverse cost of several": "前向 1 遍，反向 {sweeps}，每个结果一遍",
    "forward used": "前向模式：{cost}（反向模式：{other}）",
    "reverse used": "反向模式：{cost}（前向模式：{other}）",
    "hessian cost": "在梯度的计算图上用前向模式：{passes}，每个输入一遍",
    "hessian product cost": "在梯度的计算图上用前向模式：1 遍，不需要矩阵",
    "jvp cost": "前向模式：1 遍，与输入和结果的个数无关",
    "vjp cost": "反向模式：前向 1 遍，反向 1 遍，与输入和结果的个数无关",
    "beside floats": "      双精度 float64：{value}，相对误差 {error}",
    "direction": "方向 d",
    "along": "沿方向 {direction}",
    "unused columns": "{file} 中有表达式没有用到的列：{names}",
    "rows nan": "{rows} 行中有 {count} 行的结果是 nan；第一处在 {file} 第 {row} 行的 {column}",
    "row nan": "{rows} 行中有 1 行的结果是 nan；在 {file} 第 {row} 行的 {column}",
    "rows infinite": "{rows} 行中有 {count} 行的结果是无穷大；第一处在 {file} 第 {row} 行的 {column}",
    "row infinite": "{rows} 行中有 1 行的结果是无穷大；在 {file} 第 {row} 行的 {column}",
    "labelled": "{label}：{text}",
    "interrupted": "已中断",
}

NOTES = {
    "infinite-value": "{node} 的值是 {value}{at}{domain}",
    "infinite-gradient": "d{output}/d{name} 是 {value}",
    "kink": "{node} 在 {at} 处有折点：按约定取{convention}{elsewhere}",
    "independent": "{output} 与 {name} 无关",
    "cut": "{output} 不再依赖 {name}：所有路径都被 detach 截断",
    "no-open-path": "d{output}/d{name} 在这里是 0：从 {name} 出发的每条路径都要经过平坦或关闭的运算",
    "left-exact": "在 {node} 处离开精确分数：这里用浮点数计算",
    "left-exact-slope": "从 {node} 回到 {argument} 时离开精确分数：那里的斜率是浮点数",
    "underflow": "{node} 是 {wide}，{format} 把它舍入成 0：它最小的数是 {limit}",
    "overflow": "{node} 是 {wide}，在 {format} 中成了无穷大：它最大的数是 {limit}",
    "underflow-slope": "从 {node} 回到 {argument} 的梯度是 {wide}，{format} 把它舍入成 0",
    "overflow-slope": "从 {node} 回到 {argument} 的梯度是 {wide}，在 {format} 中成了无穷大",
    "and-more": "这样的情况还有 {count} 处",
    "shadowed": "{name} 在这里是变量，同名的常数被遮住了",
}
NOTE_PIECES = {"at": "（{at}）", "domain": "；定义域是 {domain}", "elsewhere": "（{elsewhere}）"}

CONVENTIONS: dict[str, str] = {
    "slope 1 in x, as to the right of the jump": "对 x 的斜率 1，与跳跃点右侧相同",
    "slope 0": "斜率 0",
    "the slope on the left": "左侧的斜率",
    "the slope of both sides, between which the value jumps": "两侧共同的斜率，函数值在其间跳跃",
    "each of the largest gets an equal share": "最大者平分斜率",
    "each of the smallest gets an equal share": "最小者平分斜率",
    "slope 1: the value still passes at the bound": "斜率 1：在边界上数值仍能通过",
    "the first of the largest gets the whole slope": "第一个最大者得到全部斜率",
    "the last of the largest gets the whole slope": "最后一个最大者得到全部斜率",
    "the first of the smallest gets the whole slope": "第一个最小者得到全部斜率",
    "the last of the smallest gets the whole slope": "最后一个最小者得到全部斜率",
    "PyTorch returns nan, JAX 1/2": "PyTorch 给出 nan，JAX 给出 1/2",
    "JAX returns nan": "JAX 给出 nan",
    "JAX returns 1": "JAX 给出 1",
    "JAX returns 1/2": "JAX 给出 1/2",
    "relu(x) would give 0 here": "relu(x) 在这里会给出 0",
}

ANSWERS = {
    "agrees": "是",
    "within resolution": "是",
    "corner": "折点",
    "undecided": "无法判断",
    "disagrees": "否！",
}
EXCEPT = {
    "within resolution": "{names} 只能在差分的分辨能力之内判断",
    "corner": "{names} 在折点上，介于两侧斜率之间",
    "undecided": "{names} 未能判断：那里的差分太粗糙",
}
METHODS = {
    "reverse": "反向模式",
    "forward_mode": "前向模式",
    "symbolic": "符号求导",
    "complex_step": "复步法",
    "central_difference": "中心差分",
    "forward_difference": "前向差分",
}
REASONS = {
    "form": "{op} 没有复数形式",
    "corner": "{op} 正处在折点上，只能看到一侧",
    "range": "它在这里超出了数的范围",
    "lost": "步长在舍入中消失了",
}
VERDICTS = {
    "reference": "基准",
    "no input": "没有可检查的输入",
    "undecided": "无法判断：差分在这里没有值，或者太粗糙",
    "complex_step": "复步法",
    "central_difference": "中心差分",
    "either": "复步法或中心差分",
    "ok": "通过：反向模式、前向模式和符号求导与{against}一致，误差在 {limit} 以内",
    "and then": "；",
    "evaluations": "{text}（{evaluations}）",
    "no method": "{names} 没有{method}：{reason}",
    "no": "不通过：{total} 按规则是 {slope}，按{by}是 {reference}，相差其大小的 {error}",
    "no fault": "从 {name} 出发的路上没有哪一条规则特别可疑",
    "not contradicted": "通过：没有什么与反向模式、前向模式和符号求导矛盾",
    "comparison": "一个比较运算",
    "fault": "{node} 处的规则有误：在 {at} 处它给出 {local}，差分给出 {difference}",
    "surrogate": "{node} 处的规则是替代梯度（surrogate），本来就会有差别：在 {at} 处它给出 {local}，差分给出 {difference}",
    "sweep": "{name} 的相对误差随步长的变化",
    "short forward_difference": "前向差分",
    "short central_difference": "中心差分",
    "short complex_step": "复步法",
    "error axis": "误差",
    "legend 1": "h = 10^-n   f 前向差分   c 中心差分",
    "legend 2": "i 复步法   * 几种方法重合",
}

HEADS = {
    "undefined-value": "{total} 不存在，因为 {output} 在这里没有值",
    "undefined": "{total} 没有值",
    "infinite": "{total} 是 {slope}",
    "zero": "{total} 是 0",
    "huge": "{total} = {slope}，非常大",
    "tiny": "{total} = {slope}，非常小",
    "ordinary": "{total} = {slope}，大小正常",
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
    "overflow": "在 {node} 处，{upstream} * {number} 超出了最大的数",
    "zero-times-infinite": (
        "在 {node}{at}处，上游传来的 {upstream} 遇到局部导数 {local}，后者是 {number}：两者的乘积没有值"
    ),
    "undefined-local": "局部导数 {local} 没有值{at}",
    "opposed-infinities": "在 {node} 处正负无穷大相加，总和没有值",
    "factor": "因子 {local} 是 {number}{at}",
}
WHY = {
    "at": "（{at}）",
    "sum": "汇入 {node} 的各分支之和超出了最大的数",
    "own step": "{node}{at}对 {argument} 的规则是 0",
    "other branch": "：选中的是另一个分支",
    "other argument": "：选中的是另一个参数",
    "only where": "：只有在 {condition} 时梯度才能通过",
    "path": "主要来自路径 {path}：{product}",
    "more": "这样的边还有 {count} 条",
}

RULES = {
    "order": "第 {order} 次求导：",
    "identity": "变量：{x}' = 1",
    "independent": "常数：{of} 与 {x} 无关，导数为 0",
    "sum": "加法法则：逐项求导，(u + v)' = u' + v'，各项为 {terms}",
    "factor": "常数倍：(c*u)' = c*u'，其中 c = {c}，u = {u}",
    "product": "乘法法则：(u*v)' = u'*v + u*v'，其中 u = {u}，v = {v}",
    "quotient": "除法法则：(u/v)' = (u'*v - u*v')/v^2，其中 u = {u}，v = {v}",
    "reciprocal": "除法法则：(c/v)' = -c*v'/v^2，其中 c = {c}，v = {v}",
    "power": "幂法则：({u}^n)' = n*{u}^(n - 1)，其中 n = {n}：{slope}",
    "power-chain": "幂法则与链式法则：外层函数 u^n，n = {n}，内层函数 u = {u}：d/d{x} = {slope} * du/d{x}",
    "exponential": "指数法则：(c^u)' = c^u*log(c)*u'，其中 c = {c}，u = {u}",
    "power-general": "底数与指数都变：(u^v)' = u^v*(v'*log(u) + v*u'/u)，其中 u = {u}，v = {v}",
    "function": "基本函数的导数：{of}' = {slope}",
    "chain": "链式法则：外层函数 {outer}，内层函数 {inner}：d/d{x} = {slope} * du/d{x}",
    "chain-several": "多元链式法则：外层函数 {outer}，内层函数 {inner}：d/d{x} = {slope}",
    "choice": "分支：当 {c} 时取 {u} 的导数，否则取 {v} 的导数",
    "valve": "分支：relu(u) 在 u > 0 时导数为 u'，否则为 0，其中 u = {u}",
    "largest": "分支：取 {parts} 中最大者的导数；相等时平分",
    "smallest": "分支：取 {parts} 中最小者的导数；相等时平分",
    "own": "自定义的导数：外层函数 {outer}，内层函数 {inner}：所给的导数为 {slope}",
    "flat": "阶梯：{of} 在跳跃之间为常数，导数为 0",
    "cut": "截断：{of} 视为常数，导数为 0",
}

# trace --explain：简短、详细、故事

EXPLAIN = {
    "condition": ("其条件", "其条件", "其条件"),
    "again": ("{text}", "同前：{text}。", "同前：{text}。"),
    "join": ("；", "", ""),
    "title": ("逐步解说", "逐步解说", "换成故事来讲"),
    "forward": (
        "",
        "前向第 {step} 步：{node} = {formula}，代入数值 {numbers} {relation} {value}。",
        "第 {step} 步：工坊 {node} 用收到的零件按 {formula} 加工，也就是 {numbers}，交出 {value}。",
    ),
    "start": (
        "",
        "反向传播从终点开始：{total} = {scale}，因为 {output} 自己动多少就是多少。",
        "成品 {output} 已经交货。现在有一张回单沿着生产线往回传，上面的数字说明：某个零件稍微动一下，{output} 会跟着动多少。"
        "对 {output} 自己，回单上写着 {scale}。每个工坊把这个数字乘上自己对零件的反应强弱，再交给提供零件的那一家。",
    ),
    "result": (
        "{total} = {slope}",
        "所以 {total} = {slope}：{name} 稍微变一点，{output} 的变化是它的 {slope} 倍。",
        "回单都到家了：{name} 手里的数字是 {slope}，即 {total} = {slope}。把 {name} 稍微拨动一点，另一头的 {output} 就动它的 "
        "{slope} 倍。",
    ),
    "result zero": (
        "{total} = 0",
        "所以 {total} = 0：{name} 稍微变一点，{output} 在这里不变。",
        "回到 {name} 的回单上写的是 0：{total} = 0。稍微动一动 {name}，最远处的 {output} 毫无察觉。",
    ),
    "first part": (
        "{total} 共 {arriving} 份，这是第一份",
        "{argument} 用了 {arriving} 次，所以 {total} 由 {arriving} 份相加；这是第一份 {product}，还要等其余的到齐。",
        "{argument} 给 {arriving} 家供过货，每家都会寄来一张回单。第一张写着 {product}；没收齐之前不能下结论。",
    ),
    "next part": (
        "目前 {sum}",
        "这是 {arriving} 份中的第 {count} 份；目前 {sum}，后面还有。",
        "这是 {argument} 的第 {count} 张回单，共 {arriving} 张：叠上去，{sum}，还没有收齐。",
    ),
    "last part": (
        "累加得 {total} = {sum}",
        "这是 {arriving} 份中的最后一份。从不同路径来的梯度要累加：{total} = {sum}。",
        "{argument} 的 {arriving} 张回单到齐了。就像几股水汇进同一根管子，它们相加，谁也不替代谁：{total} = {sum}。",
    ),
}

MECHANISMS = {
    "copy": (
        "加法把 {upstream} 原样复制给 {argument}：{factors}",
        "加法把传来的梯度原样复制给每一个加数，并不分摊。传来的是 {upstream}，而 {argument} 动多少，和就动多少，所以传给 "
        "{argument} 的是 {factors}。",
        "{node} 只是把零件拼在一起，于是把回单复印一份：进来 {upstream}，交给 {argument} 的还是这个数，{factors}。复印不会让别人"
        "少拿。",
    ),
    "pass": (
        "{node} 只是 {argument} 的另一个名字：{factors}",
        "{node} 只是 {argument} 的另一个名字，{upstream} 原样通过：{factors}。",
        "{node} 不过是同一只箱子上的第二张标签，回单原样递过去：{factors}。",
    ),
    "keep": (
        "差的第一项得到 {upstream} 的原样复制：{factors}",
        "差的第一项动多少，差就动多少，所以 {argument} 得到传来的 {upstream} 的原样复制：{factors}。",
        "{argument} 放在天平照实计数的那一头，回单给它复印一份：进来 {upstream}，传出 {factors}。",
    ),
    "flip": (
        "减号把 {upstream} 反过来：{factors}",
        "{argument} 前面有减号：它增大多少，{node} 就减小多少，所以传来的梯度要变号：{factors}。",
        "{argument} 在这里像天平另一头的砝码，方向相反。回单上的数字翻个面：{factors}。",
    ),
    "swap": (
        "乘法传回另一个因子 {slope}：{factors}",
        "乘积里每个因子都被另一个因子放大。对 {argument} 来说另一个因子是 {slope}，所以 {upstream} 要乘上它："
        "{factors}。",
        "这间工坊里两个零件像齿轮一样咬合。拨动 {argument}，就被另一个齿轮 {slope} 带着放大，所以给 {argument} 的"
        "回单写着 {factors}。",
    ),
    "scale": (
        "{argument} 是被除数，斜率是 {slope}：{factors}",
        "{argument} 在分数线上面：它动一点，{node} 动 {slope} 倍。{factors}。",
        "{node} 把 {argument} 分成小份，它的变化也照样分成小份，{slope}，回单同样如此：{factors}。",
    ),
    "divisor": (
        "{argument} 是除数，斜率是 {slope}：{factors}",
        "{argument} 在分数线下面：除数离 0 越远，商就越靠近 0；离 0 越近，变化的影响就越大。斜率是 {slope}：{factors}。",
        "桌边的客人多了，每人的蛋糕就小了：{argument} 是客人数，每份的变化是它的 {slope} 倍。给它的回单写着 {factors}。",
    ),
    "power": (
        "幂的指数落下来，{slope}：{factors}",
        "幂的指数落下来成为因子，幂次减一：在 {argument} = {input} 处斜率是 {slope}。{factors}。",
        "好比 {node} 里装了好几个同样的 {argument} = {input}：拨动一下，每一个都同时起作用，合起来算 {slope}。回单写着 {factors}。",
    ),
    "exponent": (
        "{argument} 在指数上，斜率是 {slope}：{factors}",
        "{argument} 在指数上，走一步不是加而是乘。斜率是函数值乘以对数，{slope}：{factors}。",
        "{argument} 是翻倍的轮数。多出一点点轮次，结果的变化是它的 {slope} 倍：{factors}。",
    ),
    "exponential": (
        "exp 的斜率就是它自己 {local}：{factors}",
        "指数函数的斜率就是它自己：前向传播算出的值 {value} 同时就是局部导数，不用再算一遍。{factors}。",
        "{node} 像利滚利的存款：已有的越多（{value}），每一步带来的也越多。回单要乘上已有的数：{factors}。",
    ),
    "logarithm": (
        "对数的斜率是 {slope}：{factors}",
        "对数数的是输入变成了几倍，所以输入越大，同样的一步就越不起眼。在 {argument} = {input} 处斜率是 {slope}："
        "{factors}。",
        "一枚硬币对穷人很多，对富人很少。{argument} 手里有 {input}，一枚硬币只算 {slope}，回单写着 {factors}。",
    ),
    "root": (
        "方根的斜率是 {slope}：{factors}",
        "方根在 0 附近很陡，离 0 越远越平。在 {argument} = {input} 处斜率是 {slope}：{factors}。",
        "这座山越往上路越平。在 {argument} = {input} 处，走一步升高这一步的 {slope}：{factors}。",
    ),
    "squash": (
        "{node} 把输入压进窄范围，这里的斜率是 {slope}：{factors}",
        "{node} 把输入压进一个窄范围：{argument} = {input} 变成了 {value}。曲线在那里还在上升，斜率是 {slope}：{factors}。",
        "{node} 像夹在两块挡板之间的弹簧。在 {argument} = {input} 处还有余地，每一推有 {slope} 传得过来，回单也是：{factors}。",
    ),
    "saturated": (
        "{node} 已经饱和，斜率只有 {slope}：{factors}",
        "{node} 已经饱和：在 {argument} = {input} 处曲线几乎是平的，几乎没有梯度能传回来。斜率是 {slope}：{factors}。"
        "这样的边一环接一环，梯度就消失了。",
        "弹簧 {node} 已经顶在挡板上。怎么推 {argument} 都只有 {slope} 传得过来，回单几乎是空白的：{factors}。",
    ),
    "wave": (
        "波在这里的斜率是 {slope}：{factors}",
        "波有起有落，在 {argument} = {input} 处斜率是 {slope}：{factors}。",
        "浪上的小船，往前一步是升还是降，要看它在哪里。在 {argument} = {input} 处是这一步的 {slope}：{factors}。",
    ),
    "valve open": (
        "relu 是阀门，{condition}，开着：{factors}",
        "relu 是一个阀门，要么全放行，要么全挡住。这里 {condition} 成立（{argument} = {input}），阀门开着，{upstream} 原样通过："
        "{factors}。",
        "染料顺着装有阀门的管子往回流。在 {argument} = {input} 处阀门开着，全部流过去：{factors}。",
    ),
    "valve shut": (
        "relu 是阀门，关着：来了 {upstream}，传出 0",
        "relu 是一个阀门，要么全放行，要么全挡住。这里 {condition} 不成立（{argument} = {input}），阀门关着：来了 {upstream}，传给 "
        "{argument} 的是 0。",
        "染料顺着装有阀门的管子往回流。在 {argument} = {input} 处阀门关着：{upstream} 到了 {node} 门口，流到 {argument} 的是 0。",
    ),
    "leak": (
        "会漏的阀门，斜率 {local}：{factors}",
        "会漏的阀门：大于 0 时全部通过，小于 0 时也漏过一点，所以不会彻底断流。在 {argument} = {input} 处斜率是 {local}："
        "{factors}。",
        "这个阀门从不关严。在 {argument} = {input} 处，放过染料的 {local}：{factors}。",
    ),
    "soft valve": (
        "渐开的阀门，这里开度 {local}：{factors}",
        "{node} 是慢慢打开的阀门，在 {argument} = {input} 处斜率是 {local}：{factors}。",
        "这个阀门是平滑旋开的。在 {argument} = {input} 处旋到 {local}，染料就回流这么多：{factors}。",
    ),
    "window open": (
        "{argument} 在界内（{condition}），斜率 {local}：{factors}",
        "{node} 把 {argument} 限制在界内。{argument} = {input} 正在界内（{condition}），仍能带动数值，斜率 {local}：{factors}。",
        "导轨里的滑块：在 {argument} = {input} 处还能自由滑动，回单乘上 {local} 通过：{factors}。",
    ),
    "window shut": (
        "{argument} 在界外：来了 {upstream}，传出 0",
        "{node} 把 {argument} 限制在界内，而 {argument} = {input} 在界外或界上，动它也没有变化：来了 {upstream}，传出 0。",
        "滑块在 {argument} = {input} 处卡在导轨尽头。来的回单写着 {upstream}，送出的写着 0。",
    ),
    "bound open": (
        "{argument} 正是限住数值的界：{factors}",
        "数值正好被 {argument} 这条界限住（{condition}），移动界就移动数值：{factors}。",
        "这里由墙来决定位置（{condition}）：推动墙 {argument}，一切都跟着动。{factors}。",
    ),
    "bound shut": (
        "没有碰到界 {argument}：来了 {upstream}，传出 0",
        "界 {argument} = {input} 没有限住数值，所以不起作用：来了 {upstream}，传出 0。",
        "没有人靠着墙 {argument} = {input}，移动它谁也感觉不到。来了 {upstream}，传出 0。",
    ),
    "sign": (
        "绝对值取 {argument} 的符号 {local}：{factors}",
        "输入为正时绝对值跟着它动，为负时反着动。这里 {argument} = {input}，斜率是 {local}：{factors}。",
        "{node} 只关心 {argument} = {input} 离 0 有多远：走远算正，走近算负，回单乘上 {local}，{factors}。",
    ),
    "largest won": (
        "max 把梯度全部送给最大的 {argument}：{factors}",
        "最大值只跟着最大的参数走，别的它看不见。{argument} = {input} 最大，{upstream} 全部归它：{factors}。",
        "赛跑只奖第一名：{argument} 以 {input} 获胜，拿走整张回单，{factors}。",
    ),
    "largest lost": (
        "max 不给 {argument}，它不是最大的：来了 {upstream}，传出 0",
        "最大值只跟着最大的参数走，别的它看不见。{argument} = {input} 不是最大的：来了 {upstream}，传给它的是 0。",
        "赛跑只奖第一名：{argument} 的成绩 {input} 还不够。{upstream} 到了 {node}，传给 {argument} 的是 0。",
    ),
    "largest tied": (
        "并列最大，{argument} 分到 {local}：{factors}",
        "几个参数并列最大，按约定分享传来的梯度，{argument} = {input} 分到其中的 {local}：{factors}。",
        "并列第一：{argument} 以 {input} 分享奖金，拿到回单的 {local}。{factors}。",
    ),
    "smallest won": (
        "min 把梯度全部送给最小的 {argument}：{factors}",
        "最小值只跟着最小的参数走，别的它看不见。{argument} = {input} 最小，{upstream} 全部归它：{factors}。",
        "链条的强度取决于最弱的一环。{argument} = {input} 就是那一环，拿走整张回单，{factors}。",
    ),
    "smallest lost": (
        "min 不给 {argument}，它不是最小的：来了 {upstream}，传出 0",
        "最小值只跟着最小的参数走，别的它看不见。{argument} = {input} 不是最小的：来了 {upstream}，传给它的是 0。",
        "链条的强度取决于最弱的一环，而 {argument} = {input} 比它结实：来了 {upstream}，传给它的是 0。",
    ),
    "smallest tied": (
        "并列最小，{argument} 分到 {local}：{factors}",
        "几个参数并列最小，按约定分享传来的梯度，{argument} = {input} 分到其中的 {local}：{factors}。",
        "几环一样弱：{argument} 以 {input} 分到回单的 {local}。{factors}。",
    ),
    "branch taken": (
        "where 选中了 {argument}：{factors}",
        "where 选中了 {argument}，值只来自 {argument} = {input}，{upstream} 全部归它：{factors}。",
        "道岔扳向 {argument}：列车从那里来，回单也原路返回。{factors}。",
    ),
    "branch left": (
        "where 没有选 {argument}：来了 {upstream}，传出 0",
        "where 选了另一个分支，{argument} = {input} 没有参与：来了 {upstream}，传出 0。",
        "道岔扳向另一边，{argument} = {input} 没有车开来。{upstream} 到了 {node}，传给它的是 0。",
    ),
    "condition": (
        "条件只管选择，没有斜率：来了 {upstream}，传出 0",
        "{argument} = {input} 只决定走哪个分支，稍微变一点决定不变：来了 {upstream}，传出 0。",
        "{argument} = {input} 只扳道岔，不运货。来了 {upstream}，传给它的是 0。",
    ),
    "flat": (
        "{node} 在这里是平的：来了 {upstream}，传出 0",
        "{node} 是阶梯函数：在两次跳跃之间，{argument} = {input} 稍微变一点什么也不变。来了 {upstream}，传出 0。",
        "{node} 是楼梯。站在 {argument} = {input} 这一级上挪一小步，谁也不会升高：来了 {upstream}，传出 0。",
    ),
    "comparison": (
        "比较运算是平的：来了 {upstream}，传出 0",
        "{node} 只回答是或否。{argument} = {input} 稍微变一点，答案不变，斜率是 0：来了 {upstream}，传出 0。",
        "{node} 是只说“是”或“否”的裁判，{argument} = {input} 挪动一点改变不了判决：来了 {upstream}，传出 0。",
    ),
    "cut": (
        "detach 截断了回路：来了 {upstream}，传出 0",
        "detach 让数值通过，却截断回来的路：{node} 被当作常数。来了 {upstream}，传给 {argument} 的是 0。",
        "这里的线是故意剪断的。零件 {argument} 用上了，但不通知供货人：来了 {upstream}，传出 0。",
    ),
    "remainder": (
        "余数跟着 {argument} 走：{factors}",
        "在两次跳跃之间，{argument} = {input} 动多少，余数就动多少：{factors}。",
        "不管转过几圈，钟的指针总跟着时间走：{factors} 传给 {argument}。",
    ),
    "side": (
        "{argument} 得到它在长度中的一份 {slope}：{factors}",
        "某条边与斜边的方向越一致，长度对它越敏感：{slope}。{factors}。",
        "有人把绳子斜拉过院子：沿 {argument} 走一步，绳子变长这一步的 {slope}。{factors}。",
    ),
    "soft share": (
        "柔和的最大值，{argument} 分到 {local}：{factors}",
        "logaddexp 是柔和的最大值：较大的参数分到较多，这里 {argument} = {input} 分到 {local}。{factors}。",
        "按功分奖：{argument} 以 {input} 挣到其中的 {local}。{factors}。",
    ),
    "own": (
        "按 {node} 自定义的规则 {slope}：{factors}",
        "{node} 是带有自定义规则的函数，规则照用：在 {argument} = {input} 处 {slope}。{factors}。",
        "这间工坊自带规则手册，上面写着 {slope}，回单就乘上它：{factors}。",
    ),
    "smooth": (
        "{node} 的斜率是 {slope}：{factors}",
        "{node} 是一条光滑的曲线。在 {argument} = {input} 处斜率是 {slope}，传来的梯度乘上它：{factors}。",
        "在 {argument} = {input} 处轻推一下，这间工坊的反应是 {slope} 倍，所以给 {argument} 的回单写着 {factors}。",
    ),
    "shut": (
        "通向 {argument} 的边是关闭的：来了 {upstream}，传出 0",
        "通向 {argument} = {input} 的边是关闭的，因为 {condition} 不成立：来了 {upstream}，传出 0。",
        "通向 {argument} = {input} 的门关着。来的回单写着 {upstream}，送出的写着 0。",
    ),
    "idle": (
        "没有梯度传到 {node}：这里 {upstream}，给 {argument} 的是 0",
        "没有梯度从上面传到 {node}（{upstream}），所以不管局部导数是多少，传给 {argument} 的都是 0。",
        "从来没有回单到过 {node}（{upstream}），它也就没有可转交的：给 {argument} 的是 0。",
    ),
}

# ---- 前向模式的解说（trace --mode forward --explain）：简短、详细、故事

NUDGES = {
    "start": (
        "沿 {name}，它变化 1：",
        "让 {name} 以速度 1 变化，其余输入都不动。看看其他各量会以多快的速度跟着变。",
        "有人以速度 1 摇动手柄 {name}，其余手柄都不碰。每个轮子把转动传给它带动的轮子，一直传到最远处的 {output}。",
    ),
    "edge": (
        "{argument} 变化 {tangent}，{why}：{factors}",
        "{argument} 变化 {tangent}；{why}，所以 {node} = {formula} 变化 {factors}。",
        "{argument} 以 {tangent} 转动。它和 {node} = {formula} 之间有一个齿轮：{why}。于是 {node} 的转速是 {factors}。",
    ),
    "part": (
        "{argument} 变化 {tangent}，{why}：{factors}",
        "{argument} 变化 {tangent}；{why}，单凭这一条就使 {node} = {formula} 变化 {factors}。",
        "{argument} 以 {tangent} 转动。它和 {node} = {formula} 之间有一个齿轮：{why}。单凭它，{node} 的转速是 {factors}。",
    ),
    "still": ("", "{names} 不随之变化，只加 0。", "{names} 在这里不动，只加 0。"),
    "several still": ("", "{names} 不随之变化，只加 0。", "{names} 在这里都不动，只加 0。"),
    "first part": (
        "{total} 由 {arriving} 份相加，第一份",
        "带动 {node} 的有 {arriving} 条，这是第一条。",
        "有 {arriving} 个齿轮带动 {node}，这是第一个。",
    ),
    "next part": (
        "到此为止 {sum}",
        "这是 {arriving} 条中的第 {count} 条；到此为止 {sum}。",
        "{arriving} 个齿轮中的第 {count} 个也加上它的转动：到此为止 {sum}。",
    ),
    "last part": (
        "合计 {total} = {sum}",
        "各条带来的变化相加：{total} = {sum}。",
        "几个齿轮一起带动时，转速相加：{total} = {sum}。",
    ),
    "result": (
        "{total} = {slope}",
        "所以 {total} = {slope}：{name} 变化 1，{output} 就变化 {slope}。",
        "转动传到了：手柄 {name} 的转速是 1 时，{output} 的转速是 {slope}，所以 {total} = {slope}。",
    ),
}

REASONS_UP = {
    "copy": "加数变多少，和就变多少",
    "pass": "{node} 只是它的另一个名字",
    "keep": "被减数变多少，差就变多少",
    "flip": "前面有减号，方向相反",
    "swap": "在乘积里它被另一个因子 {slope} 放大",
    "scale": "在分数线上面，它的变化要乘 {slope}",
    "divisor": "在分数线下面，它的变化要乘 {slope}",
    "power": "幂的斜率是指数乘以低一次的幂，{slope}",
    "exponent": "在指数上走一步是相乘，这里的斜率是 {slope}",
    "exponential": "exp 有多高就有多陡，{slope}",
    "logarithm": "对数的输入越大就越平，这里是 {slope}",
    "root": "方根离 0 越远就越平，这里是 {slope}",
    "squash": "{node} 把输入压进窄范围，这里的斜率是 {slope}",
    "saturated": "{node} 已经饱和，几乎不动，斜率只有 {slope}",
    "wave": "波在这里的斜率是 {slope}",
    "valve open": "阀门开着（{condition}）",
    "valve shut": "阀门关着（不满足 {condition}）",
    "leak": "阀门会漏，这里的斜率是 {slope}",
    "soft valve": "渐开的阀门在这里开到 {slope}",
    "window open": "它在界内（{condition}），斜率是 {slope}",
    "window shut": "它在界外，数值被界限住",
    "bound open": "它正是限住数值的界（{condition}）",
    "bound shut": "它是没有碰到的界",
    "sign": "绝对值取输入的正负号，{slope}",
    "largest won": "最大值跟着最大的变",
    "largest lost": "它不是最大的，最大值感觉不到它",
    "largest tied": "有几个并列最大，它占 {slope}",
    "smallest won": "最小值跟着最小的变",
    "smallest lost": "它不是最小的，最小值感觉不到它",
    "smallest tied": "有几个并列最小，它占 {slope}",
    "branch taken": "where 选中了这一支",
    "branch left": "where 没有选这一支",
    "condition": "条件只管选择，不传变化",
    "flat": "{node} 是阶梯，两次跳跃之间是平的",
    "comparison": "比较只回答是或否",
    "cut": "detach 把变化截断了",
    "remainder": "两次跳跃之间，余数跟着变",
    "side": "长度按每条边所占的份额跟着变，{slope}",
    "soft share": "软最大值分给它 {slope}",
    "own": "为 {node} 给出的规则是 {slope}",
    "smooth": "{node} 在那里的斜率是 {slope}",
    "shut": "这条边关闭（不满足 {condition}）",
    "idle": "没有变化可传",
}

# ---- 期望的数值与给出的答案（--expect、--claim）

EXPECTED = {
    "right": "期望 {name} = {expected}：正确",
    "rounded": "期望 {name} = {expected}：正确，实际是 {actual}",
    "wrong": "期望 {name} = {expected}，实际是 {actual}",
    "same-formula": "期望 {name} = {expected}：正确，在 {points} 个点上与 {actual} 相同",
    "other-formula": "期望 {name} = {expected}，实际是 {actual}：取 {at}，结果是 {right}，而不是 {left}",
    "other-constant": "期望 {name} = {expected}，实际是 {actual}",
    "long": "一个 {length} 个字符的公式",
    "undecided": "期望 {name} = {expected}，但找不到使它和 {actual} 都有值的点",
}

SLIPS = {
    "only-path": "{claimed} 只是路径 {path} 的贡献，漏了路径 {missing_path}（{amount}）",
    "only-direct-path": "{claimed} 只是直接路径 {path} 的贡献，漏了经过 {missing} 的间接路径（{amount}）",
    "only-indirect-path": "{claimed} 只是间接路径 {path} 的贡献，漏了直接路径 {missing_path}（{amount}）",
    "path-missing": "漏了路径 {path}（{amount}）",
    "only-path-of-many": "{claimed} 只是路径 {path} 的贡献，漏了其余 {count} 条路径，它们合计 {amount}",
    "overwritten": "最后到达 {node} 的支路（{last}）把累加的和覆盖了，应当是 {total}：各条支路要相加",
    "overwritten-inside": "在 {node} 处，最后到达的支路（{last}）把累加的和 {total} 覆盖了：各条支路要相加",
    "tie": "这是对 {of} 采用了另一种约定：{rule}",
    "corner": "这是对 {of} 采用了另一种约定：在折点上取斜率 {rule}",
    "split": "把 {node} = {derived} 当成要平分传来的梯度：加法应当原样传给每一项",
    "split-everywhere": "把加法当成要平分传来的梯度：加法应当原样传给每一项",
    "sum-for-mean": "这是总和的梯度：平均值还要除以 {count}",
    "mean-for-sum": "这是 {count} 项平均值的梯度：这里是把它们相加",
    "upstream-forgotten": "d({derived})/d{argument} = {local} 没有乘上上游梯度 {upstream}",
    "locals-only": "这是 {node} 处各局部导数的和：忘了乘上游梯度",
    "factor-dropped": "幂的导数 d({derived})/d{argument} 漏了因子 {factor}",
    "inner-dropped": "漏了内层导数 d({derived})/d{argument} = {local}",
    "sign-inside": "漏了 d({derived})/d{argument} = {local} 的负号",
    "sign": "符号反了",
    "accumulated": "这是梯度的 {times} 倍：{times} 次反向传播之间没有把梯度清零",
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
    "none": "已知的各种失误都得不出 {claimed}",
    "vague": "有 {count} 种失误的结果四舍五入后是 {claimed}，但也可能只是巧合：请多给几位数字",
}

# ---- trace --lens

LENS_TITLES = {
    "methods": "求整个梯度的代价",
    "layers": "梯度的流动，从输出往下",
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
    "local": "最大局部导数",
    "node": "节点",
    "gradient": "梯度",
    "ratio": "与上一层之比",
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
    "symbolic": "写成公式且不化简的导数：全部展开有 {tree} 个符号；作为共享公共部分的图，在程序的 {program} 个节点之外新增节点："
    "{shared}",
    "jacobian": "前向模式同时处理所有输入时，每一步都要带着雅可比矩阵，共 {rows} x {columns} 个斜率（{bytes} 字节）；反向模式每一步"
    "只存一个值和一个梯度，共 {kept} 个数（{held} 字节）",
    "measured": "秒数取本机 Python 运行 {times} 次中最短的一次；求值一次用 {evaluation}",
    "vanishing": "d{output}/d{name} 消失：沿最大的路径，{steps} 个局部导数相乘得 {product}，平均每步 {mean}",
    "exploding": "d{output}/d{name} 爆炸：沿最大的路径，{steps} 个局部导数相乘得 {product}，平均每步 {mean}",
    "dead": "{node} = {formula} 已经失活：{argument} = {value} 时它关闭，下面得不到任何梯度",
    "saturated": "{node} = {formula} 已经饱和：{argument} = {value} 时它的值是 {result}，斜率是 {local}",
    "and-more": "这样的情况还有 {count} 处",
    "healthy": "没有梯度消失、爆炸、失活或饱和：不为 0 的导数大小在 {least} 与 {most} 之间",
    "healthy-one": "没有梯度消失、爆炸、失活或饱和：导数的大小是 {least}",
    "fades": "从输出往下 {depth} 条边，梯度已经很弱：这一深度最大的是 {size}，在 {node}",
    "swells": "从输出往下 {depth} 条边，梯度已经膨胀：这一深度最大的是 {size}，在 {node}",
    "nothing": "没有梯度到达任何输入",
    "kept": "{steps} 个算出的值中保留 {kept} 个（双精度 {bytes} 字节）；另外要读的输入有 {inputs} 个，它们本来就在",
    "no-plan": "步数这么少（{steps}），用检查点没有好处",
    "no-gain": "用检查点要同时存 {most} 个值，而保留全部所需只要 {plain} 个：没有好处",
    "plan": "检查点 {saved} 个，另加 {segments} 段之一内部的值，最多 {inside} 个；即同时最多 {most} 个，而不是 {plain} 个，代价是"
    "重新计算 {extra} 步（求值一次的 {share}）",
    "zeroed": "每次反向传播之前都把梯度清零，所以每次的结果相同",
    "not-zeroed": "反向传播把结果累加到已有的梯度上：若不清零，第 k 遍之后就是梯度的 k 倍",
}

# ---- 图和文档（graph、--format md|latex|svg|dot|mermaid）

DRAWING = {
    "variable": "线上写的是：箭头所指的量对它的局部导数",
    "op": "线上写的是：往前传的值，下面是传回来的梯度",
    "crowded": "这里并排的线太多，画不下；下面列出每个框和它用到的量：",
    "value": "值",
    "gradient": "梯度",
    "local": "局部导数，写在线上",
    "back": "传回 {slope}",
    "sum": "每条线传回 {name} 的是梯度 × 局部导数，相加：{sum}",
}

# 课堂页面上的文字；花括号中的名称由页面填入。
PAGE = {
    "title": "一步一步看反向传播",
    "language": "语言",
    "graph": "计算图",
    "inputs": "输入",
    "reset": "复原",
    "step": "当前步骤",
    "position": "第 {step} 步，共 {steps} 步",
    "first": "回到开头",
    "back": "后退一步",
    "on": "前进一步",
    "last": "跳到结尾",
    "hint": "用方向键 ← → 逐步走完两次传播；点击表格中的一行可跳到该步。",
    "local-derivative": "局部导数",
    "closed": "关闭",
    "begin-title": "两次传播",
    "begin": "先做前向传播：数值从输入流向 {output}。再做反向传播：导数从 {output} 流回输入，在每条边上，"
    "上游 × 局部 = 乘积。",
    "begin-again": "{name} 被使用 {count} 次：它的梯度是 {count} 个乘积之和。",
    "compute": "{name} 由已知的值算出。",
    "compute-result": "{name} 就是结果，前向传播到此完成。",
    "seed-title": "掉头",
    "end-title": "梯度",
    "too-long": "这次记录有 {steps} 步。超过 {most} 步时页面只有表格，没有图和滑块。",
    "tables-alone": "本页只有表格，没有图和滑块：页面自身只用双精度做反向传播，且运算须由公式给出，"
    "而这次记录不是这样。",
    "no-script": "没有 JavaScript 时，本页只显示表格。",
}
