"""A tree of source files → the places that name tables, and what its programs speak of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from pathlib import Path

from scanner.collect.mentions.contexts import Found, in_configuration, in_sql
from scanner.collect.mentions.kept import Kept, stamp_of
from scanner.collect.mentions.names import Names
from scanner.collect.mentions.python_text import in_python
from scanner.collect.mentions.vocabulary import columns_in, is_program, tables_in
from scanner.model import Location, Looked, Mention
from scanner.text_files import decode, relative
from scanner.trees import source_files

_PYTHON = (".py", ".spt", ".pyi")
_OTHERS = (
    *(".sql", ".psql", ".yaml", ".yml", ".toml", ".json", ".ini", ".cfg", ".properties", ".conf", ".xml", ".graphql"),
    *(".go", ".java", ".kt", ".kts", ".scala", ".groovy", ".rb", ".erb", ".php", ".js", ".jsx", ".mjs", ".cjs", ".ts"),
    *(".tsx", ".vue", ".svelte", ".rs", ".cs", ".fs", ".ex", ".exs", ".erl", ".clj", ".swift", ".dart", ".lua", ".pl"),
    *(".r", ".jl", ".c", ".h", ".cc", ".cpp", ".sh", ".bash", ".j2", ".jinja", ".jinja2", ".mako", ".tmpl", ".tpl"),
    *(".html", ".ipynb", ".prisma", ".tf", ".hql"),
)
_WORD = re.compile(rb"[a-z_][a-z0-9_]*+")
_MAX_BYTES = 1_000_000  # a larger file is data, or packed for browsers
_MOST = 300  # of one table


def collect(root: Path, names: Names) -> Iterator[Looked]:
    """For every file below a root: of every table the place that most likely is a query or model of it, and columns.

    Locations are relative to the root. Files that cannot be opened are passed over: the collectors of their
    kinds name them. Of each table the first 300 files are kept.
    """
    kept = Kept.of(root, names)
    counts: Counter[str] = Counter()
    for path in source_files(root, _is_wanted):
        looked = _known(path, relative(path, root), names, kept)
        counts.update(mention.table for mention in looked.mentions)
        yield replace(looked, mentions=tuple(m for m in looked.mentions if counts[m.table] <= _MOST))
    kept.save()


def _known(path: Path, place: str, names: Names, kept: Kept) -> Looked:
    stamp = stamp_of(path)
    known = kept.found(place, stamp)
    if known is None:
        known = _look(path, place, names)
        kept.keep(stamp, known)
    return known


def _is_wanted(name: str) -> bool:
    return name.endswith((*_PYTHON, *_OTHERS)) and not name.endswith((".min.js", "-lock.json", ".lock.json"))


def _look(path: Path, place: str, names: Names) -> Looked:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError:
        return Looked(place, ())
    if len(data) > _MAX_BYTES:
        return Looked(place, ())
    lowered = data.lower()
    words = set(_WORD.findall(lowered))
    mentions = tuple(_mentions(data, path.name, place, names)) if _names_any(words, data, names) else ()
    if not is_program(place):
        return Looked(place, mentions)
    return Looked(place, mentions, columns_in(lowered, words, names), tables_in(lowered, words, names))


def _mentions(data: bytes, name: str, place: str, names: Names) -> Iterator[Mention]:
    text = decode(data)[0]
    for found in _best(_found(name, text, names)):
        line = text.count("\n", 0, found.at) + 1
        column = found.at - (text.rfind("\n", 0, found.at) + 1)
        yield Mention(Location(place, line, column), (), found.text, found.table, found.rank)


def _names_any(words: Set[bytes], data: bytes, names: Names) -> bool:
    return not names.words.isdisjoint(words) or any(map(names.described, _compound(data)))


def _compound(data: bytes) -> set[str]:
    """The names of classes and functions in the text."""
    return {word.decode("ascii") for word in re.findall(rb"\b(?:class|def)\s+([A-Za-z_]\w*)", data)}


def _found(name: str, text: str, names: Names) -> Iterator[Found]:
    if name.endswith(_PYTHON):
        yield from in_python(text, names)
    else:
        yield from in_sql(text, names)
        yield from in_configuration(text, names)


def _best(found: Iterable[Found]) -> list[Found]:
    best: dict[str, Found] = {}
    for each in found:
        known = best.get(each.table)
        if known is None or (each.rank, each.at) < (known.rank, known.at):
            best[each.table] = each
    return sorted(best.values(), key=lambda each: each.at)
