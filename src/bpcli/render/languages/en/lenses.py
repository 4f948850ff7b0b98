"""The pages of `trace --lens`."""

LENS_TITLES = {
    "methods": "Cost of the whole gradient",
    "layers": "Flow of the gradient, from the output down",
    "flow": "Flow of the gradient, from the output down (lengths are 2-norms)",
    "units": "Entries that let next to nothing through: shut or saturated",
    "jacobians": "Jacobians of the steps, which the rules of the backward pass never make",
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
    "local": "largest |local|",
    "node": "node",
    "gradient": "largest |gradient|",
    "ratio": "times the one above",
    "shape": "shape",
    "length": "length",
    "typical": "of an entry",
    "above": "from",
    "times": "times",
    "gain": "at most",
    "entries": "entries",
    "off": "off",
    "share": "share",
    "units": "units",
    "dead-units": "off in all rows",
    "edge": "edge",
    "rows": "rows",
    "columns": "columns",
    "numbers": "entries",
    "products": "operations of the rule",
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
    "entries": "reverse mode takes {ratio} times the operations of one evaluation, whatever the number of entries "
    "(here {entries}); the others take more with each entry",
    "symbolic": "the derivatives as formulas, not simplified: {tree} symbols when written out; as a graph that shares "
    "common parts, {shared} new nodes in addition to the {program} of the program",
    "jacobian": "forward mode for all inputs at once carries the Jacobian of every step, {rows} x {columns} slopes "
    "({bytes} bytes); reverse mode holds a value and a gradient for every step, {kept} numbers ({held} bytes)",
    "local-jacobians": "the Jacobians of all steps, written out, would have {numbers} entries ({bytes} bytes), that of "
    "{edge} alone {rows} x {columns}; the rules make the product with what comes from above in {operations} operations",
    "carried": "forward mode for all entries at once carries the Jacobian of every step, {rows} x {columns} slopes "
    "({bytes} bytes); reverse mode holds a value and a gradient for every entry, {kept} numbers ({held} bytes)",
    "measured-once": "seconds: one pass, the shortest of {times} runs in Python on this machine, times the number of "
    "passes; one evaluation takes {evaluation}",
    "measured": "seconds: the shortest of {times} runs in Python on this machine; one evaluation takes {evaluation}",
    "vanishing": "d{output}/d{name} vanishes: along its largest path {steps} local derivatives multiply to "
    "{product}, {mean} a step",
    "exploding": "d{output}/d{name} explodes: along its largest path {steps} local derivatives multiply to "
    "{product}, {mean} a step",
    "dead": "{node} = {formula} is dead: with {argument} = {value} it is shut, and nothing goes on below it",
    "saturated": "{node} = {formula} is saturated: with {argument} = {value} its value is {result}, "
    "its slope {local}",
    "shut-whole": "{node} = {formula} is dead: all {size} entries are shut, and nothing goes on below it",
    "shut-units": "{node} = {formula}: {dead} of {units} units are dead, shut in every row; of all entries {share} % are "
    "shut",
    "shut-some": "{node} = {formula}: {count} of {size} entries are shut, and nothing goes on below them",
    "squashed-whole": "{node} = {formula} is saturated: all {size} entries have a slope below 1 % of the steepest",
    "squashed-units": "{node} = {formula}: {dead} of {units} units are saturated in every row; of all entries {share} % "
    "have a slope below 1 % of the steepest",
    "squashed-some": "{node} = {formula}: {count} of {size} entries are saturated, with a slope below 1 % of the steepest",
    "vanishing-length": "d{output}/d{name} vanishes: from d{output}/d{head} down its length falls from {first} to "
    "{last}, in {steps} steps, {mean} a step",
    "exploding-length": "d{output}/d{name} explodes: from d{output}/d{head} down its length grows from {first} to "
    "{last}, in {steps} steps, {mean} a step",
    "and-more": "and {count} more like this",
    "healthy": "nothing vanishes, explodes, dies or saturates: the derivatives that are not 0 lie between {least} "
    "and {most} in size",
    "healthy-one": "nothing vanishes, explodes, dies or saturates: the derivative is {least} in size",
    "lengths": "nothing vanishes, explodes, dies or saturates: the derivatives that are not 0 have lengths between "
    "{least} and {most}",
    "lengths-one": "nothing vanishes, explodes, dies or saturates: the derivative has the length {least}",
    "fades": "{depth} edges below the output the gradient has faded: the largest of that depth is {size}, at {node}",
    "swells": "{depth} edges below the output the gradient has swollen: the largest of that depth is {size}, at {node}",
    "nothing": "no gradient reaches any input",
    "kept": "computed values that are kept: {kept} of {steps} ({bytes} bytes in double precision); inputs that are "
    "read as well: {inputs}, which are there anyway",
    "let-go": "inside checkpoint(...) nothing is kept: {count} of {steps} steps are computed again when the backward pass "
    "arrives there",
    "no-plan": "with so few steps ({steps}) there is nothing to gain from checkpoints",
    "no-gain": "checkpoints would hold {most} values at a time, and keeping all that is needed holds {plain}: there is "
    "nothing to gain",
    "plan": "checkpoints: {saved}, and values inside one of the {segments} segments: at most {inside}; that is {most} "
    "at a time instead of {plain}, for {extra} steps that are computed again ({share} of an evaluation)",
    "zeroed": "the gradients were set to zero before each pass, so every pass leaves the same",
    "not-zeroed": "a backward pass adds to what is there: unless it is set to zero, pass k leaves k times the gradient",
}
