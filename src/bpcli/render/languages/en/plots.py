"""What stands beside the figures of `--plot`."""

PLOTS = {
    "axis column": "{name}",
    "axis residual": "residual ({name} - prediction)",
    "axis predicted": "predicted {name}",
    "axis observed": "observed {name}",
    "axis probability": "predicted probability of {name} = 1",
    "axis step": "step",
    "axis loss": "loss",
    "axis rate": "rate",
    "series data": "data",
    "series held out": "held out",
    "series fitted": "fitted",
    "series least squares": "least squares",
    "series share": "share of 1 in each tenth",
    "series training": "training",
    "series batches": "training, a batch each",
    "series validation": "validation",
    "series kept": "kept",
    "series rate": "rate",
    # In a terminal: what a panel shows, in one line.
    "against": "{y} against {x}",
    "log": "{y} against {x} (log scale)",
    # What is left out.
    "sample": "{shown} of {rows} rows, drawn at random (seed {seed})",
    "shades": "{signs}: from few rows to many",
    "some losses": "loss at {shown} of {steps} steps, each computed there",
    "no font": "no font with these characters is installed: what they name is written in English, or as x and y",
    "written": "plot written to {file}",
}
