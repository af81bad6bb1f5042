"""Django's migrations as the SQL that `sqlmigrate` prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.migrations import history, read
from scanner.model import Engine

POSTGRES, MYSQL = Engine.parse("postgres:16"), Engine.parse("mysql:8.4")
INITIAL = """
        migrations.CreateModel(name="Order", fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("number", models.CharField(max_length=20)),
        ], options={"db_table": "orders"}),
        migrations.CreateModel(name="Item", fields=[("number", models.CharField(max_length=9, primary_key=True))]),
"""


def write(folder: Path, name: str, operations: str, dependencies: str = "", extra: str = "") -> Path:
    (folder / "migrations").mkdir(parents=True, exist_ok=True)
    file = folder / "migrations" / f"{name}.py"
    file.write_text(
        "from django.conf import settings\nfrom django.db import migrations, models\nimport django.utils.timezone\n"
        "import shop.fields\n"
        f"class Migration(migrations.Migration):\n    dependencies = [{dependencies}]\n{extra}"
        f"    operations = [{operations}\n    ]\n"
    )
    return file


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "manage.py").touch()
    (tmp_path / "settings.py").write_text("AUTH_USER_MODEL = 'people.Person'\n")
    write(tmp_path / "shop", "0001_initial", INITIAL)
    people = '\n        migrations.CreateModel("Person", [("key", models.UUIDField(primary_key=True))]),'
    write(tmp_path / "people", "0001_initial", people)
    return tmp_path / "shop"


def steps(shop: Path, operations: str, engine: Engine = POSTGRES) -> list[str]:
    file = write(shop, "0002_more", f"\n        {operations},", "('shop', '0001_initial')")
    return [step.sql for step in read(file, engine).steps]


@pytest.mark.parametrize(
    ("field", "statements"),
    [
        ("models.TextField(null=True)", ['ADD COLUMN "c" text NULL']),
        (
            "models.CharField(max_length=9, default='new')",
            ["ADD COLUMN \"c\" varchar(9) DEFAULT 'new' NOT NULL", 'ALTER COLUMN "c" DROP DEFAULT'],
        ),
        ("models.CharField(max_length=9, db_default='new')", ["ADD COLUMN \"c\" varchar(9) DEFAULT 'new' NOT NULL"]),
        ("models.IntegerField()", ['ADD COLUMN "c" integer NOT NULL']),
        (
            "models.PositiveIntegerField(db_column='n', null=True)",
            ['ADD COLUMN "n" integer NULL CHECK ("n" >= 0)'],
        ),
        (
            "models.DateTimeField(default=django.utils.timezone.now)",
            [
                "ADD COLUMN \"c\" timestamp with time zone DEFAULT '2000-01-01 00:00:00+00:00' NOT NULL",
                'ALTER COLUMN "c" DROP DEFAULT',
            ],
        ),
        (
            "models.ForeignKey(null=True, on_delete=models.CASCADE, to='shop.item')",
            ['ADD COLUMN "c_id" varchar(9) NULL REFERENCES "shop_item" ("number") DEFERRABLE INITIALLY DEFERRED'],
        ),
        (
            "models.ForeignKey(null=True, on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL)",
            ['ADD COLUMN "c_id" uuid NULL REFERENCES "people_person" ("key") DEFERRABLE INITIALLY DEFERRED'],
        ),
        (
            "models.OneToOneField(null=True, on_delete=models.CASCADE, to='self')",
            ['ADD COLUMN "c_id" bigint NULL UNIQUE REFERENCES "orders" ("id") DEFERRABLE INITIALLY DEFERRED'],
        ),
    ],
)
def test_fields(shop, field, statements):
    expected = [f'ALTER TABLE "orders" {statement}' for statement in statements]
    assert steps(shop, f'migrations.AddField("order", "c", {field})') == expected


def test_types_of_mysql(shop):
    assert steps(shop, 'migrations.AddField("Order", "c", models.JSONField(null=True))', MYSQL) == [
        "ALTER TABLE `orders` ADD COLUMN `c` json NULL"
    ]


def test_a_many_to_many_relation_is_a_table(shop):
    (made,) = steps(shop, 'migrations.AddField("order", "items", models.ManyToManyField(to="shop.item"))')
    assert made.startswith('CREATE TABLE "orders_items" ')
    assert '"order_id" bigint NOT NULL, "item_id" varchar(9) NOT NULL' in made


def test_a_field_of_the_project_sets_its_own_length(shop):
    (shop / "fields.py").write_text(
        "from django.db import models\nclass ColorField(models.CharField):\n"
        "    def __init__(self, *args, **kwargs):\n        kwargs['max_length'] = 6\n"
        "class Mac(models.Field):\n    def db_type(self, connection):\n        return 'macaddr'\n"
    )
    for field, type_ in (("ColorField", "varchar(6)"), ("Mac", "macaddr")):
        found = steps(shop, f'migrations.AddField("order", "c", shop.fields.{field}(null=True))')
        assert found == [f'ALTER TABLE "orders" ADD COLUMN "c" {type_} NULL']


def test_a_field_known_by_its_name_alone_is_said(shop):
    file = write(shop, "0002_more", '\n migrations.AddField("order", "c", other.FastSlugField(null=True)),')
    found = read(file, POSTGRES)
    assert [step.sql for step in found.steps] == ['ALTER TABLE "orders" ADD COLUMN "c" varchar(50) NULL']
    assert [each.why for each in found.not_analysed] == ["FastSlugField is not known; varchar(50) is assumed"]
    unknown = write(shop, "0003_more", '\n migrations.AddField("order", "d", other.Frob(null=True)),')
    assert [each.why for each in read(unknown, POSTGRES).not_analysed] == ["Frob is not known; text is assumed"]


def test_tables_follow_the_models_names(shop):
    write(shop, "0002_rename", '\n migrations.RenameModel("Item", "Good"), migrations.AlterModelTable("order", "o"),')
    file = write(shop, "0003_more", '\n migrations.AddField("good", "c", models.TextField(null=True)),')
    assert [step.sql for step in read(file, POSTGRES).steps] == ['ALTER TABLE "shop_good" ADD COLUMN "c" text NULL']


def test_state_alone_changes_no_table(shop):
    operations = (
        "migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL('SELECT 1', 'SELECT 2')], "
        "state_operations=[migrations.AddField('order', 'c', models.TextField())])"
    )
    assert steps(shop, operations) == ["SELECT 1"]


@pytest.mark.parametrize(
    ("name", "column"),
    [("owner", '"owner_id"'), ("owner_id", '"owner_id"'), ("-owner_id", '"owner_id"'), ("number_id", None)],
)
def test_an_index_may_name_a_foreign_key_as_instances_do(shop, name, column):
    key = "migrations.AddField('order', 'owner', models.ForeignKey('people.person', models.CASCADE))"
    index = f"migrations.AddIndex('order', models.Index(fields=['{name}'], name='owners'))"
    file = write(shop, "0002_more", f"\n        {key},\n        {index},", "('shop', '0001_initial')")
    found = read(file, POSTGRES)
    indexes = [step.sql for step in found.steps if "INDEX" in step.sql and "owners" in step.sql]
    assert indexes == ([] if column is None else [f'CREATE INDEX "owners" ON "orders" ({column})'])
    assert bool(found.not_analysed) == (column is None)


def test_python_code_is_said(shop):
    file = write(shop, "0002_more", "\n        migrations.RunPython(fill),")
    (said,) = read(file, POSTGRES).not_analysed
    assert (said.line, said.what) == (8, "RunPython")


def test_the_order_of_a_project(shop):
    other = shop.parent / "other"
    write(other, "0001_initial", "", "('shop', '0002_more')")
    write(shop, "0002_more", "", "('shop', '0001_initial')")
    names = [each.name for each in history(shop.parent, POSTGRES)]
    assert names.index("shop.0001_initial") < names.index("shop.0002_more") < names.index("other.0001_initial")
    before = history(shop.parent, POSTGRES, {(shop / "migrations" / "0002_more.py").resolve()})
    assert sorted(each.name for each in before) == ["people.0001_initial", "shop.0001_initial"]


def test_squashed_migrations_stand_for_those_that_are_gone(shop):
    replaces = "    replaces = [('shop', '0001_initial'), ('shop', '0002_more')]\n"
    write(shop, "0001_squashed_0002", INITIAL, extra=replaces)
    write(shop, "0003_last", "", "('shop', '0002_more')")
    assert [each.name for each in history(shop, POSTGRES) if each.name.startswith("shop")] == [
        "shop.0001_initial",
        "shop.0003_last",
    ]
    (shop / "migrations" / "0001_initial.py").unlink()
    assert [each.name for each in history(shop, POSTGRES) if each.name.startswith("shop")] == [
        "shop.0001_squashed_0002",
        "shop.0003_last",
    ]


def test_tables_of_djangos_own_apps(shop):
    settings = shop.parent / "settings.py"
    settings.write_text("INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes']\n")
    write(shop, "0002_more", '\n migrations.AddField("order", "u", models.ForeignKey(to="auth.User")),')
    sql = "\n".join(each.sql for each in history(shop.parent, POSTGRES))
    made = re.findall(r'CREATE TABLE "((?:auth|django)_\w+)"', sql)
    assert made == [
        "django_content_type",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
        "auth_user",
        "auth_user_groups",
        "auth_user_user_permissions",
    ]
    assert '"u_id" integer NOT NULL REFERENCES "auth_user" ("id")' in sql
    settings.write_text("AUTH_USER_MODEL = 'people.Person'\nINSTALLED_APPS = ['django.contrib.auth']\n")
    swapped = "\n".join(each.sql for each in history(shop.parent, POSTGRES))
    assert 'CREATE TABLE "auth_user"' not in swapped
    assert 'CREATE TABLE "auth_group"' in swapped
