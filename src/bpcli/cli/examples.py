"""The examples that each command's help ends with; the tests run every one of them."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "eval": (
        'bpcli eval "(x+w)*w" --x 2 --w 3',
        'bpcli eval -q "2^10 + sqrt(pi)"',
        'echo "x^2 + 1" | bpcli eval - --x 1/3',
        'bpcli eval "hypot(x, w)" --data examples/points.csv --keep',
    ),
    "grad": (
        'bpcli grad "(x+w)*w" --x 2 --w 3',
        'bpcli grad "a = x + w; y = a*w" --x 2 --w 3 --wrt a,w',
        'bpcli grad "σ(w*x + b)" --w 2 --x -1 --b 0.5 -q',
        'bpcli grad "x^2 + y^3" --x=2 --y=3 --json',
        'bpcli grad "(x+w)*w" --data examples/points.csv',
        'bpcli grad "(x+w)*w*k" --data examples/points.csv --k 1/2 --wrt x,w --json',
    ),
    "trace": (
        'bpcli trace "(x+w)*w" --x 2 --w 3',
        'bpcli trace "p = w*x + b; L = (p - t)^2" --w 2 --b -1 --x 3 --t 10',
        'bpcli trace "relu(w*x)" --w -1 --x 2 --wrt w',
    ),
    "diff": (
        'bpcli diff "(x+w)*w" --wrt w',
        'bpcli diff "x^3 + 2x" --wrt x,x',
        'bpcli diff "tanh(w*x)" --w 0.5 --x 2',
    ),
    "check": (
        'bpcli check "(x+w)*w" --x 2 --w 3',
        'bpcli check "exp(sin(x))" --x 1 --tolerance 1e-8',
    ),
    "ops": ("bpcli ops", "bpcli ops tanh"),
    "fit": (
        "bpcli fit examples/quintic.csv --degree 5",
        "bpcli fit examples/quintic.csv --degree 2 --json",
    ),
    "train": (
        "bpcli train examples/quintic.csv --degree 5",
        "bpcli train examples/quintic.csv --degree 1 --lr 0.1 --steps 20",
    ),
}
