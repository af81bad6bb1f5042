"""A company whose every source holds secrets, each of which can be told from all others and found in any bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

TABLES = """
CREATE TABLE orders (id integer PRIMARY KEY, customer text, card text, note text, total numeric, at timestamp);
CREATE TABLE users (id integer PRIMARY KEY, name text, password text);
"""
SCHEMA = (
    TABLES
    + """
-- {}
COMMENT ON TABLE orders IS '{}';
COPY orders (id, note) FROM stdin;
1\t{}
2\t{#}
\\.
INSERT INTO orders VALUES ({#}, '{}');
CREATE ROLE app PASSWORD '{}';
CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{}');
CREATE USER MAPPING FOR app SERVER s OPTIONS (password '{}');
CREATE SUBSCRIPTION s CONNECTION 'host=h password={}' PUBLICATION p;
CREATE TABL orders '{}';
"""
)
# The constants of these are what a verdict depends on.
DEFINITIONS = """
CREATE TABLE kinds (id integer DEFAULT {#}, kind text DEFAULT '{}' CHECK (kind IN ('{}', '{}')));
CREATE VIEW named AS SELECT * FROM orders WHERE note = '{}' OR card = '{#}';
CREATE FUNCTION close() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE orders SET note = '{}' WHERE id = {#}; -- {}
END $$;
"""
STOCK = (
    TABLES.replace("integer", "int").replace("text", "varchar(100)").replace("timestamp", "datetime")
    + """
/* {} */
INSERT INTO orders VALUES ({#}, '{}');
CREATE USER app IDENTIFIED BY '{}';
CREATE TABLE kinds2 (id int COMMENT '{}') COMMENT '{}';
"""
)
STOCK_DEFINITIONS = """
CREATE TABLE kinds (id int DEFAULT {#}, kind varchar(9) DEFAULT '{}');
CREATE VIEW named AS SELECT * FROM orders WHERE note = '{}' OR card = '{#}';
CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW SET NEW.note = '{}';
"""

# {} is a secret: a word, or after # a number, after x the digits of a hexadecimal number.
BOTH = (
    "SELECT * FROM orders WHERE customer = '{}'",
    "SELECT id FROM orders WHERE customer = 'O''{}' AND note = N'{}' AND card = {#}",
    "SELECT id FROM orders WHERE card IN ('{}', '{#}', '{}') AND total > {#}.5 AND id = -{#}",
    "INSERT INTO orders VALUES ({#}, '{}', '{#}', '{{\"token\": \"{}\", \"pin\": {#}}}', 1.5e3, '2026-01-01 {}')",
    "INSERT INTO orders (id, customer) VALUES (1, '{}'), (2, '{}'), (3, '{}')",
    "UPDATE orders SET note = '{}' WHERE id = {#} /* {} */",
    "/* user: {}, mail: {}@example.org */ DELETE FROM orders WHERE customer LIKE '%{}%'",
    "SELECT id FROM orders -- {}\n WHERE note = '{}'",
    "SELECT id FROM orders WHERE note = x'{x}' OR note = X'{x}' OR note = 0x{x}",
    "SELECT id, '{}' AS kind, {#} AS number FROM orders ORDER BY 1, {#}",
    "SELECT id FROM orders WHERE at > DATE '{}' AND at < TIMESTAMP '{}' LIMIT {#}",
    "SELECT id FROM orders WHERE note = '{} and no end",
    "SELECT id FROM orders WHERE ((note = '{}'",
    "SELEC id FORM orders '{}' WHERE orders {#}",
    "WITH o AS (SELECT '{}' AS a, o.* FROM orders o) SELECT * FROM o WHERE a = '{}'",
    "SELECT count(*) FROM orders GROUP BY '{}', substr(note, {#})",
    "CALL close_orders('{}', {#})",
    "EXPLAIN SELECT * FROM orders WHERE note = '{}'",
    "SELECT * FROM orders WHERE note = '{}\x00\x1b[31m\u202e\ufffd'",
    "PREPARE s FROM 'SELECT * FROM orders WHERE note = ''{}'''",
    "SELECT CASE note WHEN '{}' THEN '{}' ELSE '{}' END FROM orders",
    "SELECT * FROM orders WHERE note IN (SELECT '{}' UNION SELECT '{}')",
    "GRANT SELECT ON orders TO app IDENTIFIED BY '{}'",
    "CREATE TABLE orders_copy AS SELECT * FROM orders WHERE note = '{}'",
    "CREATE VIEW v AS SELECT * FROM orders WHERE note = '{}'",
)
POSTGRES = (
    "SELECT * FROM orders WHERE note = E'it\\'s {}' OR note = U&'{}' OR note = B'01' || $${}$$ || $q${}$q$",
    "SELECT * FROM orders WHERE note::jsonb @> '{{\"token\": \"{}\"}}'::jsonb OR note ~ '{}' OR note = ANY ('{{{}}}')",
    "COPY orders FROM '/srv/{}.csv' WITH (FORMAT csv, NULL '{}')",
    "COPY orders FROM PROGRAM 'curl https://u:{}@h/'",
    "ALTER ROLE app PASSWORD '{}'",
    "CREATE ROLE app LOGIN ENCRYPTED PASSWORD 'md5{}'",
    "ALTER USER MAPPING FOR app SERVER s OPTIONS (SET password '{}')",
    "CREATE SUBSCRIPTION s CONNECTION 'host=h password={}' PUBLICATION p",
    "SELECT * FROM dblink('host=h password={}', 'SELECT * FROM orders WHERE note = ''{}''') AS t(id int)",
    "DO $$ BEGIN UPDATE orders SET note = '{}' WHERE id = {#}; END $$",
    "DO LANGUAGE plpython3u $$ secret = '{}' $$",
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''{}'' FROM orders'",
    "SET my.token = '{}'; SELECT * FROM orders",
    "SELECT set_config('my.token', '{}', true) FROM orders",
    "EXECUTE s('{}', {#})",
    "SELECT * FROM orders WHERE note = $${} and no end",
    "SELECT * FROM orders WHERE note = E'{} and no end",
    "COMMENT ON TABLE orders IS '{}'",
    "NOTIFY orders, '{}'",
    "DECLARE c CURSOR FOR SELECT * FROM orders WHERE note = '{}'",
)
MYSQL = (
    "SELECT * FROM orders WHERE note = \"{}\" OR note = \"it\\\"s {}\" OR note = _utf8mb4'{}' OR note = 'a\\'{}'",
    "SELECT id '{}', total FROM orders",
    "SET PASSWORD FOR 'app'@'%' = '{}'",
    "SET PASSWORD = PASSWORD('{}')",
    "ALTER USER app IDENTIFIED BY '{}' REPLACE '{}'",
    "CREATE USER app IDENTIFIED WITH caching_sha2_password AS '*{}'",
    "CHANGE MASTER TO MASTER_PASSWORD='{}'",
    "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (PASSWORD '{}')",
    "LOAD DATA INFILE '/srv/{}.csv' INTO TABLE orders SET note = '{}'",
    "SELECT * FROM orders INTO OUTFILE '/srv/{}.csv' FIELDS ENCLOSED BY '\"'",
    "SET @s = 'SELECT * FROM orders WHERE note = \"{}\"'; PREPARE s FROM @s",
    "SET @token = '{}'; SELECT * FROM orders WHERE note = @token",
    "SELECT /*! STRAIGHT_JOIN '{}', */ id FROM orders /*!99999 WHERE note = '{}' */",
    "SELECT /*+ SET_VAR(a = '{}') */ id FROM orders # {}",
    "SELECT * FROM orders WHERE MATCH (note) AGAINST ('{}' IN BOOLEAN MODE) PROCEDURE ANALYSE({#})",
    "SELECT * FROM orders WHERE note = AES_DECRYPT(card, '{}') OR id = {#}",
    "HANDLER orders READ PRIMARY = ({#})",
    "DELETE FROM orders WHERE note = `{} and no end",
    "SHOW TABLES LIKE '{}'",
    "KILL QUERY {#}",
)


_SECRET = re.compile(rb"zqx\d{4}qz|4929\d{4}0713|fade[0-9a-f]{4}beef")
_PLACE = re.compile(r"\{\{|\}\}|\{[#x]?\}")


class Plants:
    """Makes secrets, and knows where each was planted."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}  # secret → where
        self._numbers = count(1)

    def fill(self, template: str, place: str) -> str:
        """The template with a new secret at each place for one; {{ and }} are braces."""
        return "".join(self._filled(line, f"{place}: {line.strip()}") for line in template.splitlines(keepends=True))

    def found_in(self, content: bytes) -> list[str]:
        """The secrets that are in these bytes, with where they were planted."""
        found = frozenset(_SECRET.findall(content.lower()))
        return [f"{place} ({secret})" for secret, place in self.places.items() if secret.encode() in found]

    def _filled(self, line: str, place: str) -> str:
        return _PLACE.sub(lambda found: found[0][0] if found[0] in ("{{", "}}") else self._made(found[0], place), line)

    def _made(self, kind: str, place: str) -> str:
        number = next(self._numbers)
        secret = {"{}": f"zqx{number:04}qz", "{#}": f"4929{number:04}0713", "{x}": f"fade{number:04x}beef"}[kind]
        self.places[secret] = place
        return secret


def plant(folder: Path, plants: Plants) -> None:
    """Writes scanner.toml, schemas and sources."""
    for name, text in _files(plants):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))


def _files(plants: Plants) -> Iterator[tuple[str, str]]:
    yield "shop.sql", plants.fill(SCHEMA, "schema") + plants.fill(DEFINITIONS, "definition")
    yield "stock.sql", plants.fill(STOCK, "schema") + plants.fill(STOCK_DEFINITIONS, "definition")
    yield "slow.log", "".join(_slow_log(plants))
    postgres = [plants.fill(sql, "export") for sql in (*BOTH, *POSTGRES)]
    yield "statements.json", json.dumps([{"query": sql, "calls": n} for n, sql in enumerate(postgres, 1)])
    quoted = ((sql.replace("\0", "").replace('"', '""')) for sql in (plants.fill(s, "csv") for s in (*BOTH, *POSTGRES)))
    yield "statements.csv", "query,calls,rolname\n" + "".join(f'"{sql}",5,app\n' for sql in quoted)
    yield "mysql.tsv", "".join(_mysql_tables(plants))
    yield "mysql.json", json.dumps([*_digests(plants), *_slow_log_table(plants)])
    for name, statements in (("code", (*BOTH, *POSTGRES)), ("stock", (*BOTH, *MYSQL))):
        for number, sql in enumerate(statements):  # each in a file of its own, for one without an end takes the rest
            yield f"{name}/jobs/{number}.sql", plants.fill(sql, "sql file") + ";\n"
        yield f"{name}/web/orders.py", plants.fill(_PYTHON, "python")
        yield f"{name}/web/large.py", "ORDERS = 'orders'  # filler\n" * 20_000  # enough for what is read to be kept
    yield (
        "code/jobs/dump.sql",
        plants.fill("COPY orders (id, note) FROM stdin;\n1\t{}\n2\t{#}\n\\.\nSELECT 1;\n", "dump"),
    )
    yield (
        "code/web/broken.py",
        plants.fill("def f(:\n  q = 'SELECT * FROM orders WHERE note = \"{}\"'\n", "broken python"),
    )
    yield "code/web/work.ipynb", json.dumps(_notebook(plants))
    yield "code/web/settings.yaml", plants.fill("table: orders\npassword: {}\nurl: pg://u:{}@h/d\n", "yaml")
    yield "code/web/app.js", plants.fill("db.query(`SELECT * FROM orders WHERE note = '{}'`)\n", "other language")
    yield "code/web/compose.yaml", plants.fill("services: [\n  web: {{build: .}}, password: {}\n", "broken yaml")
    yield "code/web/setup.cfg", plants.fill("password = {}\n[metadata]\nname = web\n", "broken configuration")
    yield "scanner.toml", _CONFIG


def _slow_log(plants: Plants) -> Iterator[str]:
    for number, sql in enumerate((*BOTH, *MYSQL, *BOTH)):
        text = plants.fill(sql, "slow log")
        took = "0.500000" if number % 2 else "0.5"  # the first are read many at a time
        yield (
            f"# Time: 2026-03-01T00:00:{number % 60:02}Z\n# User@Host: app[app] @ web [10.0.0.1] Id: 5\n"
            f"# Query_time: {took} Lock_time: 0.000000 Rows_sent: 1 Rows_examined: 1\n"
            f"SET timestamp={1772323200 + number};\n{text};\n"
        )
    yield plants.fill("# administrator command: Connect {};\nleft over '{}' of {#}", "end of the slow log")


def _mysql_tables(plants: Plants) -> Iterator[str]:
    """The rows that `scanner export-sql mysql` asks for, as the mysql client writes them."""
    escaped = str.maketrans({"\\": r"\\", "\n": r"\n", "\t": r"\t", "\0": r"\0"})
    yield "SCHEMA_NAME\tDIGEST\tDIGEST_TEXT\tCOUNT_STAR\tQUERY_SAMPLE_TEXT\n"
    for number, sql in enumerate((*BOTH, *MYSQL)):
        digest, sample = (plants.fill(sql, "statement digest").translate(escaped) for _ in range(2))
        yield f"stock\tx{number}\t{digest}\t3\t{sample}\n"
    yield "start_time\tuser_host\tquery_time\tdb\tsql_text\n"
    for sql in (*BOTH, *MYSQL):
        text = plants.fill(sql, "mysql.slow_log").translate(escaped)
        yield f"2026-03-01 00:00:00.1\tapp[app] @ web []\t00:00:01\tstock\t{text}\n"
    yield plants.fill("no time {}\tapp\t{#}\tstock\tSELECT '{}'\nbroken {}\t'{}'\n", "broken row")


def _digests(plants: Plants) -> Iterator[dict[str, object]]:
    for number, sql in enumerate((*BOTH, *MYSQL)):
        digest, sample = (plants.fill(sql, "statement digest in JSON") for _ in range(2))
        texts = {"digest_text": digest, "query_sample_text": sample}
        yield {"schema_name": "stock", "digest": f"y{number}", "count_star": 3, **texts}


def _slow_log_table(plants: Plants) -> Iterator[dict[str, object]]:
    for sql in (*BOTH, *MYSQL, "no time {}"):
        text = plants.fill(sql, "mysql.slow_log in JSON")
        start = text if sql == "no time {}" else "2026-03-01 00:00:00.1"
        yield {"start_time": start, "user_host": "app[app] @ web []", "query_time": 1, "db": "stock", "sql_text": text}


def _notebook(plants: Plants) -> dict[str, object]:
    def cell(source: str) -> dict[str, object]:
        printed = plants.fill("SELECT * FROM orders WHERE note = '{}' {#}", "notebook output")
        outputs = [{"output_type": "stream", "name": "stdout", "text": [printed]}]
        return {"cell_type": "code", "metadata": {}, "outputs": outputs, "source": plants.fill(source, "notebook")}

    cells = [
        cell("cursor.execute(\"SELECT * FROM orders WHERE note = '{}'\")"),
        cell("%sql postgresql://u:{}@h/d SELECT * FROM orders WHERE note = '{}'"),
        cell("%%sql\nSELECT * FROM orders WHERE card = {#} -- {}\n"),
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


_PYTHON = '''"""Orders of {}."""
import psycopg
URL = "postgresql://app:{}@db/shop"
TOKEN = "{}"  # {}
connection = psycopg.connect("host=db password={} user=app")
cursor = connection.cursor()
def load(name, table, ids, *, key="{}"):
    cursor.execute("SELECT * FROM orders WHERE customer = '{}' AND card = {#} -- {}")
    cursor.execute(f"SELECT * FROM orders WHERE customer = '{}' AND note = '{{name}}' AND id = {{ids['{}']}}")
    cursor.execute("SELECT * FROM orders WHERE note = '%s' AND card = {#}" % TOKEN)
    cursor.execute("SELECT {{}} FROM orders WHERE note = '{}'".format(", ".join(["id", "note"])))
    cursor.execute(f"SELECT {{pick(table, '{}', {#}, b'{}', x={#})}} FROM orders WHERE note = {{name!r}} /* {} */")
    cursor.execute(f"SELECT id FROM {{table}} WHERE id = {{ids.get('{}')}} AND {{build('{}')}}")
    cursor.execute("INSERT INTO orders (id, note) VALUES (%s, %s)", ({#}, "{}"))
    cursor.execute(f"DELETE FROM orders WHERE {{'note = ' + quote("""{} it's {}""")}}")
    rows = cursor.execute("SELECT * FROM orders WHERE note = " + repr("{}")).fetchall()
    cursor.copy_from(open("/srv/{}"), "orders", null="{}")
    a, b = rows[0]
    return Order(*rows[0], token="{}"), process(rows, "{}", {#})["{}"](*rows[0])
def other(session):
    engine = create_engine("mysql://root:{}@h/d")
    session.execute("UPDATE orders SET note = :note WHERE id = {#}", {{"note": "{}"}})
    run("orders", "{}")
    register(table="orders", secret="{}")
'''
_CONFIG = """
[[databases]]
name = "shop"
engine = "postgres:16"
schema = "shop.sql"

[[databases]]
name = "stock"
engine = "mysql:8.0"
schema = "stock.sql"

[[sources]]
kind = "mysql_slow_log"
path = "slow.log"
database = "stock"
""" + "".join(
    f'\n[[sources]]\nkind = "{kind}"\npath = "{path}"\ndatabase = "{database}"\n'
    for kind, path, database in (
        ("pg_stat_statements", "statements.json", "shop"),
        ("pg_stat_statements", "statements.csv", "shop"),
        ("mysql_digests", "mysql.tsv", "stock"),
        ("mysql_slow_log_table", "mysql.tsv", "stock"),
        ("mysql_digests", "mysql.json", "stock"),
        ("mysql_slow_log_table", "mysql.json", "stock"),
        ("sql_files", "code", "shop"),
        ("python", "code", "shop"),
        ("python", "stock", "stock"),
        ("sql_files", "stock", "stock"),
    )
)
