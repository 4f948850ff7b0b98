"""One module a command. An expression command has `run(work)`, which prints its answer and returns the exit code."""
