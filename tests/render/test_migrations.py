"""Plans as migrations: what follows the history, what the reader of migrations makes of it, what is left alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.change import Change
from scanner.errors import UsageError
from scanner.migrations import read
from scanner.model import Engine, Phase, Plan, Report, Statement
from scanner.render.migrations import migration_files, parts, write_migrations
from scanner.rollout import plan
from scanner.schema import Schema

DDL = "CREATE TABLE auth_user (id int PRIMARY KEY); CREATE TABLE customers (id bigint PRIMARY KEY); "
DDL += "CREATE TABLE orders (id bigint PRIMARY KEY, number text)"
MYSQL_DDL = DDL.replace("number text", "number varchar(20)")
ENGINES = {"postgres:15": DDL, "mariadb:10.11": MYSQL_DDL}
DEFINITIONS = {
    "postgres:15": "status varchar(9) NOT NULL UNIQUE CHECK (status <> ':a')",
    "mariadb:10.11": "status varchar(9) NOT NULL UNIQUE",
}
DJANGO = """from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel("Customer", [("id", models.BigAutoField(primary_key=True))], {"db_table": "customers"}),
        migrations.CreateModel("Order", [("id", models.BigAutoField(primary_key=True))], {"db_table": "orders"}),
    ]
"""
REVISION = "revision = 'b2'\ndown_revision = 'a1'\ndef upgrade():\n    pass\n"


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A project's migrations, by tool."""
    found = {tool: tmp_path / tool / "migrations" for tool in ("flyway", "liquibase", "django", "alembic")}
    for folder in found.values():
        folder.mkdir(parents=True)
        (folder.parent / "pyproject.toml").touch()
    (found["flyway"] / "V1_9__orders.sql").write_text(DDL)
    (found["flyway"] / "U1_9__orders.sql").write_text("DROP TABLE orders")
    (found["liquibase"] / "007-orders.xml").write_text("<databaseChangeLog/>")
    (found["django"] / "0012_orders.py").write_text(DJANGO)
    (found["alembic"] / "b2_orders.py").write_text(REVISION)
    return found


def made(report: Report, definition: str, engine: str = "postgres:15") -> Report:
    found = Engine.parse(engine)
    change = Change.short("orders", definition, found)
    ready = plan(change, Schema.from_ddl(ENGINES[engine], found))
    return replace(report, change=change, plan=ready, database=replace(report.database, engine=found))


def squeezed(sql: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"^\s*--.*$|^DELIMITER.*$", "", sql, flags=re.MULTILINE)).strip().rstrip("; /")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("tool", ["flyway", "liquibase", "django", "alembic"])
def test_what_is_written_is_read_back_as_the_same_statements(report, folders, tool, engine):
    ready = made(report, DEFINITIONS[engine], engine)
    written = write_migrations(ready, folders[tool], tool)
    files = [path for path in written if path.suffix in (".sql", ".py") and not path.name.startswith("U")]
    assert len(files) == len(parts(ready)) > 2
    for path, part in zip(files, parts(ready), strict=True):
        migration = read(path, ready.database.engine)
        assert migration.tool == tool
        assert not migration.not_analysed
        wanted, found = [squeezed(sql) for sql in part.up], squeezed(migration.sql)
        assert re.sub(r"[;/ ]+", " ", found).strip() == re.sub(r"[;/ ]+", " ", " ".join(wanted)).strip()
        if path.suffix == ".py":
            compile(path.read_text(), str(path), "exec")
            assert [squeezed(step.sql) for step in migration.steps] == wanted


def test_flyway_goes_on_with_the_version_and_undoes_where_the_project_does(report, folders):
    names = list(migration_files(made(report, DEFINITIONS["postgres:15"]), folders["flyway"], "flyway"))
    assert names[:2] == ["V1_10__orders_status_1_expand.sql", "U1_10__orders_status_1_expand.sql"]
    assert "V1_11__orders_status_3_backfill.sql.conf" in names
    assert "V1_10__orders_status_1_expand.sql.conf" not in names
    (folders["flyway"] / "U1_9__orders.sql").unlink()
    alone = migration_files(made(report, DEFINITIONS["postgres:15"]), folders["flyway"], "flyway")
    assert "-- To take it back:\n" in alone["V1_10__orders_status_1_expand.sql"]
    (folders["flyway"] / "V1_9__orders.sql").rename(folders["flyway"] / "V009__orders.sql")
    assert next(iter(migration_files(made(report, "note text"), folders["flyway"], "flyway"))).startswith("V010__")


