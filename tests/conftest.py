"""What every run says at its end: the engines it ran against."""

from __future__ import annotations

import os

import pytest

ENGINES = pytest.StashKey[set[str]]()
NOTES = pytest.StashKey[list[str]]()  # figures that a test wants to be read


def pytest_configure(config: pytest.Config) -> None:
    """Starts the list of engines; a pytest-xdist worker's is joined to it when the worker ends."""
    config.stash.setdefault(ENGINES, set())
    config.stash.setdefault(NOTES, [])
    os.environ["SCANNER_CACHE_DIR"] = ""  # nothing is taken from the user's cache, and nothing left there


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Takes over a pytest-xdist worker's list."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[ENGINES].update(output.get("engines", ()))  # type: ignore[attr-defined]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A pytest-xdist worker sends its list home."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["engines"] = sorted(session.config.stash[ENGINES])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says what the tests really ran against."""
    for note in config.stash[NOTES]:
        terminalreporter.write_line(note)
    engines = ", ".join(sorted(config.stash[ENGINES])) or "none"
    terminalreporter.write_line(f"Database engines the tests ran against: {engines}")
