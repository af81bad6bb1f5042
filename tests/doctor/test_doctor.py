"""What doctor says of files; real servers are in tests/engine/test_doctor.py."""

from __future__ import annotations

import gzip
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.config import Config, load_config
from scanner.doctor import Finding, Verdict, examine
from scanner.doctor.remedies import Account, remedies

HEAD = '[[databases]]\nname = "shop"\nengine = "mariadb:10.11"\nschema = "schema.sql"\n'
START = datetime(2026, 3, 1, tzinfo=UTC)


def entry(number: int) -> str:
    when = START + timedelta(minutes=number)
    return (
        f"# Time: {when:%y%m%d %H:%M:%S}\n# User@Host: app[app] @ web [10.0.0.1]\n"
        "# Query_time: 0.1  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 1\n"
        f"SET timestamp={int(when.timestamp())};\nSELECT id FROM orders WHERE note = 'n{number}';\n"
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "schema.sql").write_text(
        "CREATE TABLE orders (id int, note text);\nCREATE VIEW v AS SELECT id FROM orders;\n"
    )
    return tmp_path


def asked(home: Path, kind: str, path: str) -> Config:
    (home / "scanner.toml").write_text(f'{HEAD}\n[[sources]]\nkind = "{kind}"\npath = "{path}"\n')
    return load_config(home / "scanner.toml")


def source(home: Path, kind: str, path: str) -> Finding:
    schema, found = examine(asked(home, kind, path))
    assert schema.verdict is Verdict.FINE
    return found


def test_a_schema_is_counted(home: Path) -> None:
    (home / "a.py").write_text("x = 1\n")
    schema, *_ = examine(asked(home, "python", "a.py"))
    assert schema.facts == ("1 table, 1 view",)
    assert (schema.kind, schema.place, schema.verdict) == ("schema", "schema.sql", Verdict.FINE)


@pytest.mark.parametrize(
    ("text", "verdict", "said"),
    [
        (None, Verdict.UNREADABLE, "There is no schema of shop at"),
        ("-- nothing\n", Verdict.UNREADABLE, "No table was found in it."),
        ("CREATE TABLE a (i int);\nCREATE TABLE b (i int) gibberish (;\n", Verdict.BLIND, "was left out of the schema"),
    ],
)
def test_a_schema_that_cannot_be_used(home: Path, text: str | None, verdict: Verdict, said: str) -> None:
    (home / "a.py").write_text("x = 1\n")
    (home / "schema.sql").unlink()
    if text is not None:
        (home / "schema.sql").write_text(text)
    schema, *_ = examine(asked(home, "python", "a.py"))
    assert schema.verdict is verdict
    assert said in " ".join((*schema.unread, *schema.blind))


def test_files_that_do_not_parse_and_files_that_git_ignores_are_named(home: Path) -> None:
    (home / ".git").mkdir()
    (home / ".gitignore").write_text("generated/\n")
    (home / "app" / "generated").mkdir(parents=True)
    (home / "app" / "generated" / "a.py").write_text("x = 1\n")
    (home / "app" / "good.py").write_text('def f(c):\n    c.execute("SELECT id FROM orders")\n')
    (home / "app" / "bad.py").write_text('def f(c:\n    c.execute("SELECT id FROM orders")\n')
    found = source(home, "python", "app")
    assert found.verdict is Verdict.PARTLY
    assert "app/bad.py" in found.unread[0]
    assert "Not read, ignored by git: generated." in found.blind
    assert "1 query sighting" in found.facts[0]


def test_a_log_says_how_many_entries_it_has_and_from_when(home: Path) -> None:
    (home / "slow.log").write_text("".join(map(entry, range(50))))
    os.utime(home / "slow.log", (0, datetime(2026, 4, 1, 12, 30, tzinfo=UTC).timestamp()))
    found = source(home, "mysql_slow_log", "slow.log")
    assert "50 query sightings" in found.facts[0]
    assert found.facts[1].endswith("2026-03-01 00:49 UTC")
    assert found.facts[2] == "last written to 2026-04-01 12:30 UTC"
    assert found.verdict is Verdict.BLIND
    assert "SET GLOBAL long_query_time = 0;" in found.remedies


