"""check 的结论。"""

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
    "corner": "{op} 正处在折点或跳跃处，只能看到一侧",
    "range": "它在这里超出了数的范围",
    "lost": "步长在舍入中消失了",
    "tensors": "它只用于单个的数",
}

VERDICTS = {
    "reference": "基准",
    "rounding": "舍入误差",
    "no input": "没有可检查的输入",
    "undecided": "无法判断：差分在这里没有值，或者太粗糙",
    "tied": "{name} 无法判断：左侧斜率是 {left}，右侧是 {right}；法则在相等或折点处按约定取值（见说明），差分判断不了",
    "complex_step": "复步法",
    "central_difference": "中心差分",
    "either": "复步法或中心差分",
    "ok": "通过：反向模式、前向模式和符号求导与{against}一致，误差在 {limit} 以内",
    "and then": "；",
    "evaluations": "{text}（{evaluations}）",
    "no method": "{names} 没有{method}：{reason}",
    "no": "不通过：{total} 按规则是 {slope}，按{by}是 {reference}，相差其大小的 {error}",
    "no fault": "从 {name} 出发的路上没有哪一条规则特别可疑",
    "not contradicted": "通过：没有发现与反向模式、前向模式和符号求导不一致的结果",
    "comparison": "比较运算",
    "fault": "{node} 处的规则有误：在 {at} 处它给出 {local}，差分给出 {difference}",
    "surrogate": "{node} 处的规则是替代梯度（surrogate），本来就会有差别：在 {at} 处它给出 {local}，差分给出 {difference}",
    "random step": "{argument} 的一个随机小步",
    "classes": "{names} 没有比较：它是类别编号，两个类别之间没有别的值，也就没有导数",
    "every entry": "{names} 的每个分量都比较过；误差相对于绝对值最大的分量",
    "some entries": "{name} 的 {count} 个分量中比较了 {checked} 个（用固定的种子抽取），还有 {directions} 个随机方向；"
    "误差相对于绝对值最大的分量",
    "sweep": "{name} 的相对误差随步长的变化",
    "short forward_difference": "前向差分",
    "short central_difference": "中心差分",
    "short complex_step": "复步法",
    "error axis": "误差",
    "legend 1": "h = 10^-n   f 前向差分   c 中心差分",
    "legend 2": "i 复步法   * 几种方法重合",
}
