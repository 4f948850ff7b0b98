"""向量和矩阵的解说（trace --explain）。"""

# {g} 是上游梯度 {above}；{rule} 是规则，{shapes} 是其中的形状。
TENSOR_RULES = {
    "copy": (
        "{argument} 动多少 {node} 就动多少，{g} 原样通过：{total} = {rule}",
        "{argument} 的每个元素动多少，{node} 中含有它的元素就动多少，所以传来的梯度逐元素原样通过：{total} = {rule}。",
        "{node} 把几张表叠在一起，{argument} 这张表得到回单的复印件：{total} = {rule}。",
    ),
    "flip": (
        "负号使 {g} 变号：{total} = {rule}",
        "{argument} 前面是负号，所以传来的每个元素都变号：{total} = {rule}。",
        "{argument} 在这里像一个砝码压在另一头：回单上的每个数都反号，{total} = {rule}。",
    ),
    "entrywise": (
        "逐元素乘以各自的局部导数：{total} = {rule}",
        "{node} 是逐元素计算的，{argument} 的每个元素都有自己的局部导数，传来的梯度在对应位置上与它相乘：{total} = {rule}。",
        "{node} 里每个位置都有一间小工坊，各自只管自己的数，也只乘回单上自己的那个数：{total} = {rule}。",
    ),
    "matmul left": (
        "@ 的左因子得到 {g} 乘以另一个因子的转置：{total} = {rule}，{shapes}",
        "{argument} 的一个元素与另一个因子的一行相乘，影响 {node} 中用到这一行的所有元素。把这些影响累加起来，仍是一个矩阵乘法："
        "{total} = {rule}，形状为 {shapes}。",
        "从 {argument} 出去的每根线都穿过另一个矩阵的一个结。回来时回单沿同样的线反着走，这正是转置的意思：{total} = {rule}，{shapes}。",
    ),
    "matmul right": (
        "@ 的右因子得到另一个因子的转置乘以 {g}：{total} = {rule}，{shapes}",
        "{argument} 的一个元素与另一个因子的一列相乘，影响 {node} 中由此得到的所有元素。把这些影响累加起来，就是与那个因子的转置相乘："
        "{total} = {rule}，形状为 {shapes}。",
        "沿着穿过左边矩阵的线往回走，每根线都带着原来的权重：{total} = {rule}，{shapes}。",
    ),
    "matmul pairs": (
        "每个元素把它的输入与传回来的梯度配成对：{total} = {rule}，{shapes}",
        "{argument} 的每个元素只乘向量的一个元素，只进入 {node} 的一个元素：它的梯度就是那个向量元素乘以那个位置上传来的梯度。"
        "所有的配对放在一起，就是 {total} = {rule}，{shapes}。",
        "{argument} 里的每个数都是一根导线，连着一个输入和一个输出。它的责任等于一端进来的数乘以另一端回来的数，每一对端点都算一次："
        "{total} = {rule}，{shapes}。",
    ),
    "sum": (
        "求和把 {g} 复制给所有元素：{total} = {rule}，{shapes}",
        "每个元素在和里都算一次，所以各自得到传来梯度的一份复制：{total} = {rule}，{shapes}。",
        "大家往同一个箱子里投币：哪一枚多一点，箱子就多一点，所以每个位置都收到同样的回单，{total} = {rule}，{shapes}。",
    ),
    "mean": (
        "平均把 {g} 平分：{total} = {rule}，{shapes}",
        "每个元素在平均值里占同样的份额：传来的梯度除以元素个数，再复制给每个元素，{total} = {rule}，{shapes}。",
        "一块蛋糕平均分：回单上的数除以人数，{total} = {rule}，{shapes}。",
    ),
    "extreme": (
        "只有被选中的元素得到 {g}：{total} = {rule}",
        "只有被选中的元素影响 {node}，并列的平分，其余的导数是 0：{total} = {rule}。",
        "只有赛跑的冠军拿奖金，并列就平分：{total} = {rule}。",
    ),
    "reduction": (
        "把许多元素归成少数几个数：{total} = {rule}，{shapes}",
        "{node} 把许多元素归成少数几个数。传来的梯度复制回每个元素，并乘以该元素所起的作用：{total} = {rule}，{shapes}。",
        "众多声音汇成一个结果。每个声音都收到回单，再乘以自己那一票的分量：{total} = {rule}，{shapes}。",
    ),
    "place": (
        "{g} 放回取出的位置，其余为 0：{total} = {rule}，{shapes}",
        "{node} 从 {argument} 中取出一部分元素。传来的梯度放回这些位置；其余的没有用到，是 0：{total} = {rule}，{shapes}。",
        "{node} 从货架 {argument} 上借走了几个数。回单正好送回这几个格子，别的格子空着：{total} = {rule}，{shapes}。",
    ),
    "part": (
        "{argument} 得到 {g} 中属于它的那一段：{total} = {rule}，{shapes}",
        "{node} 把几个数组拼在一起。传来的梯度中，每个数组得到自己所在的那一段：{total} = {rule}，{shapes}。",
        "一列火车解开挂钩：每节车厢带走回单上自己的那一段，{total} = {rule}，{shapes}。",
    ),
    "move": (
        "数没有变，只换了形状，{g} 照原样放回：{total} = {rule}，{shapes}",
        "{node} 只是把 {argument} 的元素换了位置。传来的梯度按相反的方式放回去，不做任何计算：{total} = {rule}，{shapes}。",
        "箱子只是换了一种堆法，回单按原来的次序送回去：{total} = {rule}，{shapes}。",
    ),
    "softmax": (
        "softmax：一个多了，别的就少：{total} = {rule}",
        "softmax 的各个概率加起来是 1，一个多了，别的就少。传来的梯度减去按概率加权的平均，再乘以各自的概率：{total} = {rule}。",
        "同一块蛋糕切成几块：谁多拿，就是从别人那里拿的。所以只有高出平均的回单才有用：{total} = {rule}。",
    ),
    "cross entropy": (
        "softmax 加交叉熵：预测减目标 p - y：{total} = {rule}",
        "softmax 与对数合在一起，导数变得最简单：预测的概率减去目标，即 p - y。{total} = {rule}。",
        "网络说了它有多大把握，老师说了正确答案。传回来的就是两者之差，预测减真相：{total} = {rule}。",
    ),
    "cross entropy of rows": (
        "softmax 加交叉熵：预测减目标，再除以行数，(p - y)/行数：{total} = {rule}",
        "softmax 与对数合在一起，导数变得最简单：每一行都是预测的概率减去目标，即 p - y。损失是各行的平均，所以再除以行数。{total} = {rule}。",
        "每一行里，网络说了它有多大把握，老师说了正确答案。传回来的就是两者之差，预测减真相，各行只承担自己的一份：{total} = {rule}。",
    ),
    "class number": (
        "{argument} 是类别编号，没有梯度：{total} = 0",
        "{argument} 只说明哪一类是正确的。两个类别之间没有别的值，{node} 沿着它没有导数，梯度不会传到那里：{total} = 0。",
        "{argument} 只是指出正确答案的手指：要么指这里，要么指那里，没有中间位置，也就没法稍微动一点：{total} = 0。",
    ),
    "loss": (
        "损失逐元素比较：{total} = {rule}",
        "损失是各元素的平均，每个元素得到自己偏差的大小或方向，再除以元素个数：{total} = {rule}。",
        "每个元素都得知自己离目标有多远，只承担自己的一份：{total} = {rule}。",
    ),
    "normalisation": (
        "归一化牵动一整行：{rule}，{shapes}",
        "每个元素还会改变均值和离散程度，别的元素都以它们为准。所以传来的梯度要减去自己的均值，以及沿归一化值方向的那部分；"
        "这里由 {op} 的公式得出：{rule}，{shapes}。",
        "队伍里人人都和平均水平比，谁也不能单独动：一个人变高，别人就显得矮了。{rule}，{shapes}。",
    ),
    "algebra": (
        "线性代数的规则：{total} = {rule}，{shapes}",
        "{node} 由 {argument} 的所有元素共同决定，规则从 {node} 所满足的方程得出：{total} = {rule}，{shapes}。",
        "拉动一个元素，整张网都会动。动多少，规则用一个公式说清：{total} = {rule}，{shapes}。",
    ),
    "window": (
        "窗口在 {g} 上滑回去：{total} = {rule}，{shapes}",
        "{argument} 的每个元素被窗口在好几个位置上看到过，于是把这些位置传来的都累加起来：{total} = {rule}，{shapes}。",
        "窗口在回单上滑回去，每个位置把看到过它的各次都收集起来：{total} = {rule}，{shapes}。",
    ),
    "general": (
        "{op} 的规则：{total} = {rule}，{shapes}",
        "{op} 按自己的规则往回传：{total} = {rule}，{shapes}。",
        "工坊 {node} 有自己的一套回传办法：{total} = {rule}，{shapes}。",
    ),
}

