"""The JSON contracts: one object for each command, `schema` first, full precision, inf and nan as strings."""
