"""The scripts of `scanner export-sql`, as far as no server is needed to say what they should be."""

from __future__ import annotations

import re

import pytest

from scanner.cli import run


@pytest.mark.parametrize("engine", ["postgres:16", "mysql:5.7", "mysql:8.4", "mariadb", "mariadb:10.11"])
def test_a_script_only_reads(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export-sql", engine]) == 0
    code = re.sub(r"--.*|/\*.*?\*/|'[^']*'", "", capsys.readouterr().out)
    assert not re.search(r"\b(insert|update|delete|truncate|create|alter|drop|grant|flush|call)\b", code, re.IGNORECASE)
    assert re.search(r"\bREAD ONLY\b", code)
    assert re.search(r"\b(statement_timeout|max_statement_time|max_execution_time) = ", code)


def test_mysql_is_not_asked_for_columns_that_mariadb_alone_has(capsys: pytest.CaptureFixture[str]) -> None:
    run(["export-sql", "mariadb"])
    assert "rows_affected" in capsys.readouterr().out
    run(["export-sql", "mysql:8.0"])
    assert "rows_affected" not in capsys.readouterr().out


def test_the_mysql_client_writes_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export-sql", "mysql", "--format", "csv"]) == 2
    assert "The client of mysql writes tab-separated text alone: leave out --format." in capsys.readouterr().err
