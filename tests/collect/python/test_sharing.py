"""Functions that another process evaluates come to what they come to here, whatever becomes of that process."""

from __future__ import annotations

import os

import pytest

from scanner.collect.python import collect, sharing
from scanner.workers import VARIABLE
from tests.collect.python.programs import FIXTURES


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules whose functions this process has evaluated."""
    made: list[str] = []
    evaluated = sharing.block

    def block(path: str, *given: object) -> object:
        made.append(path)
        return evaluated(path, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(sharing, "block", block)
    monkeypatch.setenv(VARIABLE, "2")
    return made


@pytest.mark.parametrize("ends", [False, True])
def test_two_processes_find_what_one_does(ends: bool, here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [repr(each) for each in collect(FIXTURES)]
    everything = list(here)
    here.clear()
    monkeypatch.setattr(sharing, "MUCH", 0)
    monkeypatch.setattr(sharing, "MANY", 0)
    if ends:
        monkeypatch.setattr(sharing, "_evaluate", os._exit)
    assert [repr(each) for each in collect(FIXTURES)] == alone
    assert set(here) == set(everything) if ends else set(here) < set(everything)
    assert len(here) == len(set(here))
