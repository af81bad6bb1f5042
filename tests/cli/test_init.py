"""scanner init as a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cli import run
from tests import company


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    company.found(tmp_path)
    (tmp_path / "scanner.toml").unlink()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_it_writes_is_asked_without_editing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"Written to {home}/scanner.toml.\n")
    table = said.partition("scanner impact ")[2].split()[0]
    assert run(["impact", table, "note text"]) == 0
    assert "services/billing/pay.py:3" in capsys.readouterr().out


def test_what_is_left_out_of_a_schema_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "db/1").mkdir(parents=True)
    (tmp_path / "db/1/full.sql").write_text("CREATE TABLE orders (id int);")
    (tmp_path / "db/2").mkdir()
    (tmp_path / "db/2/note.sql").write_text("ALTER TABLE orders ADD COLUMN note text;")
    (tmp_path / "db/2/fill.py").write_text("def run(cursor): cursor.execute('DROP TABLE orders')\n")
    (tmp_path / "other.sql").write_text("CREATE TABLE other (id int);")
    assert run(["init", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert "  Left out of the schema: other.sql. Add to its list what belongs to it.\n" in said
    assert "  What Python changes of the schema is not read: db/2/fill.py.\n" in said


def test_it_never_overwrites_unless_it_is_told_to(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "scanner.toml").write_text("# mine\n")
    assert run(["init"]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert (home / "scanner.toml").read_text() == "# mine\n"
    assert run(["init", "--force"]) == 0
    assert "[[databases]]" in (home / "scanner.toml").read_text()


@pytest.mark.parametrize("options", [["--dry-run"], ["-o", "-"]])
def test_it_can_be_printed(home: Path, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(home), *options]) == 0
    assert "[[databases]]" in capsys.readouterr().out
    assert not (home / "scanner.toml").exists()


def test_another_folder_gets_its_own_file(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run(["init", str(home)]) == 0
    assert (home / "scanner.toml").exists()


def test_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "no/such"]) == 2
    assert capsys.readouterr().err == "scanner: There is no folder at no/such.\n"
