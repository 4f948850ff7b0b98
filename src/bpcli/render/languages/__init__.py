"""Sentences by language: one folder each, with the same rooms, groups and keys; a test compares them."""

from __future__ import annotations

import importlib
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LANGUAGES = ENGLISH, CHINESE = "en", "zh"

# The groups of texts that each module of a language holds.
ROOMS = {
    "words": ("UNITS", "COLUMNS", "PHRASES"),
    "notes": ("STOPS", "NOTES", "NOTE_PIECES", "CONVENTIONS"),
    "check": ("ANSWERS", "EXCEPT", "METHODS", "REASONS", "VERDICTS"),
    "why": ("HEADS", "CAUSES", "TENSOR_CAUSES", "WHY"),
    "rules": ("RULES",),
    "narration": ("EXPLAIN", "MECHANISMS"),
    "tensors": ("TENSOR_RULES", "TENSOR_WORDS"),
    "nudges": ("NUDGES", "REASONS_UP"),
    "claims": ("EXPECTED", "TENSOR_SLIPS", "SLIPS", "TIES", "CLAIMED"),
    "lenses": ("LENS_TITLES", "LENS_COLUMNS", "LENS_METHODS", "FINDINGS"),
    "drawing": ("DRAWING", "PAGE"),
    "training": (
        "TRAINING", "TRAINING_COLUMNS", "TRAINING_STOPS", "TRAINING_REASONS", "OPTIMIZER_NAMES", "TRAINING_NOTES",
        "LIVE", "PLAYGROUND",
    ),
    "fit": ("FIT",),
    "plots": ("PLOTS",),
    "reference": ("REFERENCE", "HELP"),
}
ROOM_OF = {group: room for room, groups in ROOMS.items() for group in groups}


@cache  # a long trace asks for its words at every row
def texts(language: str, group: str) -> Mapping[str, Any]:
    """One group of the texts of a language, by key."""
    found: Mapping[str, Any] = getattr(importlib.import_module(f"bpcli.render.languages.{language}.{ROOM_OF[group]}"), group)
    return found


def rule_sentences(language: str) -> Mapping[str, str]:
    """The sentences about rules of differentiation, by kind of rule."""
    return texts(language, "RULES")


def page_sentences(language: str) -> Mapping[str, str]:
    """What the page of a lesson says, by key."""
    return texts(language, "PAGE")


def tag(language: str) -> str:
    """How HTML and XML name a language: Chinese is the simplified one here."""
    return "zh-Hans" if language == "zh" else language


def language_of(environment: Mapping[str, str]) -> str:
    """The language that a user's locale asks for; the first of LC_ALL, LC_MESSAGES and LANG that is set decides.

    >>> language_of({"LANG": "zh_CN.UTF-8"}), language_of({"LC_ALL": "C", "LANG": "zh_CN"}), language_of({})
    ('zh', 'en', 'en')
    """
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"
