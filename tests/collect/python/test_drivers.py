"""Which driver sends a statement, where the project tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.model import Driver, Observation

HANDED = 'def load(connection):\n    return connection.fetchrow("SELECT * FROM orders WHERE id = $1", 1)\n'


def seen(root: Path, files: dict[str, str], **options: int) -> list[Observation]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return [each for each in collect(root, family="postgres", **options) if isinstance(each, Observation)]


@pytest.mark.parametrize(
    ("files", "driver"),
    [
        ({"a.py": 'import asyncpg\npool = asyncpg.create_pool("")\npool.fetch("SELECT * FROM orders")'}, "asyncpg"),
        ({"a.py": 'import psycopg\nkept = psycopg.connect("")\nkept.execute("SELECT * FROM orders")'}, "psycopg"),
        ({"a.py": 'import psycopg\nwith psycopg.connect("") as c: c.execute("SELECT * FROM orders")'}, None),
        ({"a.py": 'from psycopg_pool import ConnectionPool\nConnectionPool().execute("SELECT * FROM o")'}, "psycopg"),
        ({"a.py": 'import psycopg2\npsycopg2.connect("").cursor().execute("SELECT * FROM orders")'}, None),
        (
            {"a.py": HANDED, "b.py": 'import asyncpg\npool = asyncpg.create_pool()\npool.fetch("SELECT * FROM c")'},
            "asyncpg",
        ),
        ({"a.py": "P = create_pool()\n" + HANDED, "requirements.txt": "asyncpg"}, "asyncpg"),
        ({"a.py": HANDED, "requirements.txt": "asyncpg"}, None),
        ({"a.py": HANDED}, None),
        ({"a.py": 'import psycopg\nx = psycopg.connect("", prepare_threshold=None).execute("SELECT * FROM o")'}, None),
        ({"a.py": 'import django.db\ndjango.db.connection.cursor().execute("SELECT * FROM orders")'}, None),
    ],
)
def test_imports_tell(tmp_path: Path, files: dict[str, str], driver: Driver | None) -> None:
    assert {each.driver for each in seen(tmp_path, files)} == {driver}


CORE = 'from sqlalchemy import text\ndef load(c):\n    return c.execute(text("SELECT * FROM orders"))\n'


@pytest.mark.parametrize(
    ("files", "driver"),
    [
        ({"b.py": 'import sqlalchemy\nURL = "postgresql+asyncpg://db/shop"'}, "sqlalchemy+asyncpg"),
        ({"b.py": 'import sqlalchemy\nURL = "postgresql+psycopg://db/shop"'}, "sqlalchemy+psycopg"),
        ({"b.py": 'import sqlalchemy\nURL = "postgresql+psycopg2://db/shop"'}, None),
        ({"b.py": 'import sqlalchemy\nA, B = "postgresql+asyncpg://db", "postgresql+psycopg://db"'}, None),
        ({"requirements.txt": "SQLAlchemy\nasyncpg==0.30\n"}, "sqlalchemy+asyncpg"),
        ({"requirements.txt": "SQLAlchemy\n"}, None),
        ({"b.py": 'import sqlalchemy\nsqlalchemy.create_engine("postgresql+asyncpg://", poolclass=NullPool)'}, None),
    ],
)
def test_addresses_and_requirements_tell(tmp_path: Path, files: dict[str, str], driver: Driver | None) -> None:
    assert {each.driver for each in seen(tmp_path, {"a.py": CORE, **files})} == {driver}


MIXED = """
import pandas as pd
import psycopg
from sqlalchemy import MetaData, Table, create_engine, select, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

engine = create_engine("postgresql+{driver}://app@db/shop")
orders = Table("orders", MetaData(), autoload_with=engine)

def direct(conn: psycopg.Connection):
    conn.execute("SELECT * FROM ta")

def frame():
    return pd.read_sql("SELECT * FROM tb", engine)

def opened():
    with engine.connect() as c:
        c.execute(text("SELECT * FROM tc"))

def session():
    with Session(engine) as s:
        s.execute(text("SELECT * FROM td"))

def core():
    with engine.begin() as c:
        c.execute(select(orders))

Made = sessionmaker(engine)
scoped = scoped_session(sessionmaker(bind=engine))

def made():
    with Made() as s:
        s.execute(text("SELECT * FROM te"))
    with Made.begin() as s:
        s.execute(text("SELECT * FROM tf"))

def of_a_thread():
    scoped.execute(text("SELECT * FROM tg"))
"""


@pytest.mark.parametrize(
    ("named", "driver"),
    [("psycopg2", None), ("psycopg", "sqlalchemy+psycopg"), ("asyncpg", "sqlalchemy+asyncpg")],
)
def test_an_engine_goes_by_its_address_whatever_else_its_file_imports(
    tmp_path: Path, named: str, driver: Driver | None
) -> None:
    every = seen(tmp_path, {"a.py": MIXED.replace("{driver}", named)})
    found = {each.sql.split()[-1]: each.driver for each in every if each.source == "python"}
    assert found == {"ta": "psycopg", **dict.fromkeys(("tb", "tc", "td", "te", "tf", "tg", "orders"), driver)}


def test_what_a_project_calls_as_sqlalchemy_does_is_entered(tmp_path: Path) -> None:
    program = """
