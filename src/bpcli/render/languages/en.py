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
}

PHRASES = {
    "comma": ", ",
    "facts": ", ",
    "and": "{first} and {last}",
    "note": "note: {text}",
    # The head of a trace.
    "long formula": "(a formula of {operations})",
    "used twice": "{name} is used twice",
    "used": "{name} is used {count} times",
    "more used": "{count} more are used again",
    # Its tables.
    "forward": "Forward",
    "backward": "Backward",
    "tangents": "Tangents along {name}",
    "start": "start: {total} = 1",
    "scaled start": "start: S*{total} = S = {scale}",
    "not taken": "not taken",
    "taken": "taken",
    "not": "not {condition}",
    "cut": "cut",
    "flat": "flat",
    "nothing arrives": "nothing arrives",
    "nothing passes": "nothing passes",
    "counter": " ({count} of {arriving})",
    "more rows": "... {count} more rows (--all shows them)",
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
    "undecided": "check: the central difference cannot decide here",
    "disagrees": "check: central difference for {name} DISAGREES by {gap} of its size",
    "left out": "paths and the check are left out of a trace this long",
    # What it cost.
    "forward cost": "{passes}, one for each input",
    "reverse cost": "1 pass up and {sweeps} down",
    "reverse cost of several": "1 pass up and {sweeps} down, one for each result",
    "forward used": "forward mode: {cost} (reverse mode: {other})",
    "reverse used": "reverse mode: {cost} (forward mode: {other})",
    "hessian cost": "forward mode over the graph of the gradient: {passes}, one for each input",
    "hessian product cost": "forward mode over the graph of the gradient: 1 pass, and no matrix",
    "jvp cost": "forward mode: 1 pass, whatever the number of inputs and results",
    "vjp cost": "reverse mode: 1 pass up and 1 sweep down, whatever the number of inputs and results",
    # Answers.
    "beside floats": "      float64: {value}, relative error {error}",
    "direction": "direction d",
    "along": "along {direction}",
    "unused columns": "{file} has columns that the expression does not use: {names}",
    "rows nan": "{count} of {rows} rows have a result that is nan; the first is row {row} of {file}, in {column}",
    "row nan": "1 of {rows} rows has a result that is nan; it is row {row} of {file}, in {column}",
    "rows infinite": (
        "{count} of {rows} rows have a result that is infinite; the first is row {row} of {file}, in {column}"
    ),
    "row infinite": "1 of {rows} rows has a result that is infinite; it is row {row} of {file}, in {column}",
    # Errors of every kind.
    "error": "error: {text}",
    "interrupted": "interrupted",
    "out of memory": "there is not enough memory for this",
    "usage": "`{command} --help` shows how it is used",
}

NOTES = {
    "infinite-value": "{node} is {value}{at}{domain}",
    "infinite-gradient": "d{output}/d{name} is {value}",
    "kink": "{node} has a corner with {at}: by convention {convention}{elsewhere}",
    "independent": "{output} does not depend on {name}",
    "cut": "{output} does not depend on {name} any more: every path is cut by detach",
    "no-open-path": "d{output}/d{name} is 0 here: every path from {name} passes an operation that is flat or closed",
    "left-exact": "left exact numbers at {node}: its value is not a fraction",
    "left-exact-slope": "left exact numbers on the way from {node} back to {argument}: that slope is not a fraction",
    "underflow": "{node} is {wide}, which {format} rounds to 0: its smallest number is {limit}",
    "overflow": "{node} is {wide}, which is infinite in {format}: its largest number is {limit}",
    "underflow-slope": "on the way from {node} back to {argument} the gradient is {wide}, which {format} rounds to 0",
    "overflow-slope": "on the way from {node} back to {argument} the gradient is {wide}, which is infinite in {format}",
    "and-more": "and {count} more like this",
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
    "corner": "{op} is at a corner, and one side alone would be seen",
    "range": "it leaves the range of numbers here",
    "lost": "its step is lost in rounding",
}
VERDICTS = {
    "reference": "reference",
    "no input": "there is no input to check",
    "undecided": "undecided: the differences have no value here, or are too rough to tell",
    "complex_step": "the complex step",
    "central_difference": "the central difference",
    "either": "the complex step or the central difference",
    "ok": "ok: reverse, forward mode and symbolic agree with {against} to {limit}",
    "and then": "; ",
    "evaluations": "{text} ({evaluations})",
    "no method": "no {method} by {names}: {reason}",
    "no": "no: {total} is {slope} by the rules and {reference} by {by}, off by {error} of its size",
    "no fault": "no single rule on the way from {name} stands out",
    "fault": "the rule at {node} is wrong: by {at} it gives {local}, and a difference of it gives {difference}",
    "surrogate": "it is declared as a surrogate, which is meant to differ",
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
    "zero": "{total} is 0",
    "huge": "{total} = {slope} is huge",
    "tiny": "{total} = {slope} is tiny",
    "ordinary": "{total} = {slope} is an ordinary number",
}
CAUSES = {
    "independent": "no path leads from {name} to {output}",
    "cut": "{node} cuts the path: its value passes, and nothing comes back",
    "flat": "{node}{at} is piecewise constant: its slope is 0 wherever it has one",
    "closed": "{node}{at} is closed towards {argument}{condition}",
    "zero-local": "the local derivative {local} is 0{at}",
    "underflow": "at {node}, {upstream} * {number} is too small for a number, and becomes 0",
    "cancels": "at {node} the branches cancel: their sum is 0",
    "pole": "the local derivative {local} is infinite{at}",
    "overflow": "at {node}, {upstream} * {number} is beyond the largest number",
    "zero-times-infinite": (
        "at {node}{at}, {upstream} from above meets the local derivative {local}, which is {number}: "
        "their product has no value"
    ),
    "undefined-local": "the local derivative {local} has no value{at}",
    "opposed-infinities": "at {node} infinities of both signs are added, and their sum has no value",
    "factor": "the factor {local} is {number}{at}",
}
WHY = {
    "at": " with {at}",
    "sum": "the sum of the branches into {node} is beyond the largest number",
    "own step": "{node}{at} has the rule 0 by {argument}",
    "other branch": ": the other branch is taken",
    "other argument": ": it chose another argument",
    "only where": ": something flows only where {condition}",
    "path": "most of it comes along {path}: {product}",
    "more": "and {count} more such edges",
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
