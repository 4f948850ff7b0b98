"""What is said of expectations and claims, slip by slip."""

EXPECTED = {
    "right": "expected {name} = {expected}: right",
    "rounded": "expected {name} = {expected}: right, it is {actual}",
    "wrong": "expected {name} = {expected}, but it is {actual}",
    "own-value": "{text}; {expected} is the value of {node}",
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
    "factors-swapped": "the factors are exchanged: what passes to {name} is {rule}, with g what arrives from above",
    "transposed": "that is the transpose of the gradient: {name} has the shape {shape}, and so has its gradient",
    "no-transpose": "a transpose is missing, or the factors are exchanged: what passes to {name} is {rule}, with g what "
    "arrives from above",
    "not-summed": "{name} was copied from {own} to {shape}, so its gradient is the sum over the copies: that sum is "
    "missing",
    "one-copy": "{name} was copied from {own} to {shape}, so its gradient is the sum over the copies: this is one of them",
    "mean-over-copies": "{name} was copied {count} times, and its gradient is the sum over the copies, not their mean",
    "upstream-of-tensor": "what arrives at {node} from above was not multiplied in",
    "wrong-pullback": "what passes to {name} was taken as {taken}: it is {rule}, with g what arrives from above",
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
    "branch-missing": "the branch {node} -> {argument} ({amount}) is missing: {count} branches arrive at {argument}, and they add up",
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
    "wrong-rule": "d({derived})/d{argument} was taken as {taken}: it is {rule}",
    "split": "{node} = {derived} was made to split what arrives: a sum passes it on whole to each of its terms",
    "split-unnamed": "{node} was made to split what arrives: a sum passes it on whole to each of its terms",
    "split-everywhere": "the sums were made to split what arrives: a sum passes it on whole to each of its terms",
    "sum-for-mean": "that is the gradient of the sum: the mean divides it by {count}",
    "mean-for-sum": "that is the gradient of the mean of the {count} terms: here they are added",
    "upstream-forgotten": "d({derived})/d{argument} = {local} was not multiplied by the upstream value {upstream}",
    "locals-only": "that is the sum of the local derivatives at {node}: the upstream value is forgotten",
    "factor-dropped": "the factor {factor} of the power d({derived})/d{argument} is missing",
    "inner-dropped": "the inner derivative d({derived})/d{argument} = {local} is missing",
    "sign-inside": "the sign of d({derived})/d{argument} = {local} is missing",
    "sign": "the sign is wrong",
    "accumulated": "that is {times} times the gradient, as when it is not set to zero between {times} backward passes",
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
    "or": "or: {slip}",
    "vague one": "a slip gives a number that rounds to {claimed}, as numbers do by chance: give more digits",
    "vague": "{count} slips give a number that rounds to {claimed}, as numbers do by chance: give more digits",
}
