"""Hazards of engines and versions that are not at hand, and what each sentence must name."""

from __future__ import annotations

import pytest

from scanner.change import Change
from scanner.model import Hazard, Severity, Work
from scanner.rollout import Traffic, execution, hazards
from scanner.schema import Schema

DDL = "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, a int)"


def change_and_schema(definition: str, engine: str, ddl: str = DDL) -> tuple[Change, Schema]:
    return Change.short("orders", definition, engine), Schema.from_ddl(ddl, engine)


def best(definition: str, engine: str, ddl: str = DDL) -> str:
    method = execution(*change_and_schema(definition, engine, ddl)).methods[0]
    return f"{method.algorithm} {method.lock}"


def found(definition: str, engine: str, ddl: str = DDL, traffic: Traffic | None = None) -> list[Hazard]:
    return list(hazards(*change_and_schema(definition, engine, ddl), traffic))


def kinds(definition: str, engine: str, ddl: str = DDL) -> set[str]:
    return {hazard.kind for hazard in found(definition, engine, ddl)}


@pytest.mark.parametrize(
    ("engine", "definition", "work"),
    [
        ("postgres:10", "x int DEFAULT 7", Work.REWRITE),
        ("postgres:11", "x int DEFAULT 7", Work.CATALOGUE),
        ("postgres:10", "x int", Work.CATALOGUE),
        ("postgres:18", "x int GENERATED ALWAYS AS (a) VIRTUAL", Work.CATALOGUE),
        ("postgres:16", "x text DEFAULT some_extension()", Work.REWRITE),
    ],
)
def test_the_version_decides_on_postgresql(engine, definition, work):
    assert execution(*change_and_schema(definition, engine)).work is work


@pytest.mark.parametrize(
    ("engine", "definition", "expected"),
    [
        ("mysql:5.7", "x int", "INPLACE NONE"),
        ("mysql:8.0.11", "x int", "INPLACE NONE"),
        ("mysql:8.0.12", "x int", "INSTANT DEFAULT"),
        ("mysql:8.0.28", "x int FIRST", "INPLACE NONE"),
        ("mysql:8.0.29", "x int FIRST", "INSTANT DEFAULT"),
        ("mysql:8.0", "x int AFTER id", "INSTANT DEFAULT"),
        ("mysql:8.4", "x int CHECK (x > 0)", "COPY SHARED"),
        ("mysql:8.4", "x text DEFAULT ('x')", "COPY SHARED"),
        ("mysql:8.4", "x int REFERENCES u (id)", "INSTANT DEFAULT"),
        ("mysql:9.0", "x int REFERENCES u (id)", "COPY SHARED"),
        ("mysql:8.4", "x int UNIQUE", "INPLACE NONE"),
        ("mysql:8.4", "x bigint AUTO_INCREMENT UNIQUE", "INPLACE SHARED"),
        ("mysql:8.4", "x int AS (a) STORED", "COPY SHARED"),
        ("mysql:8.4", "x datetime DEFAULT CURRENT_TIMESTAMP(6)", "INSTANT DEFAULT"),
        ("mysql:8.4", "x int AS (a) VIRTUAL", "INSTANT DEFAULT"),
        ("mariadb:10.2", "x int", "INPLACE NONE"),
        ("mariadb:10.3.2", "x int", "INSTANT NONE"),
        ("mariadb:10.3", "x int FIRST", "INPLACE NONE"),
        ("mariadb:10.4", "x int FIRST", "INSTANT NONE"),
        ("mariadb:10.4", "x int REFERENCES u (id)", "INSTANT NONE"),
    ],
)
def test_the_version_decides_on_mysql_and_mariadb(engine, definition, expected):
    assert best(definition, engine) == expected


def test_a_fulltext_index_is_copied_on_mysql():
    assert best("x int", "mysql:9.0", "CREATE TABLE orders (id int PRIMARY KEY, w text, FULLTEXT (w))") == "COPY SHARED"


