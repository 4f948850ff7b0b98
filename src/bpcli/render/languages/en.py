"""English. What stands in braces is filled in; the keys are those of every language."""

# How a number of things is said: of one, and of more.
UNITS = {
    "operation": ("{count} operation", "{count} operations"),
    "pass": ("{count} pass", "{count} passes"),
    "sweep": ("{count} sweep", "{count} sweeps"),
    "row": ("{count} row", "{count} rows"),
    "step": ("{count} step", "{count} steps"),
    "evaluation": ("{count} evaluation", "{count} evaluations"),
}

COLUMNS = {
    "#": "#",
    "node": "node",
    "computes": "computes",
    "with numbers": "with numbers",
    "value": "value",
    "edge": "edge",
    "upstream": "upstream",
    "tangent": "tangent",
    "local": "local",
    "product": "product",
    "tangent product": "product",
    "path product": "product",
    "running total": "running total",
    "role": "role",
    "shape": "shape",
    "rule": "rule",
    "path": "path",
    "locals": "locals",
    "": "",
    "input": "input",
    "result": "result",
    "gradient": "gradient",
    "derivative": "derivative",
    "float64": "float64",
    "relative error": "relative error",
    "method": "method",
    "rel error": "rel error",
    "agrees": "agrees",
    "step h": "step h",
    # Of a fit.
    "row": "row",
    "step": "step",
    "loss": "loss",
    "name": "name",
    "std error": "std error",
    "least squares": "least squares",
    "gap": "gap",
    "parameter": "parameter",
    "gradient dL/dc": "gradient dL/dc",
    "rate * gradient": "rate * gradient",
    "new value": "new value",
    "prediction p": "prediction p",
    "length of gradient": "length of gradient",
    # Of a matrix in short.
    "norm": "norm",
    "largest entry": "largest entry",
}

PHRASES = {
    "comma": ", ",
    "facts": ", ",
    "and": "{first} and {last}",
    "note": "note: {text}",
    # Stepping through a trace.
    "rows above": "... {count} rows above",
    "frame": "step {place} of {count}   {keys}",
    "keys": "space or -> next   <- back   g first   G last   ? keys   q quit",
    "all keys": "next: space, Enter, ->, n, j, l   back: <-, b, p, h, k   first: g, Home   last: G, End   quit: q, Esc",
    "frame values": "so far: {values}",
    # The head of a trace.
    "long formula": "(a formula of {operations})",
    "used twice": "{name} is used twice",
    "used": "{name} is used {count} times",
    "more used": "{count} more are used again",
    # Its tables.
    "forward": "Forward",
    "backward": "Backward",
    "inputs": "Inputs",
    "role input": "input",
    "role data": "data",
    "role parameter": "parameter",
    "role intermediate": "intermediate",
    "role output": "output",
    "summary": "norm {norm}, min {low}, mean {mean}, max {high}",
    "corner of array": "corner {corner}",
    "shape kept": "shape of {name}",
    "product": "product",
    "part": "part {count} of {arriving}",
    "derived rule": "the backward pass over the formula of {op}",
    "sum over copies": "the sum over the copies",
    "copied rows": "{name} was copied to {count} rows, so its gradient is the sum over those rows:",
    "copied number": "{name} is one number, copied to {count} entries, so its gradient is the sum over those entries:",
    "copied axes": "{name} was copied to {count} places along axis {axes}, so its gradient is the sum over those copies:",
    "tangents": "Tangents along {name}",
    "start": "start: {total} = 1",
    "scaled start": "start: S*{total} = S = {scale}",
    "not taken": "not taken",
    "taken": "taken",
    "not": "{condition} is false",
    "cut": "cut",
    "flat": "flat",
    "nothing arrives": "nothing arrives",
    "nothing passes": "nothing passes",
    "counter": " ({count} of {arriving})",
    "more rows": "... {count} more rows (--all shows them)",
    "nth": "{place} {name}",
    "paths": "Paths from {name} to {output}",
    "paths aside": "{count} of them",
    "more paths": "and {count} more",
    "together": "together",
    "total": "total",
    "direct": "direct",
    "through": "through {names}",
    "through many": "through {count} nodes",
    "factors": "{count} factors",
    "about": "about 10^{power}",
    # Its end.
    "agrees": "check: central difference agrees to {gap}",
    "within resolution": "check: central difference agrees as far as it can resolve",
    "corner": "check: {name} is at a corner, and the slope used lies between those of both sides",
    "agrees at zero": "check: the central difference too is 0, to rounding",
    "complex step agrees": "check: complex step agrees (this cannot be resolved by differences here)",
    "complex step disagrees": "check: the complex step for {name} DISAGREES: off by {gap}",
    "undecided": "check: by {name} this cannot be resolved by differences here",
    "disagrees": "check: the central difference for {name} DISAGREES: off by {gap}",
    "array of size": "{size} array",
    "rule of": "rule of {op}",
    "sampled": "{text} (some entries and a direction of large arrays)",
    "left out": "beyond {limit} steps paths and the check are left out; `--only paths` and `bpcli check` make them",
    # What it cost.
    "forward cost": "{passes}, one for each input",
    "reverse cost": "1 pass up and {sweeps} down",
    "reverse cost of several": "1 pass up and {sweeps} down, one for each result",
    "forward cost of entries": "{passes}, one for each entry of the inputs",
    "reverse cost of entries": "1 pass up and {sweeps} down, one for each entry of the results",
    "forward used": "forward mode: {cost} (reverse mode: {other})",
    "reverse used": "reverse mode: {cost} (forward mode: {other})",
    "hessian cost": "forward mode over the graph of the gradient: {passes}, one for each input",
    "hessian cost of entries": "forward mode over the graph of the gradient: {passes}, one for each entry of the inputs",
    "hessian product cost": "forward mode over the graph of the gradient: 1 pass, and no matrix",
    "jvp cost": "forward mode: 1 pass, whatever the number of inputs and results",
    "vjp cost": "reverse mode: 1 pass up and 1 sweep down, whatever the number of inputs and results",
    # Answers.
    "beside floats": "      float64: {value}, relative error {error}",
    "number for want of a shape": "no shape was given for {names}: a single number is meant",
    "direction": "direction d",
    "at": "at",
    "along": "along {direction}",
    "unused columns": "{file} has columns that the expression does not use: {names}",
    "rows nan": "{count} of {rows} rows have a result that is nan; the first is row {row} of {file}, in {column}",
    "row nan": "1 of {rows} rows has a result that is nan; it is row {row} of {file}, in {column}",
    "rows infinite": (
        "{count} of {rows} rows have a result that is infinite; the first is row {row} of {file}, in {column}"
    ),
    "row infinite": "1 of {rows} rows has a result that is infinite; it is row {row} of {file}, in {column}",
    "upstream is": "In the rules {g} is what arrives: the derivative by the node that the arrow leaves.",
    "labelled": "{label}: {text}",
    "interrupted": "interrupted",
    # A worksheet.
    "worksheet": "Worksheet",
    "worksheet of seed": "Worksheet, seed {seed}",
    "your name": "Name",
    "date": "Date",
    "task start": "Fill in the blanks.",
    "task forward": " Forward: put in numbers and calculate, from top to bottom.",
    "task backward": (
        " Backward: along each edge product = upstream * local, and the running total adds up what arrives at a "
        "node."
    ),
    "task tangents": (
        " Tangents: along each edge product = tangent * local, and the running total adds up what arrives at a "
        "node."
    ),
    "task paths": " Paths: the local derivatives along a path multiply, and the paths add up.",
    "task rounding": (
        "Numbers with many digits may be rounded to two digits or more: 0.018 for 0.0176627. From three digits on, the "
        "last may be off by one. Fractions such as 1/3 may be typed. The factors of a path may stand in any order."
    ),
    "answer key": "Answer key",
    "answer key of seed": "Answer key, seed {seed}",
    "blank": "blank",
    "check blanks": "Check",
    "clear blanks": "Clear",
    "blanks result": "{right} right, {wrong} wrong, {open} still empty",
    "blanks done": "All {right} are right.",
    "slope where": "({slope} where {condition}, else 0)",
    "answers left out": "the answers are not in it: the same command with --answer-key FILE writes them",
    "default seed": "these are the numbers of --seed {seed}; --seed {other} gives others",
}

# Why a descent stopped before it was done, inside a sentence.
STOPS = {"step limit": "step limit", "interrupted": "interrupted"}