def test_an_index_that_waits_for_flyways_own_transaction_says_so(report, folders):
    files = migration_files(made(report, DEFINITIONS["postgres:15"]), folders["flyway"], "flyway")
    said = [name for name, text in files.items() if "transactional.lock=false" in text]
    assert said
    assert all(" CONCURRENTLY " in files[name] for name in said)


def test_alembic_goes_on_behind_the_head_and_names_files_as_the_project_does(report, folders):
    ready = made(report, DEFINITIONS["postgres:15"])
    (folders["alembic"].parent / "alembic.ini").write_text("[alembic]\nfile_template = %%(year)d-%%(rev)s-%%(slug)s\n")
    files = migration_files(ready, folders["alembic"], "alembic")
    previous = "b2"
    for name, text in files.items():
        revision = re.search(r"^revision = '(\w+)'", text, re.MULTILINE)[1]
        assert re.fullmatch(rf"\d{{4}}-{revision}-orders_status_\w+\.py", name)
        assert f"\ndown_revision = '{previous}'\n" in text
        previous = revision
    assert "\\\\:a" in next(text for text in files.values() if "<> " in text and "':a" not in text)


def test_several_heads_are_not_gone_on_with(report, folders):
    (folders["alembic"] / "c3_more.py").write_text(REVISION.replace("b2", "c3"))
    with pytest.raises(UsageError, match="several heads, b2, c3"):
        migration_files(made(report, "note text"), folders["alembic"], "alembic")
    (folders["django"] / "0012_more.py").write_text(DJANGO)
    with pytest.raises(UsageError, match="several last migrations, 0012_more, 0012_orders"):
        migration_files(made(report, "note text"), folders["django"], "django")


def test_the_models_of_django_learn_the_column(report, folders):
    files = migration_files(made(report, DEFINITIONS["postgres:15"]), folders["django"], "django")
    texts = list(files.values())
    assert next(iter(files)) == "0013_orders_status_1_expand.py"
    field = "models.CharField(max_length=9, null=True, unique=True)"
    assert f"AddField(model_name='order', name='status', field={field})" in texts[0]
    assert "('migrations', '0012_orders')" not in texts[0]
    assert "('django', '0012_orders')" in texts[0]
    field = "models.CharField(max_length=9, unique=True)"
    assert f"AlterField(model_name='order', name='status', field={field})" in texts[-1]
    assert "AddField" not in "".join(texts[1:])
    assert "AlterField" not in "".join(texts[:-1])
    assert [("atomic = False" in text) for text in texts] == [not part.in_transaction for part in parts(
        made(report, DEFINITIONS["postgres:15"]))]  # fmt: skip


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ("c int NOT NULL DEFAULT 7", "models.IntegerField(default=7)"),
        ("c boolean DEFAULT false", "models.BooleanField(null=True, default=False)"),
        ("c text DEFAULT 'it''s'", 'models.TextField(null=True, default="it\'s")'),
        ("c numeric(10, 2)", "models.DecimalField(max_digits=10, decimal_places=2, null=True)"),
        ("c timestamptz DEFAULT now()", "models.DateTimeField(null=True)"),
        ("c uuid", "models.UUIDField(null=True)"),
        ("c jsonb", "models.JSONField(null=True)"),
    ],
)
def test_a_column_is_the_field_that_has_it(report, folders, definition, field):
    (text,) = migration_files(made(report, definition), folders["django"], "django").values()
    assert f"field={field})" in text


def test_a_foreign_key_is_one_of_the_models(report, folders):
    ready = made(report, "customer_id bigint REFERENCES customers (id)")
    first = next(iter(migration_files(ready, folders["django"], "django").values()))
    field = "models.ForeignKey(to='django.Customer', on_delete=models.DO_NOTHING, null=True)"
    assert f"name='customer', field={field})" in first


def test_a_foreign_key_to_a_user_of_djangos_waits_for_its_app(report, folders):
    ready = made(report, "owner_id int REFERENCES auth_user (id)")
    first = next(iter(migration_files(ready, folders["django"], "django").values()))
    assert "('auth', '__first__')," in first
    assert "name='owner', field=models.ForeignKey(to='auth.user', on_delete=models.DO_NOTHING, null=True))" in first