def test_several_columns_add_up_to_the_worst():
    several = "x int, ADD COLUMN y uuid DEFAULT gen_random_uuid()"
    (rewrite,) = [h for h in found(several, "postgres:15") if h.kind == "rewrite"]
    assert "y: its default gen_random_uuid()" in rewrite.message
    assert "x:" not in rewrite.message


def test_a_default_nobody_knows_is_only_possibly_volatile():
    (rewrite,) = [h for h in found("x text DEFAULT make_id()", "postgres:15") if h.kind == "rewrite"]
    assert "make_id()" in (rewrite.reason or "")


def test_a_word_in_a_string_is_no_function():
    assert kinds("x text DEFAULT 'random()'", "postgres:15") == {"lock", "queue", "replication"}


def test_whom_a_lock_hits_is_told_with_the_calls_seen():
    seen = Traffic(("billing", "checkout"), calls=226, writes=60)
    (scan,) = [h for h in found("x int CHECK (x > 0)", "postgres:15", traffic=seen) if h.kind == "scan"]
    assert "226 calls seen, of billing and checkout" in scan.message
    (copy,) = [h for h in found("x int AS (a) STORED", "mariadb:10.11", traffic=seen) if h.kind == "rewrite"]
    assert "60 calls seen), of billing, checkout, waits" in copy.message


def test_what_the_column_costs_is_width_times_rows():
    seen = Traffic(carrying=2, carrying_calls=10, carrying_rows=1000, writes=5)
    costs = [h.message for h in found("x uuid UNIQUE", "postgres:15", traffic=seen) if h.kind == "running cost"]
    assert "2 statements with a star or the whole row of orders, 10 calls (1,000 rows), will carry x" in costs[0]
    assert "36 kB more" in costs[0]
    assert "5 calls seen" in costs[1]


def test_an_invisible_column_is_carried_by_no_star():
    seen = Traffic(carrying=2, carrying_calls=10, carrying_rows=1000)
    assert "running cost" not in {h.kind for h in found("x int INVISIBLE", "mariadb:10.11", traffic=seen)}


@pytest.mark.parametrize(("engine", "versions"), [("mysql:8.0", "64"), ("mysql:9.0", "64"), ("mysql:9.1", "255")])
def test_instant_makes_versions_of_rows(engine, versions):
    (limit,) = [h for h in found("x int", engine) if h.kind == "limit"]
    assert f"{versions} are the most" in limit.message


def test_the_bytes_of_a_row_depend_on_the_character_set():
    wide = "CREATE TABLE orders (id int, " + ", ".join(f"c{i} varchar(4000)" for i in range(4)) + ")"
    (limit,) = [h for h in found("x varchar(1000)", "mariadb:10.11", wide) if h.kind == "limit"]
    assert limit.severity is Severity.FAILS
    assert limit.reason == "it depends on their character sets"
    assert "refused" in kinds("x varchar(60000)", "mysql:8.0", wide)


@pytest.mark.parametrize(("engine", "most", "code"), [("postgres:15", 1600, "54011"), ("mysql:8.0", 1017, "1117")])
def test_the_most_columns_of_a_table(engine, most, code):
    full = f"CREATE TABLE orders ({', '.join(f'c{i} smallint' for i in range(most))})"
    assert execution(*change_and_schema("x int", engine, full)).refused == code


def test_a_default_that_mysql_refuses():
    assert execution(*change_and_schema("x char(36) DEFAULT (uuid())", "mysql:8.4")).refused == "1674"
    assert execution(*change_and_schema("x text DEFAULT 'x'", "mysql:8.4")).refused == "1101"
    assert execution(*change_and_schema("x text DEFAULT 'x'", "mariadb:10.11")).refused is None