NOTES = {
    "infinite-value": "{node} is {value}{at}{domain}",
    "infinite-gradient": "d{output}/d{name} is {value}",
    "kink": "{node} has a corner with {at}: by convention {convention}{elsewhere}",
    "jump": "{node} jumps with {at}: by convention {convention}{elsewhere}",
    "independent": "{output} does not depend on {name}",
    "cut": "{output} does not depend on {name} any more: every path is cut by detach",
    "no-open-path": "d{output}/d{name} is 0 here: every path from {name} passes an operation that is flat or closed",
    "broadcast-square": (
        "{column} has the shape {tall} and {row} {flat}, so that {node} pairs every entry with every other, {square}; "
        "to pair them one by one write {fix}"
    ),
    "left-exact": "left exact numbers at {node}: it is calculated in floats",
    "left-exact-slope": "left exact numbers on the way from {node} back to {argument}: its slope is one of floats",
    "underflow": "{node} is {wide}, which {format} rounds to 0: its smallest number is {limit}",
    "overflow": "{node} is {wide}, which is infinite in {format}: its largest number is {limit}",
    "underflow-slope": "on the way from {node} back to {argument} the gradient is {wide}, which {format} rounds to 0",
    "overflow-slope": "on the way from {node} back to {argument} the gradient is {wide}, which is infinite in {format}",
    "and-more": "and {count} more like this",
    "fit-not-unique": "degree {degree} needs {needed} different x and the data has {distinct}: the coefficients are not the only ones that fit",
    "fit-no-freedom": "{count} coefficients and as many rows: the curve goes through every point, and says nothing of its error",
    "fit-not-scaled": "x is not scaled: the condition of the problem is that of raw powers",
    "fit-diverged": "diverged after {steps} steps: rates below {largest} fall, this one is {rate}",
    "fit-not-converged": "not converged ({reason}): the parameters are where the descent stands",
    "fit-constant-x": "{name} is constant: nothing can be said of how y changes with it",
    "fit-constant-y": "{name} is constant, so R² has no meaning",
    "fit-far": "the curve is up to {gap} away from that of least squares: at this condition rounding decides between them",
    "fit-extrapolation": "{count} of the points lie outside of the data, which go from {low} to {high}: nothing holds the curve there",
    "shadowed": "{name} is a variable here; the constant of that name is shadowed",
}
# What is put into a note where there is something to say.
NOTE_PIECES = {"at": " with {at}", "domain": "; its domain is {domain}", "elsewhere": " ({elsewhere})"}

# Conventions of the table of operations, by how they are written there.
CONVENTIONS: dict[str, str] = {}

# ---- check

ANSWERS = {
    "agrees": "yes",
    "within resolution": "yes",
    "corner": "corner",
    "undecided": "cannot tell",
    "disagrees": "NO",
}
EXCEPT = {
    "within resolution": "{names} as far as the differences can resolve",
    "corner": "{names} at a corner, between the slopes of both sides",
    "undecided": "{names} not decided: the differences are too rough there",
}
METHODS = {
    "reverse": "reverse",
    "forward_mode": "forward mode",
    "symbolic": "symbolic",
    "complex_step": "complex step",
    "central_difference": "central difference",
    "forward_difference": "forward difference",
}
REASONS = {
    "form": "{op} has no complex form",
    "corner": "{op} is at a corner or a jump, and one side alone would be seen",
    "range": "it leaves the range of numbers here",
    "lost": "its step is lost in rounding",
    "tensors": "it is made for single numbers alone",
}
VERDICTS = {
    "reference": "reference",
    "no input": "there is no input to check",
    "undecided": "undecided: the differences have no value here, or are too rough to tell",
    "tied": "undecided by {name}: the slope is {left} to the left and {right} to the right; the rules follow the convention "
    "for ties and corners (see the notes), which differences cannot judge",
    "complex_step": "the complex step",
    "central_difference": "the central difference",
    "either": "the complex step or the central difference",
    "ok": "ok: reverse, forward mode and symbolic agree with {against} to {limit}",
    "and then": "; ",
    "evaluations": "{text} ({evaluations})",
    "no method": "no {method} by {names}: {reason}",
    "no": "no: {total} is {slope} by the rules and {reference} by {by}, off by {error} of its size",
    "no fault": "no single rule on the way from {name} stands out",
    "not contradicted": "ok: nothing contradicts reverse, forward mode and symbolic",
    "comparison": "a comparison",
    "fault": "the rule at {node} is wrong: with {at} it gives {local}, and a difference of it gives {difference}",
    "surrogate": "the rule at {node} is a surrogate, which is meant to differ: with {at} it gives {local}, and a "
    "difference of it gives {difference}",
    "random step": "a random step of {argument}",
    "every entry": "every entry of {names} was compared; errors are relative to the largest one",
    "some entries": "{checked} of the {count} entries of {name} were compared, drawn with a fixed seed, and {directions} "
    "random directions; errors are relative to the largest entry",
    "sweep": "Relative error by {name} against the step",
    "short forward_difference": "forward",
    "short central_difference": "central",
    "short complex_step": "complex step",
    "error axis": "error",
    "legend 1": "h = 10^-n   f forward difference   c central",
    "legend 2": "i complex step   * several of them",
}

# ---- why

HEADS = {
    "undefined-value": "{total} does not exist, because {output} has no value here",
    "undefined": "{total} has no value",
    "infinite": "{total} is {slope}",
    "overflow": "{total} is {slope}: it is beyond the largest number, about 1.8e308",
    "zero": "{total} is 0",
    "huge": "{total} = {slope} is huge",
    "tiny": "{total} = {slope} is tiny",
    "ordinary": "{total} = {slope} is an ordinary number",
}
CAUSES = {
    "independent": "no path leads from {name} to {output}",
    "cut": "{node} cuts the path: its value passes, and nothing comes back",
    "flat": "{node}{at} is piecewise constant: its slope is 0 wherever it has one",
    "closed": "{node}{at} passes nothing on to {argument}{condition}",
    "zero-local": "the local derivative {local} is 0{at}",
    "underflow": "at {node}, {upstream} * {number} is too small for a number, and becomes 0",
    "cancels": "at {node} the branches cancel: their sum is 0",
    "pole": "the local derivative {local} is infinite{at}",
    "overflow-local": "the local derivative {local} is finite, and beyond the largest number{at}",
    "overflow": "at {node}, {upstream} * {number} is beyond the largest number",
    "zero-times-infinite": (
        "at {node}{at}, {upstream} from above meets the local derivative {local}, which is {number}: "
        "their product has no value"
    ),
    "undefined-local": "the local derivative {local} has no value{at}",
    "opposed-infinities": "at {node} infinities of both signs are added, and their sum has no value",
    "factor": "the factor {local} is {number}{at}",
}
# Edges of tensors.
TENSOR_CAUSES = {
    "closed": "{node} is closed towards {argument} in every entry",
    "zero-local": "what {node} passes on to {argument} is 0 in every entry",
    "pole": "what {node} passes on is infinite at {entry}",
    "undefined-local": "what {node} passes on has no value at {entry}",
    "factor": "{node} makes {product} of {upstream} on the way to {argument} (largest entries): a factor {factor}",
}
WHY = {
    "at": " with {at}",
    "sum": "the sum of the branches into {node} is beyond the largest number",
    "own step": "{node}{at} has the rule 0 by {argument}",
    "other branch": ": the other branch is taken",
    "other argument": ": it chose another argument",
    "only where": ": something flows only where {condition}",
    "path": "most of it comes along {path}: {product}",
    "path of entries": "most of it comes along {path}; the largest entry is {product} in size",
    "zero entries": "entries that are 0: {zeros} of {count}",
    "more": "and {count} more such edges",
    "sum of paths": "{count} paths add up: {total} = {sum}",
    "many paths": "{count} paths add up to {total}; the largest:",
    "branch": "{product} along {path}",
    "branch of factors": "{product} along {path}: {factors} {relation} {result}",
    "place": "{path} by the {place}",
    "more paths": "and {count} more paths",
}

# ---- diff --rules

RULES = {
    "order": "derivative {order}:",
    "identity": "variable: {x}' = 1",
    "independent": "constant: {of} does not depend on {x}, so its derivative is 0",
    "sum": "sum rule: term by term, (u + v)' = u' + v', with the terms {terms}",
    "factor": "constant factor: (c*u)' = c*u', with c = {c}, u = {u}",
    "product": "product rule: (u*v)' = u'*v + u*v', with u = {u}, v = {v}",
    "quotient": "quotient rule: (u/v)' = (u'*v - u*v')/v^2, with u = {u}, v = {v}",
    "reciprocal": "quotient rule: (c/v)' = -c*v'/v^2, with c = {c}, v = {v}",
    "power": "power rule: ({u}^n)' = n*{u}^(n - 1), with n = {n}: {slope}",
    "power-chain": "power rule and chain rule: outer u^n with n = {n}, inner u = {u}: d/d{x} = {slope} * du/d{x}",
    "exponential": "exponential rule: (c^u)' = c^u*log(c)*u', with c = {c}, u = {u}",
    "power-general": "power with both moving: (u^v)' = u^v*(v'*log(u) + v*u'/u), with u = {u}, v = {v}",
    "function": "derivative of a function: {of}' = {slope}",
    "chain": "chain rule: outer {outer}, inner {inner}: d/d{x} = {slope} * du/d{x}",
    "chain-several": "chain rule, several arguments: outer {outer}, inner {inner}: d/d{x} = {slope}",
    "choice": "choice: where {c} the derivative is that of {u}, elsewhere that of {v}",
    "valve": "choice: relu(u) has the derivative u' where u > 0, elsewhere 0, with u = {u}",
    "largest": "choice: the derivative is that of the largest of {parts}; a tie is shared equally",
    "smallest": "choice: the derivative is that of the smallest of {parts}; a tie is shared equally",
    "own": "rule of your own: outer {outer}, inner {inner}: the derivative that was given is {slope}",
    "flat": "step: {of} is constant between its jumps, so its derivative is 0",
    "cut": "cut: {of} counts as a constant, so its derivative is 0",
}

# ---- trace --explain: brief, normal, story

