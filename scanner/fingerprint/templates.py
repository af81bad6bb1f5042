"""A statement with holes as a pattern, and whether a whole statement may have been made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scanner.fingerprint.words import CLAUSES, HOLE, RESERVED
from scanner.model import Engine, Hole

Tokens = Sequence[str]
# Given the tokens of a whole statement and where a hole begins: the places where what fills it may end.
Ends = Callable[[Tokens, int], Iterator[int]]

_CONSTANTS = frozenset(("?", "null", "true", "false", "default"))
_NAME = re.compile(r"[^\W\d][\w$]*|\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`")
_BEFORE_RELATION = frozenset(("from", "join", "into", "update", "table", "only"))
_MOST_HOLES = 20
_LEAST_FIXED = 4  # tokens
_LIST_ENDS = frozenset(word.lower() for word in CLAUSES)


@dataclass(frozen=True, slots=True)
class Template:
    """Runs of fixed tokens with a hole between each two: `fixed` has one more than `holes`."""

    fixed: tuple[tuple[str, ...], ...]
    holes: tuple[Ends, ...]
    names: frozenset[str]  # words among the fixed tokens that are no keywords

    def matches(self, tokens: Tokens) -> bool:
        """Whether the holes can be filled so that the statement is this one."""
        first, *others = self.fixed
        last = self.fixed[-1]
        if len(tokens) < sum(map(len, self.fixed)) or tuple(tokens[: len(first)]) != first:
            return False
        if last and tuple(tokens[-len(last) :]) != last:
            return False
        starts = {len(first)}
        for ends, run in zip(self.holes, others, strict=True):
            is_last = run is others[-1]
            starts = set(_after(run, tokens, starts, ends, is_last=is_last))
            if not starts:
                return False
        return True


def read_template(tokens: Tokens, holes: Iterable[Hole], engine: Engine) -> Template | None:
    """The folded tokens of a statement as a template.

    None when there is no hole, or too little between the holes to tell one statement from another: the first word,
    a relation, and a few tokens must be fixed.
    """
    kinds = {hole.marker: hole.kind for hole in holes}
    runs: list[list[str]] = [[]]
    ends: list[Ends] = []
    for at, token in enumerate(tokens):
        filled = _filled(tokens, at, kinds)
        if filled is None:
            runs[-1].append(token)
        else:
            ends.append(filled)
            runs.append([])
    reserved = RESERVED[engine.family]
    names = frozenset(t for run in runs for t in run if _NAME.fullmatch(t) and t.lower() not in reserved)
    fixed = tuple(map(tuple, runs))
    if not ends or len(ends) > _MOST_HOLES or not _is_telling(tokens, fixed, names):
        return None
    return Template(fixed, tuple(ends), names)


def _is_telling(tokens: Tokens, fixed: tuple[tuple[str, ...], ...], names: frozenset[str]) -> bool:
    relations = (after for word, after in pairwise(tokens) if word in _BEFORE_RELATION)
    named = any(not HOLE.fullmatch(after) and (after in names or HOLE.search(after)) for after in relations)
    return bool(fixed[0]) and named and sum(map(len, fixed)) >= _LEAST_FIXED


def _after(run: tuple[str, ...], tokens: Tokens, starts: set[int], ends: Ends, *, is_last: bool) -> Iterator[int]:
    """Where the run of fixed tokens after a hole may end, the hole beginning at one of these places."""
    size = len(run)
    for start in starts:
        for end in ends(tokens, start):
            if is_last and end + size != len(tokens):
                continue
            if tuple(tokens[end : end + size]) == run:
                yield end + size


def _filled(tokens: Tokens, at: int, kinds: Mapping[str, str]) -> Ends | None:
    """What the token at a place can stand for; None when it stands for itself."""
    token = tokens[at]
    if HOLE.fullmatch(token):
        return _BY_KIND[kinds.get(token, "unknown")]
    if HOLE.search(token):
        return _part(token)
    return _list if _is_row_of_unknown_width(tokens, at) else None


def _is_row_of_unknown_width(tokens: Tokens, at: int) -> bool:
    """INSERT INTO t(__hole_1__) VALUES (?): the one value stands for as many as there are columns."""
    if tokens[at] != "?" or tuple(tokens[at - 3 : at]) != (")", "values", "(") or tokens[at + 1 : at + 2] != [")"]:
        return False
    opened = max((index for index in range(at - 3) if tokens[index] == "("), default=at)
    return any(HOLE.search(token) for token in tokens[opened : at - 3])


def _part(token: str) -> Ends:
    """A name of which a part is known: orders___hole_1__."""
    pieces = re.split(HOLE, token)
    pattern = re.compile(r"[\w$]*".join(map(re.escape, pieces)))

    def ends(tokens: Tokens, start: int) -> Iterator[int]:
        if start < len(tokens) and pattern.fullmatch(tokens[start]):
            yield start + 1

    return ends


def _identifier(tokens: Tokens, start: int) -> Iterator[int]:
    """A name, qualified or not; what may follow it decides which."""
    at = start
    while at < len(tokens) and _NAME.fullmatch(tokens[at]):
        yield at + 1
        if tokens[at + 1 : at + 2] != ["."]:
            return
        at += 2


def _value(tokens: Tokens, start: int) -> Iterator[int]:
    if start < len(tokens) and tokens[start] in _CONSTANTS:
        yield start + 1


def _list(tokens: Tokens, start: int) -> Iterator[int]:
    """Items with commas between them: no word in them, outside parentheses, begins a clause."""
    for end in _clause(tokens, start):
        if end > start and tokens[end - 1] in _LIST_ENDS:
            return
        if end > start and tokens[end - 1] != ",":
            yield end


def _clause(tokens: Tokens, start: int) -> Iterator[int]:
    """Any run of tokens, none too, whose parentheses are closed."""
    depth = 0
    yield start
    for at in range(start, len(tokens)):
        depth += (tokens[at] in "([") - (tokens[at] in ")]")
        if depth < 0 or tokens[at] == ";":
            return
        if depth == 0:
            yield at + 1


_BY_KIND: Mapping[str, Ends] = {
    "identifier": _identifier,
    "value": _value,
    "list": _list,
    "clause": _clause,
    "unknown": _clause,
}
