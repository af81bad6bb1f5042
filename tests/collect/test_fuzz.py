"""A small part of what `make fuzz` does."""

from __future__ import annotations

from tests.collect.fuzz import run


def test_damage_to_logs_and_exports_costs_only_what_is_damaged() -> None:
    assert run(150, seed=1) == 150
