"""A migration's text → the Change it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from scanner.change import AddedColumn, Change
from scanner.errors import ChangeError
from scanner.model import Clause, ClauseKind, Database, Engine, TableName
from scanner.schema.parse.actions import (
    Action,
    AddColumn,
    AddConstraint,
    Alteration,
    DropColumn,
    EditColumn,
    RenameColumn,
)
from scanner.schema.parse.alter import at_alter_table, read_alteration
from scanner.schema.parse.columns import decorated
from scanner.schema.parse.constraints import Constraint, read_unique_index
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.refusals import refused, refused_form
from scanner.schema.parse.statements import Statement, read_script
from scanner.utility_statements import begins_statement

_TRANSACTION = {"BEGIN", "START", "COMMIT", "END"}
_ADDS = re.compile(r"\bALTER\s+(?:\w+\s+)?TABLE\b.*\bADD\b", re.IGNORECASE | re.DOTALL)
_ALTERS = re.compile(r"ALTER\s+(\w+)", re.IGNORECASE)
# What ALTER may stand before, in PostgreSQL, MySQL and MariaDB.
_ALTERED = """
    access aggregate algorithm collation conversion database default definer domain event extension foreign function
    group ignore index instance language large logfile materialized online operator package policy procedure publication
    resource role routine rule schema sequence server sql statistics subscription system table tables tablespace text
    trigger type undo user view
"""
_EXAMPLE = "write it as in ALTER TABLE orders ADD COLUMN status text"


@dataclass(slots=True)
class _Added:
    """What the statements so far add to one table."""

    engine: Engine
    table: TableName
    only: bool
    columns: list[AddedColumn] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # of the statements that say so

    def copy(self) -> _Added:
        """The same, to be changed apart."""
        return replace(self, columns=[*self.columns], constraints=[*self.constraints], texts=[*self.texts])

    def index(self, name: str) -> int | None:
        """The place of a new column among the new ones."""
        key = self.engine.column_key(name)
        return next((i for i, a in enumerate(self.columns) if self.engine.column_key(a.column.name) == key), None)


@dataclass(slots=True)
class _Migration:
    """What the statements so far do."""

    engine: Engine
    tables: dict[TableName, _Added] = field(default_factory=dict)
    created: set[TableName] = field(default_factory=set)  # by the migration itself: nothing depends on these yet
    others: list[str] = field(default_factory=list)


def read_migration(sql: str, engine: Engine) -> Change:
    """Reads the statements of a migration that adds columns to one table. Raises ChangeError."""
    changes, refused_ones = read_changes(sql, engine)
    if refused_ones:
        raise refused_ones[0]
    if not changes:
        raise ChangeError(f"{_shortened(sql)} adds no column: {_EXAMPLE}.")
    if len(changes) > 1:
        tables = " and ".join(str(change.table) for change in changes)
        advice = "ask for one at a time, or give the migration's file (--migration)"
        raise ChangeError(f"The change adds columns to several tables, {tables}: {advice}.")
    return replace(changes[0], sql=sql)


class Changes(NamedTuple):
    """What the statements of a migration come to."""

    found: tuple[Change, ...]  # one for each table that columns are added to
    refused: tuple[ChangeError, ...] = ()  # why statements that add columns, or seem to, are not among them


def read_changes(sql: str, engine: Engine) -> Changes:
    """Reads the statements of a migration: one change for each table that it adds columns to.

    Tables that it creates itself are not among them. A statement that adds a column and cannot be read or is refused
    by the engine leaves the others as they are, and so does one that begins as none does; what else cannot be read is
    among the other operations.
    """
    refused_ones: list[ChangeError] = []
    migration = _Migration(engine)
    for statement in read_script(sql, Database("change", engine), rows=True):
        try:
            _read_statement(statement, migration)
        except UnreadableError as error:
            if _ADDS.search(statement.text) or not _begins(statement):
                refused_ones.append(ChangeError(f"The change cannot be read: {error} (line {statement.line})."))
            migration.others.append(statement.text)
        except ChangeError as error:
            refused_ones.append(error)
            migration.others.append(statement.text)
    others = tuple(migration.others)
    found = tuple(_change(added, others) for added in migration.tables.values() if added.columns)
    return Changes(found, tuple(refused_ones))


def _begins(statement: Statement) -> bool:
    """Whether a statement begins as the engines' do: of one that does not nobody knows what it was to be."""
    text = statement.text[statement.tokens[0].start if statement.tokens else 0 :]
    if not begins_statement(text):
        return False
    altered = _ALTERS.match(text)
    return altered is None or altered[1].lower() in _ALTERED.split()


def _change(added: _Added, others: tuple[str, ...]) -> Change:
    columns = tuple(replace(a, column=decorated(a.column, added.constraints)) for a in added.columns)
    sql = "".join(f"{text.rstrip().rstrip(';')};\n" for text in added.texts).rstrip()
    return Change(added.table, columns, sql, added.only, others)


def _shortened(sql: str) -> str:
    text = " ".join(sql.split())
    return repr(text if len(text) <= 60 else f"{text[:59]}…") if text else "An empty text"


