"""Names for a new column whose own one means something else already: each is asked about as the first one was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from scanner.change import AddedColumn, Change
from scanner.collect.mentions.names import singular
from scanner.errors import ChangeError
from scanner.model import Finding, FreeNames, Query
from scanner.resolve.types import family
from scanner.rollout.names import fits, is_reserved
from scanner.schema import Schema
from scanner.stored import stored_findings
from scanner.verdict import Prepared, prepare

# The rules that hit because of what the column is called, whatever it holds.
_OF_NAMES = frozenset(("ambiguous-column", "captured-column", "natural-join-key", "duplicate-column"))
_MOST = 3  # names that are told
_ENDINGS = {"text": ("code", "name"), "number": ("number", "value"), "bool": ("flag",), "time": ("time",)}


def free_names(
    change: Change, schema: Schema, findings: Iterable[Finding], queries: Iterable[Query]
) -> tuple[FreeNames, ...]:
    """At most three names for each new column that collides; the queries are those that touch the table.

    A column collides when the findings say so of its name, or when it is a reserved word. A name is told when the same
    change with it, asked of the same queries, routines, triggers and views, has no such finding.
    """
    asked, hit = tuple(queries), any(map(_of_name, findings))
    found = (_for_one(change, added, hit, schema, asked) for added in change.columns)
    return tuple(each for each in found if each is not None)


def _for_one(
    change: Change, added: AddedColumn, hit: bool, schema: Schema, queries: tuple[Query, ...]
) -> FreeNames | None:
    """None when the column's name does not collide. Each column is asked about alone: another one may collide too."""
    alone = replace(change, columns=(added,))
    reserved = is_reserved(added.column.name, schema.engine)
    if not reserved and not (hit and _collides(prepare(alone, schema), queries)):
        return None
    free = (name for name in _candidates(change, added, schema) if _is_free(name, alone, schema, queries))
    return FreeNames(added.column.name, tuple(islice(free, _MOST)), reserved)


def _is_free(name: str, alone: Change, schema: Schema, queries: tuple[Query, ...]) -> bool:
    (added,) = alone.columns
    renamed = replace(added, column=replace(added.column, name=name), if_not_exists=False)
    try:
        prepared = prepare(replace(alone, columns=(renamed,)), schema)
    except ChangeError:  # the table has a column of that name
        return False
    return not _collides(prepared, queries)


def _collides(prepared: Prepared, queries: Iterable[Query]) -> bool:
    stored, _ = stored_findings(prepared)
    return any(map(_of_name, stored)) or any(_collides_in(prepared, query) for query in queries)


def _collides_in(prepared: Prepared, query: Query) -> bool:
    """Where names are looked up in other databases, the query is asked about again."""
    return any(
        _of_name(finding)
        for default_schema in {observation.default_schema for observation in query.observations}
        for finding in prepared.assess(query.sql, default_schema=default_schema).findings
    )


def _of_name(finding: Finding) -> bool:
    return not _OF_NAMES.isdisjoint((finding.name, *finding.folded))


def _candidates(change: Change, added: AddedColumn, schema: Schema) -> Iterator[str]:
    """Names that say the same, the plainest first: ``order_status``, ``status_code``, ``orders_status``."""
    name, table = (re.sub(r"\W+", "_", each) for each in (added.column.name, change.table.name))
    one = singular(table)
    endings = _ENDINGS.get(family(added.column.type) or "", ("value",))
    taken = {schema.engine.column_key(each) for each in change.names}
    tried = (f"{one}_{name}", *(f"{name}_{ending}" for ending in endings), f"{table}_{name}", f"{name}_of_{one}",
             *(f"{one}_{name}_{ending}" for ending in endings))  # fmt: skip
    for candidate in dict.fromkeys(tried):
        known = schema.engine.column_key(candidate) in taken
        if not known and fits(candidate, schema.engine) and not is_reserved(candidate, schema.engine):
            yield candidate
