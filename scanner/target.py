"""Which database a change is to."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.change import Change
from scanner.config import nearest
from scanner.errors import ChangeError, UsageError
from scanner.model import TableName
from scanner.schema import Schema
from scanner.schema.after import changed_table


def locate(
    change: Change | str, schemas: Mapping[str, Schema], database: str | None = None
) -> tuple[Change, Schema]:
    """The change, and the schema of the one database that has its table.

    Raises ChangeError when there is no such table or its column is there already, UsageError when several
    databases have the table and none is named, or the one named is not known.
    """
    candidates = _candidates(schemas, database)
    changes, errors = _read(change, candidates)
    if not changes:
        raise errors[0]
    found = [name for name, parsed in changes.items() if candidates[name].find(parsed.table) is not None]
    if len(found) > 1:
        table, first = changes[found[0]].table, found[0]
        raise UsageError(
            f"{table} is a table of {_and(found)}: say which one is changed (--database {first})."
        )
    if not found and len(changes) > 1:
        raise _no_such_table(next(iter(changes.values())).table, candidates)
    name = found[0] if found else next(iter(changes))
    changed_table(candidates[name], changes[name])
    return changes[name], candidates[name]


def _candidates(schemas: Mapping[str, Schema], database: str | None) -> Mapping[str, Schema]:
    if database is None:
        return schemas
    if database not in schemas:
        near = nearest(database, schemas)
        hint = f"did you mean {near[0]!r}?" if near else f"there is {_and(list(schemas))}."
        raise UsageError(f"The database {database!r} is not part of the scan: {hint}")
    return {database: schemas[database]}


def _read(change: Change | str, schemas: Mapping[str, Schema]) -> tuple[dict[str, Change], list[ChangeError]]:
    """The change as each database's engine reads it, and why some cannot."""
    changes: dict[str, Change] = {}
    errors: list[ChangeError] = []
    for name, schema in schemas.items():
        try:
            changes[name] = change if isinstance(change, Change) else Change.parse(change, schema.engine)
        except ChangeError as error:
            errors.append(error)
    return changes, errors


def _no_such_table(table: TableName, schemas: Mapping[str, Schema]) -> ChangeError:
    names = {str(t.name): name for name, schema in schemas.items() for t in schema.tables}
    near = nearest(str(table), names, 3)
    hint = " or ".join(f"{match} ({names[match]})" for match in near)
    question = f"did you mean {hint}?" if near else f"they have {len(names)} other tables."
    return ChangeError(f"There is no table {table} in {_and(list(schemas))}: {question}")


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
