"""What `trace --explain` says of numbers: brief, normal, story."""

EXPLAIN = {
    "end": ("", ".", "."),
    "condition": ("its condition", "its condition", "its condition"),
    "again": ("{text}", "as before: {text}.", "{text}"),
    "join": ("; ", " ", " "),
    "title": ("In words", "In words", "The same as a story"),
    "forward": (
        "",
        "Forward, step {step}: {node} = {formula}, in numbers {numbers} {relation} {value}.",
        "Step {step}: workshop {node} makes {formula} from the parts it was given, {numbers}, and delivers {value}.",
    ),
    "start": (
        "",
        "Backward starts at the end: {total} = {scale}, because {output} moves exactly as far as itself.",
        "The result {output} has arrived. Now a delivery note goes back along the chain, and the number on it says how "
        "far {output} moves when a part moves by a little. On {output} itself the note says {scale}. Each workshop "
        "multiplies the number by how strongly it reacts to a part, and hands the note to whoever supplied that part.",
    ),
    "result": (
        "{total} = {slope}",
        "So {total} = {slope}: when {name} moves by a little, {output} changes by {slope} times that.",
        "The note that came home to {name} reads {slope}: {total} = {slope}. Move {name} by a little, and {output} at the "
        "far end changes by {slope} times that.",
    ),
    "result zero": (
        "{total} = 0",
        "So {total} = 0: when {name} moves by a little, {output} does not follow here.",
        "Nothing was written on the notes that came home to {name}: {total} = 0. Move it by a little, and {output} at the "
        "far end does not notice.",
    ),
    "first part": (
        "first of {arriving} parts of {total}",
        "{argument} is used {arriving} times, so {total} is a sum of {arriving} parts; this is the first, {product}, and "
        "it has to wait for the others.",
        "{argument} delivered to {arriving} customers, and each sends a note of its own. The first says {product}; "
        "nothing may be decided before all of them are in.",
    ),
    "next part": (
        "so far {sum}",
        "That is part {count} of {arriving}; so far {sum}, and more is to come.",
        "Note {count} of {arriving} for {argument}: added to the pile, {sum}. The pile is not complete yet.",
    ),
    "last part": (
        "together {total} = {sum}",
        "That is the last of {arriving} parts. Parts that arrive by different ways add up: {total} = {sum}.",
        "The last of {arriving} notes for {argument}. Like streams that meet in one pipe they add up, none replaces "
        "another: {total} = {sum}.",
    ),
}