import sqlalchemy

engine = sqlalchemy.create_engine("postgresql+psycopg://db/shop")

def connect(engine):
    with engine.begin() as c:
        c.execute("SELECT * FROM " + "ta")

def create_engine(name):
    run(f"SELECT * FROM {name}")

connect(engine)
create_engine("tb")
"""
    found = {each.sql: each.driver for each in seen(tmp_path, {"a.py": program})}
    assert found.keys() >= {"SELECT * FROM ta", "SELECT * FROM tb"}
    assert found["SELECT * FROM ta"] == "sqlalchemy+psycopg"


ASYNCPG = 'import sqlalchemy\nE = sqlalchemy.create_engine("postgresql+asyncpg://db/shop")\n'
POETRY = '[tool.poetry.dependencies]\nsqlalchemy = "*"\nasyncpg = "*"\n'


@pytest.mark.parametrize(
    ("files", "driver"),
    [
        # A sibling says nothing of this service, with project files and without them.
        ({"b/db.py": ASYNCPG}, None),
        ({"a/requirements.txt": "SQLAlchemy\n", "b/requirements.txt": "asyncpg\n", "b/db.py": ASYNCPG}, None),
        ({"a/requirements.txt": "SQLAlchemy\npsycopg2-binary\n", "b/db.py": ASYNCPG}, None),
        ({"requirements.txt": "asyncpg\n", "a/requirements.txt": "SQLAlchemy\npsycopg2\n"}, None),
        # What the service itself says, beside its code, above it and in its own files.
        ({"a/requirements.txt": "SQLAlchemy\nasyncpg\n", "b/requirements.txt": "psycopg2\n"}, "sqlalchemy+asyncpg"),
        ({"a/requirements/base.txt": "SQLAlchemy\npsycopg[binary]\n"}, "sqlalchemy+psycopg"),
        ({"a/pyproject.toml": POETRY}, "sqlalchemy+asyncpg"),
        ({"a/Pipfile": '[packages]\nsqlalchemy = "*"\nasyncpg = "*"\n'}, "sqlalchemy+asyncpg"),
        ({"a/setup.cfg": "[options]\ninstall_requires =\n  sqlalchemy\n  psycopg>=3\n"}, "sqlalchemy+psycopg"),
        ({"pyproject.toml": POETRY}, "sqlalchemy+asyncpg"),
        ({"a/requirements.txt": "asyncpg\npsycopg2\n", "a/.env": "URL=postgresql+psycopg2://db/shop"}, None),
        ({"a/alembic.ini": "sqlalchemy.url = postgresql+psycopg://db/shop"}, "sqlalchemy+psycopg"),
        ({"a/db.py": ASYNCPG, "a/requirements.txt": "SQLAlchemy\nasyncpg\npsycopg2\n"}, "sqlalchemy+asyncpg"),
        # A library of the repository that it imports.
        (
            {
                "a/store.py": CORE + "from shared.db import E\n",
                "a/requirements.txt": "SQLAlchemy",
                "shared/db.py": ASYNCPG,
                "shared/setup.py": "import setuptools",
            },
            "sqlalchemy+asyncpg",
        ),
        ({"a/requirements.txt": "SQLAlchemy", "shared/db.py": ASYNCPG, "shared/setup.cfg": ""}, None),
    ],
)
def test_what_is_said_of_a_service_is_not_said_of_its_siblings(
    tmp_path: Path, files: dict[str, str], driver: Driver | None
) -> None:
    found = seen(tmp_path, {"a/orders.py": CORE, **files})
    assert {each.driver for each in found if each.location and each.location.path == "a/orders.py"} == {driver}


def test_requirements_that_change_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "code"
    files = {"a/orders.py": CORE, "a/requirements.txt": "SQLAlchemy\nasyncpg\n"}
    assert [each.driver for each in seen(root, files, small=0)] == ["sqlalchemy+asyncpg"]
    (root / "a/requirements.txt").write_text("SQLAlchemy\npsycopg2\n")
    assert [each.driver for each in seen(root, {}, small=0)] == [None]


def test_a_transaction_is_seen_around_a_statement_and_around_its_caller(tmp_path: Path) -> None:
    program = """
import asyncpg

async def by_itself(connection):
    await connection.fetch("SELECT id FROM ta")

async def inside(connection):
    async with connection.transaction():
        await connection.fetch("SELECT id FROM tb")
        await called(connection)
    await connection.fetch("SELECT id FROM td")

async def called(connection):
    await connection.fetch("SELECT id FROM tc")
"""
    found = {each.sql[-1]: each.in_transaction for each in seen(tmp_path, {"a.py": program})}
    assert found == {"a": False, "b": True, "c": True, "d": False}
