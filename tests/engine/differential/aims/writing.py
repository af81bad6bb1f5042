"""Statements that write rows or remove them."""

from __future__ import annotations

from dataclasses import replace

from tests.engine.differential.aims.anything import delete, update
from tests.engine.differential.alter import FRESH, Draft, with_rows
from tests.engine.differential.grammar import Grammar
from tests.engine.differential.world import INTEGER, TEXT, VALUES, Column, Draw, Table, rows, world


def insert_width(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """INSERTs with and without a column list, from values and from stars."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    twin, spares = _twin(grammar, table)
    grammar.world = grammar.world.with_table(twin)
    names = ", ".join(table.names)
    listed = grammar.pick("", "", f" ({names})")
    star = grammar.pick("*", "*", f"{table.name}.*", names)
    copy = f"INSERT INTO {twin.name}{listed} SELECT {star}{', 1' * (spares > 1 and not listed)} FROM {table.name}"
    word = grammar.pick(
        "INSERT INTO", "INSERT INTO", *(() if grammar.world.postgres else ("REPLACE INTO", "INSERT IGNORE INTO"))
    )
    plain = f"{word} {table.name}{listed} VALUES ({', '.join(_new_row(grammar, table))})"
    back = (
        f"INSERT INTO {table.name}{listed} SELECT {names} FROM {table.name} WHERE {table.names[-1]} IS NULL AND 1 = 0"
    )
    moved = (
        f"WITH gone AS (DELETE FROM {table.name} RETURNING {star}) INSERT INTO {twin.name}{listed} SELECT * FROM gone"
    )
    options = [copy, copy, plain, plain, back, *[moved] * grammar.world.postgres]
    return grammar, Draft(grammar.world, grammar.pick(*options), table.name, (FRESH,))


def required_column(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """A column that must have a value, and rows that are written with and without it."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    if grammar.world.postgres:  # which refuses such a column where there are rows
        grammar.world = with_rows(grammar.world, table, 0)
    table = grammar.world.table(table.name)
    type_, mode = grammar.pick(INTEGER, TEXT), grammar.pick("", "", "", "SET sql_mode = ''")
    definition = grammar.pick(
        *[f"{type_} NOT NULL"] * 6,
        f"{type_} NOT NULL DEFAULT {VALUES[type_][0]}",
        type_,
        *[] if grammar.world.postgres else ["enum('a', 'b') NOT NULL", f"{type_} NOT NULL FIRST"],
    )
    statement = _insert(grammar, table) if grammar.chance(75) else _other_write(grammar, table)
    session = (mode,) if mode and not grammar.world.postgres else ()
    return grammar, Draft(grammar.world, statement, table.name, (FRESH,), definition, fillable=False, session=session)


def generated_value(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Columns that the engine computes, and rows that are copied by a star."""
    grammar = Grammar(draw, world(draw, family, keyed=None if family == "mysql" else False))
    table = grammar.table()
    number = next((c.name for c in table.columns if c.type == INTEGER), None)
    computed = [f"integer GENERATED ALWAYS AS ({number} + 1) STORED"] * 3 * (number is not None)
    own = ["integer GENERATED ALWAYS AS IDENTITY"] if family == "postgres" else []
    definition = grammar.pick(*(computed or own or ["integer"]), *own, "integer", "integer DEFAULT 1")
    names = ", ".join(table.names)
    star = grammar.pick("*", "*", "*", names)
    listed = "" if star == "*" else f" ({names})"
    word = "INSERT INTO" if family == "postgres" else grammar.pick("REPLACE INTO", "INSERT IGNORE INTO")
    copy = f"{word} {table.name}{listed} SELECT {star} FROM {table.name}"
    plain = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(_new_row(grammar, table))})"
    statement = grammar.pick(copy, copy, copy, plain, update(grammar, table))
    return grammar, Draft(grammar.world, statement, table.name, (FRESH,), definition, fillable=False)


def load_width(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Files of the old width."""
    grammar = Grammar(draw, world(draw, family))
    if family == "mysql":
        return grammar, _load(grammar)
    table = grammar.table()
    number = next((c.name for c in table.columns if c.type == INTEGER), None)
    computed = [f"integer GENERATED ALWAYS AS ({number} + 1) STORED"] * (number is not None)
    definition = grammar.pick("integer", "varchar(20)", "integer DEFAULT 1", *computed)
    line = ",".join(cell.strip("'").replace("NULL", "") for cell in _new_row(grammar, table))
    listed = grammar.pick("", f" ({', '.join(table.names)})")
    statement = f"COPY {table.name}{listed} FROM PROGRAM 'echo {line}' (FORMAT csv)"
    return grammar, Draft(grammar.world, statement, table.name, (FRESH,), definition, fillable=False)


def referenced_table(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """A foreign key to a table whose rows are removed."""
    grammar = Grammar(draw, world(draw, family, keyed=True))
    child = grammar.table()
    parent = grammar.other(child)
    default = grammar.pick(" DEFAULT 1", " DEFAULT 1", " DEFAULT 1", "")
    actions = grammar.pick("", "", " ON DELETE CASCADE", " ON DELETE SET NULL")
    definition = f"integer{default} REFERENCES {parent.name} (id){actions}"
    statement = grammar.pick(
        f"DELETE FROM {parent.name} WHERE id = 1",
        f"DELETE FROM {parent.name}",
        f"TRUNCATE TABLE {parent.name}",
        f"TRUNCATE TABLE {child.name}",
        f"DELETE FROM {child.name} WHERE id = 1",
        update(grammar, parent),
        f"SELECT id FROM {parent.name}",
    )
    return grammar, Draft(grammar.world, statement, child.name, (FRESH,), definition, fillable=False)


def unique_default(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """A default that only one row can have."""
    grammar = Grammar(draw, world(draw, family, keyed=True))
    table = grammar.table()
    grammar.world = with_rows(grammar.world, table, 1)
    table = grammar.world.table(table.name)
    definition = grammar.pick(
        *["integer DEFAULT 7 UNIQUE"] * 2, "integer UNIQUE DEFAULT 7", "integer UNIQUE", "integer DEFAULT 7"
    )  # fmt: skip
    statement = _insert(grammar, table) if grammar.chance(80) else _other_write(grammar, table)
    return grammar, Draft(grammar.world, statement, table.name, (FRESH,), definition, fillable=False)


def _twin(grammar: Grammar, table: Table) -> tuple[Table, int]:
    """An archive of the table, on PostgreSQL sometimes with columns to spare."""
    spares = grammar.pick(0, 0, 2) if grammar.world.postgres else 0
    columns = (*table.columns, *(Column(f"spare{number}", INTEGER) for number in range(spares)))
    return replace(table, name="archive", columns=columns, keyed=False, rows=()), spares


def _new_row(grammar: Grammar, table: Table) -> tuple[str, ...]:
    """A row with a key that is not there yet."""
    row = rows(grammar.random, table.columns, False, 1)
    return ("9", *row[0][1:]) if table.keyed else row[0]


def _insert(grammar: Grammar, table: Table) -> str:
    """One new row in one of the engine's manners, with a column list."""
    head = f"INTO {table.name} ({', '.join(table.names)}) VALUES ({', '.join(_new_row(grammar, table))})"
    column = table.names[-1]
    plain = f"INSERT {head}"
    if grammar.world.postgres:
        conflict = [f"{plain} ON CONFLICT DO NOTHING"]
        if table.keyed:
            conflict += [f"{plain} ON CONFLICT (id) DO UPDATE SET {column} = excluded.{column}"]
        return grammar.pick(plain, plain, *conflict)
    return grammar.pick(
        plain, plain, f"INSERT IGNORE {head}", f"REPLACE {head}", f"{plain} ON DUPLICATE KEY UPDATE {column} = NULL"
    )


def _other_write(grammar: Grammar, table: Table) -> str:
    return grammar.pick(update, delete)(grammar, table)


def _load(grammar: Grammar) -> Draft:
    """LOAD DATA of a file that every database has; its lines hold two fields."""
    settings = Table("settings", (Column("name", "varchar(60)"), Column("value", "varchar(60)")), False, ())
    listed = grammar.pick("", "", "", " (name, value)")
    ignore = grammar.pick("", "", "IGNORE ")
    statement = f"LOAD DATA INFILE 'db.opt' {ignore}INTO TABLE settings FIELDS TERMINATED BY '='{listed}"
    definition = grammar.pick(
        TEXT, TEXT, f"{TEXT} FIRST", f"{TEXT} AFTER name", f"{TEXT} DEFAULT 'a'", f"{TEXT} INVISIBLE"
    )
    return Draft(grammar.world.with_table(settings), statement, "settings", (FRESH,), definition, fillable=False)


AIMS = {
    "insert_width": insert_width,
    "required_column": required_column,
    "generated_value": generated_value,
    "load_width": load_width,
    "referenced_table": referenced_table,
    "unique_default": unique_default,
}
