"""图、文档和课堂页面。"""

DRAWING = {
    "variable tensors": "线上：梯度沿这条线回传时的规则；g 是线的终点处的梯度",
    "variable tangents": "线上：切向导数沿这条线往前传时的规则；v 是线的起点处的切向导数",
    "variable": "线上写的是局部导数：箭头终点的量对起点的量求导",
    "op": "线上写的是：往前传的值，下面是传回来的梯度",
    "crowded": "这里并排的线太多，画不下；下面列出每个框和它用到的量：",
    "value": "值",
    "gradient": "梯度",
    "local": "局部导数，写在线上",
    "rule": "回传的规则，写在线上；g 是线的终点处的梯度",
    "rule up": "往前传的规则，写在线上；v 是线的起点处的切向导数",
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
    "arrays": "本页没有滑块：这里有数组，而页面自身只计算单个的数。用 `bpcli trace --element` 可以播放其中一个元素。",
    "tables-forward": "这里只有表格，没有图和滑块：图和滑块演示的是反向模式，而这次记录用的是前向模式。",
    "tables-alone": "本页只有表格，没有图和滑块：页面自身只用双精度做反向传播，且运算须由公式给出，"
    "而这次记录不是这样。",
    "no-script": "没有 JavaScript 时，本页只显示表格。",
}
