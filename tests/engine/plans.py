"""Running the phases of a plan on a real server, as someone would who copies them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

from scanner.model import Plan, Statement
from tests.engine.servers import Database


def filled(plan: Plan, value: str) -> Plan:
    """The plan with this value written in every blank."""

    def written(statement: Statement) -> Statement:
        for blank in statement.blanks:
            statement = replace(statement, sql=statement.sql.replace(f"<<{blank}>>", value), blanks=())
        return statement

    phases = (replace(p, statements=tuple(map(written, p.statements))) for p in plan.phases)
    return replace(plan, phases=tuple(phases))


def run(database: Database, statements: tuple[Statement, ...]) -> None:
    """Runs the statements of a phase, or those that take it back, in a session of their own."""
    assert not any(statement.blanks for statement in statements)
    transaction = database.engine.family == "postgres" and not any(each.outside_transaction for each in statements)
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        for sql in ["BEGIN"] * transaction + [each.sql for each in statements] + ["COMMIT"] * transaction:
            cursor.execute(sql)


def answer(database: Database, query: str) -> str:
    """The one value that a check asks for, in the words of `Check.expected`."""
    ((value,),) = database.rows(query)
    return str(value).lower()


def catalogue(database: Database, tables: tuple[str, ...]) -> Any:
    """Everything that the server knows of these tables, however they came to be so."""
    if database.engine.family == "mysql":
        return [database.rows(f"SHOW CREATE TABLE {table}")[0][1] for table in tables]
    named = ", ".join(f"'{table}'::regclass" for table in tables)
    return {name: database.rows(sql.format(tables=named)) for name, sql in _CATALOGUE.items()}


_CATALOGUE = {
    "columns": """
        SELECT a.attrelid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
            a.attgenerated, a.attcollation, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid IN ({tables}) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum""",
    "constraints": """
        SELECT conname, contype, convalidated, condeferrable, condeferred, conislocal, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE conrelid IN ({tables}) ORDER BY conrelid::regclass::text, conname""",
    "indexes": """
        SELECT indexrelid::regclass::text, indisunique, indisprimary, indimmediate, indisvalid, indisready, indislive,
            pg_get_indexdef(indexrelid)
        FROM pg_index WHERE indrelid IN ({tables}) ORDER BY 1""",
    "sequences": """
        SELECT s.schemaname, s.sequencename, s.data_type::text, s.start_value, s.increment_by, s.cycle, s.last_value,
            d.refobjid::regclass::text, d.deptype, a.attname
        FROM pg_sequences s JOIN pg_depend d ON d.objid = format('%I.%I', schemaname, sequencename)::regclass
            AND d.deptype IN ('a', 'i') JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.refobjid IN ({tables}) ORDER BY 2""",
}
