"""What `trace --explain` says of vectors and matrices."""

# {g} is the upstream value, {above}; {rule} the rule, {shapes} its shapes.
TENSOR_RULES = {
    "copy": (
        "{node} moves as far as {argument}, so {g} passes unchanged: {total} = {rule}",
        "Each entry of {node} moves exactly as far as the entry of {argument} that is in it, so what arrives passes as it "
        "is: {total} = {rule}.",
        "{node} lays sheets on top of each other, and the sheet {argument} gets a photocopy of the note: {total} = {rule}.",
    ),
    "flip": (
        "the minus sign turns {g} around: {total} = {rule}",
        "{argument} enters with a minus sign, so every entry of what arrives is turned around: {total} = {rule}.",
        "{argument} is a counterweight here: every number on the note changes its sign, {total} = {rule}.",
    ),
    "entrywise": (
        "each entry by its own local derivative: {total} = {rule}",
        "{node} works entry by entry, so each entry of {argument} has a local derivative of its own, and what arrives is "
        "multiplied by it, place by place: {total} = {rule}.",
        "In {node} there is a small workshop for every place. Each looks at its own number alone, and multiplies its own "
        "number on the note: {total} = {rule}.",
    ),
    "matmul left": (
        "the left factor of @ gets {g} times the other one, turned: {total} = {rule}, {shapes}",
        "An entry of {argument} meets a row of the other factor, and moves all the entries of {node} that this row is in. "
        "Adding up over those is a matrix product again: {total} = {rule}, with the shapes {shapes}.",
        "Every thread from {argument} leads through a knot of the other matrix. On the way back the note follows the same "
        "threads in the other direction, which is what turning the matrix does: {total} = {rule}, {shapes}.",
    ),
    "matmul right": (
        "the right factor of @ gets the other one, turned, times {g}: {total} = {rule}, {shapes}",
        "An entry of {argument} is multiplied by a column of the other factor, and moves all entries of {node} that come "
        "of it. Adding up over those is a matrix product with that factor turned: {total} = {rule}, with the shapes "
        "{shapes}.",
        "The threads that came through the matrix on the left are followed back, each with the weight that it had: "
        "{total} = {rule}, {shapes}.",
    ),
    "matmul pairs": (
        "each entry pairs what it gave with what arrives: {total} = {rule}, {shapes}",
        "Each entry of {argument} is multiplied by one entry of the vector and goes into one entry of {node}: its slope is "
        "the entry of the vector times what arrives at that place. All these pairs together are {total} = {rule}, {shapes}.",
        "Each number in {argument} is a wire between one input and one output. Its blame is what came in at one end times "
        "what comes back at the other, for every pair of ends: {total} = {rule}, {shapes}.",
    ),
    "sum": (
        "a sum copies {g} to all its entries: {total} = {rule}, {shapes}",
        "Every entry counts once in the sum, so each gets a copy of what arrives: {total} = {rule}, {shapes}.",
        "Everybody put a coin into the same box. When the box is worth more by a bit, each coin is: every place gets the "
        "same note, {total} = {rule}, {shapes}.",
    ),
    "mean": (
        "a mean shares {g} out equally: {total} = {rule}, {shapes}",
        "Every entry has an equal share in the mean: what arrives is divided by their number and copied to each, "
        "{total} = {rule}, {shapes}.",
        "A cake for all, in equal pieces: what stands on the note is divided by the number of guests, "
        "{total} = {rule}, {shapes}.",
    ),
    "extreme": (
        "only the entries that were chosen get {g}: {total} = {rule}",
        "Only the entry that was chosen moves {node}; ties share. Elsewhere the slope is 0: {total} = {rule}.",
        "Only the winner of the race is paid, and a dead heat shares the prize: {total} = {rule}.",
    ),
    "reduction": (
        "one number of many entries: {total} = {rule}, {shapes}",
        "{node} makes few numbers of many entries. What arrives is copied back to every entry and weighted by how much "
        "that entry counted: {total} = {rule}, {shapes}.",
        "Many voices, one result. Each voice gets the note back, times its own weight in the vote: "
        "{total} = {rule}, {shapes}.",
    ),
    "place": (
        "{g} goes back to where it was taken from, 0 elsewhere: {total} = {rule}, {shapes}",
        "{node} takes some entries out of {argument}. What arrives goes back to these places; the others were not used, "
        "and have 0: {total} = {rule}, {shapes}.",
        "{node} borrowed a few numbers from the shelf {argument}. The notes go back to exactly these places, and all the "
        "others stay blank: {total} = {rule}, {shapes}.",
    ),
    "part": (
        "{argument} gets its own part of {g}: {total} = {rule}, {shapes}",
        "{node} puts arrays beside one another. Each gets that part of what arrives which stands where it was put: "
        "{total} = {rule}, {shapes}.",
        "A train of several wagons is uncoupled: each wagon takes its own part of the note, {total} = {rule}, {shapes}.",
    ),
    "move": (
        "the same numbers in another shape, so {g} is put back: {total} = {rule}, {shapes}",
        "{node} only puts the entries of {argument} elsewhere. What arrives is moved back by the opposite move, and "
        "nothing is calculated: {total} = {rule}, {shapes}.",
        "The boxes were only stacked in another way. The notes are carried back to the old order: "
        "{total} = {rule}, {shapes}.",
    ),
    "softmax": (
        "softmax: more for one is less for the others: {total} = {rule}",
        "The probabilities of softmax add up to 1, so more for one entry is less for the others. Each entry of what "
        "arrives counts by how far it is from their weighted average, times its own probability: {total} = {rule}.",
        "The pieces of one cake: whoever takes more takes it from the others. So only what stands above the average of "
        "the notes helps: {total} = {rule}.",
    ),
    "cross entropy": (
        "cross entropy with softmax: prediction minus target, p - y: {total} = {rule}",
        "Softmax and logarithm together leave the simplest of slopes: the predicted probabilities minus the target, "
        "p - y. {total} = {rule}.",
        "The net said how sure it was, the teacher says what was true. What comes back is the difference of the two, "
        "prediction minus truth: {total} = {rule}.",
    ),
    "cross entropy of rows": (
        "cross entropy with softmax: prediction minus target over the rows, (p - y)/rows: {total} = {rule}",
        "Softmax and logarithm together leave the simplest of slopes: in each row the predicted probabilities minus the "
        "target, p - y. The loss is the mean of the rows, so that is divided by their number. {total} = {rule}.",
        "In every row the net said how sure it was, and the teacher what was true. What comes back is the difference of "
        "the two, prediction minus truth, and each row pays its share: {total} = {rule}.",
    ),
    "class number": (
        "{argument} is a class number, which has no gradient: {total} = 0",
        "{argument} says which class is the right one. Between two classes there is nothing, so {node} has no slope along "
        "it, and no gradient goes there: {total} = 0.",
        "{argument} only points at the right answer. A finger points here or there and never in between, so there is "
        "nothing to turn a little: {total} = 0.",
    ),
    "loss": (
        "the loss compares entry by entry: {total} = {rule}",
        "The loss is a mean over entries, and each gets back how far, or on which side, it is off, divided by their "
        "number: {total} = {rule}.",
        "Each entry hears how far it was from its target, and only its own share of that: {total} = {rule}.",
    ),
    "normalisation": (
        "normalisation moves a whole row at once: {rule}, {shapes}",
        "Each entry also moves the mean and the spread that all others are measured by. So what arrives loses its own mean "
        "and its part along the normalised values; here that follows from the formula of {op}: {rule}, {shapes}.",
        "In a row where everybody is compared with the average, nobody moves alone: whoever grows also makes the others "
        "smaller. {rule}, {shapes}.",
    ),
    "algebra": (
        "a rule of linear algebra: {total} = {rule}, {shapes}",
        "All entries of {argument} together decide on {node}. The rule follows from the equation that {node} solves: "
        "{total} = {rule}, {shapes}.",
        "Pull at one entry, and the whole lattice gives. The rule says how much in one formula: "
        "{total} = {rule}, {shapes}.",
    ),
    "window": (
        "the window slides back over {g}: {total} = {rule}, {shapes}",
        "Each entry of {argument} was seen through several positions of the window, and collects from all of them: "
        "{total} = {rule}, {shapes}.",
        "The window slides back over the notes, and each place gathers from every view that it was in: "
        "{total} = {rule}, {shapes}.",
    ),
    "general": (
        "the rule of {op}: {total} = {rule}, {shapes}",
        "{op} passes back what its rule says: {total} = {rule}, {shapes}.",
        "The workshop {node} has its own recipe for the way back: {total} = {rule}, {shapes}.",
    ),
}

