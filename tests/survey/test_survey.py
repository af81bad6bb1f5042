"""What a look at a repository finds, and the scanner.toml that it writes."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

import scanner
from scanner.config import load_config
from scanner.survey import survey, to_toml
from scanner.survey.engines import engines, hints
from scanner.survey.finding import FoundDatabase, FoundSource, Survey

SHOP = Path(__file__).parents[2] / "fixtures" / "shop"
TABLES = "CREATE TABLE orders (id int PRIMARY KEY, total numeric);\nCREATE TABLE users (id int PRIMARY KEY);\n"
PG_DUMP = f"--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 16.2\n\n{TABLES}"
MYSQL_DUMP = (
    "-- MariaDB dump 10.19\n--\n-- Host: localhost    Database: stock\n-- Server version\t10.11.6-MariaDB\n\n"
    "CREATE TABLE `shelves` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;\n"
)
CODE = 'def load(cursor):\n    cursor.execute("SELECT * FROM orders")\n'
DJANGO = """
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [migrations.CreateModel(name="Order", fields=[("id", models.AutoField(primary_key=True))])]
"""
ALEMBIC = """
from alembic import op
import sqlalchemy as sa

revision = "1"
down_revision = None


def upgrade():
    op.{call}
"""
SLOW = (
    "# Time: 2026-01-01T00:00:00\n# User@Host: a[a] @ w [] Id: 5\n"
    "# Query_time: 1 Lock_time: 0 Rows_sent: 1 Rows_examined: 1\nSET timestamp=1;\nSELECT id FROM shelves;\n"
)


def tree(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def written(root: Path) -> dict:
    """The file that is proposed, which has to be one."""
    text = to_toml(survey(root))
    document = tomllib.loads(text)
    if "databases" in document:
        (root / "scanner.toml").write_text(text)
        load_config(root / "scanner.toml")
    return document


def test_the_engine_is_that_of_the_driver_that_is_imported(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "orders.py").write_text("import pymysql\nfrom urllib import request\n")
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id int);\n")
    (database,) = survey(tmp_path).databases
    assert database.engine.name == "mysql"
    assert "shop/orders.py imports pymysql" in database.why


@pytest.mark.parametrize(
    ("files", "engine"),
    [
        ({"compose.yaml": "services:\n  db:\n    image: postgres:17.5-alpine\n"}, "postgres:17.5"),
        ({"docker-compose.yml": "services:\n  db:\n    image: 'docker.io/library/mysql:8.0'\n"}, "mysql:8.0"),
        ({"compose.yaml": "services:\n  db:\n    image: mariadb:10.11\n"}, "mariadb:10.11"),
        ({"compose.yaml": "services:\n  db:\n    image: postgis/postgis:16-3.4\n"}, "postgres:16"),
        ({"compose.yaml": "services:\n  db:\n    image: timescale/timescaledb-ha:latest-pg15\n"}, "postgres:15"),
        ({"compose.yaml": 'services:\n  db:\n    image: "postgres:${PG:-14}"\n'}, "postgres:14"),
        ({"compose.yaml": "services:\n  db:\n    image: postgres\n"}, "postgres"),
        ({"compose.yaml": "services:\n  # image: mysql:8\n  db:\n    image: redis:7\n"}, None),
        ({".github/workflows/ci.yml": "services:\n  db:\n    image: postgres:13\n"}, "postgres:13"),
        ({"settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}"}, "mysql"),
        ({"settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}"}, None),
        ({"alembic.ini": "sqlalchemy.url = postgresql+asyncpg://u:secret@h/shop\n"}, "postgres"),
        ({".env": "DATABASE_URL=mysql://u:secret@h/shop\n"}, "mysql"),
        ({"config.yaml": "db:\n  scheme: mysql+pymysql\n"}, "mysql"),
        ({"requirements.txt": "flask\npsycopg2-binary==2.9\n"}, "postgres"),
        ({"requirements.txt": "mysqlclient\n"}, "mysql"),
        ({"pyproject.toml": '[project]\ndependencies = ["asyncpg>=0.29"]\n'}, "postgres"),
        ({"requirements.txt": "my-psycopg-thing\n"}, None),
    ],
)
def test_engines_are_told_from_what_is_run_connected_to_and_required(files, engine):
    found = engines(hints(files))
    assert [f"{each.name}:{each.version}".rstrip(":") for each in found] == ([engine] if engine else [])


def test_what_is_run_outweighs_what_could_be_connected_to():
    files = {"compose.yaml": "    image: postgres:16\n", "requirements.txt": "psycopg2\npymysql\nmysqlclient\n"}
    assert [each.name for each in engines(hints(files))] == ["postgres", "mysql"]


def test_dumps_say_everything_of_their_databases(tmp_path):
    tree(tmp_path, {"db/shop-schema.sql": PG_DUMP, "db/stock.sql": MYSQL_DUMP, "app/pay.py": CODE})
    found = written(tmp_path)
    assert [(d["name"], d["engine"], d["schema"]) for d in found["databases"]] == [
        ("shop", "postgres:16", "db/shop-schema.sql"),
        ("stock", "mariadb:10.11", "db/stock.sql"),
    ]
    assert found["sources"] == [{"kind": "python", "path": "app", "database": "shop"}]


@pytest.mark.parametrize(
    ("files", "schema"),
    [
        ({"web/manage.py": "", "web/shop/migrations/0001_initial.py": DJANGO}, "web"),
        (
            {
                "db/env.py": "",
                "db/versions/1_orders.py": ALEMBIC.format(call='create_table("orders", sa.Column("id", sa.Integer))'),
            },
            "db",
        ),
        ({"sql/V1__orders.sql": TABLES, "sql/V2__note.sql": "ALTER TABLE orders ADD COLUMN note text;"}, "sql"),
        ({"db/other.sql": "CREATE TABLE x (i int);", "db/schema.sql": TABLES}, "db/schema.sql"),
        ({"tests/schema.sql": "CREATE TABLE x (i int);", "tables.sql": TABLES}, "tables.sql"),
        ({"ddl/a.sql": TABLES, "ddl/b.sql": "CREATE VIEW v AS\nTABLE orders;"}, "ddl"),
        ({"ddl/a.sql": TABLES, "ddl/b.sql": "CREATE TABLE users (id int);"}, "ddl/a.sql"),
        ({"ddl/a.sql": TABLES, "ddl/b.sql": "INSERT INTO users VALUES (1);"}, "ddl/a.sql"),
        ({"main/full.sql.postgres": TABLES, "main/full.sql.sqlite": TABLES}, "main/full.sql.postgres"),
        ({"a.sql.postgres": TABLES, "a.sql.mysql": TABLES, ".env": "URL=mysql://u@h/shop"}, "a.sql.mysql"),
        ({"ddl/a.sql.pg": TABLES, "ddl/b.sql": "CREATE VIEW v AS\nTABLE orders;"}, "ddl"),
    ],
)
def test_migrations_and_scripts_are_schemas(tmp_path, files, schema):
    (database,) = written(tree(tmp_path, files))["databases"]
    assert database["schema"] == schema


def test_migrations_of_tables_made_elsewhere_are_no_schema(tmp_path):
    column = ALEMBIC.format(call='add_column("orders", sa.Column("note", sa.Text))')
    tree(tmp_path, {"db/env.py": "", "db/versions/1_note.py": column, "requirements.txt": "psycopg"})
    text = to_toml(survey(tmp_path))
    assert "databases" not in tomllib.loads(text)
    assert "# [[databases]]" in text


def test_other_scripts_beside_the_schema_are_named(tmp_path):
    tree(tmp_path, {"db/schema.sql": TABLES, "db/update.sql": "ALTER TABLE orders ADD COLUMN note text;"})
    assert '# or, or before or after it in a list: "db/update.sql"' in to_toml(survey(tmp_path))


NOTE = "ALTER TABLE orders ADD COLUMN note text;"
STATE = "CREATE TABLE states (id int);\n"


@pytest.mark.parametrize(
    ("files", "schema"),
    [
        # Whole schemas of other tables are parts of one; of the same tables the newest counts.
        ({"db/main/full.sql": TABLES, "db/state/full.sql": STATE}, ["db/main/full.sql", "db/state/full.sql"]),
        ({"db/1/full.sql": TABLES, "db/2/full.sql": TABLES}, "db/2/full.sql"),
        ({"db/9/full.sql": TABLES, "db/10/full.sql": TABLES[: TABLES.index("\n")]}, "db/10/full.sql"),
        ({"db/a/full.sql": TABLES, "db/b/full.sql": TABLES + STATE}, "db/b/full.sql"),
        # Those of projects of their own, and those of other names, are not.
        ({"a/schema.sql": TABLES, "a/app.py": "", "b/schema.sql": STATE, "b/app.py": ""}, "a/schema.sql"),
        ({"a/schema.sql": TABLES, "b/schema.sql": STATE, "b/setup.cfg": ""}, "a/schema.sql"),
        ({"db/full.sql": TABLES, "db/more/other.sql": STATE}, "db/full.sql"),
        # What changed it since stands in higher numbers beside it.
        (
            {"db/full/9/full.sql": TABLES, "db/up/9/a.sql": NOTE, "db/up/10/a.sql": NOTE, "db/up/11/a.sql": STATE},
            ["db/full/9/full.sql", "db/up/10", "db/up/11"],
        ),
        (
            {"db/schema_v2.sql": TABLES, "db/up/001_a.sql": NOTE, "db/up/003_b.sql": STATE},
            ["db/schema_v2.sql", "db/up/003_b.sql"],
        ),
        ({"db/schema_v2.sql": TABLES, "db/up/03_a.sql": NOTE, "db/up/04_b.sql": STATE}, ["db/schema_v2.sql", "db/up"]),
        ({"db/schema_v2.sql": TABLES, "up/003_a.sql": NOTE}, "db/schema_v2.sql"),
        ({"db/schema.sql": TABLES, "db/up/003_a.sql": NOTE}, "db/schema.sql"),
        # It is left out where it does not fit the schema.
        ({"db/1/full.sql": TABLES, "db/2/a.sql": TABLES}, "db/1/full.sql"),
        ({"db/1/full.sql": TABLES, "db/2/a.sql": "ALTER TABLE nowhere ADD COLUMN a int;"}, "db/1/full.sql"),
    ],
)  # fmt: skip
def test_a_schema_in_versions_is_the_newest_and_what_changed_it_since(tmp_path, files, schema):
    (database,) = written(tree(tmp_path, files))["databases"]
    assert database["schema"] == schema


def test_what_a_schema_reads_is_neither_left_out_nor_a_source(tmp_path):
    files = {
        "sql/schema.sql": f"\\i sql/rates.sql\n\\i sql/fill.sql\n{TABLES}",
        "sql/rates.sql": "CREATE TABLE rates (id int);",
        "sql/fill.sql": "INSERT INTO rates SELECT 1;\n",
    }
    found = survey(tree(tmp_path, files))
    assert [(each.schema.others, sorted(each.tables)) for each in found.databases] == [
        ((), ["orders", "rates", "users"])
    ]
    assert found.sources == ()


def test_changes_that_the_schema_has_are_no_queries(tmp_path):
    files = {
        "db/2/full.sql": TABLES,
        "db/1/fix.sql": "UPDATE orders SET total = 1;",
        "db/3/fix.sql": "UPDATE orders SET total = 2;",
        "db/3/note.sql": NOTE,
        "db/3/fill.py": "x = 1\n",
        "reports/day.sql": "SELECT total\nFROM orders;\n",
    }
    found = survey(tree(tmp_path, files))
    assert [each.path for each in found.sources if each.kind == "sql_files"] == ["reports"]
    assert "# What Python changes of it is not read: db/3/fill.py" in to_toml(found)


def test_the_engine_of_a_script_is_that_of_its_dialect(tmp_path):
    script = "CREATE TABLE `orders` (`id` int AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;\n"
    tree(tmp_path, {"schema.sql": script, "compose.yaml": "    image: postgres:16\n", "requirements.txt": "pymysql"})
    assert survey(tmp_path).databases[0].engine.name == "mysql"


def test_each_folder_of_code_speaks_to_the_database_whose_tables_it_names(tmp_path):
    stock = 'QUERY = "SELECT id FROM shelves"\n'
    files = {"services/pay/a.py": CODE, "services/stock/a.py": stock, "services/none/a.py": "x = 1\n"}
    tree(tmp_path, {"db/shop-schema.sql": PG_DUMP, "db/stock.sql": MYSQL_DUMP, **files})
    found = {each["path"]: each["database"] for each in written(tmp_path)["sources"]}
    assert found == {"services/none": "shop", "services/pay": "shop", "services/stock": "stock"}
    assert "it names no table of any" in to_toml(survey(tmp_path))


def test_queries_in_files_of_sql_are_a_source_and_data_is_not(tmp_path):
    files = {
        "schema.sql": TABLES,
        "seed_data.sql": "SELECT 1;",
        "load/rows.sql": "INSERT INTO orders (id) VALUES (1);",
        "reports/day.sql": "SELECT total\nFROM orders;\n",
        "mixed/ask.sql": "UPDATE orders SET total = 1;",
        "mixed/make.sql": "CREATE VIEW v AS SELECT id FROM orders;",
    }
    found = written(tree(tmp_path, files))["sources"]
    assert [each["path"] for each in found] == ["mixed/ask.sql", "reports"]
    assert survey(tmp_path).seeds == ("load/rows.sql",)
    assert "# Rows to begin with, not read: load/rows.sql." in to_toml(survey(tmp_path))


def test_logs_and_exports_are_recognised_by_their_content(tmp_path):
    files = {
        "shop-schema.sql": PG_DUMP,
        "stock.sql": MYSQL_DUMP,
        "logs/slow.log": SLOW,
        "logs/slow.log.1": SLOW,
        "logs/app.log": "started\n",
        "export.csv": "query,calls,datname\nSELECT id FROM orders,5,shop\n",
        "api.json": '{"query": "what is asked", "calls": "how often"}',
    }
    found = [(each["kind"], each["path"]) for each in written(tree(tmp_path, files))["sources"]]
    assert sorted(found) == [("mysql_slow_log", "logs/slow.log*"), ("pg_stat_statements", "export.csv")]


def test_no_secret_and_no_address_is_copied(tmp_path):
    secret = "hunter2"
    url = f"postgresql://app:{secret}@db.internal:5432/shop"
    files = {
        ".env": f"DATABASE_URL={url}\n",
        "alembic.ini": f"sqlalchemy.url = {url}\n",
        "compose.yaml": f"services:\n  db:\n    image: postgres:16\n    environment:\n      PASSWORD: {secret}\n",
        "settings.py": f"ENGINE = 'django.db.backends.postgresql'\nPASSWORD = '{secret}'\n",
        "schema.sql": TABLES,
    }
    text = to_toml(survey(tree(tmp_path, files)))
    assert secret not in text
    assert "db.internal" not in text
    assert "app:" not in text


def test_an_empty_folder_gives_a_file_to_fill_in(tmp_path):
    text = to_toml(survey(tmp_path))
    assert tomllib.loads(text) == {}
    commented = re.sub(r"^# (?=\[\[|\w+ = )", "", text, flags=re.M)
    (tmp_path / "scanner.toml").write_text(commented)
    config = load_config(tmp_path / "scanner.toml")
    assert [each.name for each in config.databases] == ["shop"]


@pytest.mark.parametrize("name", ['a "quoted" name', "back\\slash", "tab\tname", "üñ→", "#hash", "new\nline"])
def test_any_name_can_stand_in_the_file(name):
    engine = scanner.Schema.from_ddl("", engine="postgres:16").engine
    database = FoundDatabase(name, engine, f"because of {name}", None)
    found = Survey(name, (database,), (FoundSource("python", name, "", name),), (name,), name)
    assert tomllib.loads(to_toml(found))["sources"] == [{"kind": "python", "path": name}]


def test_what_git_ignores_is_left_out(tmp_path):
    tree(tmp_path, {".gitignore": "build/\n", "build/schema.sql": TABLES, "schema/tables.sql": TABLES})
    (tmp_path / ".git").mkdir()
    assert [each.schema.path for each in survey(tmp_path).databases if each.schema] == ["schema/tables.sql"]


def test_the_shops_file_finds_what_its_own_finds(tmp_path):
    shutil.copytree(SHOP, tmp_path, dirs_exist_ok=True)
    written(tmp_path)
    change = "ALTER TABLE orders ADD COLUMN status text NOT NULL"
    found, own = (
        scanner.scan(path).impact(change, "shop").report for path in (tmp_path / "scanner.toml", SHOP / "scanner.toml")
    )
    assert {q.fingerprint for q in own.queries} <= {q.fingerprint for q in found.queries}
    assert found.effects == own.effects
