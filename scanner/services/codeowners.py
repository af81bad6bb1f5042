"""CODEOWNERS of GitHub, and GitLab's with sections: which owners a file has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.path_patterns import path_pattern

_FIRST_WORD = re.compile(r"(?P<pattern>(?:\\.|[^\s\\])+)(?P<owners>.*)", re.DOTALL)
_OWNER = re.compile(r"@{0,2}[\w.+-]+(?:[/@][\w.+-]+)*")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?P<owners>.*)", re.DOTALL)
_UNSUPPORTED = re.compile(r"!|.*(?<!\\)\[")  # GitHub leaves such lines out


@dataclass(frozen=True, slots=True)
class _Rule:
    expression: re.Pattern[str]
    owners: tuple[str, ...]  # none: nobody owns what it matches


@dataclass(slots=True)
class _Section:
    default: tuple[str, ...] = ()
    rules: list[_Rule] = field(default_factory=list)

    def owners(self, path: str) -> tuple[str, ...]:
        return next((rule.owners for rule in reversed(self.rules) if rule.expression.fullmatch(path)), ())


class CodeOwners:
    """The rules of one file. Its last rule that matches counts; with sections, the last of each."""

    def __init__(self, text: str) -> None:
        self._sections = list(_sections(text))

    def owners(self, path: str) -> tuple[str, ...]:
        """The owners of a file, as written (`@org/team`), by its path relative to the repository's top."""
        return tuple(dict.fromkeys(owner for section in self._sections for owner in section.owners(path)))


def _sections(text: str) -> Iterator[_Section]:
    """Sections of one name are one."""
    named: dict[str, _Section] = {"": _Section()}
    here = named[""]
    for line in text.splitlines():
        words = _COMMENT.sub("", line).strip()
        header = _SECTION.fullmatch(words)
        if header is not None:
            name = header["name"].strip().lower()
            here = named.setdefault(name, _Section(_owners(header["owners"])))
        elif words and not _UNSUPPORTED.match(words):
            here.rules.extend(_rule(words, here.default))
    yield from named.values()


def _rule(words: str, default: tuple[str, ...]) -> Iterator[_Rule]:
    found = _FIRST_WORD.fullmatch(words)
    if found is not None:
        yield _Rule(_expression(found["pattern"]), _owners(found["owners"]) or default)


def _owners(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split() if _OWNER.fullmatch(word))


def _expression(pattern: str) -> re.Pattern[str]:
    """Of the whole path of a file: unlike in .gitignore, a last `*` stands for files right there."""
    found = path_pattern(pattern)
    if found.folders_only:
        below = "/.+"
    elif found.ends_in_star and not found.of_name:
        below = ""
    else:
        below = "(?:/.+)?"
    return re.compile(f"(?:{'(?:.*/)?' if found.of_name else ''}{found.expression}){below}", re.DOTALL)