TENSOR_WORDS = {
    "forward": (
        "",
        "前向第 {step} 步：{node} = {formula}，形状是 {shape}。",
        "第 {step} 步：工坊 {node} 按 {formula} 加工，交出一张形状为 {shape} 的数表。",
    ),
    "forward number": (
        "",
        "前向第 {step} 步：{node} = {formula}，得到一个数。",
        "第 {step} 步：工坊 {node} 按 {formula} 加工，交出一个数。",
    ),
    "result": (
        "{total} 的形状是 {shape}",
        "所以 {total} 的形状是 {shape}，与 {name} 相同：每个元素说明，{name} 的这个元素稍微变一点时，{output} 的变化是它的多少倍。",
        "回单都到家了：{name} 的每个数都有一张，所以 {total} 的形状和它一样，是 {shape}。",
    ),
    "edge up": (
        "{total} = {rule}，{shapes}",
        "{node} = {formula} 随 {argument} 变化：{v} = {above}，于是它的变化是 {rule}，{shapes}。",
        "{argument} 的各个轮子以速度 {v} = {above} 转动，{node} = {formula} 按 {rule} 接过这个转动，{shapes}。",
    ),
    "part up": (
        "第 {count} 部分，共 {arriving} 部分",
        "这是带动 {node} 的第 {count} 条途径，共 {arriving} 条，各条累加。",
        "这是带动 {node} 的第 {count} 个齿轮，共 {arriving} 个，转动累加。",
    ),
    "still": (
        "{argument} 不动",
        "{argument} 不动，所以 {node} = {formula} 也不随它变化。",
        "{argument} 静止不动，所以从这里没有东西带动 {node} = {formula}。",
    ),
    "closed up": (
        "{node} 不动：{why}",
        "{node} = {formula} 不随 {argument} 变化：{why}。",
        "不论 {argument} 怎样转动，{node} = {formula} 都不动：{why}。",
    ),
    "closed": (
        "没有梯度传到 {argument}：{why}",
        "这里没有梯度传到 {argument}：{why}。",
        "从 {node} 到 {argument} 什么也传不过去：{why}。",
    ),
    "part": (
        "{total} 的第 {count} 部分（共 {arriving}）",
        "这是 {arriving} 部分中的第 {count} 部分，它们累加成 {total}。",
        "这是 {argument} 的第 {count} 张回单，共 {arriving} 张，加起来就是 {total}。",
    ),
}
