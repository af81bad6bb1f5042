"""In which order an engine looks a bare name up, clause by clause.

PostgreSQL: "SELECT Statement", sections GROUP BY and ORDER BY; parser/parse_clause.c findTargetlistEntrySQL92.
MySQL: "Problems with Column Aliases" and "SELECT Statement"; find_item_in_list and resolve_ref_in_select_and_group of
its sources. All rows below were measured on the engines.
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
    SELECTED = "selected"  # the select list's names: the first named expression, or else columns; several are an error
    SELECTED_TWICE = "selected twice"  # the select list's names, when several columns have this one: an error
    GROUPED = "grouped"  # a column that GROUP BY has, or that the select list has under another name
    OUTER_COLUMNS = "outer columns"  # of FROM at the levels around this one; several matches are an error


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
_INSIDE = (Step.COLUMNS, Step.SELECTED)
_HAVING = (Step.SELECTED, Step.GROUPED, Step.OUTER_COLUMNS, Step.COLUMNS)
_MYSQL = {
    Clause.GROUP_BY: Lookup((Step.SELECTED_TWICE, Step.UNIQUE_COLUMN, Step.SELECTED, Step.COLUMNS), _INSIDE),
    Clause.ORDER_BY: Lookup((Step.SELECTED, Step.COLUMNS), _INSIDE),
    Clause.HAVING: Lookup(_HAVING, _HAVING),
    Clause.HAVING_AGGREGATE: Lookup(_INSIDE, _INSIDE),
}
_TABLES: dict[Family, dict[Clause, Lookup]] = {"postgres": _POSTGRES, "mysql": _MYSQL}


def lookup(family: Family, clause: Clause) -> Lookup:
    """The steps of this engine for this clause."""
    return _TABLES[family].get(clause, COLUMNS_ONLY)
