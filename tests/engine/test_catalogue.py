"""A live schema, the dump of it and the script that made it are the same value."""

import os
import subprocess
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from scanner.errors import SourceError
from scanner.model import Column, Database, Grant, Table, TableName
from scanner.schema import Schema
from scanner.schema.catalogue import read
from tests.engine.servers import Database as ServerDatabase

POSTGRES = """
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('a', 'b');
CREATE TYPE pair AS (x int, y numeric(3,1)[]);
CREATE TYPE spread AS RANGE (subtype = int4);
CREATE DOMAIN positive AS int DEFAULT 1 NOT NULL CHECK (VALUE > 0);
CREATE TABLE app.customers (id bigserial PRIMARY KEY, email varchar(200) UNIQUE NOT NULL,
  mood app.mood DEFAULT 'a');
CREATE TABLE orders (
    id int GENERATED ALWAYS AS IDENTITY, customer bigint NOT NULL REFERENCES app.customers ON DELETE CASCADE,
    total numeric(10,2) DEFAULT 0 CHECK (total >= 0), "Odd name" text[] DEFAULT '{}', doubled numeric
    GENERATED ALWAYS AS (total * 2) STORED, at timestamp(3) with time zone DEFAULT now(), amount positive,
    old int, PRIMARY KEY (id), UNIQUE (customer, at)
);
ALTER TABLE orders DROP COLUMN old;
CREATE UNIQUE INDEX one_at ON orders (at, total);
CREATE UNIQUE INDEX half ON orders (amount) WHERE amount > 5;
CREATE UNIQUE INDEX lowered ON app.customers (lower(email));
CREATE TABLE typed OF pair (x WITH OPTIONS NOT NULL, PRIMARY KEY (x));
CREATE TABLE parent (id int, a int DEFAULT 1 CHECK (a > 0));
CREATE TABLE child (b int) INHERITS (parent);
CREATE TABLE log (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE log_2 (at date NOT NULL, id int NOT NULL);
ALTER TABLE log ATTACH PARTITION log_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
ALTER TABLE log ADD FOREIGN KEY (id) REFERENCES orders (id) ON UPDATE SET NULL;
CREATE VIEW open_orders AS SELECT * FROM orders WHERE total > 0 WITH CHECK OPTION;
CREATE MATERIALIZED VIEW app.totals AS SELECT sum(total) AS s FROM orders;
CREATE FUNCTION f(a int, VARIADIC b text[] DEFAULT '{}') RETURNS SETOF orders
    LANGUAGE sql STABLE AS 'SELECT * FROM orders';
CREATE FUNCTION f(a text) RETURNS TABLE (x int, y text) LANGUAGE plpgsql AS 'BEGIN RETURN; END';
CREATE FUNCTION outs(OUT a int, INOUT b text) LANGUAGE sql AS $$SELECT 1, 'it''s'$$;
CREATE FUNCTION frozen(n int) RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM orders WHERE total > n; END;
CREATE PROCEDURE app.p(IN a double precision) LANGUAGE plpgsql AS 'BEGIN DELETE FROM orders; END';
CREATE AGGREGATE total(numeric) (SFUNC = numeric_add, STYPE = numeric);
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t1 BEFORE INSERT OR UPDATE OF total,
  at ON orders FOR EACH ROW WHEN (NEW.total > 0) EXECUTE FUNCTION app.touch();
CREATE TRIGGER t2 AFTER DELETE ON orders REFERENCING OLD TABLE AS gone EXECUTE FUNCTION app.touch('x');
CREATE TRIGGER t3 BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE RULE r AS ON DELETE TO parent DO ALSO (INSERT INTO log VALUES (1, '2024-02-01'); NOTIFY x);
CREATE POLICY p ON orders FOR SELECT TO PUBLIC USING (total > 0);
CREATE POLICY q ON orders AS RESTRICTIVE WITH CHECK (total > 1);
DO $$ BEGIN CREATE ROLE scanner_test_app; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT (id, total), INSERT (total) ON orders TO scanner_test_app;
GRANT ALL ON app.customers TO scanner_test_app;
GRANT SELECT ON parent TO PUBLIC;
"""

