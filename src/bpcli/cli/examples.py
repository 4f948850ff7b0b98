"""The examples that each command's help ends with; the tests run every one of them."""

# Those that `bpcli --help` ends with.
FIRST = (
    'bpcli grad "(x+w)*w" --x 2 --w 3',
    'bpcli trace "(x+w)*w" --x 2 --w 3',
    'bpcli diff "(x+w)*w" --wrt w',
    "bpcli fit examples/quintic.csv --degree 5",
)

EXAMPLES: dict[str, tuple[str, ...]] = {
    "eval": (
        'bpcli eval "(x+w)*w" --x 2 --w 3',
        'bpcli eval -q "2^10 + sqrt(pi)"',
        'echo "x^2 + 1" | bpcli eval - --x 1/3',
        'bpcli eval "0.1 + 0.2" --exact',
        'bpcli eval "sqrt(2)" --precision 50',
        'bpcli eval "hypot(x, w)" --data examples/points.csv --keep',
    ),
    "grad": (
        'bpcli grad "(x+w)*w" --x 2 --w 3 --expect w=8 --expect y=15',
        'bpcli grad "(x+w)*w" --x 2 --w 3',
        'bpcli grad "a = x + w; y = a*w" --x 2 --w 3 --wrt a,w',
        'bpcli grad "σ(w*x + b)" --w 2 --x -1 --b 0.5 -q',
        'bpcli grad "x^2 + y^3" --x=2 --y=3 --json',
        'bpcli grad "(x+w)*w" --x 2 --w 3 --mode forward',
        'bpcli grad "(w*x - t)^2/10000" --w 0.5 --x 0.01 --t 0.01 --dtype float16 --loss-scale 65536',
        'bpcli grad "(x+w)*w" --data examples/points.csv',
        'bpcli grad "(x+w)*w*k" --data examples/points.csv --k 1/2 --wrt x,w --json',
    ),
    "trace": (
        'bpcli trace "(x+w)*w" --x 2 --w 3',
        'bpcli trace "p = w*x + b; L = (p - t)^2" --w 2 --b -1 --x 3 --t 10',
        'bpcli trace "(x+w)*w" --x 2 --w 3 --claim w=5',
        'bpcli trace "(x+w)*w" --x 2 --w 3 --only backward --until w',
        'bpcli trace "h = tanh(w*x); (h - t)^2" --w 3 --x 2 --t 0 --lens flow,cost,memory',
        'bpcli trace "x^2" --x 1 --repeat 3 --no-zero',
        'bpcli trace "relu(w*x)" --w -1 --x 2 --wrt w',
        'bpcli trace "tanh(w*x)" --w 3 --x 1 --explain normal',
        'bpcli trace "(x+w)*w" --x 2 --w 3 --explain story --lang zh',
        'bpcli trace "(x+w)*w" --x 2 --w 3 --mode forward',
        'bpcli trace "(x+w)*w" --x 2 --w 3 --format html > lesson.html',
        'bpcli trace "(x/3 + w)*w" --x 1/3 --w 3 --exact',
        'bpcli trace "(w*x - t)^2/10000" --w 0.5 --x 0.01 --t 0.01 --dtype float16 --loss-scale 65536',
        'bpcli trace "(x+w)*w" --x 2 --w 3 --format md',
        'bpcli trace --blank --seed 7 "(x+w)*w" --format md --answer-key key.md',
    ),
    "diff": (
        'bpcli diff "(x+w)*w" --wrt w',
        'bpcli diff "x^3 + 2x" --wrt x,x',
        'bpcli diff "sin(x)*exp(x)" --order 3',
        'bpcli diff "tanh(w*x)" --w 0.5 --x 2',
        'bpcli diff "exp(-x^2/2)" --format latex',
        'bpcli diff "x*sin(x^2)" --rules',
        'bpcli diff "(x+w)*w" --wrt w --expect "2w + x"',
        'bpcli diff "sum((A @ x - b)^2)" --shape A=3x2,x=2,b=3 --wrt x',
    ),
    "check": (
        'bpcli check "(x+w)*w" --x 2 --w 3',
        'bpcli check "exp(sin(x))" --x 1 --tolerance 1e-8',
        'bpcli check "exp(x)*sin(x)" --x 1 --sweep',
    ),
    "jacobian": (
        'bpcli jacobian "[r*cos(t), r*sin(t)]" --r 2 --t pi/6',
        'bpcli jacobian "u = x*y; v = x + y; [u, v, u/v]" --x 1 --y 2 --mode forward',
        'bpcli jacobian "[x*y, x + y]" --x 2 --y 3 -q',
    ),
    "hessian": (
        'bpcli hessian "(1-a)^2 + 100*(b-a^2)^2" --a 1 --b 1',
        'bpcli hessian "x^2*y + exp(y)" --x 2 --y 0 --direction x=1,y=2',
        'bpcli hessian "x^3*w" --x 1 --w 2 --order 3',
    ),
    "jvp": (
        'bpcli jvp "(x+w)*w" --x 2 --w 3 --direction x=1,w=-1',
        'bpcli jvp "[r*cos(t), r*sin(t)]" --r 2 --t pi/6 --direction 0,1',
    ),
    "vjp": (
        'bpcli vjp "[r*cos(t), r*sin(t)]" --r 2 --t pi/6 --weights 1,0',
        'bpcli vjp "(x+w)*w" --x 2 --w 3',
    ),
    "why": (
        'bpcli why "relu(w*x + b)^2" --w 1 --x -2 --b 1 --wrt b',
        'bpcli why "sqrt(x^2)" --x 0',
        'bpcli why "sigmoid(50*w)" --w 1',
    ),
    "graph": (
        'bpcli graph "(x+w)*w" --x 2 --w 3',
        'bpcli graph "sigmoid(w*x + b)"',
        'bpcli graph "(x+w)*w" --x 2 --w 3 --style op --ascii',
        'bpcli graph "p = w*x + b; L = (p - t)^2" --w 2 --b -1 --x 3 --t 10 --format svg',
    ),
    "ops": ("bpcli ops", "bpcli ops tanh", "bpcli ops --kinks"),
    "fit": (
        "bpcli fit examples/quintic.csv --degree 5",
        "bpcli fit examples/quintic.csv --degree 2 --json",
        "bpcli fit examples/quintic.csv --degree 5 --plot -",
        'bpcli fit examples/decay.csv --model "a*exp(-b*t) + c"',
        'bpcli fit examples/decay.csv --model "a*exp(-b*t) + c" --hold c=0 --loss huber',
    ),
    "train": (
        "bpcli train examples/quintic.csv --degree 5",
        "bpcli train examples/quintic.csv --degree 1 --lr 0.1 --steps 20",
        'bpcli train "(w*x + b - t)^2" --x 3 --t 10 --init w=2,b=-1 --lr 0.01 --steps 20',
        'bpcli train examples/decay.csv --model "a*exp(-b*t) + c" --optimizer adam --lr 0.05 --batch 10 --steps 200',
        'bpcli train "(w*x + b - t)^2" --x 3 --t 10 --init w=2,b=-1 --dtype float16 --loss-scale dynamic --steps 40',
        'bpcli train "(w*x + b - t)^2" --x 3 --t 10 --init w=2,b=-1 --lr 0.01 --steps 20 --no-zero',
    ),
    "predict": ("bpcli predict examples/decay-model.json examples/decay.csv --digits 4",),
}