TENSOR_WORDS = {
    "forward": (
        "",
        "Forward, step {step}: {node} = {formula} has the shape {shape}.",
        "Step {step}: workshop {node} makes {formula}, a sheet of numbers of the shape {shape}.",
    ),
    "forward number": (
        "",
        "Forward, step {step}: {node} = {formula} is one number.",
        "Step {step}: workshop {node} makes {formula}, one number.",
    ),
    "result": (
        "{total} has the shape {shape}",
        "So {total} has the shape {shape}, that of {name}: each entry says how many times as far {output} moves when this "
        "entry of {name} moves by a little.",
        "The notes have come home: for every number in {name} there is one, so {total} has its shape, {shape}.",
    ),
    "edge up": (
        "{total} = {rule}, {shapes}",
        "{node} = {formula} moves with {argument}: with {v} = {above} it moves by {rule}, {shapes}.",
        "{argument} turns, all its wheels at the speeds {v} = {above}. {node} = {formula} takes the motion over as "
        "{rule}, {shapes}.",
    ),
    "part up": (
        "part {count} of {arriving}",
        "That is way {count} of {arriving} in which {node} is moved; they add up.",
        "Gear {count} of {arriving} that drives {node}; motions add up.",
    ),
    "still": (
        "{argument} stands still",
        "{argument} does not move, and {node} = {formula} does not move with it.",
        "{argument} stands still, and so nothing turns {node} = {formula} from here.",
    ),
    "closed up": (
        "{node} does not move: {why}",
        "{node} = {formula} does not move with {argument}: {why}.",
        "However {argument} turns, {node} = {formula} stands still: {why}.",
    ),
    "closed": (
        "nothing passes to {argument}: {why}",
        "Nothing passes to {argument} here: {why}.",
        "No number gets through from {node} to {argument}: {why}.",
    ),
    "part": (
        "part {count} of {arriving} of {total}",
        "That is part {count} of {arriving}; they add up to {total}.",
        "Note {count} of {arriving} for {argument}; added up they make {total}.",
    ),
}
