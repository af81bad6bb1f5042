"""Reports on the terminal: the screen, --explain, --quiet, --verbose."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

import scanner
from scanner.cli import run
from tests import company

HOME = Path(scanner.__file__).parents[1]
ASKED = ["impact", "orders", "status text NOT NULL", "--database", "shop"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    company.found(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def on_a_terminal(arguments: list[str], width: int, height: int, **environ: str) -> tuple[str, int]:
    """What the command writes to a terminal of this size, and its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "scanner", *arguments]
    environment = kept | {"PYTHONPATH": str(HOME), "PYTHONIOENCODING": "utf-8", "TERM": "xterm-256color"} | environ
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, env=environment)
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    assert process.stderr is not None
    process.stderr.close()
    return written.decode().replace("\r\n", "\n"), process.wait()


def printed(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[str, str]:
    assert run([*ASKED, *more]) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 24)])
def test_on_a_terminal_the_answer_is_one_screen(width: int, height: int) -> None:
    text, code = on_a_terminal(ASKED, width, height)
    assert code == 0
    lines = re.sub(r"\x1b\[[\d;]*m", "", text).splitlines()
    assert len(lines) < height
    assert max(map(len, lines)) <= width
    assert "services/billing/pay.py:3" in text
    assert "\x1b[1" in text


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"TERM": "dumb", "FORCE_COLOR": "1"}, False)],
)
def test_colour_is_as_the_environment_asks(environ: dict[str, str], coloured: bool) -> None:
    text, _ = on_a_terminal(ASKED, 80, 24, **environ)
    assert bool(re.search(r"\x1b\[[\d;]*3\d", text)) == coloured


def test_a_dumb_terminal_has_a_width_too() -> None:
    text, _ = on_a_terminal(ASKED, 60, 40, TERM="dumb")
    assert "\x1b" not in text
    assert 40 < max(map(len, text.splitlines())) <= 60


def test_colour_can_be_forced_into_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1" in printed(capsys)[0]


def test_links_lead_to_the_files(home: Path) -> None:
    text, _ = on_a_terminal(ASKED, 80, 40, TERM="xterm-kitty")
    assert f"{home}/services/billing/pay.py#3\x1b\\" in text
    assert "\x1b]8" not in on_a_terminal(ASKED, 80, 40)[0]


def test_explain_shows_everything(capsys: pytest.CaptureFixture[str]) -> None:
    short, _ = printed(capsys)
    full, _ = printed(capsys, "--explain")
    assert "Fix: " in full
    assert "What was read ─" in full
    assert "Fix: " not in short


@pytest.mark.parametrize("place", [1, 3, 6])
def test_explain_shows_what_is_asked_for_alone(place: int, capsys: pytest.CaptureFixture[str]) -> None:
    everything = run([*ASKED, "--explain"])
    rules = set(re.findall(r"SC\d{3}", capsys.readouterr().out))
    assert everything == 0
    assert len(rules) > 1
    arguments = [*ASKED, "--explain"]
    arguments.insert(place, "sc101")
    assert run(arguments) == 0
    text = capsys.readouterr().out
    assert re.search(r"^[A-Z ]+  SC101 ", text, re.M)
    assert not re.search(r"^[A-Z ]+  SC(?!101)", text, re.M)
    assert "Fix: " in text
    assert "What was read" not in text


def test_explain_shows_what_a_rule_is_folded_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id int, total int);")
    (tmp_path / "app.py").write_text("def f(cur):\n  cur.execute('SELECT * FROM orders')\n  a, b = cur.fetchone()\n")
    asked = ["impact", "orders", "status text", "--engine", "postgres:16", "--schema", str(tmp_path / "schema.sql")]
    run([*asked, str(tmp_path), "--explain", "SC101"])
    said = capsys.readouterr()
    assert "BREAKS  SC103 positional-rows" in said.out
    assert "Nothing that was found" not in said.err


@pytest.mark.parametrize("place", ["services/billing/pay.py:3", "…/pay.py:3", "pay.py:3", "billing/pay.py:3"])
def test_explain_shows_one_place(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, said = printed(capsys, "--explain", place)
    assert text.count("Fix: ") == 1
    assert "services/billing/pay.py:3" in text
    assert said == ""


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("SC999", "Nothing that was found is of SC999: there is SC"),
        ("pay.py:4", "Nothing that was found is at pay.py:4: did you mean services/billing/pay.py:3"),
        ("services/biling/pay.py:3", "at services/biling/pay.py:3: did you mean services/billing/pay.py:3"),
        ("ay.py:3", "Nothing that was found is at ay.py:3: "),
        ("0123456789abcdef", "No query that was found is 0123456789abcdef: "),
    ],
)
def test_what_was_not_found_cannot_be_explained(word: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ASKED, "--explain", word]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert why in said.err


def test_quiet_says_the_verdict_alone(capsys: pytest.CaptureFixture[str]) -> None:
    text, said = printed(capsys, "-q")
    assert text.startswith("Adding orders.status breaks ")
    assert text.count("\n") == 1
    assert said == ""


def test_verbose_says_what_took_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    text, said = printed(capsys, "--verbose")
    assert text == printed(capsys)[0]
    assert re.search(r"^ +\d+\.\d\d s  Reading \S+/services \(python\): \d+ found$", said, re.M)
    assert re.search(r"^ +\d+\.\d\d s  in all$", said.splitlines()[-1])
