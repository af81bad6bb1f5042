"""What is said beside the answer: names of files and tables steer no terminal, whatever they are made of."""

import os
from pathlib import Path

from scanner.cli import run

ASKED = ["--engine", "postgres:16", "--schema", "schema.sql", "--python", "code"]
HOSTILE = "a\x1b]8;;x\x07b\x9b2J\u202e"


def test_names_are_shown_and_not_obeyed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("schema.sql").write_text("CREATE TABLE orders (id int);")
    Path("code").mkdir()
    Path("code", f"{HOSTILE}.py").write_text("def (:\n    'INSERT INTO orders'\n")
    Path(f"{HOSTILE}.sql").write_text(f'ALTER TABLE "{HOSTILE}" ADD COLUMN x int;')
    broken = os.fsdecode(b"\xff.sql")
    codes = [
        run(["impact", "orders", "x int", *ASKED]),
        run(["impact", HOSTILE, "x int", *ASKED]),
        run(["check", f"{HOSTILE}.sql", *ASKED]),
        run(["check", broken, *ASKED]),
    ]
    said = capsys.readouterr()
    assert codes == [3, 2, 3, 2]
    assert said.err.count("\\x1b]8;;x\\x07b\\x9b2J\\u202e") >= 3
    assert "\\udcff.sql" in said.err
    assert all(c.isprintable() or c == "\n" for c in said.out + said.err)
