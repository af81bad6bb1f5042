"""scanner doctor as a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.cli import run
from tests import company


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    company.found(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_every_source_is_told_by_database(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert run(["doctor"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= int(width)
    shop, stock = text.split("\nstock\n")
    assert shop.startswith("shop\n  schema schema/*.sql: fine\n      2 tables, 1 view\n")
    for kind in ("python services", "sql_files .", "pg_stat_statements statements.csv"):
        assert f"\n  {kind}: " in shop
    assert "\n  mysql_slow_log slow.log: blind in part\n" in stock
    assert "6 schemas and sources: " in text.splitlines()[-1]


def test_something_that_cannot_be_read_gives_3(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "slow.log").unlink()
    assert run(["doctor", "--quiet"]) == 3
    printed = capsys.readouterr().out
    assert printed.startswith("6 schemas and sources: 1 not readable")
    assert printed.count("\n") == 1


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {each["verdict"] for each in found} <= {"fine", "blind in part"}
    assert set(found[0]) == {"kind", "place", "database", "verdict", "facts", "unread", "blind", "remedies"}


def test_no_password_is_printed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (home / "scanner.toml").read_text()
    secret = "hunter2"
    dsns = (f"postgresql://app:{secret}@127.0.0.1:1/shop", f"host=127.0.0.1 port=1 password={secret} dbname=shop")
    for dsn in dsns:
        more = f'[[sources]]\nkind = "pg_stat_statements"\ndsn = "{dsn}"\ndatabase = "shop"\n'
        (home / "scanner.toml").write_text(f"{text}\n{more}")
        assert run(["doctor"]) == 3
        printed = capsys.readouterr()
        assert secret not in printed.out + printed.err
        assert "127.0.0.1" in printed.out


def test_a_configuration_that_cannot_be_used(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "scanner.toml").write_text("[[databases]]\n")
    assert run(["doctor"]) == 2
    assert capsys.readouterr().err.startswith("scanner: scanner.toml: [[databases]]")
