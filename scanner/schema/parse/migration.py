"""A migration's text → the Change it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from scanner.change import AddedColumn, Change
from scanner.errors import ChangeError
from scanner.model import Clause, ClauseKind, Database, Engine, TableName
from scanner.schema.parse.actions import Action, AddColumn, AddConstraint, Alteration, EditColumn
from scanner.schema.parse.alter import at_alter_table, read_alteration
from scanner.schema.parse.columns import decorated
from scanner.schema.parse.constraints import Constraint, read_unique_index
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.statements import Statement, read_script

_TRANSACTION = {"BEGIN", "START", "COMMIT", "END"}
_POSITIONS = ("first", "after")
# What may follow the first word of a type of PostgreSQL, and types of MySQL and MariaDB that it does not have.
_TYPE_WORDS = re.compile(
    r"precision|varying|with|without|time|zone|local|array|year|month|day|hour|minute|second|to|character"
)
_MYSQL_TYPES = re.compile(r"tinyint|mediumint|datetime|enum|double|blob|(?:tiny|medium|long)(?:text|blob)")
_EXAMPLE = "write it as in ALTER TABLE orders ADD COLUMN status text"


@dataclass(slots=True)
class _Migration:
    """What the statements so far add."""

    engine: Engine
    table: TableName | None = None
    only: bool = False
    added: list[AddedColumn] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def index(self, name: str) -> int | None:
        """The place of a new column among the new ones."""
        key = self.engine.column_key(name)
        return next((i for i, a in enumerate(self.added) if self.engine.column_key(a.column.name) == key), None)


def read_migration(sql: str, engine: Engine) -> Change:
    """Reads the statements of a migration that adds columns to one table. Raises ChangeError."""
    migration = _Migration(engine)
    for statement in read_script(sql, Database("change", engine), rows=True):
        try:
            _read_statement(statement, migration)
        except UnreadableError as error:
            raise ChangeError(f"The change cannot be read: {error} (line {statement.line}).") from error
    if migration.table is None:
        raise ChangeError(f"{_shortened(sql)} adds no column: {_EXAMPLE}.")
    columns = tuple(replace(a, column=decorated(a.column, migration.constraints)) for a in migration.added)
    return Change(migration.table, columns, sql, migration.only, tuple(migration.others))


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
    elif cursor.key not in _TRANSACTION and statement.tokens:
        migration.others.append(statement.text)


def _read_alteration(alteration: Alteration, statement: Statement, migration: _Migration) -> None:
    adds = any(isinstance(a, AddColumn) and a.replaces is None for a, _ in alteration.actions)
    if migration.table is None and adds:
        migration.table, migration.only = alteration.table, alteration.only
    if alteration.table != migration.table:
        if adds:
            tables = f"{migration.table} and {alteration.table}"
            raise ChangeError(f"The change adds columns to two tables, {tables}: ask for one at a time.")
        migration.others.append(statement.text)
        return
    for action, text in alteration.actions:
        if not _apply(action, text, migration):
            migration.others.append(text)


def _apply(action: Action, text: str, migration: _Migration) -> bool:
    """Carries an action out on the new columns; False when it is about something else."""
    match action:
        case AddColumn(replaces=None):
            _add_column(action, migration)
            return True
        case AddColumn(definition, replaces=str(old)) if (index := migration.index(old)) is not None:
            changed = replace(migration.added[index], column=definition.column, clauses=definition.clauses)
            migration.added[index] = changed
            migration.constraints += definition.constraints
            return True
        case EditColumn(name, edit) if (index := migration.index(name)) is not None:
            migration.added[index] = replace(migration.added[index], column=edit(migration.added[index].column))
            return True
        case AddConstraint(constraint):
            return _add_constraint(constraint, text, migration)
        case _:
            return False


def _add_column(action: AddColumn, migration: _Migration) -> None:
    column = action.definition.column
    if migration.index(column.name) is not None:
        raise ChangeError(f"The change adds column {column.name} twice: leave one of them out.")
    if migration.engine.family == "postgres":
        _check_postgres(action)
    filled = None if column.generated else column.default
    placed = (action.position, action.after, action.if_not_exists)
    migration.added.append(AddedColumn(column, *placed, filled, action.definition.clauses))
    migration.constraints += action.definition.constraints


def _check_postgres(action: AddColumn) -> None:
    """Refuses what only MySQL and MariaDB know: a change that cannot run has no impact to report."""
    column = action.definition.column
    words = re.sub(r"\([^()]*\)|\[[^\]]*\]", " ", column.type or "").split()
    position = action.position if action.position != "last" else next((w for w in words[1:] if w in _POSITIONS), None)
    if position is not None:
        message = f"PostgreSQL has no {position.upper()}, a new column is always the last"
        raise ChangeError(f"{message}: leave it out, or name the engine that the change is for.")
    foreign = _MYSQL_TYPES.fullmatch(words[0]) and words[1:2] != ["precision"]
    if foreign or any('"' not in word and not _TYPE_WORDS.fullmatch(word) for word in words[1:]):
        advice = f"give {column.name} one that it has, or name the engine that the change is for"
        raise ChangeError(f"PostgreSQL has no type {column.type}: {advice}.")


def _add_constraint(constraint: Constraint, text: str, migration: _Migration) -> bool:
    """A key or a condition of one new column belongs to it, as if written on it; text is where it stands."""
    if constraint.kind == "check":
        constraint = replace(constraint, columns=_mentioned(constraint.expression or "", migration))
    index = migration.index(constraint.columns[0]) if len(constraint.columns) == 1 else None
    if index is None:
        return False
    added = migration.added[index]
    if constraint.kind == "not null":
        migration.added[index] = replace(added, column=replace(added.column, nullable=False))
    migration.constraints.append(replace(constraint, columns=(added.column.name,), inline=True))
    if clause := _clause(constraint, text):
        migration.added[index] = replace(migration.added[index], clauses=(*added.clauses, clause))
    return True


def _clause(constraint: Constraint, text: str) -> Clause | None:
    """The constraint as it would stand on its column."""
    kinds: dict[str, ClauseKind] = {"unique": "unique", "primary key": "primary key"}
    if re.match(r"\s*CREATE\b", text, re.IGNORECASE):
        return Clause("unique index", text, constraint.name)
    if constraint.kind == "foreign key":
        written = re.search(r"\bREFERENCES\b.*", text, re.IGNORECASE | re.DOTALL)
        return Clause("references", written[0], constraint.name) if written else None
    if constraint.kind == "check":
        return Clause("check", f"CHECK ({constraint.expression})", constraint.name)
    kind = kinds.get(constraint.kind)
    return Clause(kind, constraint.kind.upper(), constraint.name) if kind else None


def _mentioned(expression: str, migration: _Migration) -> tuple[str, ...]:
    words = {migration.engine.column_key(word.strip('`"')) for word in re.findall(r"[\w$]+|\"[^\"]+\"", expression)}
    return tuple(a.column.name for a in migration.added if migration.engine.column_key(a.column.name) in words)


def _read_index(cursor: Cursor, statement: Statement, migration: _Migration) -> None:
    unique = read_unique_index(cursor)
    if unique is None or unique[0] != migration.table or not _add_constraint(unique[1], statement.text, migration):
        migration.others.append(statement.text)
