"""标量的解说（trace --explain）：简短、详细、故事。"""

EXPLAIN = {
    "end": ("", "。", "。"),
    "condition": ("其条件", "其条件", "其条件"),
    "again": ("{text}", "同前：{text}。", "{text}"),
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
        "{name} 收到的回单上写着 {slope}，即 {total} = {slope}。把 {name} 稍微拨动一点，另一头的 {output} 就动它的 "
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

# 按一条边的作用分：简短、详细、故事。
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
    "bent power": (
        "{node} 的指数落下来，{slope}：{factors}",
        "负的或不是整数的指数同样落下来成为因子，幂次减一：在 {argument} = {input} 处斜率是 {slope}。{factors}。",
        "{node} 的刻度疏密不匀：在 {argument} = {input} 处轻推一下，读出来是它的 {slope} 倍。回单写着 {factors}。",
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
        "输入为正时绝对值跟着它动，为负时反着动；0 处有折点，按约定斜率取 0。这里 {argument} = {input}，斜率是 {local}：{factors}。",
        "{node} 只量 {argument} = {input} 离 0 有多远：站在 0 的右边，往右一步离得更远，记 1；站在左边，往右一步反而更近，"
        "记 -1；正好站在 0 上，按约定记 0。所以回单乘上 {local}：{factors}。",
    ),
    "largest won": (
        "max 把梯度全部送给最大的 {argument}：{factors}",
        "最大值只跟着最大的参数走，别的它看不见。{argument} = {input} 最大，{upstream} 全部归它：{factors}。",
        "赛跑只奖第一名：{argument} 以 {input} 获胜，拿走整张回单，{factors}。",
    ),
    "largest lost": (
        "max 不给 {argument}，它没有被选中：来了 {upstream}，传出 0",
        "最大值只跟着最大的参数走，别的它看不见。{argument} = {input} 没有被选中：来了 {upstream}，传给它的是 0。",
        "赛跑只奖第一名：{argument} 的成绩是 {input}，但获胜的是另一个。{upstream} 到了 {node}，传给 {argument} 的是 0。",
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
        "min 不给 {argument}，它没有被选中：来了 {upstream}，传出 0",
        "最小值只跟着最小的参数走，别的它看不见。{argument} = {input} 没有被选中：来了 {upstream}，传给它的是 0。",
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