MYSQL = [
    """CREATE TABLE customers (id bigint unsigned NOT NULL AUTO_INCREMENT,
         email varchar(200) CHARACTER SET ascii NOT NULL,
       mood enum('a','B') DEFAULT 'a' COMMENT 'x;', PRIMARY KEY (id), UNIQUE KEY e (email))""",
    """CREATE TABLE orders (id int NOT NULL AUTO_INCREMENT, customer bigint unsigned NOT NULL,
         total decimal(10,2) DEFAULT 0.00,
       doubled decimal(10,2) GENERATED ALWAYS AS (total * 2) STORED,
         halved int GENERATED ALWAYS AS (total / 2) VIRTUAL,
       at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
         `odd ``name` text, hidden int INVISIBLE,
       PRIMARY KEY (id), UNIQUE KEY k (customer, at), FULLTEXT KEY f (`odd ``name`),
         CONSTRAINT positive CHECK (total >= 0),
       CONSTRAINT c FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE CASCADE)""",
    "CREATE TABLE log (id int, at date) PARTITION BY HASH (id) PARTITIONS 3",
    "CREATE VIEW open_orders AS SELECT * FROM orders WHERE total > 0",
    "CREATE VIEW named (x, y) AS SELECT id, email FROM customers",
    "CREATE FUNCTION f(a INT, b VARCHAR(10)) RETURNS varchar(20) READS SQL DATA"
    " RETURN (SELECT max(id) FROM orders WHERE id > a)",
    """CREATE PROCEDURE p(IN a INT, OUT b TEXT) COMMENT 'it''s' BEGIN DECLARE n INT DEFAULT 0;
       IF a > 1 THEN UPDATE orders SET total = CASE WHEN total > 1 THEN 1 ELSE 2 END; END IF; SELECT ';';
       END""",
    "CREATE TRIGGER tr BEFORE UPDATE ON orders FOR EACH ROW"
    " BEGIN SET NEW.total = 1; INSERT INTO log VALUES (1, NULL); END",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM log",
]


@pytest.fixture
def postgres_shop(postgres_database: ServerDatabase) -> ServerDatabase:
    postgres_database.run(POSTGRES)
    return postgres_database


@pytest.fixture
def mysql_shop(mariadb_database: ServerDatabase) -> ServerDatabase:
    for statement in MYSQL:
        mariadb_database.run(statement)
    return mariadb_database


def live(database: ServerDatabase) -> Schema:
    schema = read(database.dsn, Database("shop", database.engine))
    assert schema.skipped == ()
    return schema


def dumped(database: ServerDatabase) -> Schema:
    schema = Schema.from_ddl(_dump(database), database.engine)
    assert schema.skipped == ()
    return schema


def _dump(database: ServerDatabase) -> str:
    if database.engine.family == "postgres":
        command = ["pg_dump", "--schema-only", database.dsn]
    else:
        url = urlsplit(database.dsn)
        program = "mariadb-dump" if database.engine.name == "mariadb" else "mysqldump"
        command = [program, "--no-data", "--routines", "--events"]
        command += [f"--host={url.hostname}", f"--port={url.port}", f"--user={url.username}", database.name]
    environment = os.environ | {"MYSQL_PWD": urlsplit(database.dsn).password or ""}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def comparable(schema: Schema) -> dict[str, list[object]]:
    """What a schema holds, whatever the order."""
    return {
        "tables": [_sorted(table) for table in schema.tables],
        "views": list(schema.views),
        "routines": sorted(schema.routines, key=repr),
        "triggers": sorted(schema.triggers, key=repr),
        "types": sorted(schema.types.items()),
        "rules": sorted((rule.name, rule.table, " ".join(rule.sql.split())) for rule in schema.rules),
    }  # fmt: skip


def _sorted(table: Table) -> Table:
    return replace(
        table,
        unique_keys=tuple(sorted(table.unique_keys)),
        checks=tuple(sorted(table.checks)),
        foreign_keys=tuple(sorted(table.foreign_keys, key=repr)),
        grants=tuple(sorted(table.grants, key=repr)),
    )


def test_a_postgres_schema_is_its_dump(postgres_shop):
    found, from_dump = comparable(live(postgres_shop)), comparable(dumped(postgres_shop))
    for part, values in found.items():
        assert values == from_dump[part], part
        assert values


def test_a_mysql_schema_is_its_dump(mysql_shop):
    found, from_dump = comparable(live(mysql_shop)), comparable(dumped(mysql_shop))
    for part, values in found.items():
        assert values == from_dump[part], part
        assert values or part in ("types", "rules")


def test_a_postgres_script_makes_the_columns_the_server_makes(postgres_shop):
    script = Schema.from_ddl(POSTGRES, postgres_shop.engine)
    assert script.skipped == ()
    assert _columns(script) == _server_columns(postgres_shop)


def test_a_mysql_script_makes_the_columns_the_server_makes(mysql_shop):
    script = Schema.from_ddl(";\n".join(MYSQL), mysql_shop.engine)
    assert script.skipped == ()
    assert _columns(script) == _server_columns(mysql_shop)


def _columns(schema: Schema) -> dict[str, list[tuple[str, bool]]]:
    return {table.name.name: [(c.name, c.nullable) for c in table.columns] for table in schema.tables}


