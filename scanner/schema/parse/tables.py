"""CREATE TABLE in all its forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from scanner.model import Column, TableName, View
from scanner.schema.parse.columns import Definition, read_attributes, read_definition
from scanner.schema.parse.constraints import Constraint, at_constraint, read_constraint
from scanner.schema.parse.cursor import Cursor, UnreadableError
from scanner.schema.parse.draft import Draft, TableDraft
from scanner.schema.parse.sequences import beside, settle_sequences

# What PostgreSQL's LIKE copies only when asked to: https://www.postgresql.org/docs/current/sql-createtable.html
_LIKE_OPTIONS = {"DEFAULTS", "GENERATED", "IDENTITY", "INDEXES", "CONSTRAINTS"}


@dataclass(slots=True)
class _Elements:
    """What stands in the parentheses of a CREATE TABLE."""

    definitions: list[Definition] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)


def create_table(cursor: Cursor, draft: Draft, *, foreign: bool, replaces: bool) -> None:
    """Reads what stands behind CREATE … TABLE and adds the table. Raises UnreadableError."""
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    table = TableDraft(draft.created(cursor.relation()), draft.engine, foreign=foreign)
    _read_shape(cursor, draft, table)
    existing = draft.relations.get(table.name)
    if existing and not replaces and not (isinstance(existing, View) and draft.stored_views):
        if if_not_exists:
            return
        raise UnreadableError(f"relation {table.name} was created before")
    draft.relations[table.name] = table
    settle_sequences(draft, table)


def _read_shape(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    if cursor.accept("PARTITION", "OF"):
        _read_partition(cursor, draft, table)
    elif cursor.accept("OF"):
        table.of_type = draft.resolved_type(cursor.relation())
        table.columns = _typed_columns(draft, table.of_type)
        _fill(draft, table, (), _read_overrides(cursor, table))
    elif cursor.accept("LIKE"):
        _fill_like(draft, table, cursor.relation())
    elif cursor.at("("):
        _read_elements_and_more(cursor, draft, table)
    else:
        _read_query(cursor, draft, table, ())


def _read_elements_and_more(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    names = _names_before_as(cursor)
    if names:
        _read_query(cursor, draft, table, names)
        return
    elements = _Elements()
    cursor.items(lambda: _read_element(cursor, draft, elements))
    inherited: list[Column] = []
    if cursor.accept("INHERITS"):
        inherited = _inherit(draft, table, cursor.items(cursor.relation))
    _fill(draft, table, inherited, elements)
    _note_options(cursor, table)
    if draft.engine.family == "mysql" and _moves_to_query(cursor):
        _read_query(cursor, draft, table, ())


def _note_options(cursor: Cursor, table: TableDraft) -> None:
    """Looks ahead for what decides how the engine alters the table."""
    start = cursor.position
    while not cursor.done and cursor.key not in ("AS", "SELECT"):
        if cursor.accept("PARTITION", "BY"):
            table.partitioned = True
        elif cursor.accept("SYSTEM", "VERSIONING"):
            table.versioned = True
        elif word := cursor.accept_any("ENGINE", "ROW_FORMAT"):
            cursor.accept("=")
            value = cursor.advance().key.lower()
            table.storage, table.row_format = (value, table.row_format) if word == "ENGINE" else (table.storage, value)
        else:
            cursor.skip_group()
    cursor.position = start


def _names_before_as(cursor: Cursor) -> tuple[str, ...]:
    """The columns of ``CREATE TABLE t (a, b) AS …``, which have no types."""
    if cursor.peek(2).key not in (",", ")") or cursor.engine.family == "mysql":
        return ()
    return cursor.names()


def _read_element(cursor: Cursor, draft: Draft, elements: _Elements) -> None:
    if at_constraint(cursor):
        elements.constraints.append(draft.resolved_constraint(read_constraint(cursor)))
    elif cursor.accept("LIKE"):
        source = draft.table(cursor.relation())
        options = _read_like_options(cursor)
        elements.definitions += [Definition(_like(column, options)) for column in source.inheritable()]
        elements.constraints += _liked_constraints(source, options)
    else:
        elements.definitions.append(read_definition(cursor))


def _read_like_options(cursor: Cursor) -> set[str]:
    options: set[str] = set()
    while word := cursor.accept_any("INCLUDING", "EXCLUDING"):
        named = cursor.advance().key
        group = _LIKE_OPTIONS if named == "ALL" else {named}
        options = options | group if word == "INCLUDING" else options - group
    return options if cursor.engine.family == "postgres" else _LIKE_OPTIONS


def _like(column: Column, options: set[str]) -> Column:
    if column.generated:
        return column if "GENERATED" in options else replace(column, generated=None, default=None)
    return replace(
        column,
        default=column.default if "DEFAULTS" in options else None,
        identity=column.identity if "IDENTITY" in options else None,
    )


def _liked_constraints(source: TableDraft, options: set[str]) -> list[Constraint]:
    kinds = {"primary key", "unique"} if "INDEXES" in options else set()
    kinds |= {"check"} if "CONSTRAINTS" in options else set()
    return [replace(c, name=None, inline=False) for c in source.constraints if c.kind in kinds]


def _fill_like(draft: Draft, table: TableDraft, source: TableName) -> None:
    copied = draft.table(source)
    table.columns = list(copied.columns)
    table.constraints = [c for c in copied.constraints if c.kind != "foreign key"]


def _fill(draft: Draft, table: TableDraft, inherited: Iterable[Column], elements: _Elements) -> None:
    table.columns += inherited
    for definition in elements.definitions:
        add_definition(draft, table, definition)
    for constraint in elements.constraints:
        table.add_constraint(constraint)


def add_definition(draft: Draft, table: TableDraft, definition: Definition, at: int | None = None) -> None:
    """Adds a column, or merges it into an inherited one of its name, with its constraints."""
    index = table.index(definition.column.name)
    if index is None:
        table.columns.insert(len(table.columns) if at is None else at, definition.column)
    else:
        table.columns[index] = _merged(table.columns[index], definition.column)
    for constraint in definition.constraints:
        table.add_constraint(draft.resolved_constraint(constraint))
    if definition.sequence is not None:
        table.sequences[beside(table, definition.sequence)] = definition.column.name


def _merged(inherited: Column, own: Column) -> Column:
    default = own.default if own.default is not None else inherited.default
    return replace(
        own,
        default=default,
        nullable=own.nullable and inherited.nullable,
        generated=own.generated or inherited.generated,
    )


def _inherit(draft: Draft, table: TableDraft, parents: Iterable[TableName]) -> list[Column]:
    columns: dict[str, Column] = {}
    for name in parents:
        parent = draft.table(name)
        draft.adopt(table, parent.name)
        for column in parent.inheritable():
            column = replace(column, identity=None)
            columns[column.name] = _merged(columns[column.name], column) if column.name in columns else column
        for constraint in parent.constraints:
            if constraint.kind == "check":
                table.copy_constraint(constraint)
    return list(columns.values())


def _read_partition(cursor: Cursor, draft: Draft, table: TableDraft) -> None:
    parent = draft.table(cursor.relation())
    table.columns = parent.inheritable()
    elements = _read_overrides(cursor, table)
    attach(draft, parent, table)
    for constraint in elements.constraints:
        table.add_constraint(constraint)


def attach(draft: Draft, parent: TableDraft, partition: TableDraft) -> None:
    """Makes a table a partition: it gets the parent's keys and conditions."""
    draft.adopt(partition, parent.name)
    partition.partition_of = parent.name
    for constraint in parent.constraints:
        for each in (partition, *draft.descendants(partition.name)):
            each.copy_constraint(constraint)