EXPLAIN = {
    "end": ("", ".", "."),
    "condition": ("its condition", "its condition", "its condition"),
    "again": ("{text}", "as before: {text}.", "{text}"),
    "join": ("; ", " ", " "),
    "title": ("In words", "In words", "The same as a story"),
    "forward": (
        "",
        "Forward, step {step}: {node} = {formula}, in numbers {numbers} {relation} {value}.",
        "Step {step}: workshop {node} makes {formula} from the parts it was given, {numbers}, and delivers {value}.",
    ),
    "start": (
        "",
        "Backward starts at the end: {total} = {scale}, because {output} moves exactly as far as itself.",
        "The result {output} has arrived. Now a delivery note goes back along the chain, and the number on it says how "
        "far {output} moves when a part moves by a little. On {output} itself the note says {scale}. Each workshop "
        "multiplies the number by how strongly it reacts to a part, and hands the note to whoever supplied that part.",
    ),
    "result": (
        "{total} = {slope}",
        "So {total} = {slope}: when {name} moves by a little, {output} changes by {slope} times that.",
        "The note that came home to {name} reads {slope}: {total} = {slope}. Move {name} by a little, and {output} at the "
        "far end changes by {slope} times that.",
    ),
    "result zero": (
        "{total} = 0",
        "So {total} = 0: when {name} moves by a little, {output} does not follow here.",
        "Nothing was written on the notes that came home to {name}: {total} = 0. Move it by a little, and {output} at the "
        "far end does not notice.",
    ),
    "first part": (
        "first of {arriving} parts of {total}",
        "{argument} is used {arriving} times, so {total} is a sum of {arriving} parts; this is the first, {product}, and "
        "it has to wait for the others.",
        "{argument} delivered to {arriving} customers, and each sends a note of its own. The first says {product}; "
        "nothing may be decided before all of them are in.",
    ),
    "next part": (
        "so far {sum}",
        "That is part {count} of {arriving}; so far {sum}, and more is to come.",
        "Note {count} of {arriving} for {argument}: added to the pile, {sum}. The pile is not complete yet.",
    ),
    "last part": (
        "together {total} = {sum}",
        "That is the last of {arriving} parts. Parts that arrive by different ways add up: {total} = {sum}.",
        "The last of {arriving} notes for {argument}. Like streams that meet in one pipe they add up, none replaces "
        "another: {total} = {sum}.",
    ),
}

# By what an edge does: brief, normal, story.
# ---- trace --explain between tensors. {g} is the upstream value, {above}; {rule} the rule, {shapes} its shapes

TENSOR_RULES = {
    "copy": (
        "{node} moves as far as {argument}, so {g} passes unchanged: {total} = {rule}",
        "Each entry of {node} moves exactly as far as the entry of {argument} that is in it, so what arrives passes as it "
        "is: {total} = {rule}.",
        "{node} lays sheets on top of each other, and the sheet {argument} gets a photocopy of the note: {total} = {rule}.",
    ),
    "flip": (
        "the minus sign turns {g} around: {total} = {rule}",
        "{argument} enters with a minus sign, so every entry of what arrives is turned around: {total} = {rule}.",
        "{argument} is a counterweight here: every number on the note changes its sign, {total} = {rule}.",
    ),
    "entrywise": (
        "each entry by its own local derivative: {total} = {rule}",
        "{node} works entry by entry, so each entry of {argument} has a local derivative of its own, and what arrives is "
        "multiplied by it, place by place: {total} = {rule}.",
        "In {node} there is a small workshop for every place. Each looks at its own number alone, and multiplies its own "
        "number on the note: {total} = {rule}.",
    ),
    "matmul left": (
        "the left factor of @ gets {g} times the other one, turned: {total} = {rule}, {shapes}",
        "An entry of {argument} meets a row of the other factor, and moves all the entries of {node} that this row is in. "
        "Adding up over those is a matrix product again: {total} = {rule}, with the shapes {shapes}.",
        "Every thread from {argument} leads through a knot of the other matrix. On the way back the note follows the same "
        "threads in the other direction, which is what turning the matrix does: {total} = {rule}, {shapes}.",
    ),
    "matmul right": (
        "the right factor of @ gets the other one, turned, times {g}: {total} = {rule}, {shapes}",
        "An entry of {argument} is multiplied by a column of the other factor, and moves all entries of {node} that come "
        "of it. Adding up over those is a matrix product with that factor turned: {total} = {rule}, with the shapes "
        "{shapes}.",
        "The threads that came through the matrix on the left are followed back, each with the weight that it had: "
        "{total} = {rule}, {shapes}.",
    ),
    "matmul pairs": (
        "each entry pairs what it gave with what arrives: {total} = {rule}, {shapes}",
        "Each entry of {argument} is multiplied by one entry of the vector and goes into one entry of {node}: its slope is "
        "the entry of the vector times what arrives at that place. All these pairs together are {total} = {rule}, {shapes}.",
        "Each number in {argument} is a wire between one input and one output. Its blame is what came in at one end times "
        "what comes back at the other, for every pair of ends: {total} = {rule}, {shapes}.",
    ),
    "sum": (
        "a sum copies {g} to all its entries: {total} = {rule}, {shapes}",
        "Every entry counts once in the sum, so each gets a copy of what arrives: {total} = {rule}, {shapes}.",
        "Everybody put a coin into the same box. When the box is worth more by a bit, each coin is: every place gets the "
        "same note, {total} = {rule}, {shapes}.",
    ),
    "mean": (
        "a mean shares {g} out equally: {total} = {rule}, {shapes}",
        "Every entry has an equal share in the mean: what arrives is divided by their number and copied to each, "
        "{total} = {rule}, {shapes}.",
        "A cake for all, in equal pieces: what stands on the note is divided by the number of guests, "
        "{total} = {rule}, {shapes}.",
    ),
    "extreme": (
        "only the entries that were chosen get {g}: {total} = {rule}",
        "Only the entry that was chosen moves {node}; ties share. Elsewhere the slope is 0: {total} = {rule}.",
        "Only the winner of the race is paid, and a dead heat shares the prize: {total} = {rule}.",
    ),
    "reduction": (
        "one number of many entries: {total} = {rule}, {shapes}",
        "{node} makes few numbers of many entries. What arrives is copied back to every entry and weighted by how much "
        "that entry counted: {total} = {rule}, {shapes}.",
        "Many voices, one result. Each voice gets the note back, times its own weight in the vote: "
        "{total} = {rule}, {shapes}.",
    ),
    "place": (
        "{g} goes back to where it was taken from, 0 elsewhere: {total} = {rule}, {shapes}",
        "{node} takes some entries out of {argument}. What arrives goes back to these places; the others were not used, "
        "and have 0: {total} = {rule}, {shapes}.",
        "{node} borrowed a few numbers from the shelf {argument}. The notes go back to exactly these places, and all the "
        "others stay blank: {total} = {rule}, {shapes}.",
    ),
    "part": (
        "{argument} gets its own part of {g}: {total} = {rule}, {shapes}",
        "{node} puts arrays beside one another. Each gets that part of what arrives which stands where it was put: "
        "{total} = {rule}, {shapes}.",
        "A train of several wagons is uncoupled: each wagon takes its own part of the note, {total} = {rule}, {shapes}.",
    ),
    "move": (
        "the same numbers in another shape, so {g} is put back: {total} = {rule}, {shapes}",
        "{node} only puts the entries of {argument} elsewhere. What arrives is moved back by the opposite move, and "
        "nothing is calculated: {total} = {rule}, {shapes}.",
        "The boxes were only stacked in another way. The notes are carried back to the old order: "
        "{total} = {rule}, {shapes}.",
    ),
    "softmax": (
        "softmax: more for one is less for the others: {total} = {rule}",
        "The probabilities of softmax add up to 1, so more for one entry is less for the others. Each entry of what "
        "arrives counts by how far it is from their weighted average, times its own probability: {total} = {rule}.",
        "The pieces of one cake: whoever takes more takes it from the others. So only what stands above the average of "
        "the notes helps: {total} = {rule}.",
    ),
    "cross entropy": (
        "cross entropy with softmax: prediction minus target, p - y: {total} = {rule}",
        "Softmax and logarithm together leave the simplest of slopes: the predicted probabilities minus the target, "
        "p - y, divided by the number of rows. {total} = {rule}.",
        "The net said how sure it was, the teacher says what was true. What comes back is the difference of the two, "
        "prediction minus truth: {total} = {rule}.",
    ),
    "loss": (
        "the loss compares entry by entry: {total} = {rule}",
        "The loss is a mean over entries, and each gets back how far, or on which side, it is off, divided by their "
        "number: {total} = {rule}.",
        "Each entry hears how far it was from its target, and only its own share of that: {total} = {rule}.",
    ),
    "normalisation": (
        "normalisation moves a whole row at once: {rule}, {shapes}",
        "Each entry also moves the mean and the spread that all others are measured by. So what arrives loses its own mean "
        "and its part along the normalised values; here that follows from the formula of {op}: {rule}, {shapes}.",
        "In a row where everybody is compared with the average, nobody moves alone: whoever grows also makes the others "
        "smaller. {rule}, {shapes}.",
    ),
    "algebra": (
        "a rule of linear algebra: {total} = {rule}, {shapes}",
        "All entries of {argument} together decide on {node}. The rule follows from the equation that {node} solves: "
        "{total} = {rule}, {shapes}.",
        "Pull at one entry, and the whole lattice gives. The rule says how much in one formula: "
        "{total} = {rule}, {shapes}.",
    ),
    "window": (
        "the window slides back over {g}: {total} = {rule}, {shapes}",
        "Each entry of {argument} was seen through several positions of the window, and collects from all of them: "
        "{total} = {rule}, {shapes}.",
        "The window slides back over the notes, and each place gathers from every view that it was in: "
        "{total} = {rule}, {shapes}.",
    ),
    "general": (
        "the rule of {op}: {total} = {rule}, {shapes}",
        "{op} passes back what its rule says: {total} = {rule}, {shapes}.",
        "The workshop {node} has its own recipe for the way back: {total} = {rule}, {shapes}.",
    ),
}
TENSOR_WORDS = {
    "forward": (
        "",
        "Forward, step {step}: {node} = {formula} has the shape {shape}.",
        "Step {step}: workshop {node} makes {formula}, a sheet of numbers of the shape {shape}.",
    ),
    "result": (
        "{total} has the shape {shape}",
        "So {total} has the shape {shape}, that of {name}: each entry says how many times as far {output} moves when this "
        "entry of {name} moves by a little.",
        "The notes have come home: for every number in {name} there is one, so {total} has its shape, {shape}.",
    ),
    "closed": (
        "nothing passes to {argument}: {why}",
        "Nothing passes to {argument} here: {why}.",
        "No number gets through from {node} to {argument}: {why}.",
    ),
    "part": (
        "part {count} of {arriving} of {total}",
        "That is part {count} of {arriving}; they add up to {total}.",
        "Note {count} of {arriving} for {argument}; added up they make {total}.",
    ),
}