def test_a_default_that_is_no_column_of_mariadb():
    assert execution(*change_and_schema("x int DEFAULT ture", "mariadb:10.11")).refused == "1054"
    assert execution(*change_and_schema("x int DEFAULT true", "mariadb:10.11")).refused is None
    assert execution(*change_and_schema("x int DEFAULT id", "mariadb:10.11")).refused is None


@pytest.mark.parametrize("engine", ["mysql:8.0", "mariadb:10.11"])
def test_a_place_behind_a_column_that_there_is_not(engine):
    assert execution(*change_and_schema("x int AFTER ghost", engine)).refused == "1054"
    assert execution(*change_and_schema("x int AFTER ID", engine)).refused is None
    assert execution(*change_and_schema("x int, ADD y int AFTER x", engine)).refused is None


def test_references_that_are_read_over():
    (lock,) = [h for h in found("x int REFERENCES u (id)", "mysql:8.0") if h.kind == "lock"]
    assert lock.message.startswith("mysql:8.0 reads over REFERENCES")


def test_what_fills_the_rows_that_are_there():
    (filled,) = [h for h in found("x int NOT NULL", "mariadb:10.11") if h.kind == "filled"]
    assert "get 0 without a word" in filled.message
    (same,) = [h for h in found("x double DEFAULT (rand())", "mariadb:10.11") if h.kind == "filled"]
    assert "the same value" in same.message


def test_the_default_at_first_fills_the_rows_though_it_is_dropped_later():
    """As Django writes it."""
    sql = "ALTER TABLE orders ADD COLUMN x int DEFAULT 7 NOT NULL; ALTER TABLE orders ALTER COLUMN x DROP DEFAULT"
    change, schema = Change.parse(sql, "postgres:15"), Schema.from_ddl(DDL, "postgres:15")
    assert execution(change, schema).work is Work.CATALOGUE
    assert not [h for h in hazards(change, schema) if h.severity is Severity.FAILS]


def test_every_hazard_has_a_source_and_is_a_sentence():
    for engine in ("postgres:10", "postgres:18", "mysql:5.7", "mysql:9.2", "mariadb:10.2", "mariadb:11.4"):
        for definition in (
            "x int NOT NULL",
            "x int UNIQUE DEFAULT 7",
            "x int REFERENCES u (id)",
            "x int CHECK (x > 0)",
        ):
            for hazard in found(definition, engine):
                assert hazard.source
                assert hazard.message.endswith(".")
                assert hazard.message[0].isupper() or hazard.message.startswith(("x ", "mysql", "mariadb"))


@pytest.mark.parametrize(
    ("engine", "drop"), [("postgres:15", "DROP CONSTRAINT orders_pkey"), ("mysql:8.0", "DROP PRIMARY KEY")]
)
def test_a_primary_key_may_take_the_place_of_another(engine, drop):
    schema = Schema.from_ddl(DDL, engine)
    second = Change.parse("ALTER TABLE orders ADD COLUMN x int PRIMARY KEY", engine)
    other = Change.parse(f"ALTER TABLE orders {drop}, ADD COLUMN x int PRIMARY KEY", engine)
    assert execution(second, schema).refused in ("42P16", "1068")
    assert execution(other, schema).refused is None


def test_a_reserved_word_must_stand_in_quotes():
    assert execution(*change_and_schema("user text", "postgres:15")).refused == "42601"
    assert execution(*change_and_schema('"user" text', "postgres:15")).refused is None


def test_a_zero_date_is_refused_where_the_mode_refuses_it():
    change = Change.short("orders", "x datetime NOT NULL", "mysql:9.0")
    for mode, refused in ((None, True), ("STRICT_TRANS_TABLES", False), ("TRADITIONAL", True), ("", False)):
        schema = Schema.from_ddl(DDL, "mysql:9.0", sql_mode=mode)
        assert any("1292" in hazard.message for hazard in hazards(change, schema)) == refused
    assert kinds("x datetime NOT NULL", "mariadb:10.11") >= {"filled"}
