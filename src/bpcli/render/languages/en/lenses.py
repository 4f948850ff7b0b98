"""The pages of `trace --lens`."""

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