MECHANISMS = {
    "copy": (
        "addition copies {upstream} to {argument}: {factors}",
        "An addition copies what arrives to each of its terms; it divides nothing. {upstream} arrives, and since the sum "
        "moves exactly as far as {argument} does, {factors} goes on to {argument}.",
        "{node} merely puts parts together, so it photocopies the note: {upstream} came in, and the same number leaves "
        "for {argument}, {factors}. A copy costs the other parts nothing.",
    ),
    "pass": (
        "{node} is {argument} under another name: {factors}",
        "{node} is {argument} under another name, so {upstream} passes unchanged: {factors}.",
        "{node} is only a second label on the same box. The note goes through as it is: {factors}.",
    ),
    "keep": (
        "the first term of a difference gets a copy of {upstream}: {factors}",
        "A difference moves exactly as far as its first term does, so {argument} gets a copy of what arrives, {upstream}: {factors}.",
        "{argument} lies in the pan of the scales that counts as it is. The note is photocopied for it: {upstream} came in, and {factors} goes on.",
    ),
    "flip": (
        "the minus sign turns {upstream} around: {factors}",
        "{argument} enters with a minus sign: when it grows, {node} shrinks by as much. So the sign of what arrives is "
        "turned around: {factors}.",
        "{argument} works in the opposite direction here, like a counterweight. The note is turned upside down: "
        "{factors}.",
    ),
    "swap": (
        "multiplication sends the other factor, {slope}: {factors}",
        "In a product each factor is stretched by the other one. For {argument} the other factor is {slope}, "
        "so {upstream} is multiplied by it: {factors}.",
        "In this workshop two parts turn one another like gear wheels. A nudge of {argument} is geared by the other "
        "wheel, {slope}, so the note for {argument} says {factors}.",
    ),
    "scale": (
        "{argument} is divided, so its slope is {slope}: {factors}",
        "{argument} stands above the line of a fraction: {node} moves {slope} as far as it. {factors}.",
        "{node} hands out portions of {argument}; a change of it is portioned in the same way, {slope}, and "
        "so is the note: {factors}.",
    ),
    "divisor": (
        "{argument} divides, so its slope is {slope}: {factors}",
        "{argument} stands below the line: the further a divisor is from 0, the closer the quotient is to it, and the nearer it is, the more a change counts. The slope is {slope}: {factors}.",
        "More guests at the table, smaller pieces of cake: {argument} counts the guests, and a piece changes {slope} times as much as their number. The note for it says {factors}.",
    ),
    "power": (
        "a power brings its exponent down, {slope}: {factors}",
        "In a power the exponent comes down as a factor, and the power that is left is one lower: at {argument} = {input} the slope is {slope}. {factors}.",
        "It is as if {argument} = {input} were built into {node} several times over: a nudge acts in every copy at once, and counts {slope} in all. The note says {factors}.",
    ),
    "exponent": (
        "{argument} stands in the exponent, so the slope is {slope}: {factors}",
        "In the exponent a step of {argument} multiplies the value instead of adding to it. The slope is "
        "the value times a logarithm, {slope}: {factors}.",
        "{argument} is the number of rounds in which something multiplies. One more bit of a round changes the value by "
        "{slope} times that bit: {factors}.",
    ),
    "exponential": (
        "exp is its own slope, {local}: {factors}",
        "The exponential is its own slope: the value {value} that the forward pass computed is also the local "
        "derivative, so nothing has to be worked out again. {factors}.",
        "{node} grows like savings with interest: the more there is, {value}, the more each step brings. The note is "
        "multiplied by what is there already: {factors}.",
    ),
    "logarithm": (
        "a logarithm has the slope {slope}: {factors}",
        "A logarithm counts by what factor its input grows, so one step means less the larger the input already is. At "
        "{argument} = {input} the slope is {slope}: {factors}.",
        "To someone who has little, one coin is much; to someone who has much, it is little. {argument} has {input}, so a "
        "coin counts {slope}, and the note says {factors}.",
    ),
    "root": (
        "a root has the slope {slope}: {factors}",
        "A root is steep near 0, and flatter the further away its input is. At {argument} = {input} its slope is {slope}: {factors}.",
        "The further one has walked up this hill, the flatter the path. At {argument} = {input} a step lifts by {slope} of it: {factors}.",
    ),
    "squash": (
        "{node} squashes, here with the slope {slope}: {factors}",
        "{node} squashes its input into a narrow range: {argument} = {input} has become {value}. The curve still climbs there, with the slope {slope}: {factors}.",
        "{node} is a spring between two stops. At {argument} = {input} there is still play, {slope} of every push comes through, and so of the note: {factors}.",
    ),
    "saturated": (
        "{node} is saturated, its slope is only {slope}: {factors}",
        "{node} is saturated: at {argument} = {input} the curve is almost flat, so hardly anything comes back. The slope "
        "is {slope}: {factors}. A chain of such edges is how gradients vanish.",
        "The spring {node} is pressed against its stop. Push at {argument} as you like, only {slope} of it "
        "comes through, and the note is almost blank: {factors}.",
    ),
    "wave": (
        "the slope of this wave is {slope} here: {factors}",
        "A wave climbs, turns and falls. At {argument} = {input} its slope is {slope}: {factors}.",
        "A boat on a wave: whether a step forward lifts or lowers it depends on where it is. At {argument} = {input} it "
        "is {slope} of the step: {factors}.",
    ),
    "valve open": (
        "relu is a valve, and {condition} holds it open: {factors}",
        "relu is a valve that either passes everything or nothing. {condition} holds ({argument} = {input}), so it is "
        "open and {upstream} goes through unchanged: {factors}.",
        "Dye flows back through a pipe with a valve. At {argument} = {input} the valve stands open, and all of it comes "
        "through: {factors}.",
    ),
    "valve shut": (
        "relu is a valve, and it is shut: {upstream} arrives, 0 goes on",
        "relu is a valve that either passes everything or nothing. {condition} does not hold ({argument} = {input}), so "
        "it is shut: {upstream} arrives, and 0 goes on to {argument}.",
        "Dye flows back through a pipe with a valve. At {argument} = {input} the valve is shut: {upstream} comes as far "
        "as {node}, and 0 gets through to {argument}.",
    ),
    "leak": (
        "a valve that leaks, with the slope {local}: {factors}",
        "A leaky valve: the whole passes above 0 and a small part below it, so nothing dies. At {argument} = {input} the "
        "slope is {local}: {factors}.",
        "This valve never shuts quite tightly. At {argument} = {input} it lets {local} of the dye through: {factors}.",
    ),
    "soft valve": (
        "a soft valve, open by {local} here: {factors}",
        "{node} is a valve that opens gradually. At {argument} = {input} its slope is {local}: {factors}.",
        "This valve turns smoothly instead of snapping. At {argument} = {input} it stands at {local}, and so much of the "
        "dye comes back: {factors}.",
    ),
    "window open": (
        "{argument} is inside the bounds ({condition}), the slope is {local}: {factors}",
        "{node} holds {argument} between bounds. {argument} = {input} lies inside ({condition}), so it still moves the "
        "value, with the slope {local}: {factors}.",
        "A slider in its rail: at {argument} = {input} it is free to move, so the note passes, times {local}: {factors}.",
    ),
    "window shut": (
        "{argument} is outside the bounds: {upstream} arrives, 0 goes on",
        "{node} holds {argument} between bounds, and {argument} = {input} lies outside or at the end. Moving it changes "
        "nothing: {upstream} arrives, 0 goes on.",
        "The slider is jammed against the end of its rail at {argument} = {input}. {upstream} stands on the note that "
        "arrives, and 0 on the one that leaves.",
    ),
    "bound open": (
        "{argument} is the bound that holds the value: {factors}",
        "{argument} is the bound that the value is held at ({condition}), so moving the bound moves the value: {factors}.",
        "Here the wall itself sets the position ({condition}): move the wall {argument}, and everything moves with it. "
        "{factors}.",
    ),
    "bound shut": (
        "the bound {argument} is not reached: {upstream} arrives, 0 goes on",
        "The bound {argument} = {input} does not hold the value, so it has no say: {upstream} arrives, 0 goes on.",
        "Nobody leans against the wall {argument} = {input}; moving it would not be felt. {upstream} arrives, 0 goes on.",
    ),
    "sign": (
        "abs takes the sign of {argument}, {local}: {factors}",
        "An absolute value moves with its input where that is positive and against it where it is negative. "
        "{argument} = {input}, so the slope is {local}: {factors}.",
        "{node} only knows how far {argument} = {input} is from 0. A step away counts for it, a step towards 0 against it: "
        "the note is multiplied by {local}, {factors}.",
    ),
    "largest won": (
        "max routes all of it to the largest, {argument}: {factors}",
        "A maximum follows its largest argument and does not notice the others. {argument} = {input} is the largest, so "
        "all of {upstream} goes to it: {factors}.",
        "Only the winner of the race is paid: {argument} came in with {input}, and gets the whole note, {factors}.",
    ),
    "largest lost": (
        "max routes nothing to {argument}, which is not the largest: {upstream} arrives, 0 goes on",
        "A maximum follows its largest argument and does not notice the others. {argument} = {input} is not the largest: "
        "{upstream} arrives, 0 goes on to it.",
        "Only the winner of the race is paid: {argument} came in with {input}, which was not enough. {upstream} arrives "
        "at {node}, and 0 goes on to {argument}.",
    ),
    "largest tied": (
        "several tie for the largest, and {argument} gets the share {local}: {factors}",
        "Several arguments tie for the largest. By convention they share what arrives, and {argument} = {input} gets "
        "{local} of it: {factors}.",
        "A dead heat: {argument} with {input} shares the prize, {local} of the note each. {factors}.",
    ),
    "smallest won": (
        "min routes all of it to the smallest, {argument}: {factors}",
        "A minimum follows its smallest argument and does not notice the others. {argument} = {input} is the smallest, so "
        "all of {upstream} goes to it: {factors}.",
        "A chain is as strong as its weakest link. {argument} = {input} is that link, and gets the whole note, {factors}.",
    ),
    "smallest lost": (
        "min routes nothing to {argument}, which is not the smallest: {upstream} arrives, 0 goes on",
        "A minimum follows its smallest argument and does not notice the others. {argument} = {input} is not the "
        "smallest: {upstream} arrives, 0 goes on to it.",
        "A chain is as strong as its weakest link, and {argument} = {input} is a stronger one: {upstream} arrives, 0 goes "
        "on to it.",
    ),
    "smallest tied": (
        "several tie for the smallest, and {argument} gets the share {local}: {factors}",
        "Several arguments tie for the smallest. By convention they share what arrives, and {argument} = {input} gets "
        "{local} of it: {factors}.",
        "Two links are equally weak: {argument} with {input} gets its share, {local} of the note. {factors}.",
    ),
    "branch taken": (
        "where took the branch {argument}: {factors}",
        "where chose {argument}, so the value is that of {argument} = {input} alone, and all of {upstream} goes to it: "
        "{factors}.",
        "The points are set towards {argument}: the train came from there, and the note goes back the same way. {factors}.",
    ),
    "branch left": (
        "where did not take {argument}: {upstream} arrives, 0 goes on",
        "where chose the other branch, so {argument} = {input} had no part in the value: {upstream} arrives, 0 goes on.",
        "The points are set the other way; nothing came from {argument} = {input}. {upstream} arrives at {node}, and 0 "
        "goes on to it.",
    ),
    "condition": (
        "a condition chooses and has no slope: {upstream} arrives, 0 goes on",
        "{argument} = {input} only decides which branch is taken. A little more or less of it decides the same, so "
        "{upstream} arrives, 0 goes on.",
        "{argument} = {input} sets the points but carries no load. {upstream} arrives, and 0 goes on to it.",
    ),
    "flat": (
        "{node} is flat here: {upstream} arrives, 0 goes on",
        "{node} is a step function: between its jumps a small change of {argument} = {input} changes nothing. {upstream} "
        "arrives, 0 goes on.",
        "{node} is a staircase. On the tread at {argument} = {input} a small step lifts nobody: {upstream} arrives, 0 goes "
        "on.",
    ),
    "comparison": (
        "a comparison is flat: {upstream} arrives, 0 goes on",
        "{node} answers yes or no. A small change of {argument} = {input} leaves the answer as it is, so the slope is 0: "
        "{upstream} arrives, 0 goes on.",
        "{node} is a judge who only says yes or no, and {argument} = {input} does not change the verdict by moving a "
        "little: {upstream} arrives, 0 goes on.",
    ),
    "cut": (
        "detach cuts the way back: {upstream} arrives, 0 goes on",
        "detach lets the value pass on the way up and cuts the way back: {node} counts as a constant. {upstream} arrives, "
        "0 goes on to {argument}.",
        "Here the wire was cut on purpose. The part {argument} was used, but its supplier is not told: {upstream} arrives, "
        "0 goes on.",
    ),
    "remainder": (
        "a remainder moves along with {argument}: {factors}",
        "Between its jumps a remainder moves exactly as far as {argument} = {input} does: {factors}.",
        "The hand of a clock moves with time, however often it has been around: {factors} goes on to {argument}.",
    ),
    "side": (
        "{argument} gets its part of the length, {slope}: {factors}",
        "A length reacts to each side as far as that side points along it: {slope}. {factors}.",
        "Someone pulls a rope across a yard: a step along {argument} lengthens it by {slope} of the step. "
        "{factors}.",
    ),
    "soft share": (
        "a soft maximum: {argument} gets the share {local}: {factors}",
        "logaddexp is a soft maximum: the larger argument gets more of what arrives, here {argument} = {input} the share "
        "{local}. {factors}.",
        "A prize shared by merit: {argument} with {input} earns {local} of it. {factors}.",
    ),
    "own": (
        "the rule that was given for {node} says {slope}: {factors}",
        "{node} is a function with a rule of its own, which is taken as it was given: {slope} at "
        "{argument} = {input}. {factors}.",
        "This workshop brought a rule book of its own. It says {slope}, and the note is multiplied by that: "
        "{factors}.",
    ),
    "smooth": (
        "the slope of {node} is {slope}: {factors}",
        "{node} is a smooth curve. At {argument} = {input} its slope is {slope}, and what arrives is "
        "multiplied by it: {factors}.",
        "At {argument} = {input} this workshop reacts {slope} times as far as it is nudged, so the note for "
        "{argument} says {factors}.",
    ),
    "shut": (
        "the edge to {argument} is closed: {upstream} arrives, 0 goes on",
        "The edge to {argument} = {input} is closed, for {condition} does not hold: {upstream} arrives, 0 goes on.",
        "The door to {argument} = {input} is shut. {upstream} stands on the note that arrives, and 0 on the one that "
        "leaves.",
    ),
    "idle": (
        "nothing arrives at {node}: {upstream} here, 0 for {argument}",
        "Nothing arrives at {node} from above ({upstream}), so nothing goes on to {argument}: 0, whatever the local "
        "derivative is.",
        "No note ever reached {node} ({upstream}), so it has none to hand on: 0 for {argument}.",
    ),
}

