"""Plans for engines and versions that are not at hand, what is deployed when, and what no plan makes possible."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from scanner.change import Change
from scanner.model import (
    Certainty,
    Effect,
    Engine,
    Finding,
    Location,
    Observation,
    Phase,
    Plan,
    Query,
    RolloutSettings,
    Subject,
    TableName,
)
from scanner.rollout import Hit, hazards, plan
from scanner.rollout.names import quoted
from scanner.schema import Schema
from scanner.schema.parse.naming import made_name

DDL = "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, a int)"


def made(definition: str, engine: str, hits: tuple[Hit, ...] = (), ddl: str = DDL, **settings: object) -> Plan:
    change, schema = Change.short("orders", definition, engine), Schema.from_ddl(ddl, engine)
    return plan(change, schema, hits, RolloutSettings(**settings))  # type: ignore[arg-type]


def kinds(found: Plan) -> list[str]:
    return [phase.kind for phase in found.phases]


def sql(found: Plan | Phase) -> str:
    phases = found.phases if isinstance(found, Plan) else (found,)
    return "\n".join(statement.sql for phase in phases for statement in phase.statements)


def hit(rule: str, effect: Effect, *services: str, calls: int = 0, name: str = "a") -> Hit:
    return Hit(Finding("SC1", rule, effect, Certainty.CERTAIN, "", "", Subject("query", name)), services, calls)


@pytest.mark.parametrize("engine", ["postgres:10", "postgres:18", "mysql:8.0", "mariadb:10.4"])
def test_a_nullable_column_is_one_phase(engine):
    assert kinds(made("x int", engine)) == ["expand"]


def test_not_null_needs_one_phase_less_from_postgresql_18_on():
    older, newer = made("x int NOT NULL", "postgres:17"), made("x int NOT NULL", "postgres:18")
    assert kinds(older) == ["expand", "deploy", "backfill", "enforce", "enforce", "enforce"]
    assert kinds(newer) == ["expand", "deploy", "backfill", "enforce", "enforce"]
    assert "ADD CONSTRAINT orders_x_not_null NOT NULL x NOT VALID" in sql(newer)
    assert "CHECK (x IS NOT NULL) NOT VALID" in sql(older)


def test_a_default_is_written_row_by_row_before_postgresql_11():
    assert kinds(made("x int DEFAULT 7", "postgres:10")) == ["expand", "backfill"]
    assert kinds(made("x int DEFAULT 7", "postgres:11")) == ["expand"]


def test_the_algorithm_and_the_lock_are_spelled_out():
    assert "ALGORITHM=INSTANT, LOCK=NONE" in sql(made("x int", "mariadb:10.11"))
    assert sql(made("x int", "mysql:8.4")).endswith("ALGORITHM=INSTANT")
    assert sql(made("x int", "mysql:5.7")).endswith("ALGORITHM=INPLACE, LOCK=NONE")


def test_every_phase_that_locks_has_a_limit():
    for engine, limit in (("postgres:15", "lock_timeout"), ("mariadb:10.11", "lock_wait_timeout")):
        for phase in made("x int NOT NULL UNIQUE REFERENCES u (id)", engine, lock_timeout_ms=3000).phases:
            if "ALTER TABLE" in sql(phase) and "VALIDATE" not in sql(phase):
                assert f"{limit} = " in sql(phase)
                assert "'3000ms'" in sql(phase) or "= 3" in sql(phase)


def test_mysql_copies_a_check_and_the_tools_do_not():
    (phase,) = made("x int CHECK (x > 0)", "mysql:8.4").phases
    assert "ALGORITHM=COPY, LOCK=SHARED" in sql(phase)
    assert [each.sql.split()[0] for each in phase.alternatives] == ["gh-ost", "pt-online-schema-change"]
    assert all(each.tool and each.blanks for each in phase.alternatives)


def test_gh_ost_takes_no_foreign_keys_and_no_tool_a_table_without_a_key():
    linked = DDL + "; CREATE TABLE item (o int, FOREIGN KEY (o) REFERENCES orders (id))"
    (phase,) = made("x int AS (a) STORED", "mysql:8.4", ddl=linked).phases
    (tool,) = phase.alternatives
    assert "--alter-foreign-keys-method auto" in tool.sql
    (phase,) = made("x int AS (a) STORED", "mysql:8.4", ddl="CREATE TABLE orders (a int)").phases
    assert phase.alternatives == ()
    assert "has none" in phase.why


def test_references_that_mysql_reads_over_stay_where_they_are():
    assert kinds(made("x int REFERENCES u (id)", "mysql:8.0")) == ["expand"]
    assert "FOREIGN KEY" not in sql(made("x int REFERENCES u (id)", "mysql:8.0"))
    assert "FOREIGN KEY" in sql(made("x int REFERENCES u (id)", "mysql:9.0"))


def test_a_default_that_mysql_refuses_is_possible_in_steps():
    found = made("x char(36) NOT NULL DEFAULT (uuid())", "mysql:8.4")
    assert kinds(found) == ["expand", "expand", "backfill", "enforce"]


@pytest.mark.parametrize(
    ("engine", "definition", "why"),
    [
        ("postgres:15", "x int DEFAULT 7 UNIQUE", "x is unique and all rows that are there get 7"),
        ("mariadb:10.11", "x int DEFAULT 7 UNIQUE", "x is unique and all rows that are there get 7"),
        ("postgres:15", "x int DEFAULT 0 CHECK (x > 0)", "which its CHECK forbids"),
        ("postgres:15", "x int PRIMARY KEY", "42P16"),
        ("postgres:15", "x int GENERATED ALWAYS AS (a) VIRTUAL", "42601"),
        ("mysql:8.4", "x text DEFAULT 'x'", "1101"),
    ],
)
def test_what_cannot_succeed_has_no_phases_and_a_note(engine, definition, why):
    found = made(definition, engine)
    assert found.phases == ()
    assert why in found.notes[0]


def test_the_value_of_rows_that_are_there_is_left_blank_or_comes_from_the_settings():
    backfill = made("x int NOT NULL", "postgres:15").phases[2].statements[-1]
    assert backfill.blanks == ("value of x for the rows that are there",)
    assert "<<value of x for the rows that are there>>" in backfill.sql
    given = made("x int NOT NULL", "postgres:15", fill=(("orders.x", "a + 1"),)).phases[1].statements[-1]
    assert given.blanks == ()
    assert "SET x = a + 1" in given.sql


def test_services_that_would_break_go_out_before_the_column_and_writers_after():
    hits = (
        hit("positional-rows", Effect.BREAKS, "billing", calls=5, name="a"),
        hit("captured-column", Effect.CHANGES_RESULTS, "checkout", calls=50, name="b"),
        hit("star-projection", Effect.CHANGES_SHAPE, "analytics", calls=500, name="c"),
        hit("required-column", Effect.BREAKS, "intake", calls=9, name="d"),
        hit("mapped-model", Effect.NEEDS_UPDATE, "catalog", name="e"),
    )
    found = made("x int NOT NULL", "postgres:15", hits)
    assert kinds(found)[:3] == ["deploy", "expand", "deploy"]
    assert found.phases[0].services == ("checkout", "billing")
    assert found.phases[0].why.startswith("2 queries and objects would fail")
    assert found.phases[2].services == ("intake", "catalog")


@pytest.mark.parametrize(
    ("definition", "engine", "asked"),
    [
        ("x int NOT NULL", "postgres:16", "ALTER TABLE orders ADD COLUMN x int"),
        ("x int NOT NULL DEFAULT 3", "postgres:16", "ALTER TABLE orders ADD COLUMN x int NOT NULL DEFAULT 3"),
        ("x int NOT NULL", "mysql:8.0", "ALTER TABLE `orders` ADD COLUMN `x` int NULL"),
        ("x int NOT NULL", "mariadb:10.11", "ALTER TABLE `orders` ADD COLUMN `x` int NULL"),
    ],
)
def test_the_first_deployment_is_asked_about_what_the_expand_phase_adds(definition, engine, asked):
    """With NOT NULL the question would be about an INSERT that can write the column only once it is there."""
    found = made(definition, engine, (hit("positional-rows", Effect.BREAKS, "billing"),))
    (check,) = found.phases[0].verify
    assert shlex.split(check.query) == ["scanner", "impact", asked, "--fail-on", "changes-results"]
    adding = next(statement.sql for statement in found.phases[1].statements if "ADD COLUMN" in statement.sql)
    assert adding.startswith(asked)


@pytest.mark.parametrize("engine", ["postgres:15", "mariadb:10.11"])
def test_the_second_deployment_is_checked_with_what_can_tell(engine):
    writer, reader = (
        hit("required-column", Effect.BREAKS, "intake"),
        hit("mapped-model", Effect.NEEDS_UPDATE, "catalog"),
    )
    given = (("orders.x", "a + 1"),)
    filled = made("x int NOT NULL", engine, (writer,), fill=given).phases[1].verify[0]
    assert filled.query.endswith("IS NULL")
    learned = made("x int", engine, (reader,)).phases[1].verify[0]
    assert learned.query == "scanner impact 'ALTER TABLE orders ADD COLUMN x int'"
    sql_ = "ALTER TABLE orders ADD COLUMN x int DEFAULT 7 NOT NULL; ALTER TABLE orders ALTER COLUMN x DROP DEFAULT"
    kept = plan(Change.parse(sql_, engine), Schema.from_ddl(DDL, engine), (writer,)).phases[1].verify[0]
    assert kept.query == f"scanner impact '{sql_}' --fail-on changes-results"


def test_where_code_does_not_run_side_by_side_it_goes_out_at_once():
    hits = (hit("positional-rows", Effect.BREAKS, "billing"), hit("mapped-model", Effect.NEEDS_UPDATE, "catalog"))
    found = made("x int", "postgres:15", hits, side_by_side=False)
    assert kinds(found) == ["expand", "deploy"]
    assert found.phases[1].services == ("billing", "catalog")
    assert "stopped before the column is added" in found.phases[1].why


def test_a_hit_belongs_to_the_services_of_the_places_where_it_holds():
    seen = [
        Observation("python", "SELECT * FROM orders", "shop", (name,), location=Location(f"{name}.py", 1))
        for name in ("billing", "checkout")
    ]
    query = Query("f", "shop", "SELECT * FROM orders", tuple(seen))
    everywhere = Finding("SC1", "n", Effect.BREAKS, Certainty.CERTAIN, "", "", Subject("query", "f"))
    there = replace(everywhere, occurrences=(Location("billing.py", 1),))
    assert [each.services for each in Hit.of([everywhere, there], [query])] == [("billing", "checkout"), ("billing",)]


def test_triggers_that_a_backfill_sets_off_are_named():
    ddl = (
        DDL
        + """;
    CREATE TRIGGER audit BEFORE UPDATE ON orders FOR EACH ROW SET NEW.a = 1;
    """
    )
    backfill = made("x int NOT NULL", "mariadb:10.11", ddl=ddl).phases[2]
    assert "Triggers on UPDATE fire for each row: audit." in backfill.why


def test_the_time_of_the_last_change_stays():
    ddl = "CREATE TABLE orders (id int PRIMARY KEY, changed datetime ON UPDATE CURRENT_TIMESTAMP)"
    assert "`changed` = `changed`" in sql(made("x int NOT NULL", "mysql:8.0", ddl=ddl))


def test_a_table_without_a_key_says_so():
    ddl = "CREATE TABLE orders (a int)"
    assert "the table has no key" in made("x int NOT NULL", "postgres:15", ddl=ddl).phases[2].why
    assert "the table has no key" in made("x int NOT NULL", "mysql:8.0", ddl=ddl).phases[2].why


def test_other_operations_are_no_part_of_it():
    change = Change.parse("ALTER TABLE orders ADD COLUMN x int, DROP COLUMN a", "postgres:15")
    (note,) = plan(change, Schema.from_ddl(DDL, "postgres:15")).notes
    assert note == "Not part of the plan, in the same text: DROP COLUMN a"


def test_names_are_those_that_postgresql_makes():
    """Measured: both parts are cut, the longer one first."""
    assert made_name(TableName(None, "orders"), "x", "key") == "orders_x_key"
    long = made_name(TableName(None, "t" * 60), "c" * 40, "not_null_check")
    assert len(long) == 63
    assert quoted("Select", Engine("postgres", (15,))) == '"Select"'
    assert quoted("user", Engine("postgres", (15,))) == '"user"'
    assert quoted("a`b", Engine("mysql", (8,))) == "`a``b`"


@pytest.mark.parametrize("engine", ["postgres:15", "mariadb:10.11"])
def test_a_default_goes_when_no_code_lives_on_it(engine):
    """As Django writes it."""
    sql_ = "ALTER TABLE orders ADD COLUMN x int DEFAULT 7 NOT NULL; ALTER TABLE orders ALTER COLUMN x DROP DEFAULT"
    found = plan(Change.parse(sql_, engine), Schema.from_ddl(DDL, engine))
    assert kinds(found) == ["expand", "deploy", "clean up"]
    assert found.phases[1].why.startswith("Deploy code that writes x in every new row")
    assert "gets no default any more" in found.phases[2].why


@pytest.mark.parametrize("engine", ["postgres:15", "mariadb:10.11"])
def test_what_is_there_already_is_not_added(engine):
    schema = Schema.from_ddl(DDL, engine)
    there = Change.parse("ALTER TABLE orders ADD COLUMN IF NOT EXISTS a int", engine)
    assert plan(there, schema).phases == ()
    assert hazards(there, schema) == ()
    both = Change.parse("ALTER TABLE orders ADD COLUMN IF NOT EXISTS a int, ADD COLUMN x int", engine)
    assert [phase.title.strip("`") for phase in plan(both, schema).phases] == [
        "add x" if engine[0] == "p" else "add `x"
    ]


def test_an_identity_that_comes_in_a_statement_of_its_own():
    sql_ = "ALTER TABLE orders ADD COLUMN x int; ALTER TABLE orders ALTER x ADD GENERATED BY DEFAULT AS IDENTITY"
    found = plan(Change.parse(sql_, "postgres:15"), Schema.from_ddl(DDL, "postgres:15"))
    assert "ADD GENERATED BY DEFAULT AS IDENTITY" in sql(found.phases[-1])
