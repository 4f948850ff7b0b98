"""Drawings, documents and the page of a lesson."""

DRAWING = {
    "variable tensors": "on each line: the rule by which the gradient goes back along it; g is the gradient where it comes from",
    "variable tangents": "on each line: the rule by which a tangent goes forward along it; v is the tangent where it comes from",
    "variable": "on each line: the local derivative of what it leads to",
    "op": "on each line: the value that goes on, and below it the gradient that comes back",
    "crowded": "too many lines go side by side here to draw them; each box with what it uses:",
    "value": "value",
    "gradient": "gradient",
    "local": "local derivative, on its line",
    "rule": "rule of the way back, on its line; g is the gradient where the line ends",
    "rule up": "rule of the way forward, on its line; v is the tangent where the line begins",
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
    "no-value": "no value",
    "without-value": "There is no value here: {node} = {formula}, that is {numbers}, has none. So there is no derivative either.",
    "without-derivative": "There is no derivative here: {upstream} * {local} has no value.",
    "gradient-without": "{total} has no value here.",
    "zoom-in": "Larger",
    "zoom-out": "Smaller",
    "zoom-whole": "Whole graph",
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
