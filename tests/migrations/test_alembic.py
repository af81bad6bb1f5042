"""Alembic's revisions as the SQL that `alembic upgrade --sql` prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.errors import SourceError
from scanner.migrations import history, read
from scanner.model import Engine

POSTGRES, MYSQL = Engine.parse("postgres:16"), Engine.parse("mysql:8.4")
HEAD = """
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
revision = "b2"
down_revision = "a1"
"""


def migration(tmp_path: Path, body: str, engine: Engine = POSTGRES, head: str = HEAD):
    file = tmp_path / "b2_status.py"
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    file.write_text(f"{head}\ndef upgrade():\n{lines}\ndef downgrade():\n    op.drop_column('orders', 'status')\n")
    return read(file, engine)


def steps(tmp_path: Path, body: str, engine: Engine = POSTGRES, head: str = HEAD) -> list[str]:
    return [step.sql for step in migration(tmp_path, body, engine, head).steps]


@pytest.mark.parametrize(
    ("column", "definition"),
    [
        ("sa.Column('c', sa.String(20), nullable=False)", '"c" VARCHAR(20) NOT NULL'),
        ("sa.Column('c', sa.String(length=20), server_default='new')", "\"c\" VARCHAR(20) DEFAULT 'new'"),
        (
            "sa.Column('c', sa.Boolean(), server_default=sa.false(), nullable=False)",
            '"c" BOOLEAN DEFAULT false NOT NULL',
        ),
        (
            "sa.Column('c', sa.DateTime(timezone=True), server_default=sa.func.now())",
            '"c" TIMESTAMP WITH TIME ZONE DEFAULT now()',
        ),
        (
            "sa.Column('c', sa.DateTime, server_default=sa.text('now()'))",
            '"c" TIMESTAMP WITHOUT TIME ZONE DEFAULT now()',
        ),
        ("sa.Column('c', postgresql.ARRAY(sa.Text()))", '"c" TEXT[]'),
        ("sa.Column('c', postgresql.JSONB(astext_type=sa.Text()))", '"c" JSONB'),
        ("sa.Column('c', sa.Numeric(10, 2))", '"c" NUMERIC(10, 2)'),
        ("sa.Column('c', sa.Enum('a', 'b', name='mood'))", '"c" "mood"'),
        ("sa.Column('c', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'))", '"c" JSONB'),
        (
            "sa.Column('c', sa.Integer(), sa.Computed('a + b', persisted=True))",
            '"c" INTEGER GENERATED ALWAYS AS (a + b) STORED',
        ),
        ("sa.Column('c', sa.BigInteger(), sa.Identity(always=True))", '"c" BIGINT GENERATED ALWAYS AS IDENTITY'),
    ],
)
def test_columns(tmp_path, column, definition):
    assert steps(tmp_path, f"op.add_column('orders', {column})") == [f'ALTER TABLE "orders" ADD COLUMN {definition}']


def test_types_of_mysql(tmp_path):
    body = "op.add_column('orders', sa.Column('c', sa.Enum('a', 'b'), nullable=False), schema='shop')"
    assert steps(tmp_path, body, MYSQL) == ["ALTER TABLE `shop`.`orders` ADD COLUMN `c` ENUM('a', 'b') NOT NULL"]


def test_a_key_is_added_after_its_column(tmp_path):
    body = "op.add_column('orders', sa.Column('user_id', sa.Integer(), sa.ForeignKey('users.id', ondelete='CASCADE')))"
    assert steps(tmp_path, body) == [
        'ALTER TABLE "orders" ADD COLUMN "user_id" INTEGER',
        'ALTER TABLE "orders" ADD FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE',
    ]


def test_batches_loops_helpers_and_constants(tmp_path):
    head = HEAD + "TABLES = ('a', 'b')\ndef add(table, name):\n    op.add_column(table, sa.Column(name, sa.Text()))\n"
    body = """for table in TABLES:
    add(table, f"{table}_note")