# ---- trace --mode forward --explain: brief, normal, story

NUDGES = {
    "start": (
        "along {name}, which moves 1:",
        "{name} is moved at the speed 1, and every other input stands still. How fast does everything else move with it?",
        "Someone turns the handle {name} at the speed 1 and leaves all other handles alone. Each wheel passes the motion "
        "on to the wheels that it drives, and {output} is at the far end.",
    ),
    "edge": (
        "{argument} moves {tangent}, {why}: {factors}",
        "{argument} moves {tangent}, and {why}, so {node} = {formula} moves {factors}.",
        "{argument} turns at {tangent}. Between it and {node} = {formula} there is a gear: {why}. {node} turns at {factors}.",
    ),
    "part": (
        "{argument} moves {tangent}, {why}: {factors}",
        "{argument} moves {tangent}, and {why}, so that alone moves {node} = {formula} by {factors}.",
        "{argument} turns at {tangent}. Between it and {node} = {formula} there is a gear: {why}. By that alone {node} "
        "would turn at {factors}.",
    ),
    "still": ("", "{names} does not move with it and adds 0.", "{names} stands still here and adds 0."),
    "several still": ("", "{names} do not move with it and add 0.", "{names} stand still here and add 0."),
    "first part": (
        "first of {arriving} parts of {total}",
        "{node} is moved in {arriving} ways; this is the first.",
        "{arriving} gears drive {node}, and this was the first.",
    ),
    "next part": (
        "so far {sum}",
        "That is way {count} of {arriving}; so far {sum}.",
        "Gear {count} of {arriving} adds its motion: {sum} so far.",
    ),
    "last part": (
        "together {total} = {sum}",
        "Motions add up: {total} = {sum}.",
        "Wheels that are driven by several gears add up what these do: {total} = {sum}.",
    ),
    "result": (
        "{total} = {slope}",
        "So {total} = {slope}: while {name} moves 1, {output} moves {slope}.",
        "The motion has arrived: {output} turns at {slope} while the handle {name} turns at 1, so {total} = {slope}.",
    ),
}

