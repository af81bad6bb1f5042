"""Statements near each rule: about half of them are hit, the others just not."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from scanner.model import Engine
from tests.engine.differential.aims import anything, names, reading, routines, widths, writing
from tests.engine.differential.alter import Draft, Trial, trial
from tests.engine.differential.grammar import Grammar
from tests.engine.differential.world import Draw

Aim = Callable[[Draw, str], tuple[Grammar, Draft]]

AIMS: dict[str, Aim] = anything.AIMS | reading.AIMS | writing.AIMS | widths.AIMS | names.AIMS | routines.AIMS
POSTGRES_ONLY = frozenset(
    {"cached_plan", "column_privilege", "view_columns", "type_mismatch", "whole_row_use", "return_type"}
)


def aims(family: str) -> list[str]:
    """The rules that a family of engines knows, and `anything`."""
    return [name for name in AIMS if family == "postgres" or name not in POSTGRES_ONLY]


@st.composite
def trials(draw: Draw, aim: str, engine: Engine) -> Trial:
    """Statements, changes and tables near a rule."""
    grammar, draft = AIMS[aim](draw, engine.family)
    return trial(grammar, aim, engine, draft)
