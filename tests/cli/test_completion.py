"""Completion, asked as shells ask, and by a real bash that is sent a Tab."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import scanner
from scanner.cli import run
from tests import company

HOME = Path(scanner.__file__).parents[1]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    company.found(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str) -> list[str]:
    """What is offered for the last of the words, as bash is told: the kind, and the text."""
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    monkeypatch.setenv("_SCANNER_COMPLETE", "bash_complete")
    assert run([]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out.splitlines()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("scanner imp", ["plain,impact"]),
        ("scanner impact --sl", ["plain,--slow-log", "plain,--slow-log-table"]),
        ("scanner impact ord", ["plain,orders"]),
        ("scanner impact --database stock she", ["plain,shelves"]),
        ("scanner impact --database shop she", ["file,she"]),
        ("scanner graph us", ["plain,users"]),
        ("scanner impact --database s", ["plain,shop", "plain,stock"]),
        ("scanner impact --config sc", ["file,sc"]),
        ("scanner impact orders text mig", ["file,mig"]),
        ("scanner impact --plan ro", ["dir,ro"]),
        ("scanner impact --fail-on b", ["plain,breaks"]),
        ("scanner rule SC10", [f"plain,SC10{number}" for number in range(1, 7)]),
        ("scanner rule star", ["plain,star-projection"]),
        ("scanner scan -o ", ["file,"]),
        ("scanner completion z", ["plain,zsh"]),
    ],
)
def test_what_is_offered(monkeypatch, capsys, words, found):
    assert offered(monkeypatch, capsys, words) == found


@pytest.mark.parametrize(
    "text",
    [
        None,
        "[[databases",
        "databases = 5",
        '[[databases]]\nname = "x"\nschema = "gone.sql"\n',
        '[[databases]]\nname = "x"\nschema = "postgresql://app:hunter2@nowhere.invalid/x"\n',
    ],
)
def test_without_tables_files_are_offered(home, monkeypatch, capsys, text):
    (home / "scanner.toml").unlink()
    if text is not None:
        (home / "scanner.toml").write_text(text)
    assert offered(monkeypatch, capsys, "scanner impact ord") == ["file,ord"]


def test_tables_are_offered_at_once(home, monkeypatch, capsys):
    tables = "".join(f"CREATE TABLE public.orders_{n} (id int, note text);\n" for n in range(50_000))
    (home / "schema" / "tables.sql").write_text(tables)
    began = time.process_time()
    assert len(offered(monkeypatch, capsys, "scanner impact --database shop orders_4")) > 10_000
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell, capsys):
    assert run(["completion", shell]) == 0
    assert f"_SCANNER_COMPLETE={shell}_complete" in capsys.readouterr().out


def program(folder: Path) -> dict[str, str]:
    """An environment in which the command scanner is this one."""
    script = folder / "bin" / "scanner"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{HOME}" exec "{sys.executable}" -m scanner "$@"\n')
    script.chmod(0o755)
    return {"PATH": f"{script.parent}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb", "PS1": "$ "}


def until(terminal: int, sign: str) -> str:
    """What the shell writes up to the sign, which has to come within half a minute."""
    written, ends = "", time.monotonic() + 30
    while sign not in written and time.monotonic() < ends:
        if select.select([terminal], [], [], 0.2)[0]:
            written += os.read(terminal, 65536).decode()
    assert sign in written, written
    return written


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("scanner impact use", "scanner impact users "),
        ("scanner doct", "scanner doctor "),
        ("scanner scan slo", "slow.log"),
    ],
)
def test_a_real_bash_completes(home: Path, typed: str, completed: str) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [bash, "--norc", "--noprofile", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, env=program(home), cwd=home
    )
    os.close(theirs)
    try:
        os.write(ours, b'eval "$(scanner completion bash)"; echo re""ady\n')
        until(ours, "ready")
        os.write(ours, f"{typed}\t".encode())
        until(ours, completed)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
