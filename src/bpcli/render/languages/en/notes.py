"""What a run noticed: kinks, domains, conventions."""

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
    "broadcast-grid": "{column} has the shape {tall} and {row} {flat}: both are copied, and {node} has the shape {grid}",
    "left-exact": "left exact numbers at {node}: it is calculated in floats",
    "left-exact-slope": "left exact numbers on the way from {node} back to {argument}: its slope is one of floats",
    "underflow": "{node} is {wide}, which {format} rounds to 0: its smallest number is {limit}",
    "overflow": "{node} is {wide}, which is infinite in {format}: its largest number is {limit}",
    "underflow of a literal": "{format} rounds {node} to 0: its smallest number is {limit}",
    "overflow of a literal": "{node} is infinite in {format}: its largest number is {limit}",
    "underflow-slope": "on the way from {node} back to {argument} the gradient is {wide}, which {format} rounds to 0",
    "overflow-slope": "on the way from {node} back to {argument} the gradient is {wide}, which is infinite in {format}",
    "slope-carried": "on the way from {node} back to {argument} the gradient has the factor {factor}, too small for a float: the derivative by {name} was calculated with that exponent kept apart",
    "slope-lost": "on the way from {node} back to {argument} the gradient has the factor {factor}, too small for a float: a second derivative that rests on it is shown as 0 and may be a small number",
    "and-more": "and {count} more like this",
    "fit-not-unique": "degree {degree} needs {needed} different x and the data has {distinct}: the coefficients are not the only ones that fit",
    "fit-no-freedom": "{count} coefficients and as many rows: the curve goes through every point, and says nothing of its error",
    "fit-other-data": "the data is not that of the stored fit: the numbers will be others",
    "fit-not-scaled": "x is not scaled: the condition of the problem is that of raw powers",
    "fit-diverged": "diverged after {steps} steps: rates below {largest} fall, this one is {rate}",
    "fit-not-converged": "not converged ({reason}): the parameters are where the descent stands",
    "fit-constant-x": "{name} is constant: nothing can be said of how y changes with it",
    "fit-constant-y": "{name} is constant, so R² has no meaning",
    "fit-far": "the curve is up to {gap} away from that of least squares: at this condition rounding decides between them",
    "fit-powers": "in powers of {x} the curve cannot be calculated in floats: it is up to {gap} away from the one that was fitted, whose RMSE is {rmse}, since the terms cancel; take the coefficients c0, c1, ... of the scaled form, or `--save model.json` and `bpcli predict`",
    "fit-extrapolation": "{count} of the points lie outside of the data, which go from {low} to {high}: nothing holds the curve there",
    "stored-otherwise": "this file was changed: {what} is not what its formula gives with the numbers beside it",
    "shadowed": "{name} is a variable here; the constant of that name is shadowed",
}

# What is put into a note where there is something to say.
NOTE_PIECES = {"at": " with {at}", "domain": "; its domain is {domain}", "elsewhere": " ({elsewhere})"}

# Conventions of the table of operations, by how they are written there.
CONVENTIONS: dict[str, str] = {}
