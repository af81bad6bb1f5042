"""What paths say: the pattern language of .gitignore, which CODEOWNERS shares, and where programs keep their tests."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NEVER = "(?!)"
_CLASS = re.compile(r"\[(?P<no>[!^]?)(?P<body>\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]", re.DOTALL)
_POSIX_CLASSES = {
    "[:alnum:]": "0-9A-Za-z",
    "[:alpha:]": "A-Za-z",
    "[:blank:]": r" \t",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:punct:]": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "[:space:]": r"\s",
    "[:upper:]": "A-Z",
    "[:xdigit:]": "0-9A-Fa-f",
}
_TESTS = (
    r"(?:^|/)(?:tests?|testing|__tests__|e2e|cypress)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
    r"|\.(?:test|spec|stories)\.\w+$"
)
_TEST = re.compile(_TESTS)
_BESIDE = re.compile(rf"{_TESTS}|(?:^|/)(?:docs?|examples?|(?:\w+[_-])?migrations|alembic|versions|locale|i18n)/")
_CLASS_ITEM = re.compile(r"\[:\w+:\]|\\.|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PathPattern:
    """One pattern, ready to be compared with paths relative to the folder its file stands in."""

    expression: str  # of the whole path, or of its last name alone
    of_name: bool  # it has no slash: a name at any depth
    folders_only: bool  # it ends in a slash
    ends_in_star: bool  # its last name is `*`


def is_test(path: str) -> bool:
    """Whether a file is a test or belongs to tests."""
    return _TEST.search(path) is not None


def is_beside_the_program(path: str) -> bool:
    """Whether a file is none that the program runs: a test, an example, a migration, a translation."""
    return _BESIDE.search(path) is not None


def path_pattern(text: str) -> PathPattern:
    """The pattern of a line, without the signs that the kind of file gives it (``!``, owners, comments).

    A pattern that git cannot read either, such as ``[a``, matches nothing.
    """
    folders_only = text.endswith("/")
    body = text.removesuffix("/")
    of_name = "/" not in body
    names = body.removeprefix("/").split("/")
    expression = _name(names[0]) if of_name else _path(names)
    return PathPattern(expression, of_name, folders_only, names[-1] == "*")


def _path(names: list[str]) -> str:
    runs: list[list[str]] = [[]]
    for name in names:
        if name == "**":
            runs.append([])
        else:
            runs[-1].append(_name(name))
    first, *rest = ["/".join(run) for run in runs]
    if not rest:
        return first
    *middle, last = rest
    begin = f"{first}/" if first else ""
    between = "".join(f"(?>(?:[^/]+/)*?{run}/)" for run in middle if run)
    return f"{begin}{between}(?:[^/]+/)*{last or '[^/]+'}"


def _name(text: str) -> str:
    """Of the pieces between stars each takes the first place that fits, so that the cost stays low."""
    first, *rest = _pieces(text)
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + f"[^/]*{last}"


def _pieces(text: str) -> list[str]:
    pieces = [""]
    at = 0
    while at < len(text):
        found = _CLASS.match(text, at)
        if text[at] == "*":
            pieces.append("")
        elif found is not None:
            pieces[-1] += _class(found)
            at = found.end() - 1
        elif text[at] == "[" or text[at:] == "\\":
            return [_NEVER]
        else:
            escaped = text[at] == "\\"
            at += escaped
            pieces[-1] += "[^/]" if text[at] == "?" and not escaped else re.escape(text[at])
        at += 1
    return pieces


def _class(found: re.Match[str]) -> str:
    items = _CLASS_ITEM.findall(found["body"])
    inside: list[str] = []
    for index, item in enumerate(items):
        if item == "-" and 0 < index < len(items) - 1:
            inside.append("-")
        else:
            inside.append(_POSIX_CLASSES.get(item) or re.escape(item[-1]))
    made = f"(?!/)[{'^' if found['no'] else ''}{''.join(inside)}]"
    try:
        re.compile(made)
    except re.error:  # a range that runs backwards
        return _NEVER
    return made