# Why an edge passes a motion on as it does, by what it does; the keys are those of MECHANISMS.
REASONS_UP = {
    "copy": "a sum moves as far as its term does",
    "pass": "{node} is only another name for it",
    "keep": "a difference moves as far as its first term does",
    "flip": "behind a minus sign the direction turns around",
    "swap": "in a product it is stretched by the other factor, {slope}",
    "scale": "above the line of a fraction it counts {slope}",
    "divisor": "below the line of a fraction it counts {slope}",
    "power": "a power is as steep as its exponent times one power less, {slope}",
    "exponent": "a step in the exponent multiplies, here with the slope {slope}",
    "exponential": "exp climbs as steeply as it is high, {slope}",
    "logarithm": "a logarithm is flatter the larger its input is, here {slope}",
    "root": "a root is flatter the further its input is from 0, here {slope}",
    "squash": "{node} squashes, here with the slope {slope}",
    "saturated": "{node} is saturated and hardly moves, with the slope {slope}",
    "wave": "the wave has the slope {slope} here",
    "valve open": "the valve stands open ({condition})",
    "valve shut": "the valve is shut ({condition} does not hold)",
    "leak": "the valve leaks, with the slope {slope} here",
    "soft valve": "the soft valve is open by {slope} here",
    "window open": "it is inside the bounds ({condition}), with the slope {slope}",
    "window shut": "it is outside the bounds, which hold the value",
    "bound open": "it is the bound that holds the value ({condition})",
    "bound shut": "it is a bound that is not reached",
    "sign": "an absolute value takes the sign of its input, {slope}",
    "largest won": "a maximum follows the largest",
    "largest lost": "a maximum does not notice what is not the largest",
    "largest tied": "several tie for the largest, of which it counts {slope}",
    "smallest won": "a minimum follows the smallest",
    "smallest lost": "a minimum does not notice what is not the smallest",
    "smallest tied": "several tie for the smallest, of which it counts {slope}",
    "branch taken": "where took this branch",
    "branch left": "where did not take this branch",
    "condition": "a condition chooses and carries no motion",
    "flat": "{node} is a step function, flat between its jumps",
    "comparison": "a comparison only says yes or no",
    "cut": "detach cuts the motion off",
    "remainder": "between its jumps a remainder moves along",
    "side": "a length follows each side by its part, {slope}",
    "soft share": "a soft maximum gives it the share {slope}",
    "own": "the rule that was given for {node} says {slope}",
    "smooth": "{node} has the slope {slope} there",
    "shut": "this edge is closed ({condition} does not hold)",
    "idle": "so there is no motion to pass on",
}

# ---- expectations and claims

EXPECTED = {
    "right": "expected {name} = {expected}: right",
    "rounded": "expected {name} = {expected}: right, it is {actual}",
    "wrong": "expected {name} = {expected}, but it is {actual}",
    "wrong-entry": "expected {name} = {expected}, but {entry} is {actual} and not {wanted}",
    "wrong-shape": "expected {name} = {expected}, which has the shape {other}, but it has {shape}",
    "same-formula": "expected {name} = {expected}: right, the same as {actual} at {points} points",
    "other-formula": "expected {name} = {expected}, but it is {actual}: with {at} that is {right}, and not {left}",
    "other-constant": "expected {name} = {expected}, but it is {actual}",
    "long": "a formula of {length} characters",
    "undecided": "expected {name} = {expected}, and no points were found at which both this and {actual} have a value",
}

# Of vectors and matrices.
TENSOR_SLIPS = {
    "factors-swapped": "the factors are exchanged: d{name} is {rule}, with g what arrives from above",
    "transposed": "that is the transpose of the gradient: {name} has the shape {shape}, and so has its gradient",
    "no-transpose": "a transpose is missing, or the factors are exchanged: what passes to {name} is {rule}, with g what "
    "arrives from above",
    "not-summed": "{name} was copied from {own} to {shape}, so its gradient is the sum over the copies: that sum is "
    "missing",
    "one-copy": "{name} was copied from {own} to {shape}, so its gradient is the sum over the copies: this is one of them",
    "mean-over-copies": "{name} was copied {count} times, and its gradient is the sum over the copies, not their mean",
    "upstream-of-tensor": "what arrives at {node} from above was not multiplied in",
    "batch": "",
    "batch-missing": "a factor 1/{count} is missing, as of a mean over {count} rows",
    "batch-twice": "it was divided by {count}, as for a mean over {count} rows: there is none here",
    "other-shape": "a gradient has the shape of what it is by: {name} has {shape}, and this has {other}",
}
SLIPS = {
    "only-path": "{claimed} is only the path {path}; the path {missing_path} ({amount}) is missing",
    "only-direct-path": "{claimed} is only the direct path {path}; the path through {missing} ({amount}) is missing",
    "only-indirect-path": "{claimed} is only the path {path}; the direct path {missing_path} ({amount}) is missing",
    "only-equal-path": "{claimed} is only one of the two equal paths {path}: both bring {amount}, and they add up",
    "only-path-by-place": "{claimed} is only the path {path} by the {place}; by the {missing_place} {amount} is missing",
    "path-missing": "the path {path} ({amount}) is missing",
    "only-path-of-many": "{claimed} is only the path {path}; the other paths ({count}), together {amount}, are missing",
    "overwritten": "the last branch to arrive at {node} ({last}) overwrote the sum, which is {total}: branches add up",
    "overwritten-inside": "at {node} the last branch to arrive ({last}) overwrote the sum {total}: branches add up",
    "tie": "that is another rule for {of}: {rule}",
    "corner": "that is another rule for {of}: the slope {rule} at the corner",
    "gate-opened": "the slope 0 of {of} by {argument} was left out: at {argument} = {at} it is closed",
    "gates-opened": "slopes of 0 were left out: operations that are closed here were all taken as open",
    "gate-other": "{of} was taken to choose {argument} = {at}, which it does not",
    "gate-closed": "{of} was taken as closed: by {argument} = {at} its slope is {local}",
    "division": "d({derived})/d{argument} was taken as {divisor}: a division passes on 1/{divisor}",
    "split": "{node} = {derived} was made to split what arrives: a sum passes it on whole to each of its terms",
    "split-everywhere": "the sums were made to split what arrives: a sum passes it on whole to each of its terms",
    "sum-for-mean": "that is the gradient of the sum: the mean divides it by {count}",
    "mean-for-sum": "that is the gradient of the mean of the {count} terms: here they are added",
    "upstream-forgotten": "d({derived})/d{argument} = {local} was not multiplied by the upstream value {upstream}",
    "locals-only": "that is the sum of the local derivatives at {node}: the upstream value is forgotten",
    "factor-dropped": "the factor {factor} of the power d({derived})/d{argument} is missing",
    "inner-dropped": "the inner derivative d({derived})/d{argument} = {local} is missing",
    "sign-inside": "the sign of d({derived})/d{argument} = {local} is missing",
    "sign": "the sign is wrong",
    "accumulated": "that is {times} times the gradient: it was not set to zero between {times} backward passes",
    "value": "that is the value of {output}, not a derivative",
    "own-value": "that is the value of {name} itself, not the derivative by it",
    "other-name": "that is the derivative by {other}",
    "target": "that would be right if the target {input} were {to} (it is {now})",
    "input": "that would be right if {input} were {to} (it is {now})",
    "halved": "a factor 2 is missing",
    "doubled": "there is a factor 2 too many",
}

TIES = {
    "first": "all of it goes to the first of the arguments that tie",
    "last": "all of it goes to the last of the arguments that tie",
    "full": "each of the arguments that tie gets all of it",
    "share": "the arguments that tie share it equally",
}

CLAIMED = {
    "right": "claim {name} = {claimed}: right",
    "wrong": "claim {name} = {claimed}: wrong, it is {actual}",
    "none": "none of the slips that are looked for gives {claimed}",
    "vague": "{count} slips give a number that rounds to {claimed}, as numbers do by chance: give more digits",
}

# ---- trace --lens

LENS_TITLES = {
    "methods": "Cost of the whole gradient",
    "layers": "Flow of the gradient, from the output down",
    "kept": "Values kept for the backward pass",
    "plan": "Checkpoints",
    "passes": "Backward passes over the same graph",
}

LENS_COLUMNS = {
    "method": "method",
    "evaluations": "passes up",
    "sweeps": "sweeps down",
    "operations": "operations",
    "seconds": "seconds",
    "depth": "depth",
    "nodes": "nodes",
    "local": "largest local",
    "node": "node",
    "gradient": "gradient",
    "ratio": "times the one above",
    "step": "#",
    "formula": "computes",
    "keeps": "keeps",
    "segment": "segment",
    "first": "from #",
    "last": "to #",
    "checkpoint": "keeps for later",
    "again": "computed again",
    "pass": "pass",
}

LENS_METHODS = {
    "reverse": "reverse mode",
    "forward-mode": "forward mode",
    "central-difference": "central differences",
    "forward-difference": "forward differences",
}

