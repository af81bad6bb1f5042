"""Every phase of every plan is run on real servers: the end is the naive ALTER's, taken back it is the start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from scanner.change import Change
from scanner.model import Plan, RolloutSettings
from scanner.rollout import plan
from scanner.rollout.names import quoted
from scanner.schema import Schema
from tests.engine.plans import answer, catalogue, filled, run
from tests.engine.servers import Database, Server

ROWS = 1100
SETTINGS = RolloutSettings(batch_rows=300)


@dataclass(frozen=True)
class Kind:
    """A kind of column, and what its plan must come to."""

    definition: str
    phases: tuple[str, ...]
    value: str | None = None  # what the blanks are filled with; the naive ALTER then runs on the table without rows
    own: bool = False  # each row has a value of its own: that none is missing or twice is all that can be compared
    clock: bool = False  # all rows have the time at which it was added
    table: str = "t"
    sql: str | None = None  # in place of one ALTER TABLE


EXPAND, VALIDATED = ("expand",), ("expand", "enforce")
FILLED = ("expand", "backfill")
ASKED = ("expand", "deploy", "backfill", "enforce", "enforce", "enforce")  # PostgreSQL before 18

POSTGRES = """
CREATE TABLE u (id int PRIMARY KEY, n int UNIQUE); INSERT INTO u SELECT i, i FROM generate_series(1, 20) i;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN short AS varchar(10);
CREATE DOMAIN five AS int DEFAULT 5;
CREATE DOMAIN lucky AS float DEFAULT random();
CREATE FUNCTION token() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN md5(random()::text); END$$;
CREATE TABLE t (id int PRIMARY KEY, a int, note text);
CREATE TABLE pair (id int, side text, a int, PRIMARY KEY (side, id));
CREATE TABLE keyless (id int, a int);
CREATE TABLE part (id int PRIMARY KEY, a int) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (600);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (600) TO (9999);
CREATE TABLE parent (id int PRIMARY KEY, a int);
CREATE TABLE child (b int) INHERITS (parent);
CREATE FOREIGN DATA WRAPPER nobody;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nobody;
CREATE FOREIGN TABLE far (id int, a int) SERVER nowhere;
CREATE SCHEMA app;
CREATE TABLE app."Order" ("Id" int PRIMARY KEY, id int, a int);
"""
POSTGRES_ROWS = f"""
INSERT INTO t SELECT i, i % 7 FROM generate_series(1, {ROWS}) i;
INSERT INTO pair SELECT i / 2, CASE i % 2 WHEN 0 THEN 'l' ELSE 'r' END, i FROM generate_series(1, {ROWS}) i;
INSERT INTO keyless SELECT i, i FROM generate_series(1, {ROWS}) i;
INSERT INTO part SELECT i, i FROM generate_series(1, {ROWS}) i;
INSERT INTO parent SELECT i, i FROM generate_series(1, 600) i;
INSERT INTO child SELECT i, i, i FROM generate_series(500, {ROWS} - 101) i;
INSERT INTO app."Order" SELECT i, i, i FROM generate_series(1, {ROWS}) i;
"""
POSTGRES_KINDS = (
    Kind("x int", EXPAND),
    Kind('x text COLLATE "C"', EXPAND),
    Kind("x mood DEFAULT 'sad'", EXPAND),
    Kind("x short", EXPAND),
    Kind("x five", EXPAND),
    Kind("x int DEFAULT 7", EXPAND),
    Kind("x int NOT NULL DEFAULT 7", EXPAND),
    Kind("x timestamptz DEFAULT now() NOT NULL", EXPAND, clock=True),
    Kind("x text NOT NULL", ASKED, "'v'"),
    Kind("x text NOT NULL", ASKED, "'v'", table="pair"),
    Kind("x text NOT NULL", ASKED, "'v'", table="keyless"),
    Kind("x text NOT NULL", ASKED, "'v'", table="part"),
    Kind('"Select" text NOT NULL', ASKED, "'v'", table='app."Order"'),
    Kind("x bigserial", EXPAND, table="far"),
    Kind("x int NOT NULL DEFAULT 7 CHECK (x > 0)", EXPAND, table="far"),
    Kind("x text NOT NULL", ASKED, "'v'", table="parent"),
    Kind('"we""ird %" int NOT NULL UNIQUE', (*ASKED, "enforce"), "id"),
    Kind("x serial", (*FILLED, *["enforce"] * 3), own=True, table='app."Order"'),
    Kind('"X y" bigint GENERATED ALWAYS AS IDENTITY', (*FILLED, *["enforce"] * 3), own=True, table='app."Order"'),
    Kind("x int CHECK (x > 0)", VALIDATED),
    Kind("x int DEFAULT 7 CONSTRAINT small CHECK (x < 9) CHECK (x > 0)", VALIDATED),
    Kind("x int NOT NULL CHECK (x > 0)", ASKED, "3"),
    Kind("x int UNIQUE", ("expand", "enforce", "enforce")),
    Kind("x int CONSTRAINT once UNIQUE DEFERRABLE INITIALLY DEFERRED", ("expand", "enforce", "enforce")),
    Kind("x int NOT NULL UNIQUE", (*ASKED[:5], "enforce", "enforce"), "id"),
    Kind("x int PRIMARY KEY", (*ASKED[:5], "enforce", "enforce"), "id", table="keyless"),
    Kind("x uuid DEFAULT gen_random_uuid()", FILLED, own=True),
    Kind("x uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE", (*FILLED, *["enforce"] * 4), own=True),
    Kind("x text DEFAULT token()", FILLED, own=True, table="keyless"),
    Kind("x lucky", FILLED, own=True),
    Kind("x serial", (*FILLED, *["enforce"] * 3), own=True),
    Kind("x bigserial UNIQUE", (*FILLED, *["enforce"] * 4), own=True, table="pair"),
    Kind("x bigint GENERATED BY DEFAULT AS IDENTITY", (*FILLED, *["enforce"] * 3), own=True),
    Kind("x int GENERATED ALWAYS AS IDENTITY (START WITH 50 INCREMENT BY 2)", (*FILLED, *["enforce"] * 3), own=True),
    Kind("x int REFERENCES u (id)", EXPAND),
    Kind("x int, ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES u (id) ON DELETE SET NULL", EXPAND),
    Kind("x int REFERENCES u (n) ON DELETE CASCADE DEFERRABLE", EXPAND),
    Kind("x int DEFAULT 1 REFERENCES u (id)", ("expand", "enforce", "enforce")),
    Kind("x int NOT NULL REFERENCES u", ASKED, "1"),
    Kind("x int DEFAULT 1 REFERENCES u (id)", FILLED, table="part"),
    Kind("x int GENERATED ALWAYS AS (a + 1) STORED", EXPAND),
    Kind("x positive", EXPAND),
    Kind("x int, ADD COLUMN y uuid NOT NULL DEFAULT gen_random_uuid()", (*FILLED, *["enforce"] * 3), own=True),
    Kind(
        "x int",
        ("expand", "deploy", "clean up"),
        sql="ALTER TABLE t ADD COLUMN x int DEFAULT 7 NOT NULL; ALTER TABLE t ALTER x DROP DEFAULT",
    ),
    Kind(
        "x int",
        ("expand", "enforce", "enforce"),
        sql="ALTER TABLE t ADD x int; CREATE UNIQUE INDEX once ON t (x); ALTER TABLE t ADD CONSTRAINT k CHECK (x > 0)",
    ),
)


@pytest.mark.parametrize("kind", POSTGRES_KINDS, ids=lambda kind: f"{kind.table} {kind.sql or kind.definition}")
def test_postgres(kind: Kind, postgres: Server) -> None:
    with postgres.fresh_database() as naive, postgres.fresh_database() as database:
        schema = Schema.from_ddl(POSTGRES, postgres.engine)
        change = _change(kind, naive)
        naive.run(POSTGRES + ("" if kind.value else POSTGRES_ROWS))
        naive.run(change.sql)
        database.run(POSTGRES + POSTGRES_ROWS)
        _tried(kind, change, schema, naive, database)


MARIADB = """
CREATE TABLE u (id int PRIMARY KEY, n int UNIQUE); INSERT INTO u SELECT seq, seq FROM seq_1_to_2000;
CREATE TABLE t (id int PRIMARY KEY, a int, note text);
CREATE TABLE pair (id int, side varchar(5), a int, PRIMARY KEY (side, id)) DEFAULT CHARSET utf8mb4;
CREATE TABLE keyless (id int, a int);
CREATE TABLE squeezed (id int PRIMARY KEY, a int) ROW_FORMAT=COMPRESSED;
CREATE TABLE searched (id int PRIMARY KEY, a int, w text, FULLTEXT KEY w (w));
CREATE TABLE old (id int PRIMARY KEY, a int) ENGINE=MyISAM;
CREATE TABLE part (id int PRIMARY KEY, a int) PARTITION BY HASH (id) PARTITIONS 2;
CREATE TABLE `select` (`Id` int PRIMARY KEY, `a b` int, changed timestamp NULL ON UPDATE CURRENT_TIMESTAMP);
"""
MARIADB_ROWS = f"""
INSERT INTO t SELECT seq, seq % 7, NULL FROM seq_1_to_{ROWS};
INSERT INTO pair SELECT seq DIV 2, IF(seq % 2, 'r', 'l'), seq FROM seq_1_to_{ROWS};
INSERT INTO keyless SELECT seq, seq FROM seq_1_to_{ROWS};
INSERT INTO squeezed SELECT seq, seq FROM seq_1_to_{ROWS};
INSERT INTO searched SELECT seq, seq, 'w' FROM seq_1_to_{ROWS};
INSERT INTO old SELECT seq, seq FROM seq_1_to_{ROWS};
INSERT INTO part SELECT seq, seq FROM seq_1_to_{ROWS};
INSERT INTO `select` SELECT seq, seq, '2020-01-01' FROM seq_1_to_{ROWS};
"""
REQUIRED = ("expand", "deploy", "backfill", "enforce")
MARIADB_KINDS = (
    Kind("x int", EXPAND),
    Kind("x int FIRST", EXPAND),
    Kind("x int AFTER id", EXPAND),
    Kind("x varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'a' COMMENT 'it''s'", EXPAND),
    Kind("x int NOT NULL DEFAULT 7", EXPAND),
    Kind("x datetime NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP", EXPAND, clock=True),
    Kind("x enum('a', 'b') DEFAULT 'b'", EXPAND),
    Kind("x json", EXPAND),
    Kind("x int INVISIBLE", EXPAND),
    Kind("x int AS (a + 1) VIRTUAL", EXPAND),
    Kind("x int AS (a + 1) VIRTUAL UNIQUE", ("expand", "enforce"), table="pair"),
    Kind("x int CHECK (x > 0)", EXPAND),
    Kind("x int NOT NULL DEFAULT 7 CHECK (x > 0)", EXPAND),
    Kind("x text NOT NULL", REQUIRED, "'v'"),
    Kind("x text NOT NULL", REQUIRED, "'v'", table="pair"),
    Kind("x text NOT NULL", REQUIRED, "'v'", table="keyless"),
    Kind("x text NOT NULL", REQUIRED, "'v'", table="part"),
    Kind("x text NOT NULL", REQUIRED, "'v'", table="squeezed"),
    Kind("`y z` varchar(9) NOT NULL AFTER `Id`", REQUIRED, "'v'", table="`select`"),
    Kind("`we``ird '%` int NOT NULL UNIQUE", REQUIRED, "id"),
    Kind("x timestamp NOT NULL CHECK (x > '2000-01-01')", REQUIRED, "'2020-01-01'"),
    Kind("x int UNIQUE", ("expand", "enforce")),
    Kind("x int NOT NULL UNIQUE", REQUIRED, "id"),
    Kind("x int UNIQUE", EXPAND, table="squeezed"),
    Kind("x int PRIMARY KEY", REQUIRED, "id", table="keyless"),
    Kind("x char(36) DEFAULT (uuid())", ("expand", "expand", "backfill"), own=True),
    Kind("x char(36) NOT NULL DEFAULT (uuid()) UNIQUE", ("expand", "expand", "backfill", "enforce"), own=True),
    Kind("x varchar(20) DEFAULT (concat(id, side))", ("expand", "expand", "backfill"), own=True, table="pair"),
    Kind("x int REFERENCES u (id)", ("expand", "enforce")),
    Kind("x int CONSTRAINT f REFERENCES u (n) ON DELETE CASCADE", ("expand", "enforce")),
    Kind("x int NOT NULL UNIQUE REFERENCES u (id)", (*REQUIRED, "enforce"), "id"),
    Kind("x int DEFAULT 1 REFERENCES u (id)", ("expand", "enforce")),
    Kind("x int AS (a + 1) STORED", EXPAND),
    Kind("x bigint AUTO_INCREMENT UNIQUE", EXPAND, own=True, table="keyless"),
    Kind("x int NOT NULL DEFAULT 7", EXPAND, table="searched"),
    Kind("x int", EXPAND, table="old"),
    Kind("x int AS (a) VIRTUAL", EXPAND, table="part"),
    Kind("x int, ADD COLUMN y int AS (a) VIRTUAL", ("expand", "expand")),
    Kind(
        "x int, ADD COLUMN y char(36) NOT NULL DEFAULT (uuid())", ("expand", "expand", "backfill", "enforce"), own=True
    ),
    Kind(
        "x",
        ("expand", "deploy", "clean up"),
        sql="ALTER TABLE t ADD x int DEFAULT 7 NOT NULL; ALTER TABLE t ALTER x DROP DEFAULT",
    ),
    Kind("x", EXPAND, sql="ALTER TABLE t ADD COLUMN x int DEFAULT 7, ADD CONSTRAINT k CHECK (x > 0)"),
    Kind(
        "x",
        ("expand", "enforce"),
        sql="ALTER TABLE t ADD COLUMN x int, ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES u (id)",
    ),
)


@pytest.mark.parametrize("kind", MARIADB_KINDS, ids=lambda kind: f"{kind.table} {kind.sql or kind.definition}")
def test_mariadb(kind: Kind, mariadb: Server) -> None:
    with mariadb.fresh_database() as naive, mariadb.fresh_database() as database:
        schema = Schema.from_ddl(MARIADB, mariadb.engine)
        change = _change(kind, naive)
        naive.run(MARIADB + ("" if kind.value else MARIADB_ROWS))
        naive.run(change.sql)
        database.run(MARIADB + MARIADB_ROWS)
        _tried(kind, change, schema, naive, database)


def _change(kind: Kind, database: Database) -> Change:
    if kind.sql:
        return Change.parse(kind.sql, database.engine)
    return Change.short(kind.table, kind.definition, database.engine)


def _tried(kind: Kind, change: Change, schema: Schema, naive: Database, database: Database) -> None:
    tables = (kind.table, "u")
    start, rows = catalogue(database, tables), _rows(database, kind)
    made = filled(plan(change, schema, settings=SETTINGS), kind.value or "")
    _run(made, database)
    end, naive_end = catalogue(database, tables), catalogue(naive, tables)
    assert _comparable(end, kind) == _comparable(naive_end, kind)
    if database.engine.version < (18,):  # which needs fewer: NOT NULL … NOT VALID
        assert tuple(phase.kind for phase in made.phases) == kind.phases
    assert _rows(database, kind, _before(schema, change, database)) == rows
    if kind.own or kind.clock:
        names = ", ".join(quoted(name, database.engine) for name in change.names)
        values = [row[-1] for row in _rows(database, kind, names)]
        assert None not in values
        assert len(set(values)) == (1 if kind.clock else ROWS)
    elif not kind.value:
        assert _rows(database, kind) == _rows(naive, kind)
    for phase in reversed(made.phases):
        run(database, phase.take_back)
    assert catalogue(database, tables) == start
    assert _rows(database, kind) == rows


def _before(schema: Schema, change: Change, database: Database) -> str:
    """The columns that were there."""
    table = schema.find(change.table)
    return ", ".join(quoted(column.name, database.engine) for column in table.columns)


def _run(made: Plan, database: Database) -> None:
    for phase in made.phases:
        run(database, phase.statements)
        for check in phase.verify:
            if phase.kind != "deploy":
                assert answer(database, check.query) == check.expected, check.query


def _rows(database: Database, kind: Kind, columns: str = "*") -> list[tuple]:
    if kind.table == "far":
        return []
    return sorted(database.rows(f"SELECT {columns} FROM {kind.table}"), key=lambda row: tuple(map(str, row)))


def _comparable(found, kind: Kind):
    """Without the last value of a sequence where the naive ALTER met no rows."""
    if not isinstance(found, dict) or not kind.value:
        return found
    return found | {"sequences": [row[:6] for row in found["sequences"]]}


def test_the_page_counts_the_kinds():
    page = (Path(__file__).parents[2] / "docs" / "rollout.md").read_text()
    assert f"the plans for {len(POSTGRES_KINDS) + len(MARIADB_KINDS)} kinds of columns" in page
