"""Which database a change is to."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from scanner.change import Change
from scanner.config import nearest
from scanner.errors import ChangeError, UsageError
from scanner.migrations import changes, family_of, read, without_known
from scanner.model import TableName
from scanner.schema import Relation, Schema
from scanner.schema.after import changed_table

_CHANGE: tuple[type, ...] = (Change, str)


def locate(change: Change | str, schemas: Mapping[str, Schema], database: str | None = None) -> tuple[Change, str]:
    """The change, and the name of the one database that has its table.

    Raises ChangeError when there is no such table or its column is there already, UsageError when several
    databases have the table and none is named, when the one named is not known, and for what is no change.
    """
    if not isinstance(change, _CHANGE):
        wanted = "the text of an ALTER TABLE or scanner.Change.parse(…)"
        raise UsageError(f"The change is {change!r} where {wanted} is wanted.")
    candidates = _candidates(schemas, database)
    changes, errors = _read(change, candidates)
    if not changes:
        raise errors[0]
    found = [name for name, parsed in changes.items() if candidates[name].find(parsed.table) is not None]
    if not found and len(changes) > 1:
        raise _no_such_table(str(next(iter(changes.values())).table), candidates)
    name = _only(found, str(changes[found[0]].table)) if found else next(iter(changes))
    changed_table(candidates[name], changes[name])
    return changes[name], name


class Located(NamedTuple):
    """The changes of a file of migrations."""

    found: tuple[tuple[Change, str], ...]  # each with its database
    refused: tuple[ChangeError, ...] = ()  # why what else adds columns, or seems to, is not among them


def locate_all(
    path: Path, schemas: Mapping[str, Schema], database: str | None = None, created: Collection[str] = ()
) -> Located:
    """The changes that a file of migrations makes, each with its database, without columns that are there already.

    `created` are tables that do not count, for a migration beside it makes them.
    Raises SourceError when it cannot be read, and UsageError when it is not known which database it is to.
    """
    candidates = _readable(path, _candidates(schemas, database))
    made = {name: changes(read(path, schema.engine), schema.engine) for name, schema in candidates.items()}
    own = {
        name: [c for c in each.found if c.table.name not in created or candidates[name].find(c.table)]
        for name, each in made.items()
    }
    having = [name for name in own if any(candidates[name].find(change.table) for change in own[name])]
    name = _only(having, str(own[having[0]][0].table)) if having else min(made, key=lambda n: len(made[n].refused))
    found, refused = [], list(made[name].refused)
    for change in own[name]:
        new = without_known(change, candidates[name])
        try:
            found += [locate(new, {name: candidates[name]})] if new.columns else []
        except ChangeError as error:
            refused.append(error)
    return Located(tuple(found), tuple(refused))


def _readable(path: Path, schemas: Mapping[str, Schema]) -> Mapping[str, Schema]:
    """The databases that a file is for, where its name says an engine. Raises ChangeError when there is none."""
    family = family_of(path.name)
    found = {name: schema for name, schema in schemas.items() if family in (None, schema.engine.family)}
    if not found:
        engines = _and(sorted({schema.engine.title for schema in schemas.values()}))
        raise ChangeError(f"{path.name} is for another engine than {engines}, as its name says.")
    return found


def find_relation(text: str, schemas: Mapping[str, Schema], database: str | None = None) -> tuple[str, Relation]:
    """The table, view or sequence of this name, as SQL writes it, and the name of its database. Raises UsageError."""
    candidates = _candidates(schemas, database)
    known = {name: schema.find(_name(text, schema)) for name, schema in candidates.items()}
    found = {name: relation for name, relation in known.items() if relation is not None}
    if not found:
        raise _no_such_table(text, candidates)
    name = _only(list(found), text)
    return name, found[name]


def _name(text: str, schema: Schema) -> TableName:
    parts = [
        double.replace('""', '"') or back or schema.engine.fold(bare)
        for double, back, bare in re.findall(r'"((?:[^"]|"")+)"|`([^`]+)`|([^."`\s]+)', text)
    ]
    return TableName(parts[-2] if len(parts) > 1 else None, parts[-1] if parts else text)


def _only(databases: list[str], table: str) -> str:
    if len(databases) > 1:
        raise UsageError(
            f"{table} is a table of {_and(databases)}: say which one is meant (--database {databases[0]})."
        )
    return databases[0]


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


def _no_such_table(table: str, schemas: Mapping[str, Schema]) -> ChangeError:
    names = {str(t.name): name for name, schema in schemas.items() for t in schema.tables}
    near = nearest(table, names, 3)
    hint = " or ".join(f"{match} ({names[match]})" for match in near)
    question = f"did you mean {hint}?" if near else f"{len(names)} other tables are there."
    return ChangeError(f"There is no table {table} in {_and(list(schemas))}: {question}")


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