def _server_columns(database: ServerDatabase) -> dict[str, list[tuple[str, bool]]]:
    """The columns as the server's own information_schema has them; of domains, what they allow."""
    schemas = "('app', 'public')" if database.engine.family == "postgres" else "(database())"
    columns: dict[str, list[tuple[str, bool]]] = {}
    for table, column, nullable in database.rows(
        f"SELECT c.table_name, c.column_name, c.is_nullable FROM information_schema.columns c"
        " JOIN information_schema.tables t"
        " ON t.table_schema = c.table_schema AND t.table_name = c.table_name"
        f" WHERE c.table_schema IN {schemas} AND t.table_type = 'BASE TABLE'"
        f" ORDER BY c.table_name, c.ordinal_position"
    ):
        columns.setdefault(table, []).append((column, nullable == "YES" or column == "amount"))
    return columns


def test_what_a_live_postgres_tells_of_itself(postgres_shop):
    schema = live(postgres_shop)
    assert schema.database.search_path == ("public",)
    assert schema.engine.version[0] == postgres_shop.engine.version[0]
    customers = schema.relations[TableName("app", "customers")]
    assert customers.columns == (
        Column("id", "bigint", False, serial=True, unique=True, primary_key=True),
        Column("email", "character varying(200)", False, unique=True),
        Column("mood", "app.mood", default="'a'::app.mood"),
    )
    orders = schema.find(TableName(None, "orders"))
    assert set(orders.grants) == {
        Grant("scanner_test_app", "SELECT", ("id", "total")),
        Grant("scanner_test_app", "INSERT", ("total",)),
    }


def test_what_a_live_mysql_tells_of_itself(mysql_shop):
    schema = live(mysql_shop)
    assert schema.database.search_path == (mysql_shop.name,)
    assert (schema.engine.name, schema.engine.version) == (mysql_shop.engine.name, mysql_shop.engine.version)
    assert "STRICT_TRANS_TABLES" in schema.database.sql_mode
    assert schema.find(TableName(mysql_shop.name, "orders")) is schema.relations[TableName(None, "orders")]


def test_grants_of_a_live_mysql(mysql_shop):
    role = f"app_{os.getpid()}"
    grant = f"GRANT SELECT (id, total), UPDATE (total) ON orders TO {role}@localhost"
    mysql_shop.run(f"CREATE USER {role}@localhost; {grant}")
    try:
        orders = live(mysql_shop).find(TableName(None, "orders"))
    finally:
        mysql_shop.run(f"DROP USER {role}@localhost")
    assert set(orders.grants) == {
        Grant(f"{role}@localhost", "SELECT", ("id", "total")),
        Grant(f"{role}@localhost", "UPDATE", ("total",)),
    }


def test_what_a_mysql_user_may_not_see_is_named(mysql_shop):
    role, url = f"reader_{os.getpid()}", urlsplit(mysql_shop.dsn)
    grant = f"GRANT SELECT, EXECUTE ON {mysql_shop.name}.* TO {role}"
    mysql_shop.run(f"CREATE USER {role} IDENTIFIED BY 'hush'; {grant}")
    try:
        dsn = url._replace(netloc=f"{role}:hush@{url.hostname}:{url.port}").geturl()
        schema = read(dsn, Database("shop", mysql_shop.engine))
    finally:
        mysql_shop.run(f"DROP USER {role}")
    assert len(schema.tables) == 3
    assert {skipped.kind for skipped in schema.skipped} == {
        "SHOW CREATE VIEW", "SHOW CREATE FUNCTION", "SHOW CREATE PROCEDURE", "SHOW CREATE TRIGGER",
    }  # fmt: skip


def test_nothing_is_written_and_nothing_waits_for_ever(postgres_shop, mysql_shop):
    for database in (postgres_shop, mysql_shop):
        assert comparable(live(database)) == comparable(live(database))
    with pytest.raises(SourceError, match="could not be read"):
        read(postgres_shop.dsn, Database("shop", postgres_shop.engine), timeout_s=0.001)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_is_not_there_is_one_sentence_without_the_password(scheme):
    engine = "postgres:15" if scheme == "postgresql" else "mysql:8.0"
    database = Schema.from_ddl("", engine).database
    with pytest.raises(SourceError) as raised:
        read(f"{scheme}://me:secret@127.0.0.1:1/shop", database, timeout_s=2)
    message = str(raised.value)
    assert message.startswith(f"The schema at {scheme}://me@127.0.0.1:1/shop could not be read: ")
    assert "secret" not in message
    assert "\n" not in message


def test_a_url_of_another_engine_is_refused():
    with pytest.raises(SourceError, match="no URL for the postgres database"):
        read("mysql://me:secret@db/shop", Schema.from_ddl("", "postgres").database)
