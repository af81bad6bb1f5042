"""In which order an engine looks a bare name up, clause by clause.

PostgreSQL: "SELECT Statement", sections GROUP BY and ORDER BY; parser/parse_clause.c findTargetlistEntrySQL92.
MySQL: "Problems with Column Aliases" and "SELECT Statement". All rows below were measured on the engines.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.model import Family
from scanner.resolve.resolution import Clause


class Step(StrEnum):
    """One place to look a bare name up."""

    COLUMNS = "columns"  # of FROM at this level, then of the levels around it; several matches are an error
    LOCAL_COLUMNS = "local columns"  # of FROM at this level only; several matches are an error
    UNIQUE_COLUMN = "unique column"  # of FROM at this level; several matches count as none
    OUTPUTS = "outputs"  # the select list's names; several different matches are an error
    FIRST_OUTPUT = "first output"  # the select list's names; a named expression before a star's column


@dataclass(frozen=True, slots=True)
class Lookup:
    """The steps for a name that stands alone in the clause, and for one inside an expression."""

    alone: tuple[Step, ...]
    nested: tuple[Step, ...] = (Step.COLUMNS,)


COLUMNS_ONLY = Lookup((Step.COLUMNS,))

_POSTGRES = {
    Clause.GROUP_BY: Lookup((Step.LOCAL_COLUMNS, Step.OUTPUTS, Step.COLUMNS)),
    Clause.ORDER_BY: Lookup((Step.OUTPUTS, Step.COLUMNS)),
    Clause.DISTINCT_ON: Lookup((Step.OUTPUTS, Step.COLUMNS)),
}
_MYSQL = {
    Clause.GROUP_BY: Lookup((Step.UNIQUE_COLUMN, Step.FIRST_OUTPUT, Step.COLUMNS), (Step.COLUMNS, Step.FIRST_OUTPUT)),
    Clause.ORDER_BY: Lookup((Step.FIRST_OUTPUT, Step.COLUMNS), (Step.COLUMNS, Step.FIRST_OUTPUT)),
    Clause.HAVING: Lookup((Step.FIRST_OUTPUT, Step.COLUMNS), (Step.FIRST_OUTPUT, Step.COLUMNS)),
}
_TABLES: dict[Family, dict[Clause, Lookup]] = {"postgres": _POSTGRES, "mysql": _MYSQL}


def lookup(family: Family, clause: Clause) -> Lookup:
    """The steps of this engine for this clause."""
    return _TABLES[family].get(clause, COLUMNS_ONLY)
