"""Which members of libraries mean anything to whoever reads a program for its statements."""

from __future__ import annotations

from scanner.collect.python.executors import PASSES_ON
from scanner.collect.python.functions import FUNCTIONS
from scanner.collect.python.loading import LOADERS
from scanner.collect.python.orm.hooks import is_of_mapper


def has_meaning(dotted: str) -> bool:
    """Whether it is a function that is known, or whatever member of a mapper."""
    return dotted in FUNCTIONS or dotted in LOADERS or dotted in PASSES_ON or is_of_mapper(dotted)
