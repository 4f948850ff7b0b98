"""Figures drawn: in characters for a terminal, and as files."""
