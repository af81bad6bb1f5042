"""What the clients of real servers write with the scripts of `scanner export-sql`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scanner.collect.pg_stat_statements import collect_export
from scanner.export_sql import Format, export_sql
from scanner.model import Engine, Observation
from tests.engine.servers import Database, client


def exported(database: Database, form: Format, path: Path) -> Path:
    """The file that psql writes with the script."""
    script = export_sql(Engine.parse("postgres"), form).encode()
    done = subprocess.run([client("psql"), "-X", database.dsn], input=script, capture_output=True, check=False)
    assert done.stderr == b""
    path.write_bytes(done.stdout)
    return path


@pytest.mark.parametrize("form", ["csv", "json"])
def test_texts_with_everything_in_them_come_through(postgres_database, form, tmp_path):
    postgres_database.run("CREATE EXTENSION pg_stat_statements")
    texts = (
        'SELECT oid AS "a, b" FROM pg_class',
        'SELECT oid AS "é\t€" FROM pg_type',
        'SELECT oid AS """" FROM pg_proc',
        "SELECT oid\n\r\n FROM pg_cast",
    )
    for text in texts:
        postgres_database.run(text)
    path = exported(postgres_database, form, tmp_path / f"statements.{form}")
    found = [item.sql for item in collect_export(path) if isinstance(item, Observation)]
    assert set(texts) <= set(found)
    assert [text for text in found if "query-dependency-scanner" in text] == []


def test_without_the_extension_psql_says_so(postgres_database):
    script = export_sql(Engine.parse("postgres"))
    words = [client("psql"), "-X", postgres_database.dsn]
    done = subprocess.run(words, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert f"is not installed in the database {postgres_database.name}: connect to the one that has it" in done.stderr
    assert done.stdout == ""
