"""Whole rows, routines, triggers and roles."""

from __future__ import annotations

from tests.engine.differential.alter import FRESH, Draft
from tests.engine.differential.grammar import Grammar
from tests.engine.differential.world import INTEGER, Column, Draw, Table, world


def whole_row_use(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Rows used as one value."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    other = grammar.other(table)
    t, o, first = table.name, other.name, table.names[0]
    statement = grammar.pick(
        f"SELECT row_to_json({t}) FROM {t}",
        f"SELECT {t}::text FROM {t}",
        f"SELECT md5({t}::text) FROM {t}",
        f"SELECT {t} FROM {t}",
        f"SELECT count(*) FROM {t} WHERE {t} IS NOT NULL",
        f"SELECT count(*) FROM {o} LEFT JOIN {t} ON true WHERE {t} IS NOT NULL",
        f"SELECT to_jsonb({t}) -> 'id' FROM {t}",
        f"SELECT jsonb_agg(x) FROM (SELECT {first} FROM {t}) x",
        f"SELECT count(*) FROM {t} WHERE {t} IS NULL",
        f"SELECT count({t}) FROM {t}",
        f"SELECT ({t}).{first} FROM {t}",
        f"SELECT row_to_json({o}) FROM {t} CROSS JOIN {o}",
        f"SELECT json_agg(x) FROM (SELECT * FROM {t}) x",
    )
    return grammar, Draft(grammar.world, statement, t, (FRESH, t))


def return_type(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Functions that return rows of a declared width."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    fields = ", ".join(f"f_{c.name} {c.type}" for c in table.columns)
    names = ", ".join(table.names)
    query = f"SELECT {grammar.pick('*', names)} FROM {table.name}"
    returns = grammar.pick(f"TABLE ({fields})", f"SETOF {table.name}")
    body = grammar.pick(
        f"LANGUAGE sql AS '{query}'",
        f"LANGUAGE sql BEGIN ATOMIC {query}; END",
        f"LANGUAGE plpgsql AS 'BEGIN RETURN QUERY {query}; END'",
    )
    if body.startswith("LANGUAGE plpgsql"):
        body = body.replace(names, ", ".join(f"{table.name}.{name}" for name in table.names))
    statement = grammar.pick("SELECT count(*) FROM f()", "SELECT * FROM f()")
    objects = f"CREATE FUNCTION f() RETURNS {returns} {body};"
    return grammar, Draft(grammar.world, statement, table.name, (FRESH,), objects=objects)


def routine_body(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Functions and triggers that a statement sets off."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    if grammar.world.postgres:
        return grammar, _postgres_body(grammar, table)
    grammar = Grammar(draw, world(draw, family, keyed=False))
    table = grammar.table()
    other = grammar.other(table)
    log = Table("log", (Column("n", INTEGER),), False, ())
    counted = grammar.pick(
        f"SELECT count(*) FROM {table.name} NATURAL JOIN {other.name}",
        f"SELECT count(*) FROM (SELECT DISTINCT * FROM {table.name}) x",
        f"SELECT count(*) FROM (SELECT DISTINCT * FROM {table.name}) x",
        f"SELECT count(*) FROM {table.name}",
    )
    fires = Table("visited", (Column("page", INTEGER),), False, (("1",),))
    objects = f"CREATE TRIGGER noted AFTER INSERT ON visited FOR EACH ROW INSERT INTO log (n) {counted};"
    inserted = "INSERT INTO visited (page) VALUES (2)"
    statement = grammar.pick(inserted, inserted, "DELETE FROM visited")
    changed = grammar.world.with_table(log).with_table(fires)
    return grammar, Draft(changed, statement, table.name, (FRESH, *other.names), objects=objects)


def column_privilege(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """A role that may read some columns."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    grant = f" ({', '.join(table.names)})" if grammar.chance(75) else ""
    grants = [f"GRANT SELECT{grant} ON {table.name} TO pg_monitor;"]
    grants += [f"GRANT SELECT ON {t.name} TO pg_monitor;" for t in grammar.world.tables if t != table]
    query = grammar.wrapped(grammar.query(tables=(table,)))
    statement = grammar.pick(f"SELECT * FROM {table.name}", query, query, f"SELECT count(*) FROM {table.name}")
    return grammar, Draft(
        grammar.world, statement, table.name, (FRESH,), objects="\n".join(grants), session=("SET ROLE pg_monitor",)
    )


def _postgres_body(grammar: Grammar, table: Table) -> Draft:
    name, t = table.names[-1], table.name
    if grammar.chance(50):
        value = grammar.pick(f"row_to_json({t})::text", f"{t}::text", f"{name}::text", "count(*)::text")
        objects = f"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT max({value}) FROM {t}';".replace(
            "max(count(*)::text)", "count(*)::text"
        )
        return Draft(grammar.world, "SELECT f()", t, (FRESH,), objects=objects)
    value = grammar.pick("to_jsonb(NEW)::text", "NEW::text", f"NEW.{name}::text")
    event = grammar.pick("INSERT", "UPDATE")
    objects = (
        f"CREATE TABLE log (entry text);\n"
        f"CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN INSERT INTO log (entry) VALUES ({value}); RETURN NEW; END';\n"
        f"CREATE TRIGGER noted AFTER {event} ON {t} FOR EACH ROW EXECUTE FUNCTION noted();"
    )
    statement = grammar.pick(f"UPDATE {t} SET {name} = NULL", f"INSERT INTO {t} ({name}) VALUES (NULL)")
    return Draft(grammar.world, statement, t, (FRESH,), objects=objects, tidy="\nDELETE FROM log;")


AIMS = {
    "whole_row_use": whole_row_use,
    "return_type": return_type,
    "routine_body": routine_body,
    "column_privilege": column_privilege,
}