def _read_statement(statement: Statement, migration: _Migration) -> None:
    if statement.problem:
        raise UnreadableError(statement.problem)
    cursor = Cursor(statement, migration.engine)
    if at_alter_table(cursor):
        _read_alteration(read_alteration(cursor), statement, migration)
    elif cursor.at("CREATE", "UNIQUE", "INDEX"):
        _read_index(cursor, statement, migration)
    elif statement.tokens and not _begins(statement):
        raise UnreadableError(f"no statement begins with {_shortened(statement.text)}")
    elif cursor.key not in _TRANSACTION and statement.tokens:
        migration.others.append(statement.text)
        if cursor.accept("CREATE", "TABLE"):
            cursor.accept("IF", "NOT", "EXISTS")
            migration.created.add(cursor.relation())


def _read_alteration(alteration: Alteration, statement: Statement, migration: _Migration) -> None:
    table = alteration.table
    if why := refused_form(alteration, migration.engine):
        raise ChangeError(why)
    adds = any(isinstance(a, AddColumn) and a.replaces is None for a, _ in alteration.actions)
    if adds and table not in migration.created:
        migration.tables.setdefault(table, _Added(migration.engine, table, alteration.only))
    added = migration.tables.get(table)
    if added is None:
        migration.others.append(statement.text)
        return
    added = added.copy()  # a statement is refused as a whole
    applied = [(_apply(action, text, added), text) for action, text in alteration.actions]
    migration.tables[table] = added
    migration.others += [text for done, text in applied if not done]
    if any(done for done, _ in applied):
        added.texts.append(statement.text)


def _apply(action: Action, text: str, added: _Added) -> bool:
    """Carries an action out on the new columns; False when it is about something else."""
    match action:
        case AddColumn(replaces=None):
            _add_column(action, added)
            return True
        case AddColumn(definition, replaces=str(old)) if (index := added.index(old)) is not None:
            if why := refused(action, added.engine):
                raise ChangeError(why)
            changed = replace(added.columns[index], column=definition.column, clauses=definition.clauses)
            added.columns[index] = changed
            added.constraints += definition.constraints
            return True
        case EditColumn(name, edit) if (index := added.index(name)) is not None:
            added.columns[index] = replace(added.columns[index], column=edit(added.columns[index].column))
            return True
        case RenameColumn(old, new) if (index := added.index(old)) is not None:
            column = replace(added.columns[index].column, name=new)
            added.columns[index] = replace(added.columns[index], column=column)
            return True
        case DropColumn(name) if (index := added.index(name)) is not None:
            del added.columns[index]
            return True
        case AddConstraint(constraint):
            return _add_constraint(constraint, text, added)
        case _:
            return False


def _add_column(action: AddColumn, added: _Added) -> None:
    column = action.definition.column
    if added.index(column.name) is not None:
        raise ChangeError(f"The change adds column {column.name} twice: leave one of them out.")
    if why := refused(action, added.engine):
        raise ChangeError(why)
    filled = None if column.generated else column.default
    placed = (action.position, action.after, action.if_not_exists)
    added.columns.append(AddedColumn(column, *placed, filled, action.definition.clauses))
    added.constraints += action.definition.constraints


def _add_constraint(constraint: Constraint, text: str, added: _Added) -> bool:
    """A key or a condition of one new column belongs to it, as if written on it; text is where it stands."""
    if constraint.kind == "check":
        constraint = replace(constraint, columns=_mentioned(constraint.expression or "", added))
    index = added.index(constraint.columns[0]) if len(constraint.columns) == 1 else None
    if index is None:
        return False
    column = added.columns[index].column
    if constraint.kind == "not null":
        added.columns[index] = replace(added.columns[index], column=replace(column, nullable=False))
    added.constraints.append(replace(constraint, columns=(column.name,), inline=True))
    if clause := _clause(constraint, text):
        added.columns[index] = replace(added.columns[index], clauses=(*added.columns[index].clauses, clause))
    return True


def _clause(constraint: Constraint, text: str) -> Clause | None:
    """The constraint as it would stand on its column."""
    kinds: dict[str, ClauseKind] = {"unique": "unique", "primary key": "primary key"}
    if re.match(r"\s*CREATE\b", text, re.IGNORECASE):
        return Clause("unique index", text, constraint.name, apart=True)
    if constraint.kind == "foreign key":
        written = re.search(r"\bREFERENCES\b.*", text, re.IGNORECASE | re.DOTALL)
        return Clause("references", written[0], constraint.name, apart=True) if written else None
    if constraint.kind == "check":
        return Clause("check", f"CHECK ({constraint.expression})", constraint.name, apart=True)
    kind = kinds.get(constraint.kind)
    return Clause(kind, constraint.kind.upper(), constraint.name, apart=True) if kind else None


def _mentioned(expression: str, added: _Added) -> tuple[str, ...]:
    words = {added.engine.column_key(word.strip('`"')) for word in re.findall(r"[\w$]+|\"[^\"]+\"", expression)}
    return tuple(a.column.name for a in added.columns if added.engine.column_key(a.column.name) in words)


def _read_index(cursor: Cursor, statement: Statement, migration: _Migration) -> None:
    unique = read_unique_index(cursor)
    added = migration.tables.get(unique[0]) if unique is not None else None
    if unique is None or added is None or not _add_constraint(unique[1], statement.text, added):
        migration.others.append(statement.text)
    else:
        added.texts.append(statement.text)
