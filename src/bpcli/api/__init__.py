"""The commands as functions. Each returns the record that the command prints, as something that shows itself.

`points` calculates at one, `matrices` and `formulas` are derivatives in numbers and in text, `traces` records, `fits`
fits, and `operations` takes in new ones. bpcli/__init__.py says which name lives where.
"""
