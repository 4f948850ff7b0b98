"""What `trace --mode forward --explain` says: brief, normal, story."""

NUDGES = {
    "start": (
        "along {name}, which moves 1:",
        "{name} is moved at the speed 1, and every other input stands still. How fast does everything else move with it?",
        "Someone turns the handle {name} at the speed 1 and leaves all other handles alone. Each wheel passes the motion "
        "on to the wheels that it drives, and {output} is at the far end.",
    ),
    "start together": (
        "along {name}, all inputs together:",
        "The inputs move together along a direction, {name} says how far. How fast does everything else move with them?",
        "Someone turns several handles at once, each at its own speed, for the time {name}. Each wheel passes the motion "
        "on to the wheels that it drives, and {output} is at the far end.",
    ),
    "edge": (
        "{argument} moves {tangent}, {why}: {factors}",
        "{argument} moves {tangent}, and {why}, so {node} = {formula} moves {factors}.",
        "{argument} turns at {tangent}. Between it and {node} = {formula} there is a gear: {why}. {node} turns at {factors}.",
    ),
    "part": (
        "{argument} moves {tangent}, {why}: {factors}",
        "{argument} moves {tangent}, and {why}, so that alone moves {node} = {formula} by {factors}.",
        "{argument} turns at {tangent}. Between it and {node} = {formula} there is a gear: {why}. By that alone {node} "
        "would turn at {factors}.",
    ),
    "still": ("", "{names} does not move with it and adds 0.", "{names} stands still here and adds 0."),
    "several still": ("", "{names} do not move with it and add 0.", "{names} stand still here and add 0."),
    "first part": (
        "first of {arriving} parts of {total}",
        "{node} is moved in {arriving} ways; this is the first.",
        "{arriving} gears drive {node}, and this was the first.",
    ),
    "next part": (
        "so far {sum}",
        "That is way {count} of {arriving}; so far {sum}.",
        "Gear {count} of {arriving} adds its motion: {sum} so far.",
    ),
    "last part": (
        "together {total} = {sum}",
        "Motions add up: {total} = {sum}.",
        "Wheels that are driven by several gears add up what these do: {total} = {sum}.",
    ),
    "result": (
        "{total} = {slope}",
        "So {total} = {slope}: while {name} moves 1, {output} moves {slope}.",
        "The motion has arrived: {output} turns at {slope} while the handle {name} turns at 1, so {total} = {slope}.",
    ),
}

# Why an edge passes a motion on as it does, by what it does; the keys are those of MECHANISMS.
REASONS_UP = {
    "copy": "a sum moves as far as its term does",
    "pass": "{node} is only another name for it",
    "keep": "a difference moves as far as its first term does",
    "flip": "behind a minus sign the direction turns around",
    "swap": "in a product it is stretched by the other factor, {slope}",
    "scale": "above the line of a fraction it counts {slope}",
    "divisor": "below the line of a fraction it counts {slope}",
    "power": "a power is as steep as its exponent times one power less, {slope}",
    "bent power": "the power {node} is as steep as its exponent times one power less, {slope}",
    "exponent": "a step in the exponent multiplies, here with the slope {slope}",
    "exponential": "exp climbs as steeply as it is high, {slope}",
    "logarithm": "a logarithm is flatter the larger its input is, here {slope}",
    "root": "a root is flatter the further its input is from 0, here {slope}",
    "squash": "{node} squashes, here with the slope {slope}",
    "saturated": "{node} is saturated and hardly moves, with the slope {slope}",
    "wave": "the wave has the slope {slope} here",
    "valve open": "the valve stands open ({condition})",
    "valve shut": "the valve is shut ({condition} does not hold)",
    "leak": "the valve leaks, with the slope {slope} here",
    "soft valve": "the soft valve is open by {slope} here",
    "window open": "it is inside the bounds ({condition}), with the slope {slope}",
    "window shut": "it is outside the bounds, which hold the value",
    "bound open": "it is the bound that holds the value ({condition})",
    "bound shut": "it is a bound that is not reached",
    "sign": "an absolute value takes the sign of its input, {slope}",
    "largest won": "a maximum follows the largest",
    "largest lost": "a maximum does not notice what is not the largest",
    "largest tied": "several tie for the largest, of which it counts {slope}",
    "smallest won": "a minimum follows the smallest",
    "smallest lost": "a minimum does not notice what is not the smallest",
    "smallest tied": "several tie for the smallest, of which it counts {slope}",
    "branch taken": "where took this branch",
    "branch left": "where did not take this branch",
    "condition": "a condition chooses and carries no motion",
    "flat": "{node} is a step function, flat between its jumps",
    "comparison": "a comparison only says yes or no",
    "cut": "detach cuts the motion off",
    "remainder": "between its jumps a remainder moves along",
    "side": "a length follows each side by its part, {slope}",
    "soft share": "a soft maximum gives it the share {slope}",
    "own": "the rule that was given for {node} says {slope}",
    "smooth": "{node} has the slope {slope} there",
    "shut": "this edge is closed ({condition} does not hold)",
    "idle": "so there is no motion to pass on",
}
