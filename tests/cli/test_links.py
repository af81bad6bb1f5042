"""Which terminals show links, and what places lead to."""

import os

import pytest

from scanner.cli.links import linker, shows_links
from scanner.model import Location


@pytest.mark.parametrize(
    ("environ", "terminal", "shown"),
    [
        ({"TERM": "xterm-256color"}, True, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, True, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4500"}, True, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, False, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200", "CI": "true"}, True, False),
        ({"TERM": "dumb", "VTE_VERSION": "7200"}, True, False),
        ({"TERM": "xterm-kitty"}, True, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, True, True),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a"}, True, False),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.4"}, True, True),
        ({"TERM": "dumb", "FORCE_HYPERLINK": "1"}, False, True),
        ({"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, True, False),
        ({}, True, False),
    ],
)
def test_links_are_for_terminals_that_show_them(environ, terminal, shown):
    assert shows_links(environ, terminal) == shown


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "file://here{root}/a%20b/c.py"),
        ({"TERM": "xterm-kitty"}, "file://here{root}/a%20b/c.py#7"),
        ({"TERM_PROGRAM": "vscode"}, "vscode://file{root}/a%20b/c.py:7"),
    ],
)
def test_a_place_leads_to_its_file(tmp_path, monkeypatch, environ, url):
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "c.py").touch()
    link = linker(tmp_path, environ)
    assert link(Location("a b/c.py", 7)) == url.format(root=tmp_path)
    assert link(Location("a b/gone.py", 7)) is None


def test_a_name_may_be_any_bytes_and_what_is_no_name_leads_nowhere(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.py")).touch()
    link = linker(tmp_path, {"TERM_PROGRAM": "vscode"})
    assert link(Location(os.fsdecode(b"\xff.py"), 1)) == f"vscode://file{tmp_path}/%FF.py:1"
    assert [link(Location(path, 1)) for path in ("a\0b", "\ud83d", "x" * 5000)] == [None] * 3
