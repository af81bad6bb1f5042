"""The columns, and the tables, that the code of a file speaks of, whatever it does with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from scanner.collect.mentions.names import Names
from scanner.path_patterns import is_beside_the_program

# Programs, and the pages and texts that they fill in.
_PROGRAMS = (
    *(".py", ".spt", ".go", ".java", ".kt", ".kts", ".scala", ".groovy", ".rb", ".erb", ".php", ".rs", ".cs", ".fs"),
    *(".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".vue", ".svelte", ".graphql", ".ex", ".exs", ".clj", ".swift"),
    *(".dart", ".html", ".j2", ".jinja", ".jinja2", ".mako", ".tmpl", ".tpl"),
)
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_")


def is_program(place: str) -> bool:
    """Whether a path is that of a program's own code: neither a test nor a migration."""
    # Tests follow the code, and migrations name every column once: neither tells which code handles a table.
    return place.endswith(_PROGRAMS) and not is_beside_the_program(place)


def columns_in(lowered: bytes, words: Set[bytes], names: Names) -> dict[str, int]:
    """Of the columns of all tables those that the file names, with the line of the first, from 1."""
    found = sorted(names.column_words & words)
    return {column.decode(): _line(lowered, column) for column in found}


def tables_in(lowered: bytes, words: Set[bytes], names: Names) -> dict[str, int]:
    """The tables that the file names, or one row of: "order_items", "OrderItem", "orderItem", with the first line."""
    found: dict[str, int] = {}
    for word in sorted(names.row_words.keys() & words):
        table, line = names.row_words[word], _line(lowered, word)
        found[table] = min(line, found.get(table, line))
    return found


def _line(lowered: bytes, word: bytes) -> int:
    at = next(_places(lowered, word), 0)
    return lowered.count(b"\n", 0, at) + 1


def _places(lowered: bytes, word: bytes) -> Iterator[int]:
    """Where the word stands by itself."""
    at = lowered.find(word)
    while at >= 0:
        around: Iterable[int] = (*lowered[max(0, at - 1) : at], *lowered[at + len(word) : at + len(word) + 1])
        if _LETTERS.isdisjoint(around):
            yield at
        at = lowered.find(word, at + 1)
