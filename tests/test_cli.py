"""The command line: what it prints, writes and exits with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import scanner
from scanner.cli import run
from tests import company

ALTER = "ALTER TABLE orders ADD COLUMN status text NOT NULL"
HEAVY = {
    "jinja2",
    "libcst",
    "networkx",
    "pandas",
    "psycopg",
    "pymysql",
    "rich",
    "sqlglot",
    "sqlite3",
    "tomllib",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    company.found(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def options() -> list[str]:
    return ["--engine", "postgres:16", "--schema", "schema", "--pg-stat-statements", "statements.csv"]


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr()
    assert printed.out == ""
    said = printed.err.strip()
    assert "\n" not in said
    return said.removeprefix("scanner: ")


@pytest.mark.parametrize("arguments", [["--help"], ["impact", "--help"], ["--version"], []])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = f"import sys; from scanner.cli import run; run({arguments}); print(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout
    assert set(done.stdout.splitlines()[-1].split()) & HEAVY == set()


def test_help_says_what_is_optional(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (["rule"], "[RULE]"), (["impact"], "--explain [WHAT]"), (["check"], "--explain [WHAT]"):
        assert run([*arguments, "--help"]) == 0
        assert said in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert scanner.__version__ in capsys.readouterr().out


def test_python_m_scanner_is_the_command_line() -> None:
    command, home = [sys.executable, "-m", "scanner", "--version"], Path(scanner.__file__).parents[1]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=home)
    assert ran.stdout == f"scanner, version {scanner.__version__}\n"


def test_the_report_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", ALTER, "--database", "shop"]) == 0
    printed = capsys.readouterr()
    assert "billing" in printed.out
    assert "services/billing/pay.py:3" in printed.out
    assert "\x1b" not in printed.out
    assert printed.err == ""


def test_the_short_form_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    run(["impact", ALTER, "--database", "shop"])
    long = capsys.readouterr().out
    run(["impact", "orders", "status text NOT NULL", "--database", "shop"])
    assert capsys.readouterr().out == long


def test_formats_go_by_the_suffix(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", ALTER, "--database", "shop", "-o", "a.html", "-o", "b.csv", "-o", "c.json"]) == 0
    assert (home / "a.html").read_text().lower().startswith("<!doctype html>")
    assert (home / "b.csv").read_text("utf-8-sig").startswith("effect,")
    assert json.loads((home / "c.json").read_text())["summary"]
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Written to a.html, b.csv, c.json." in printed.err


def test_locations_are_relative_to_the_configuration(home: Path) -> None:
    run(["impact", ALTER, "--database", "shop", "-o", "impact.json"])
    findings = json.loads((home / "impact.json").read_text())["findings"]
    paths = {location["path"] for finding in findings for location in finding["locations"]}
    assert "services/billing/pay.py" in paths
    assert str(home) not in (home / "impact.json").read_text()


def test_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", ALTER, *options(), "--python", "services"]) == 0
    assert "billing/pay.py:3" in capsys.readouterr().out


def test_paths_are_further_sources(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "scanner.toml").unlink()
    assert run(["impact", "orders", "status text", "services", "reports", *options()]) == 0
    assert "services/billing/pay.py:3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("effect", "code"), [("breaks", 0), ("changes-results", 0), ("changes-shape", 1), ("needs-update", 1)]
)
def test_fail_on_an_effect_or_a_worse_one(effect: str, code: int) -> None:
    arguments = ["impact", "orders", "status text", *options(), "--fail-on", effect]
    assert run(arguments) == code


def test_a_source_that_cannot_be_read(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", ALTER, *options(), "--slow-log", "missing.log", "-o", "a.json"]) == 3
    assert (
        "scanner: There is no slow log at missing.log: give the file that slow_query_log_file names.\n"
        in capsys.readouterr().err
    )
    assert json.loads((home / "a.json").read_text())["findings"]


def test_many_unread_files_are_counted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(8):
        (home / "services" / f"bad{number}.py").write_text('cursor.execute("SELECT 1"\ndef (')
    assert run(["impact", ALTER, "--database", "shop", "-o", "a.json"]) == 3
    said = capsys.readouterr().err
    assert "scanner: services/bad0.py:2: The file does not parse as Python" in said
    assert "scanner: 3 more could not be read: the report names them.\n" in said


def test_fail_on_counts_more_than_an_unread_source() -> None:
    sources = ["--python", "services", "--slow-log", "missing.log"]
    assert run(["impact", ALTER, *options(), *sources, "--fail-on", "breaks"]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["impact", "ordres", "a int", "--database", "shop"],
            "There is no table ordres in the schema of shop: did you mean orders?",
        ),
        (
            ["impact", "orders", "a int"],
            "orders is a table of shop and stock: say which one is meant (--database shop).",
        ),
        (
            ["impact", "orders", "a int", "--database", "shpo"],
            "The database 'shpo' is not part of the scan: did you mean 'shop'?",
        ),
        (
            ["impact", "orders"],
            'What is added to orders? Write the column behind it: orders "status text NOT NULL".',
        ),
        (
            ["impact", "orders", "a int", "-o", "a.pdf"],
            "a.pdf names no format of a report: end it in one of .html, .csv, .json, .md, .svg.",
        ),
        (
            ["impact", "orders", "a int", "--engine", "postgres"],
            "Give --engine and --schema together, as in --engine postgres:16 --schema schema.sql.",
        ),
        (
            ["impact", "orders", "a int", "--config", "x.toml", "--engine", "mysql"],
            "Give either --config or --engine and --schema: the file names both.",
        ),
        (
            ["impact", "orders", "a int", "--engine", "postgres", "--schema", "schema"],
            "There is nothing to scan: give --python, --sql, --slow-log, --slow-log-table, --mysql-digests, --pg-stat",
        ),
        (
            ["impact", "orders", "a int", "--config", "x.toml"],
            "x.toml cannot be read: No such file or directory.",
        ),
        (
            ["impact", "orders", "a int", "--scan", "scan.db", "--python", "a", "b"],
            "A stored scan is asked as it is: leave out --scan or --python and b.",
        ),
        (
            ["impact", "orders", "a int", "nowhere", "--database", "shop"],
            "nowhere does not exist: give files or directories to scan.",
        ),
        (
            ["impact", "orders", "a int", "--fail-on", "panics"],
            "Invalid value for '--fail-on': 'panics' is not one of 'breaks', 'changes-results', 'changes-shape', 'needs-update'.",  # noqa: E501
        ),
        (["impact"], 'Name the change, as in "ALTER TABLE orders ADD COLUMN status text", or a --migration.'),
        (["impct"], "No such command 'impct'."),
        (
            ["graph", "ordres", "--database", "shop"],
            "There is no table ordres in shop: did you mean orders (shop)?",
        ),
        (["graph"], "Name a table to see what depends on it, or a file to write the whole graph to (-o)."),
        (["rule", "SC1011"], "There is no rule SC1011: did you mean SC101?"),
        (["rule", "unheard-of"], "There is no rule unheard-of: scanner rule lists them all."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(arguments) == 2
    assert said in sentence(capsys).replace(f"{home}/", "")


def test_no_configuration_anywhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("scanner.config.options.find_config", lambda _: None)
    assert run(["impact", "orders", "a int"]) == 2
    assert (
        sentence(capsys)
        == "There is no scanner.toml here or above: scanner init writes one, or give --engine and --schema."
    )


def test_scan_once_and_ask_often(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["impact", ALTER, "--database", "shop"])
    fresh = capsys.readouterr().out
    assert run(["scan", "-o", "scan.db"]) == 0
    assert capsys.readouterr().err == "shop: 6 queries, stock: 1 query. Kept in scan.db.\n"
    (home / "scanner.toml").unlink()
    assert run(["impact", ALTER, "--database", "shop", "--scan", "scan.db"]) == 0
    assert capsys.readouterr().out == fresh


def test_graph(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", "orders", "--database", "shop"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("4 queries of analyst, billing, reports reach the table orders of shop.\n")
    assert "Through view big_orders" in printed
    assert run(["graph", "orders", "--database", "shop", "-o", "part.json"]) == 0
    assert run(["graph", "-o", "whole.dot"]) == 0
    part = {node["id"] for node in json.loads((home / "part.json").read_text())["nodes"]}
    assert "service:billing" in part
    assert "service:fulfilment" not in part
    assert "service:fulfilment" in (home / "whole.dot").read_text()


def test_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "sc101"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("SC101 star-projection: ")
    assert re.search(r"\nEvidence\n    \d+ cases on PostgreSQL 15\.\d+ \(recorded\), ", page)
    assert run(["rule", "star_projection"]) == 0
    assert capsys.readouterr().out == page
    assert run(["rule"]) == 0
    assert capsys.readouterr().out.startswith("SC101  star-projection ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (ALTER.split(), f'Put the whole change in quotes: scanner impact "{ALTER}".'),
        (
            ["orders", "status", "text", "NOT", "NULL"],
            'Put name and type of the column in quotes: orders "status text …".',
        ),
        (
            ["orders", "status", "."],
            'Which type has status? Write it behind the name, in quotes: orders "status text".',
        ),
        (["orders", "status"], 'Which type has status? Write it behind the name, in quotes: orders "status text".'),
    ],
)
def test_a_change_without_quotes(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", *arguments]) == 2
    assert sentence(capsys) == said


def test_a_file_that_holds_the_change(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home.parent / "mig.sql").write_text(f"{ALTER};")
    assert run(["impact", "../mig.sql", "--database", "shop"]) == 0
    assert "Adding orders.status breaks" in " ".join(capsys.readouterr().out.split())


def test_a_column_that_is_there_already(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", "ALTER TABLE orders ADD COLUMN IF NOT EXISTS total integer", "--database", "shop"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "orders has total already: the ALTER TABLE adds nothing." in shown
    assert "BLOCKS" not in shown


def test_the_schema_of_another_engine(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "my.sql").write_text("CREATE TABLE `orders` (`id` int AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;\n")
    assert run(["impact", ALTER, "--engine", "postgres:16", "--schema", "my.sql", "schema"]) == 2
    assert sentence(capsys) == (
        "There is no table orders in the schema of default: it has 0 tables, and 1 statement of it could not be read "
        "as postgres:16 (CREATE TABLE first): is it the schema of another engine or version (--engine)?"
    )


def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scanner, "scan", interrupt)
    assert run(["impact", ALTER]) == 130
    assert sentence(capsys) == "Interrupted."


@pytest.mark.parametrize("more", [["rule", "SC101"], ["impact", ALTER], ["impact", ALTER, "--explain"]])
def test_a_reader_that_goes_away(more: list[str]) -> None:
    command = [sys.executable, "-m", "scanner", *more, *(["--database", "shop"] if "impact" in more else [])]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(["impact", ALTER, "--database", "shop"])
    assert "Putting the queries together" in capsys.readouterr().err


def test_the_plan_is_written_as_files(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", ALTER, "--database", "shop", "--plan", "rollout", "-o", "a.json"]) == 0
    names = sorted(path.name for path in (home / "rollout").iterdir())
    assert [name for name in names if "back.sql" not in name and "expand" in name]
    assert f"The plan: {len(names)} files in rollout." in capsys.readouterr().err
    assert run(["impact", ALTER, "--database", "shop", "--plan", "rollout"]) == 2
    assert "holds a plan already" in sentence(capsys)


def test_the_plan_is_written_as_the_next_migrations(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["impact", ALTER, "--database", "shop", "-o", "a.json", "--as", "flyway"]
    (home / "sql").mkdir()
    (home / "sql" / "V7__orders.sql").write_text("")
    assert run([*asked, "--plan", "sql"]) == 0
    assert any(path.name.startswith("V8__") for path in (home / "sql").iterdir())
    assert "The plan for flyway: " in capsys.readouterr().err
    assert run(asked) == 2
    assert "--as flyway needs --plan DIR" in sentence(capsys)
    assert run([*asked, "--plan", "nowhere"]) == 2
    assert "nowhere is no folder" in sentence(capsys)