FINDINGS = {
    "inputs": "reverse mode takes {ratio} times the operations of one evaluation, whatever the number of inputs "
    "(here {inputs}); the others take more with each input",
    "symbolic": "the derivatives as formulas, not simplified: {tree} symbols when written out; as a graph that shares "
    "common parts, {shared} new nodes in addition to the {program} of the program",
    "jacobian": "forward mode for all inputs at once carries the Jacobian of every step, {rows} x {columns} slopes "
    "({bytes} bytes); reverse mode holds a value and a gradient for every step, {kept} numbers ({held} bytes)",
    "measured": "seconds: the shortest of {times} runs in Python on this machine; one evaluation takes {evaluation}",
    "vanishing": "d{output}/d{name} vanishes: along its largest path {steps} local derivatives multiply to "
    "{product}, {mean} a step",
    "exploding": "d{output}/d{name} explodes: along its largest path {steps} local derivatives multiply to "
    "{product}, {mean} a step",
    "dead": "{node} = {formula} is dead: with {argument} = {value} it is shut, and nothing goes on below it",
    "saturated": "{node} = {formula} is saturated: with {argument} = {value} its value is {result}, "
    "its slope {local}",
    "and-more": "and {count} more like this",
    "healthy": "nothing vanishes, explodes, dies or saturates: the derivatives that are not 0 lie between {least} "
    "and {most} in size",
    "healthy-one": "nothing vanishes, explodes, dies or saturates: the derivative is {least} in size",
    "fades": "{depth} edges below the output the gradient has faded: the largest of that depth is {size}, at {node}",
    "swells": "{depth} edges below the output the gradient has swollen: the largest of that depth is {size}, at {node}",
    "nothing": "no gradient reaches any input",
    "kept": "computed values that are kept: {kept} of {steps} ({bytes} bytes in double precision); inputs that are "
    "read as well: {inputs}, which are there anyway",
    "no-plan": "with so few steps ({steps}) there is nothing to gain from checkpoints",
    "no-gain": "checkpoints would hold {most} values at a time, and keeping all that is needed holds {plain}: there is "
    "nothing to gain",
    "plan": "checkpoints: {saved}, and values inside one of the {segments} segments: at most {inside}; that is {most} "
    "at a time instead of {plain}, for {extra} steps that are computed again ({share} of an evaluation)",
    "zeroed": "the gradients were set to zero before each pass, so every pass leaves the same",
    "not-zeroed": "a backward pass adds to what is there: unless it is set to zero, pass k leaves k times the gradient",
}

# ---- drawings and documents: graph, --format md, latex, svg, dot, mermaid

DRAWING = {
    "variable tensors": "on each line: the rule by which the gradient goes back along it; g is the gradient where it comes from",
    "variable": "on each line: the local derivative of what it leads to",
    "op": "on each line: the value that goes on, and below it the gradient that comes back",
    "crowded": "too many lines go side by side here to draw them; each box with what it uses:",
    "value": "value",
    "gradient": "gradient",
    "local": "local derivative, on its line",
    "rule": "rule of the way back, on its line; g comes from the box above",
    "back": "back: {slope}",
    "sum": "each line back to {name} brings gradient * local: {sum}",
}

# What the page of a lesson says; names in braces are filled in by the page.
PAGE = {
    "title": "Backpropagation, step by step",
    "language": "Language",
    "graph": "Computation graph",
    "inputs": "Inputs",
    "reset": "Reset",
    "step": "This step",
    "position": "step {step} of {steps}",
    "first": "To the start",
    "back": "One step back",
    "on": "One step on",
    "last": "To the end",
    "hint": "Arrow keys ← → step through both passes. Click a row of a table to go there.",
    "local-derivative": "local derivative",
    "closed": "closed",
    "begin-title": "Two passes",
    "begin": "First the values flow forward, from the inputs to {output}. Then the derivative flows backward, from "
    "{output} to the inputs: along every edge, upstream × local = product.",
    "begin-again": "{name} is used {count} times: its gradient will be the sum of {count} products.",
    "compute": "{name} is computed from what is already known.",
    "compute-result": "{name} is the result. The forward pass is done.",
    "seed-title": "Turn around",
    "end-title": "The gradient",
    "too-long": "This trace has {steps} steps. Above {most} the page has the tables alone: no drawing, no sliders.",
    "arrays": "This page has no sliders: there are arrays here, and the page itself calculates with single numbers. `bpcli trace --element` plays one entry.",
    "tables-forward": "This page has only the tables: drawing and sliders play the reverse mode, and this trace is "
    "in forward mode.",
    "tables-alone": "This page has the tables alone, without drawing and sliders: the page itself calculates in double "
    "precision, backward, and with operations that are formulas, and this trace does not.",
    "no-script": "Without JavaScript this page shows the tables alone.",
}

# Training of models: what `fit` and `train` say of them.
TRAINING = {
    "data": "data     {source}: {rows}",
    "skipped": ", {count} skipped",
    "held out": ", {count} held out for validation (seed {seed})",
    "row skipped": "           row {row} skipped: {reason}",
    "more skipped": "           and {count} more",
    "range": "           {name} from {low} to {high}",
    "no data": "data     none: one place, {values}",
    "no tensors": "data     in the text itself",
    "starts": "start    as the text and --init have it, random numbers from their seeds",
    "summary": "length {norm}, {least} to {most}",
    "held out value": " (held out: {value})",
    "more entries": "and {count} more",
    "one place": "one place",
    "model": "model    {formula}",
    "held": "           held: {values}",
    "parameters": "           {count}: {names}",
    "parameter": "parameters",
    "mean loss": "loss     mean over the rows of {formula}",
    "sum loss": "loss     sum over the rows of {formula}",
    "own loss": "loss     {formula}",
    "mean own loss": "loss     mean over the rows of {formula}",
    "sum own loss": "loss     sum over the rows of {formula}",
    "ridge": "           + {ridge} * (sum of squared parameters)",
    "given": "           as given",
    "start": "start    {values}",
    "tried": "           of {tried} tries the one that led furthest down ({followed} were followed); the same every time",
    "zeros": "           0 where the model is linear",
    "tried zeros": "           the best of {tried} tries, with 0 for {names}, in which the model is linear; the same every time",
    "tried only": "           the best of {tried} tries; the same every time",
    "resumed": "start    at step {step} of a training that was stored",
    "train": "train    {optimizer}{because}",
    "formula": "           {formula}",
    "rate": "           rate {rate}{how}",
    "as asked": " (as asked for)",
    "from curvature": ", from the curvature",
    "usual": ", the usual one",
    "falling": "; rates below {largest} fall here",
    "schedule": "           schedule {schedule}",
    "warm-up": "           the rate grows over the first {steps}",
    "batches": "           batches of {size} of {rows} rows, {steps} an epoch, shuffled by seed {seed}",
    "batch mean": "           the gradient of a batch is the sum over its rows / {size}: its length does not depend on the size",
    "batch sum": "           the gradient of a batch is the sum over its rows, not divided by {size}: the rate must be so much smaller",
    "clip norm": "           gradients longer than {limit} are shortened to it",
    "clip value": "           each entry of the gradient is held between -{limit} and {limit}",
    "narrow": "           both passes in {dtype}; parameters in double precision",
    "narrow scaled": "           both passes in {dtype}, the reverse one from {scale}, which the gradient is divided by; parameters in double precision",
    "dynamic": "           a gradient that overflows is not used and halves the scale; {every} in a row that do not double it",
    "first step": "Step {number}, the start",
    "step": "Step {number}",
    "forward": "  forward   {rows}; the first of them:",
    "forward one": "  forward",
    "forward row": "  forward   row {row} of the data, as one of {rows}",
    "loss": "  loss      {loss}",
    "loss mean": "  loss      mean of {name} over {rows} = {loss}",
    "loss sum": "  loss      sum of {name} over {rows} = {loss}",
    "backward": "  backward",
    "backward row": "  backward  of this row; the gradient of the loss is the {reduce} of those of all rows",
    "mean": "mean",
    "sum": "sum",
    "rows": "  rows      the gradient of each, and their {reduce}",
    "first rows": "  rows      the gradient of the first {shown}, and the {reduce} of all {count}",
    "clipped": "  clipping  length of the gradient {norm}, more than {limit}: times {limit}/{norm}",
    "clipped value": "  clipping  entries beyond {limit} become {limit} or -{limit}",
    "not clipped": "  clipping  length of the gradient {norm}, not above {limit}: unchanged",
    "update": "  update    new value = value + step",
    "search": "  search    {trials} to find the step",
    "overflow": "  overflow  the gradient is not finite in {dtype}: no step, and the scale {scale} becomes {half}",
    "zeroing": "  zeroing   the gradient is set to 0 before every backward pass; without that this one would be added to the last:",
    "not zeroed": "            d{loss}/d{name}: {last} + {new} = {total} instead of {new_alone}",
    "log": "Log",
    "descent": "Descent",
    "log scale": "{line} (log scale)",
    "batch losses": "the losses of batches; at the end {loss} of all rows",
    "parameter table": "Parameters",
    "in powers": "in powers of {name}:",
    "quality": "RMSE {rmse}    R² {r2}    degrees of freedom {freedom}    condition {condition}",
    "final": "loss {loss}",
    "final validation": "loss {loss}    validation {validation}",
    "warning": "warning: {text}",
    "saved": "saved to {file}; `bpcli predict {file} new.csv` predicts with it",
    "kept": "what was reached is in {file}; `bpcli {command} ... --resume {file}` goes on from there",
    "logged": "the loss of every step is in {file}",
    "outside": "outside of what the model was fitted on ({ranges}), where nothing holds it: {count} of {total}",
    "missing cells": "{rows} without a prediction: a value is missing or not finite",
    "progress": "step {step}   loss {loss}",
    "cell missing": "{column} is missing or not finite",
}
TRAINING_COLUMNS = {
    "parameter": "parameter",
    "name": "name",
    "shape": "shape",
    "value": "value",
    "std error": "std error",
    "gradient": "gradient",
    "clipped": "clipped",
    "velocity": "velocity v",
    "mean": "mean m",
    "squares": "squares s",
    "change": "step",
    "new value": "new value",
    "number": "step",
    "row": "row",
    "loss": "loss",
    "length": "length of gradient",
    "rate": "rate",
    "validation": "validation",
    "scale": "scale",
    "trials": "trials",
}
TRAINING_STOPS = {
    "converged": "converged after {steps}: what is left of the gradient is rounding",
    "tolerance": "stopped after {steps}: the gradient is below the tolerance",
    "step limit": "stopped at the limit of {steps}, before the gradient was down to rounding",
    "diverged": "diverged after {steps}: the loss grows",
    "interrupted": "interrupted after {steps}: the parameters are where the training stood",
    "early stop": "stopped early after {steps}: the validation had not become better for a while",
    "stuck": "did not converge: after {steps} no step brings the loss down, and it is not at a minimum that can be told",
    "shut": "stopped after {steps}: the gradient is 0, because a relu, max or where is shut on the way to the parameters",
    "corner": "stopped after {steps}: no step brings the loss down; it has corners, and at one of them no gradient vanishes",
    "bouncing": "bouncing: after {steps} the parameters jump from one side of the valley to the other, and nothing is won",
}
TRAINING_REASONS = {
    "stepwise": ", since its rate or another option of it was asked for",
    "one place": ": one place and a loss, so that each step can be followed by hand",
    "quadratic": ": the loss is quadratic in the parameters, and descent is quick",
    "quadratic steep": ": the loss is quadratic in the parameters, but descent would need too many steps",
    "least squares": ": least squares, not linear in the parameters",
    "smooth": ": the loss is no sum of squares",
    "batches": ": for batches",
}
OPTIMIZER_NAMES = {
    "sgd": "gradient descent",
    "momentum": "momentum",
    "nesterov": "Nesterov momentum",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
    "lbfgs": "L-BFGS",
    "levenberg-marquardt": "Levenberg-Marquardt",
}
TRAINING_NOTES = {
    "idle": "the loss does not depend on {name}: it stays where it began",
    "flat": "{name} has no influence here: other values of it fit as well",
    "dependent": "the parameters are not independent: other values of several together fit as well, so there are no standard errors",
    "case": "{name} is a parameter; there is a column {column}, written differently",
    "no column": "the model uses no column (there are: {columns}); its names are all parameters",
    "constant column": "{name} is constant: nothing can be said of how the prediction changes with it",
    "whole batch": "a batch of {size} holds all {rows} rows, so every step takes all of them",
    "no target": "the loss does not use {name}, so what was measured has no part in it",
    "constant target": "{name} is constant, so R² has no meaning",
    "few rows": "{parameters} parameters and {rows}: the values are not the only ones that fit",
    "diverged": "the rate {rate} is above {largest}, from which on the loss grows; try {half}",
    "above limit": "the rate {rate} is above {largest}, from which on steps overshoot; try {half}",
    "backed off": "the rate {first} that the curvature at the start allows does not hold on the way; {rate} does",
    "diverged held": "the loss grows without end at the rate {rate}; {half} holds",
    "bouncing held": "the steps go to and fro at the rate {rate}; {half} holds",
    "diverged unknown": "the loss grows without end; try a smaller rate than {rate}",
    "bouncing": "bouncing: at the rate {rate} steps are as long as the valley is wide; the limit is {largest}, try {half}",
    "bouncing unknown": "bouncing: at the rate {rate} steps are as long as the valley is wide; try a smaller one",
    "not converged": "not converged: the parameters are where the training stands",
    "best": "the parameters are those of step {step}, where the validation was best",
    "other data": "the data is not that of the stored training: the numbers will be others",
}

