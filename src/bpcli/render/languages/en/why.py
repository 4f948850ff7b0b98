"""The answers of `why`."""

HEADS = {
    "undefined-value": "{total} does not exist, because {output} has no value here",
    "undefined": "{total} has no value",
    "infinite": "{total} is {slope}",
    "overflow": "{total} is {slope}: it is beyond the largest number, about 1.8e308",
    "zero": "{total} is 0",
    "huge": "{total} = {slope} is huge",
    "tiny": "{total} = {slope} is tiny",
    "ordinary": "{total} = {slope} is an ordinary number",
    "rounding": "{total} = {slope} is 0 but for rounding: terms cancel, and no digit of what is left means anything",
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
    "closed-entries": "{node} is shut at {places}: nothing passes there",
    "cancels-inside": "on the way back through {node} to {argument}, the terms that are added up cancel: their sum is 0",
    "saturated": "{node} is saturated: one probability is 1 to rounding, and does not move when {argument} moves a little",
    "pole": "what {node} passes on is infinite at {entry}",
    "zero-times-infinite": "{upstream} from above meets {node}, and where it meets a 0 in the rule its product has no value: first at {entry}",
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