# By what an edge does: brief, normal, story.
MECHANISMS = {
    "copy": (
        "addition copies {upstream} to {argument}: {factors}",
        "An addition copies what arrives to each of its terms; it divides nothing. {upstream} arrives, and since the sum "
        "moves exactly as far as {argument} does, {factors} goes on to {argument}.",
        "{node} merely puts parts together, so it photocopies the note: {upstream} came in, and the same number leaves "
        "for {argument}, {factors}. A copy costs the other parts nothing.",
    ),
    "pass": (
        "{node} is {argument} under another name: {factors}",
        "{node} is {argument} under another name, so {upstream} passes unchanged: {factors}.",
        "{node} is only a second label on the same box. The note goes through as it is: {factors}.",
    ),
    "keep": (
        "the first term of a difference gets a copy of {upstream}: {factors}",
        "A difference moves exactly as far as its first term does, so {argument} gets a copy of what arrives, {upstream}: {factors}.",
        "{argument} lies in the pan of the scales that counts as it is. The note is photocopied for it: {upstream} came in, and {factors} goes on.",
    ),
    "flip": (
        "the minus sign turns {upstream} around: {factors}",
        "{argument} enters with a minus sign: when it grows, {node} shrinks by as much. So the sign of what arrives is "
        "turned around: {factors}.",
        "{argument} works in the opposite direction here, like a counterweight. The note is turned upside down: "
        "{factors}.",
    ),
    "swap": (
        "multiplication sends the other factor, {slope}: {factors}",
        "In a product each factor is stretched by the other one. For {argument} the other factor is {slope}, "
        "so {upstream} is multiplied by it: {factors}.",
        "In this workshop two parts turn one another like gear wheels. A nudge of {argument} is geared by the other "
        "wheel, {slope}, so the note for {argument} says {factors}.",
    ),
    "scale": (
        "{argument} is divided, so its slope is {slope}: {factors}",
        "{argument} stands above the line of a fraction: {node} moves {slope} as far as it. {factors}.",
        "{node} hands out portions of {argument}; a change of it is portioned in the same way, {slope}, and "
        "so is the note: {factors}.",
    ),
    "divisor": (
        "{argument} divides, so its slope is {slope}: {factors}",
        "{argument} stands below the line: the further a divisor is from 0, the closer the quotient is to it, and the nearer it is, the more a change counts. The slope is {slope}: {factors}.",
        "More guests at the table, smaller pieces of cake: {argument} counts the guests, and a piece changes {slope} times as much as their number. The note for it says {factors}.",
    ),
    "power": (
        "a power brings its exponent down, {slope}: {factors}",
        "In a power the exponent comes down as a factor, and the power that is left is one lower: at {argument} = {input} the slope is {slope}. {factors}.",
        "It is as if {argument} = {input} were built into {node} several times over: a nudge acts in every copy at once, and counts {slope} in all. The note says {factors}.",
    ),
    "bent power": (
        "the exponent of {node} comes down, {slope}: {factors}",
        "An exponent that is negative or no whole number comes down as a factor as well, and the power that is left is one lower: at {argument} = {input} the slope is {slope}. {factors}.",
        "The marks on the scale of {node} are not evenly spaced: at {argument} = {input} a nudge reads as {slope} times itself. The note says {factors}.",
    ),
    "exponent": (
        "{argument} stands in the exponent, so the slope is {slope}: {factors}",
        "In the exponent a step of {argument} multiplies the value instead of adding to it. The slope is "
        "the value times a logarithm, {slope}: {factors}.",
        "{argument} is the number of rounds in which something multiplies. One more bit of a round changes the value by "
        "{slope} times that bit: {factors}.",
    ),
    "exponential": (
        "exp is its own slope, {local}: {factors}",
        "The exponential is its own slope: the value {value} that the forward pass computed is also the local "
        "derivative, so nothing has to be worked out again. {factors}.",
        "{node} grows like savings with interest: the more there is, {value}, the more each step brings. The note is "
        "multiplied by what is there already: {factors}.",
    ),
    "logarithm": (
        "a logarithm has the slope {slope}: {factors}",
        "A logarithm counts by what factor its input grows, so one step means less the larger the input already is. At "
        "{argument} = {input} the slope is {slope}: {factors}.",
        "To someone who has little, one coin is much; to someone who has much, it is little. {argument} has {input}, so a "
        "coin counts {slope}, and the note says {factors}.",
    ),
    "root": (
        "a root has the slope {slope}: {factors}",
        "A root is steep near 0, and flatter the further away its input is. At {argument} = {input} its slope is {slope}: {factors}.",
        "The further one has walked up this hill, the flatter the path. At {argument} = {input} a step lifts by {slope} of it: {factors}.",
    ),
    "squash": (
        "{node} squashes, here with the slope {slope}: {factors}",
        "{node} squashes its input into a narrow range: {argument} = {input} has become {value}. The curve still climbs there, with the slope {slope}: {factors}.",
        "{node} is a spring between two stops. At {argument} = {input} there is still play, {slope} of every push comes through, and so of the note: {factors}.",
    ),
    "saturated": (
        "{node} is saturated, its slope is only {slope}: {factors}",
        "{node} is saturated: at {argument} = {input} the curve is almost flat, so hardly anything comes back. The slope "
        "is {slope}: {factors}. A chain of such edges is how gradients vanish.",
        "The spring {node} is pressed against its stop. Push at {argument} as you like, only {slope} of it "
        "comes through, and the note is almost blank: {factors}.",
    ),
    "wave": (
        "the slope of this wave is {slope} here: {factors}",
        "A wave climbs, turns and falls. At {argument} = {input} its slope is {slope}: {factors}.",
        "A boat on a wave: whether a step forward lifts or lowers it depends on where it is. At {argument} = {input} it "
        "is {slope} of the step: {factors}.",
    ),
    "valve open": (
        "relu is a valve, and {condition} holds it open: {factors}",
        "relu is a valve that either passes everything or nothing. {condition} holds ({argument} = {input}), so it is "
        "open and {upstream} goes through unchanged: {factors}.",
        "Dye flows back through a pipe with a valve. At {argument} = {input} the valve stands open, and all of it comes "
        "through: {factors}.",
    ),
    "valve shut": (
        "relu is a valve, and it is shut: {upstream} arrives, 0 goes on",
        "relu is a valve that either passes everything or nothing. {condition} does not hold ({argument} = {input}), so "
        "it is shut: {upstream} arrives, and 0 goes on to {argument}.",
        "Dye flows back through a pipe with a valve. At {argument} = {input} the valve is shut: {upstream} comes as far "
        "as {node}, and 0 gets through to {argument}.",
    ),
    "leak": (
        "a valve that leaks, with the slope {local}: {factors}",
        "A leaky valve: the whole passes above 0 and a small part below it, so nothing dies. At {argument} = {input} the "
        "slope is {local}: {factors}.",
        "This valve never shuts quite tightly. At {argument} = {input} it lets {local} of the dye through: {factors}.",
    ),
    "soft valve": (
        "a soft valve, open by {local} here: {factors}",
        "{node} is a valve that opens gradually. At {argument} = {input} its slope is {local}: {factors}.",
        "This valve turns smoothly instead of snapping. At {argument} = {input} it stands at {local}, and so much of the "
        "dye comes back: {factors}.",
    ),
    "window open": (
        "{argument} is inside the bounds ({condition}), the slope is {local}: {factors}",
        "{node} holds {argument} between bounds. {argument} = {input} lies inside ({condition}), so it still moves the "
        "value, with the slope {local}: {factors}.",
        "A slider in its rail: at {argument} = {input} it is free to move, so the note passes, times {local}: {factors}.",
    ),
    "window shut": (
        "{argument} is outside the bounds: {upstream} arrives, 0 goes on",
        "{node} holds {argument} between bounds, and {argument} = {input} lies outside or at the end. Moving it changes "
        "nothing: {upstream} arrives, 0 goes on.",
        "The slider is jammed against the end of its rail at {argument} = {input}. {upstream} stands on the note that "
        "arrives, and 0 on the one that leaves.",
    ),
    "bound open": (
        "{argument} is the bound that holds the value: {factors}",
        "{argument} is the bound that the value is held at ({condition}), so moving the bound moves the value: {factors}.",
        "Here the wall itself sets the position ({condition}): move the wall {argument}, and everything moves with it. "
        "{factors}.",
    ),
    "bound shut": (
        "the bound {argument} is not reached: {upstream} arrives, 0 goes on",
        "The bound {argument} = {input} does not hold the value, so it has no say: {upstream} arrives, 0 goes on.",
        "Nobody leans against the wall {argument} = {input}; moving it would not be felt. {upstream} arrives, 0 goes on.",
    ),
    "sign": (
        "abs takes the sign of {argument}, {local}: {factors}",
        "An absolute value moves with its input where that is positive and against it where it is negative; in its corner "
        "at 0 the slope is 0, by convention. {argument} = {input}, so the slope is {local}: {factors}.",
        "{node} only knows how far {argument} = {input} is from 0. To the right of 0 a step to the right leads away from it "
        "and counts 1, to the left of it back towards it and counts -1; on 0 itself it counts 0, by convention. So the "
        "note is multiplied by {local}, {factors}.",
    ),
    "largest won": (
        "max routes all of it to the largest, {argument}: {factors}",
        "A maximum follows its largest argument and does not notice the others. {argument} = {input} is the largest, so "
        "all of {upstream} goes to it: {factors}.",
        "Only the winner of the race is paid: {argument} came in with {input}, and gets the whole note, {factors}.",
    ),
    "largest lost": (
        "max routes nothing to {argument}, which it does not follow: {upstream} arrives, 0 goes on",
        "A maximum follows its largest argument and does not notice the others. It does not follow {argument} = {input}: "
        "{upstream} arrives, 0 goes on to it.",
        "Only the winner of the race is paid: {argument} came in with {input}, and another one wins. {upstream} arrives at "
        "{node}, and 0 goes on to {argument}.",
    ),
    "largest tied": (
        "several tie for the largest, and {argument} gets the share {local}: {factors}",
        "Several arguments tie for the largest. By convention they share what arrives, and {argument} = {input} gets "
        "{local} of it: {factors}.",
        "A dead heat: {argument} with {input} shares the prize, {local} of the note each. {factors}.",
    ),
    "smallest won": (
        "min routes all of it to the smallest, {argument}: {factors}",
        "A minimum follows its smallest argument and does not notice the others. {argument} = {input} is the smallest, so "
        "all of {upstream} goes to it: {factors}.",
        "A chain is as strong as its weakest link. {argument} = {input} is that link, and gets the whole note, {factors}.",
    ),
    "smallest lost": (
        "min routes nothing to {argument}, which it does not follow: {upstream} arrives, 0 goes on",
        "A minimum follows its smallest argument and does not notice the others. It does not follow {argument} = {input}: "
        "{upstream} arrives, 0 goes on to it.",
        "A chain is as strong as its weakest link, and {argument} = {input} is a stronger one: {upstream} arrives, 0 goes "
        "on to it.",
    ),
    "smallest tied": (
        "several tie for the smallest, and {argument} gets the share {local}: {factors}",
        "Several arguments tie for the smallest. By convention they share what arrives, and {argument} = {input} gets "
        "{local} of it: {factors}.",
        "Two links are equally weak: {argument} with {input} gets its share, {local} of the note. {factors}.",
    ),
    "branch taken": (
        "where took the branch {argument}: {factors}",
        "where chose {argument}, so the value is that of {argument} = {input} alone, and all of {upstream} goes to it: "
        "{factors}.",
        "The points are set towards {argument}: the train came from there, and the note goes back the same way. {factors}.",
    ),
    "branch left": (
        "where did not take {argument}: {upstream} arrives, 0 goes on",
        "where chose the other branch, so {argument} = {input} had no part in the value: {upstream} arrives, 0 goes on.",
        "The points are set the other way; nothing came from {argument} = {input}. {upstream} arrives at {node}, and 0 "
        "goes on to it.",
    ),
    "condition": (
        "a condition chooses and has no slope: {upstream} arrives, 0 goes on",
        "{argument} = {input} only decides which branch is taken. A little more or less of it decides the same, so "
        "{upstream} arrives, 0 goes on.",
        "{argument} = {input} sets the points but carries no load. {upstream} arrives, and 0 goes on to it.",
    ),
    "flat": (
        "{node} is flat here: {upstream} arrives, 0 goes on",
        "{node} is a step function: between its jumps a small change of {argument} = {input} changes nothing. {upstream} "
        "arrives, 0 goes on.",
        "{node} is a staircase. On the tread at {argument} = {input} a small step lifts nobody: {upstream} arrives, 0 goes "
        "on.",
    ),
    "comparison": (
        "a comparison is flat: {upstream} arrives, 0 goes on",
        "{node} answers yes or no. A small change of {argument} = {input} leaves the answer as it is, so the slope is 0: "
        "{upstream} arrives, 0 goes on.",
        "{node} is a judge who only says yes or no, and {argument} = {input} does not change the verdict by moving a "
        "little: {upstream} arrives, 0 goes on.",
    ),
    "cut": (
        "detach cuts the way back: {upstream} arrives, 0 goes on",
        "detach lets the value pass on the way up and cuts the way back: {node} counts as a constant. {upstream} arrives, "
        "0 goes on to {argument}.",
        "Here the wire was cut on purpose. The part {argument} was used, but its supplier is not told: {upstream} arrives, "
        "0 goes on.",
    ),
    "remainder": (
        "a remainder moves along with {argument}: {factors}",
        "Between its jumps a remainder moves exactly as far as {argument} = {input} does: {factors}.",
        "The hand of a clock moves with time, however often it has been around: {factors} goes on to {argument}.",
    ),
    "side": (
        "{argument} gets its part of the length, {slope}: {factors}",
        "A length reacts to each side as far as that side points along it: {slope}. {factors}.",
        "Someone pulls a rope across a yard: a step along {argument} lengthens it by {slope} of the step. "
        "{factors}.",
    ),
    "soft share": (
        "a soft maximum: {argument} gets the share {local}: {factors}",
        "logaddexp is a soft maximum: the larger argument gets more of what arrives, here {argument} = {input} the share "
        "{local}. {factors}.",
        "A prize shared by merit: {argument} with {input} earns {local} of it. {factors}.",
    ),
    "own": (
        "the rule that was given for {node} says {slope}: {factors}",
        "{node} is a function with a rule of its own, which is taken as it was given: {slope} at "
        "{argument} = {input}. {factors}.",
        "This workshop brought a rule book of its own. It says {slope}, and the note is multiplied by that: "
        "{factors}.",
    ),
    "smooth": (
        "the slope of {node} is {slope}: {factors}",
        "{node} is a smooth curve. At {argument} = {input} its slope is {slope}, and what arrives is "
        "multiplied by it: {factors}.",
        "At {argument} = {input} this workshop reacts {slope} times as far as it is nudged, so the note for "
        "{argument} says {factors}.",
    ),
    "shut": (
        "the edge to {argument} is closed: {upstream} arrives, 0 goes on",
        "The edge to {argument} = {input} is closed, for {condition} does not hold: {upstream} arrives, 0 goes on.",
        "The door to {argument} = {input} is shut. {upstream} stands on the note that arrives, and 0 on the one that "
        "leaves.",
    ),
    "idle": (
        "nothing arrives at {node}: {upstream} here, 0 for {argument}",
        "Nothing arrives at {node} from above ({upstream}), so nothing goes on to {argument}: 0, whatever the local "
        "derivative is.",
        "No note ever reached {node} ({upstream}), so it has none to hand on: 0 for {argument}.",
    ),
}
