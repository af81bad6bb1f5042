"""Findings that somebody has decided to live with are set apart, with the reason and where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

from scanner.config import Config
from scanner.errors import ConfigError
from scanner.model import BlindSpot, Finding, Location, Report, Suppressed, fold
from scanner.rules import ALL_RULES
from scanner.text_files import decode

# In a comment of Python or SQL: scanner: ignore[SC101, SC202] the consumer reads by name
_INLINE = re.compile(r"(?:#|--|/\*)\s*scanner:\s*ignore\[([^\]\n]*)\][ \t]*(.*?)[ \t]*(?:\*/.*)?$")
_MEANT = re.compile(r"(?:#|--|/\*)\s*scanner:\s*ignore\b")
_ANYWHERE = "*"
_CODES = {key: rule.code for rule in ALL_RULES for key in (rule.code, rule.name)}


@dataclass(frozen=True, slots=True)
class Suppression:
    """One decision: findings of a rule, everywhere or at some places."""

    rule: str  # its code
    reason: str
    place: str  # where it is written
    paths: tuple[str, ...] = (_ANYWHERE,)  # shell patterns; a folder stands for everything below it
    lines: tuple[int, int] | None = None  # of one file: the first and the last one it speaks of
    expires: date | None = None

    @property
    def everywhere(self) -> bool:
        """Whether it holds for findings that have no place in the source, too."""
        return self.paths == (_ANYWHERE,)

    def covers(self, location: Location) -> bool:
        """Whether it speaks of this place."""
        if self.lines is not None:
            return location.path == self.paths[0] and self.lines[0] <= location.line <= self.lines[1]
        return any(_matches(location.path, pattern) for pattern in self.paths)


def rule_code(text: str, at: str) -> str:
    """The code of a rule named by its code or its name. Raises ConfigError."""
    found = _CODES.get(text.strip().upper()) or _CODES.get(text.strip().lower())
    if found is None:
        raise ConfigError(f"{at} ignores {text.strip() or 'nothing'}, which is no rule: scanner rule lists them all.")
    return found


def inline(text: str, path: str) -> Iterator[Suppression]:
    """The suppressions that a file's comments hold: each speaks of its own line and the next one.

    Raises ConfigError for a rule that there is not, a missing reason and a comment that lacks the brackets.
    """
    if "scanner:" not in text:
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = _INLINE.search(line) if "scanner:" in line else None
        place = f"{path}:{number}"
        if match is None:
            if _MEANT.search(line):
                raise ConfigError(f"{place} names no rule: write scanner: ignore[SC101] and why.")
            continue
        if not match[2]:
            raise ConfigError(f"{place} ignores {match[1]} without a reason: write it behind the bracket.")
        for name in match[1].split(","):
            yield Suppression(rule_code(name, place), match[2], place, (path,), (number, number + 1))


def suppressions_for(report: Report, config: Config) -> Iterator[Suppression]:
    """What scanner.toml and the comments of the files with findings say. Raises ConfigError."""
    for entry in config.suppressions:
        at = f"{entry.place}: [[suppress]]"
        paths = entry.paths or (_ANYWHERE,)
        yield Suppression(rule_code(entry.rule, at), entry.reason, entry.place, paths, expires=entry.expires)
    queries = {query.fingerprint: query for query in report.queries}
    found = {location.path for finding in report.findings for location in finding.occurrences}
    of_queries = (queries[f.subject.name] for f in report.findings if f.subject.kind == "query")
    found |= {o.location.path for query in of_queries for o in query.located if o.location}
    for path in sorted(found):
        try:
            text = decode((config.root / path).read_bytes())[0]
        except OSError:
            continue  # a part of a file that is no file of its own, or gone since
        yield from inline(text, path)


def suppress(report: Report, suppressions: Sequence[Suppression], today: date) -> Report:
    """The report with the findings of these set apart; one that has expired is said and does nothing."""
    if not suppressions:
        return report
    held = [each for each in suppressions if each.expires is None or each.expires >= today]
    places = {query.fingerprint: tuple(o.location for o in query.located if o.location) for query in report.queries}
    kept: list[Finding] = []
    apart: list[Suppressed] = []
    waiting = list(report.findings)
    while waiting:
        finding = waiting.pop(0)
        left, taken = _split(finding, [each for each in held if each.rule == finding.rule], places)
        kept += [left] if left is not None else []
        apart += taken
        # What a finding stood for, too, stands for itself where it is set apart.
        for each in taken:
            waiting += [replace(f, occurrences=each.finding.occurrences) for f in fold(each.finding.beneath)]
    expired = [each for each in suppressions if each not in held]
    return replace(
        report,
        findings=tuple(sorted(kept, key=lambda each: each.effect.rank)),
        suppressed=tuple(sorted(apart, key=lambda each: each.finding.effect.rank)),
        blind_spots=(*report.blind_spots, *map(_expired, _of_interest(expired, report))),
    )


def _split(
    finding: Finding, held: Iterable[Suppression], places: Mapping[str, tuple[Location, ...]]
) -> tuple[Finding | None, list[Suppressed]]:
    """What is left of a finding, and what of it is suppressed."""
    locations = finding.occurrences or (places.get(finding.subject.name, ()) if finding.subject.kind == "query" else ())
    left = list(locations)
    taken: list[Suppressed] = []
    for each in held:
        covered = tuple(location for location in left if each.covers(location))
        if each.everywhere and (covered or not locations):
            return None, [*taken, Suppressed(finding, each.reason, each.place, each.expires)]
        if covered:
            part = replace(finding, occurrences=covered)
            taken.append(Suppressed(part, each.reason, each.place, each.expires))
            left = [location for location in left if location not in covered]
    if not taken:
        return finding, []
    return (replace(finding, occurrences=tuple(left)) if left else None), taken


def _of_interest(expired: Iterable[Suppression], report: Report) -> Iterator[Suppression]:
    rules = {finding.rule for finding in report.findings}
    return (each for each in expired if each.rule in rules)


def _expired(each: Suppression) -> BlindSpot:
    message = f"Ignoring {each.rule} expired on {each.expires} and holds no longer: mend what it hid, or renew it."
    return BlindSpot("suppression", each.place, message)


def _matches(path: str, pattern: str) -> bool:
    plain = pattern.strip("/")
    return fnmatchcase(path, plain) or path.startswith(f"{plain}/")
