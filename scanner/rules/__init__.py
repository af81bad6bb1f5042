"""The rules. Each file is one mechanism; MODULES and OBJECT_MODULES are the only registration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from scanner.compare import Comparison
from scanner.model import Certainty, Finding
from scanner.rules import (
    ambiguous_column,
    cached_plan,
    captured_column,
    clashing_names,
    column_privilege,
    compared_rows,
    duplicate_column,
    frozen_view,
    generated_value,
    insert_width,
    listed_columns,
    load_width,
    mapped_model,
    moved_ordinal,
    natural_join_key,
    partition_columns,
    positional_rows,
    referenced_table,
    required_column,
    return_type,
    routine_body,
    row_class,
    serialised_rows,
    set_operation_width,
    star_projection,
    subquery_width,
    type_mismatch,
    ungrouped_column,
    unique_default,
    view_columns,
    violated_check,
    whole_row_use,
)
from scanner.rules.hit import Hit

MODULES: tuple[ModuleType, ...] = (
    star_projection,
    compared_rows,
    positional_rows,
    cached_plan,
    serialised_rows,
    clashing_names,
    insert_width,
    required_column,
    generated_value,
    load_width,
    referenced_table,
    unique_default,
    violated_check,
    partition_columns,
    set_operation_width,
    subquery_width,
    duplicate_column,
    view_columns,
    ambiguous_column,
    captured_column,
    natural_join_key,
    ungrouped_column,
    moved_ordinal,
    type_mismatch,
    whole_row_use,
    return_type,
    routine_body,
    column_privilege,
    listed_columns,
)

# What is found about other things than statements: models and views.
OBJECT_MODULES: tuple[ModuleType, ...] = (mapped_model, row_class, frozen_view)


@dataclass(frozen=True, slots=True)
class Rule:
    """One mechanism: its code is for ever, everything else follows from its file's name."""

    code: str
    name: str  # "star-projection"
    page: str  # the module's docstring
    hits: Callable[..., Iterator[Hit]]

    @property
    def title(self) -> str:
        """The first line of its page."""
        return self.page.split("\n", 1)[0]


def _rule(module: ModuleType) -> Rule:
    name = module.__name__.rsplit(".", 1)[-1]
    return Rule(module.CODE, name.replace("_", "-"), module.__doc__ or "", getattr(module, name))


RULES: tuple[Rule, ...] = tuple(_rule(module) for module in MODULES)
OBJECT_RULES: dict[str, Rule] = {rule.name: rule for rule in map(_rule, OBJECT_MODULES)}
ALL_RULES: tuple[Rule, ...] = (*RULES, *OBJECT_RULES.values())


_OF_ROWS = tuple(rule for rule in RULES if rule.name in ("star-projection", "serialised-rows", "positional-rows"))
_AS_STAR = "what it selects is built at run time: it may be a star"


def judge(comparison: Comparison) -> list[Finding]:
    """What the rules find in one comparison, worst first."""
    doubts = comparison.after.doubts
    findings = [
        _finding(rule, hit, hit.possible or (doubts[0] if doubts else None))
        for rule in RULES
        for hit in rule.hits(comparison)
    ]
    if not findings and comparison.as_stars is not None:
        rows = comparison.as_stars
        findings = [_finding(rule, hit, _AS_STAR) for rule in _OF_ROWS for hit in rule.hits(rows)]
    return sorted(findings, key=lambda finding: finding.effect.rank)


def _finding(rule: Rule, hit: Hit, doubt: str | None) -> Finding:
    certainty = Certainty.POSSIBLE if doubt else Certainty.CERTAIN
    return Finding(rule.code, rule.name, hit.effect, certainty, hit.message, hit.help, span=hit.span, reason=doubt)
