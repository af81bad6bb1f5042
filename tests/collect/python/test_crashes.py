"""A process that is killed while it reads a file: the file is tried once more alone, and then named."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from scanner.collect.python import collect, groups
from scanner.collect.python.facts import Facts
from scanner.model import Observation, Unread

PROGRAM = "def run(cursor):\n    cursor.execute('SELECT {name} FROM orders')\n"
FILES = ("a.py", "fatal.py", "z.py")
READ = groups.read_group
KILLS = "SCANNER_TEST_KILLS"  # how often reading fatal.py kills the process; each time leaves a file beside it


def killed(group: tuple[groups.Request, ...]) -> list[Facts]:
    """Reads files as the workers do, until it comes to the one that kills."""
    for file, path, _ in group:
        seen = len(list(Path(file).parent.glob("kill.*")))
        if path == "fatal.py" and seen < int(os.environ[KILLS]):
            Path(file).with_name(f"kill.{seen}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return READ(group)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES:
        (tmp_path / name).write_text(PROGRAM.format(name=name.partition(".")[0]) + "#" * 300_000)
    monkeypatch.setattr(groups, "read_group", killed)
    return tmp_path


def found(tree: Path) -> tuple[set[str], list[Unread]]:
    collected = list(collect(tree))
    read = {each.location.path for each in collected if isinstance(each, Observation) and each.location}
    return read, [each for each in collected if isinstance(each, Unread)]


@pytest.mark.parametrize("size", [10, groups.GROUP_BYTES * 20])
def test_once_is_an_accident(tree: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Whether the file was read alone or with others."""
    monkeypatch.setenv(KILLS, "1")
    monkeypatch.setattr(groups, "GROUP_BYTES", size)
    assert found(tree) == (set(FILES), [])
    assert len(list(tree.glob("kill.*"))) == 1


def test_twice_is_the_file(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KILLS, "9")
    assert found(tree) == ({"a.py", "z.py"}, [Unread("python", "fatal.py", groups._CRASHED)])
    assert len(list(tree.glob("kill.*"))) == 2