def test_a_log_that_is_being_written_grows(home: Path) -> None:
    (home / "slow.log").write_text(entry(0))
    os.utime(home / "slow.log", (time.time(), time.time() - 300))
    assert "last written to 5 min ago: it seems to grow" in source(home, "mysql_slow_log", "slow.log").facts


def test_of_a_large_log_a_sample_is_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.doctor.sampling._SAMPLED", 10_000)
    (home / "logs").mkdir()
    (home / "logs" / "slow.log").write_text("".join(map(entry, range(5000))))
    (home / "logs" / "slow.log.1.gz").write_bytes(gzip.compress("".join(map(entry, range(100, 300))).encode()))
    found = source(home, "mysql_slow_log", "logs")
    assert found.verdict is Verdict.BLIND
    assert " in a sample of " in found.facts[0]
    sightings = int(found.facts[0].split(" query")[0].rpartition(", ")[2])
    assert 50 < sightings < 300
    assert found.facts[1].endswith("2026-03-04 11:19 UTC")
    assert "scanner-doctor" not in repr(found)


def test_a_damaged_log_is_named_by_its_own_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.doctor.sampling._SAMPLED", 1_000)
    (home / "logs").mkdir()
    (home / "logs" / "slow.log").write_text("".join(map(entry, range(100))))
    whole = gzip.compress(os.urandom(5000))
    (home / "logs" / "slow.log.1.gz").write_bytes(whole[: len(whole) // 2])
    found = source(home, "mysql_slow_log", "logs")
    assert found.verdict is Verdict.PARTLY
    assert "logs/slow.log.1.gz" in " ".join(found.unread)
    assert "scanner-doctor" not in repr(found)


@pytest.mark.parametrize(
    ("kind", "path"),
    [("mysql_slow_log", "gone.log"), ("mysql_digests", "gone.csv"), ("python", "gone"), ("sql_files", "gone")],
)
def test_what_is_not_there_is_a_finding(home: Path, kind: str, path: str) -> None:
    found = source(home, kind, path)
    assert found.verdict is Verdict.UNREADABLE
    assert len(found.unread) == 1


READER = Account("postgres", "reader", "shop")
APP = Account("mysql", "'app'@'%'", "shop")


@pytest.mark.parametrize(
    ("said", "account", "run"),
    [
        (
            "5 queries of other roles show no text: GRANT pg_read_all_stats TO reader.",
            READER,
            "GRANT pg_read_all_stats TO reader;",
        ),
        ("permission denied for schema stats.", READER, "GRANT USAGE ON SCHEMA stats TO reader;"),
        ('permission denied for database "shop"', READER, "GRANT CONNECT ON DATABASE shop TO reader;"),
        (
            "SELECT command denied to user 'app'@'10.0.0.1' for table `performance_schema`.`setup_consumers`.",
            APP,
            "GRANT SELECT ON performance_schema.setup_consumers TO 'app'@'%';",
        ),
        (
            "SELECT command denied to user 'app'@'10.0.0.1' for table 'orders'.",
            APP,
            "GRANT SELECT ON shop.orders TO 'app'@'%';",
        ),
        (
            "Access denied for user 'app'@'%' to database 'shop'.",
            APP,
            "GRANT SELECT, SHOW VIEW, TRIGGER ON `shop`.* TO 'app'@'%';",
        ),
        (
            "the user has no TRIGGER privilege, so triggers are not shown",
            APP,
            "GRANT TRIGGER ON `shop`.* TO 'app'@'%';",
        ),
        ("log_output is FILE: SET GLOBAL log_output = 'TABLE'.", None, "SET GLOBAL log_output = 'TABLE';"),
        (
            "Rare queries were evicted 3 times since 2026-01-01: raise pg_stat_statements.max (5000).",
            None,
            "ALTER SYSTEM SET pg_stat_statements.max = 10000; -- then restart the server",
        ),
        (
            "performance_schema is OFF (MariaDB's default): set performance_schema = ON",
            None,
            "[mysqld] performance_schema = ON   # in the server's configuration; then restart it",
        ),
        ("This server is a standby and counts what it ran itself.", None, None),
    ],
)
def test_what_to_run(said: str, account: Account | None, run: str | None) -> None:
    assert remedies([said, said], account) == ((run,) if run else ())