def _read_overrides(cursor: Cursor, table: TableDraft) -> _Elements:
    """What a typed table or a partition adds to columns that it has already."""
    elements = _Elements()
    if cursor.at("("):
        cursor.items(lambda: _read_override(cursor, table, elements))
    return elements


def _read_override(cursor: Cursor, table: TableDraft, elements: _Elements) -> None:
    if at_constraint(cursor):
        elements.constraints.append(read_constraint(cursor))
        return
    index = table.require(cursor.name())
    definition = read_attributes(cursor, table.columns[index])
    elements.constraints += definition.constraints
    table.columns[index] = definition.column


def _typed_columns(draft: Draft, name: TableName) -> list[Column]:
    found = draft.types.get(name)
    if found is None or found.kind != "composite":
        raise UnreadableError(f"composite type {name} is not created by this script")
    return list(found.columns)


def _moves_to_query(cursor: Cursor) -> bool:
    """Skips MySQL's table options up to a query behind them."""
    while not cursor.done and cursor.key not in ("AS", "SELECT"):
        cursor.skip_group()
    return not cursor.done


def _read_query(cursor: Cursor, draft: Draft, table: TableDraft, names: tuple[str, ...]) -> None:
    """Takes the columns of ``CREATE TABLE … AS`` where one table's star says what they are."""
    while not cursor.done and not cursor.accept("AS"):
        if cursor.at("SELECT"):
            break
        cursor.skip_group()
    source = _copied_table(cursor)
    if source is None:
        raise UnreadableError("its columns come from a query, and only SELECT * FROM one table is read")
    columns = [_copied(column, draft) for column in draft.table(source).columns]
    table.columns += [
        replace(c, name=new) for c, new in zip(columns, (*names, *(c.name for c in columns[len(names) :])), strict=True)
    ]


def _copied_table(cursor: Cursor) -> TableName | None:
    if not (cursor.accept("TABLE") or cursor.accept("SELECT", "*", "FROM")):
        return None
    source = cursor.relation()
    simple = cursor.done or cursor.key in ("WHERE", "WITH", "LIMIT", "ORDER")
    return source if simple else None


def _copied(column: Column, draft: Draft) -> Column:
    if draft.engine.family == "postgres":
        return Column(column.name, column.type)
    return replace(column, auto_increment=False, generated=None, default=None if column.generated else column.default)