# ---- fit, train

FIT = {
    # What was read, and what is fitted to it.
    "data": "data",
    "given": "given",
    "read": "{source}: {rows}{skipped}",
    "rows skipped": ", {count} skipped",
    "row skipped": "row {row} skipped: {reason}",
    "more skipped": "and {count} more",
    "range": "{role} from {low} to {high}",
    "range of weights": "weights from column {name}, from {low} to {high}",
    "range of column": "{role} = column {name} from {low} to {high}",
    "model": "model",
    "fitted in": "fitted in {basis}",
    "chebyshev": "Chebyshev polynomials in t = (x - {center})/{half}",
    "orthogonal": "polynomials orthogonal on the data, in t = (x - {center})/{half}",
    "powers": "raw powers of x (--no-scale)",
    "loss": "loss",
    "weighted loss and rate": "mean of (prediction - {name})^2, weighted by {weights}; gradient descent, rate {rate}",
    "once": "quadratic in the coefficients: the rows are summed up once, and every step is exact",
    "scaled": "Coefficients in the basis of the descent",
    "loss and rate": "mean of (prediction - {name})^2; gradient descent, rate {rate}",
    # How it went.
    "descent": "Descent",
    "log": "Log",
    "log scale": "{line} (log scale)",
    "rounding": "rounding",
    "converged": "converged after {steps}: what is left of the gradient is rounding",
    "step limit": "stopped at the limit of {steps}, before the gradient was down to rounding",
    "diverged": "diverged after {steps}: the loss grows; rates below {largest} fall, {half} is a good one",
    "interrupted": "interrupted after {steps}: the parameters are where the descent stood",
    "progress step": "step {{task.completed}}",
    "progress loss": "loss {{task.fields[loss]}}",
    # What was found.
    "parameters": "Parameters",
    "gap": "gap: how far the value is from least squares, relative to that or, if larger, to the std error",
    "quality": "RMSE {rmse}    R² {r2}    degrees of freedom {freedom}    condition {condition}",
    "warning": "warning: {text}",
    # The loop, step by step.
    "program": "the loss of one row, as a program that is differentiated ({count} parameters):",
    "coefficients": "c0, c1 ... are coefficients in that basis; at the end they are brought back to k0, k1 ... of powers "
    "of x",
    "first step": "Step {number}, the start",
    "step": "Step {number}",
    "step forward": "  forward   {count} predictions p with the values below; the first rows:",
    "step loss": "  loss      mean of (p - y)^2 = {loss}",
    "step backward": "  backward  from dL/dp of each row to each parameter; the gradient is the mean over the rows",
    "step update": "  update    new value = value - rate * gradient; then the loop repeats",
}

# ---- ops

REFERENCE = {
    "comma": ", ",
    "also": " Also {names}.",
    "foot": "constants: pi, e, tau     `bpcli ops tanh` shows the local derivatives of one",
    "arguments tie": "arguments tie",
    "elsewhere": " ({text})",
    "convention": "{usage} where {place}: {convention}{also}",
    "no rule": "no rule",
    "local where": "{local} where {when}, else 0",
    "also written": "also written {names}",
    "value": "value",
    "computed as": "computed as {formula}",
    "out": "(out is the value of the operation)",
    "slope": "slope",
    "domain": "domain",
    "and elsewhere": "; {text}",
    "kink": "where {where}: {convention}{also}",
    "tie rule": "--tie {rule}: {convention}",
    "accuracy": "accuracy",
    "to": "value and slope to {error}, relative; most operations to {usual}",
    "no rule for": "no rule for {param}",
    "worked": "at {point}: value {value}, slope {slopes}   ({origin})",
    # Of tensors.
    "inner": "inside the derivatives of tensors",
    "result zero": "the result is 0",
    "entries tie": "entries tie",
    "derived": "follows from the value",
    "shape alone": "0: only its shape matters",
    "of case": "{rule}   ({case})",
    "upstream": "(g is the upstream dL/dout; out is the result)",
    "place": "(place counts the arguments from 0)",
    "linear": "linear in",
    "same": "with as many axes each",
    "less": "the target with one axis less",
    "axes 0": "number",
    "axes 1": "vector",
    "axes 2": "matrix",
    "axes n": "stack of matrices",
    "example": "{call} = {value}   ({origin})",
    "ones": "1 in every entry",
    "reaches": "with g = {upstream}: {slopes}",
}

# ---- --help

HELP = {
    "usage": "Usage: ",
    "arguments": "Arguments:",
    "options": "Options:",
    "commands": "Commands:",
    "examples": "Examples:",
    "help": "Show this message.",
    "default": " [default: {value}]",
}

# A network that learns points of two classes
PLAYGROUND = {
    "title": "A network learns: {name}",
    "intro": "Each point belongs to one of two classes. The network sees where a point lies and says how probable class 1 is; every step moves its weights against the gradient of the loss.",
    "step": "step",
    "loss": "loss",
    "accuracy": "accuracy",
    "play": "Play",
    "pause": "Pause",
    "network": "The network",
    "key": "o class 0, x class 1; blue where the network says 0, orange where it says 1, pale where it is unsure",
    "key in plain text": "o class 0, x class 1; the network says 1 where it is dark (#), 0 where it is empty, and is unsure at . and :",
    "stored": "written to {file}: open it in a browser",
}
