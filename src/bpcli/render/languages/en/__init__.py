"""English. What stands in braces is filled in; the keys are those of every language."""
