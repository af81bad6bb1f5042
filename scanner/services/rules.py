"""What is configured of services: whose a query is by the connection that ran it, by its tags, and by its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product

from scanner.config import NAMED_BY, ServiceRule
from scanner.model import Family, Observation
from scanner.tags import tags_of

Facts = Mapping[str, tuple[str, ...]]  # what an observation says, under the names of `ServiceRule.conditions`


class Rules:
    """The services that rules name for an observation: those of every rule that matches it."""

    def __init__(self, rules: Sequence[ServiceRule], family: Family) -> None:
        self._rules = rules
        self._family = family
        self._tags = tag_keys(rules)

    def services(self, observation: Observation) -> tuple[str, ...]:
        """The names of the services, sorted."""
        facts = self._facts(observation) if self._rules else {}
        return tuple(sorted({name for rule in self._rules for name in _names(rule, observation, facts)}))

    def _facts(self, observation: Observation) -> Facts:
        tags = tags_of(observation.sql, self._family) if self._tags else ()
        return {
            "user": _known(observation.user),
            "host": observation.hosts,
            "database": _known(observation.database, observation.default_schema),
            "application_name": observation.application_names,
            **{f"tags.{key}": tuple(value for name, value in tags if name == key) for key in self._tags},
        }


def tag_keys(rules: Sequence[ServiceRule]) -> frozenset[str]:
    """The tags that rules ask for."""
    return frozenset(key for rule in rules for key, _ in rule.tags)


def _known(*values: str | None) -> tuple[str, ...]:
    return tuple(value for value in values if value is not None)


def _names(rule: ServiceRule, observation: Observation, facts: Facts) -> Iterator[str]:
    if observation.location is not None and _at_path(rule, observation.location.path):
        yield rule.name
        return
    matched = {what: _matching(facts[what], patterns) for what, patterns in rule.conditions.items()}
    if matched and all(matched.values()):
        yield from _filled(rule.name, matched)


def _filled(name: str, matched: Facts) -> Iterator[str]:
    """The name, with each of the values that matched where it names one."""
    fixed, keys = NAMED_BY.split(name)[::2], NAMED_BY.findall(name)
    for values in product(*(matched[key] for key in keys)):
        yield "".join(part for pair in zip(fixed, (*values, ""), strict=True) for part in pair)


def _at_path(rule: ServiceRule, path: str) -> bool:
    return any(fnmatchcase(path, p) or fnmatchcase(path, f"{p.rstrip('/')}/*") for p in rule.paths)


def _matching(values: Sequence[str], patterns: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for value in values if any(fnmatchcase(value, pattern) for pattern in patterns))
