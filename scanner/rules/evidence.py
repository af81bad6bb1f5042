"""On which statements, put to real engines, each rule stands: counted in evidence.json by docs/generate.py."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


def evidence(code: str) -> str:
    """As in: 63 cases on PostgreSQL 15.20 (recorded), 21 on MySQL 9.7.4 (imported). Empty: none."""
    counts = _counted().get(code, {})
    first, *others = counts.items() or [("", 0)]
    words = [f"{first[1]} cases on {first[0]}", *(f"{count} on {engine}" for engine, count in others)]
    return ", ".join(words) if counts else ""


@cache
def _counted() -> dict[str, dict[str, int]]:
    """By a rule's code, then by an engine's title."""
    text = files(__package__).joinpath("evidence.json").read_text("utf-8")
    counted: dict[str, dict[str, int]] = json.loads(text)
    return counted