with op.batch_alter_table("c") as batch_op:
    batch_op.add_column(sa.Column("note", sa.Text()))"""
    assert steps(tmp_path, body, head=head) == [
        'ALTER TABLE "a" ADD COLUMN "a_note" TEXT',
        'ALTER TABLE "b" ADD COLUMN "b_note" TEXT',
        'ALTER TABLE "c" ADD COLUMN "note" TEXT',
    ]


def test_the_branch_of_the_dialect(tmp_path):
    body = """if op.get_bind().dialect.name == "postgresql":
    op.execute("CREATE EXTENSION citext")
else:
    op.execute("SELECT 1")"""
    assert steps(tmp_path, body) == ["CREATE EXTENSION citext"]
    assert steps(tmp_path, body, MYSQL) == ["SELECT 1"]


def test_what_the_database_decides_is_assumed_and_said(tmp_path):
    found = migration(tmp_path, "if not exists('orders'):\n    op.add_column('orders', sa.Column('c', sa.Text()))")
    assert [step.sql for step in found.steps] == ['ALTER TABLE "orders" ADD COLUMN "c" TEXT']
    assert [(each.line, each.what) for each in found.not_analysed] == [(9, "if")]


def test_a_guard_against_a_second_run_is_passed(tmp_path):
    assert steps(tmp_path, "if exists('orders'):\n    return\nop.drop_table('orders')") == ['DROP TABLE "orders"']


def test_what_is_not_known_is_said_with_its_line(tmp_path):
    found = migration(tmp_path, "op.add_column(name(), sa.Column('c', sa.Text()))\nop.frobnicate('x')")
    assert found.steps == ()
    assert [(each.line, each.what) for each in found.not_analysed] == [(9, "op.add_column"), (10, "op.frobnicate")]


def test_a_type_of_the_project_is_stored_as_its_impl(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "types.py").write_text(
        "from sqlalchemy.types import Text, TypeDecorator\nclass Encrypted(TypeDecorator):\n    impl = Text\n"
    )
    head = HEAD + "from shop.types import Encrypted\n"
    body = "op.add_column('orders', sa.Column('c', Encrypted()))"
    assert steps(tmp_path, body, head=head) == ['ALTER TABLE "orders" ADD COLUMN "c" TEXT']


def test_an_unknown_type_is_said(tmp_path):
    found = migration(tmp_path, "op.add_column('orders', sa.Column('c', Frobnicated()))")
    assert [each.what for each in found.not_analysed] == ["the type of c"]


def test_other_operations(tmp_path):
    body = """op.create_table("t", sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("a", sa.Text(), unique=True), sa.ForeignKeyConstraint(["a"], ["u.a"], ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("a", name="x"))
op.alter_column("t", "a", nullable=False, server_default=None, new_column_name="b", type_=sa.String(5))
op.create_unique_constraint("u", "t", ["b"])
op.create_check_constraint("c", "t", "b > ''")
op.create_foreign_key(None, "t", "u", ["b"], ["a"])
op.create_index("ix", "t", ["b"], unique=True)
op.drop_constraint("c", "t", type_="check")
op.rename_table("t", "s")
op.get_bind().execute(sa.text("UPDATE s SET b = ''"))
sa.Enum("x", name="mood").create(op.get_bind(), checkfirst=False)"""
    assert steps(tmp_path, body) == [
        'CREATE TABLE "t" ("id" SERIAL NOT NULL, "a" TEXT, PRIMARY KEY ("id"), '
        'FOREIGN KEY ("a") REFERENCES "u" ("a") ON DELETE CASCADE, PRIMARY KEY ("id"), UNIQUE ("a"), UNIQUE ("a"))',
        'ALTER TABLE "t" ALTER COLUMN "a" TYPE VARCHAR(5)',
        'ALTER TABLE "t" ALTER COLUMN "a" SET NOT NULL',
        'ALTER TABLE "t" ALTER COLUMN "a" DROP DEFAULT',
        'ALTER TABLE "t" RENAME COLUMN "a" TO "b"',
        'ALTER TABLE "t" ADD CONSTRAINT "u" UNIQUE ("b")',
        'ALTER TABLE "t" ADD CONSTRAINT "c" CHECK (b > \'\')',
        'ALTER TABLE "t" ADD FOREIGN KEY ("b") REFERENCES "u" ("a")',
        'CREATE UNIQUE INDEX "ix" ON "t" ("b")',
        'ALTER TABLE "t" DROP CONSTRAINT "c"',
        'ALTER TABLE "t" RENAME TO "s"',
        "UPDATE s SET b = ''",
        "CREATE TYPE \"mood\" AS ENUM ('x')",
    ]


@pytest.mark.parametrize(
    ("items", "serial"),
    [
        ('sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id")', "SERIAL"),
        ('sa.Column("id", sa.BigInteger(), primary_key=True)', "BIGSERIAL"),
        ('sa.Column("id", sa.SmallInteger(), sa.ForeignKey("u.id"), primary_key=True)', None),
        (
            'sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"), '
            'sa.ForeignKeyConstraint(["id"], ["u.id"])',
            None,
        ),
        ('sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False)', None),
        ('sa.Column("id", sa.Integer(), server_default="1"), sa.PrimaryKeyConstraint("id")', None),
        ('sa.Column("id", sa.Text(), primary_key=True)', None),
        ('sa.Column("id", sa.Integer()), sa.Column("j", sa.Integer()), sa.PrimaryKeyConstraint("id", "j")', None),
        (
            'sa.Column("id", sa.Integer(), autoincrement=True), sa.Column("j", sa.Integer()), '
            'sa.PrimaryKeyConstraint("id", "j")',
            "SERIAL",
        ),
    ],
)
def test_a_key_of_one_whole_number_counts(tmp_path, items, serial):
    (made,) = steps(tmp_path, f'op.create_table("t", {items})')
    assert made.startswith(f'CREATE TABLE "t" ("id" {serial}') if serial else "SERIAL" not in made
    (made,) = steps(tmp_path, f'op.create_table("t", {items})', Engine.parse("mysql:8.0"))
    assert ("AUTO_INCREMENT" in made) is (serial is not None)


def revision(folder: Path, name: str, below: str) -> Path:
    file = folder / f"{name}.py"
    file.write_text(f"revision = '{name}'\ndown_revision = {below}\ndef upgrade():\n    pass\n")
    return file


def test_branches_come_before_what_merges_them(tmp_path):
    for name, below in (("d", "('b', 'c')"), ("b", "'a'"), ("c", "'a'"), ("a", "None"), ("e", "'d'")):
        revision(tmp_path, name, below)
    names = [each.name for each in history(tmp_path, POSTGRES)]
    assert names in (["a", "b", "c", "d", "e"], ["a", "c", "b", "d", "e"])
    assert [each.name for each in history(tmp_path, POSTGRES, {(tmp_path / "c.py").resolve()})] == ["a", "b"]


def test_revisions_in_a_circle_are_all_read(tmp_path):
    for name, below in (("a", "'b'"), ("b", "'a'")):
        revision(tmp_path, name, below)
    assert [each.name for each in history(tmp_path, POSTGRES)] == ["a", "b"]


def test_a_file_that_does_not_parse_is_named(tmp_path):
    file = tmp_path / "x.py"
    file.write_text("revision = 'x'\ndown_revision = None\ndef upgrade(:\n")
    with pytest.raises(SourceError, match=r"x\.py is not Python that can be parsed \(line 3\)"):
        read(file, POSTGRES)


def test_endless_recursion_ends(tmp_path):
    assert steps(tmp_path, "upgrade()\nop.drop_table('t')") == ['DROP TABLE "t"'] * 9