@pytest.mark.parametrize("definition", ["c tsvector", "c__d int", "c int GENERATED ALWAYS AS IDENTITY"])
def test_what_is_no_field_is_said(report, folders, definition):
    first = next(iter(migration_files(made(report, definition), folders["django"], "django").values()))
    assert "state of Django's models does not learn of c" in first
    assert "state_operations=" not in first


def test_liquibase_takes_a_phase_back_with_its_first_change_set(report, folders):
    files = migration_files(made(report, DEFINITIONS["postgres:15"]), folders["liquibase"], "liquibase")
    assert next(iter(files)) == "008-orders_status_1_expand.sql"
    first, backfill = files["008-orders_status_1_expand.sql"], files["009-orders_status_3_backfill.sql"]
    assert "--changeset scanner:orders_status_1_expand_1\n" in first
    assert "--rollback ALTER TABLE orders DROP COLUMN status;\n" in first
    assert "--changeset scanner:orders_status_3_backfill_2 runInTransaction:false splitStatements:false\n" in backfill
    assert "--rollback empty" in backfill


@pytest.mark.parametrize("tool", ["flyway", "liquibase", "django", "alembic"])
def test_a_file_says_what_it_waits_for_and_what_must_be_written(report, folders, tool):
    files = migration_files(made(report, DEFINITIONS["postgres:15"]), folders[tool], tool)
    (backfill,) = (text for name, text in files.items() if re.search(r"backfill\.(sql|py)$", name) and name[0] != "U")
    assert "WAIT, apply this only after: code that knows status." in backfill
    assert "Write first, in place of <<…>>: value of status" in backfill
    assert "RESET statement_timeout" in backfill


@pytest.mark.parametrize("tool", ["flyway", "liquibase", "django", "alembic"])
def test_a_plan_is_written_once(report, folders, tool):
    ready, before = made(report, "note text"), {path: path.read_bytes() for path in folders[tool].iterdir()}
    write_migrations(ready, folders[tool], tool)
    assert all(path.read_bytes() == text for path, text in before.items())
    with pytest.raises(UsageError, match="holds the plan already"):
        write_migrations(ready, folders[tool], tool)
    with pytest.raises(UsageError, match="is no folder"):
        write_migrations(ready, folders[tool] / "none", tool)


@pytest.mark.parametrize(("tool", "other"), [("liquibase", "flyway"), ("flyway", "alembic"), ("alembic", "django")])
def test_a_folder_of_another_tools_migrations_is_not_written_to(report, folders, tool, other):
    before = sorted(folders[other].iterdir())
    with pytest.raises(UsageError, match=f"holds migrations of {other}, and none of {tool}"):
        write_migrations(made(report, "note text"), folders[other], tool)
    assert sorted(folders[other].iterdir()) == before


@pytest.mark.parametrize("tool", ["flyway", "liquibase", "django", "alembic"])
def test_a_hostile_name_ends_no_comment_and_no_text(report, folders, tool):
    bad = "SELECT '\"\"\"\n\\' || E'\\:x' -- \x1b"
    steps = Plan(
        (Phase("expand", 'add "a\nimport os', "why\x1b\nDROP", (Statement(bad),), take_back=(Statement(bad),)),)
    )
    (path,) = [p for p in write_migrations(replace(report, plan=steps), folders[tool], tool) if p.name[0] != "U"]
    text = path.read_text()
    assert "\nimport os" not in text
    assert "\nDROP" not in text
    if path.suffix == ".py":
        compile(text, str(path), "exec")
        assert bad in [step.sql for step in read(path, report.database.engine).steps]


@pytest.mark.parametrize(
    ("tool", "sentence"),
    [
        ("django", "not the folder of migrations of a Django app"),
        ("alembic", "holds no revision of Alembic's"),
        ("flyway", "holds no version of Flyway's"),
    ],
)
def test_a_folder_without_a_history_is_refused(report, tmp_path, tool, sentence):
    with pytest.raises(UsageError, match=sentence):
        migration_files(made(report, "note text"), tmp_path, tool)


def test_without_phases_there_is_no_file(report, folders):
    assert migration_files(replace(report, plan=Plan((), ("It cannot be.",))), folders["flyway"], "flyway") == {}
