"""The graph, and the program that a text is read into.

The rooms: `nodes`, the table of nodes itself; `functions`, functions of users with rules of their own; `program`, the
names and results of a text.
"""

from __future__ import annotations

from bpcli.graph.functions import Function, at_one, proportional
from bpcli.graph.nodes import LEAVES, MOST_NODES, Frame, Graph
from bpcli.graph.program import Entry, Program

__all__ = ["LEAVES", "MOST_NODES", "Entry", "Frame", "Function", "Graph", "Program", "at_one", "proportional"]
