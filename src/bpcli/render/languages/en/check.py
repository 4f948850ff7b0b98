"""The verdicts of `check`."""

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
    "rounding": "rounding",
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
    "classes": "{names} is not compared: class numbers have no slope, for between two classes there is nothing",
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
