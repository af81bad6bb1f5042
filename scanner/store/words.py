"""Which tables' names stand in a text, for the texts of which nothing else is known."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from scanner.model import TableName

_RUN = re.compile(r"[\w$]+")
# What a search without regard to case takes for a letter of ASCII, beside its two forms.
_ALIKE = str.maketrans("\u0130\u0131\u017f\u212a", "iisk")


class Words:
    """The tables that `Prepared.mentioned_in` would find in a text, for all tables at once."""

    def __init__(self, tables: Iterable[TableName]) -> None:
        self._plain: dict[str, list[TableName]] = defaultdict(list)
        self._others: list[tuple[re.Pattern[str], TableName]] = []
        for table in tables:
            if table.name.isascii() and _RUN.fullmatch(table.name):
                self._plain[table.name.lower()].append(table)
            else:
                pattern = re.compile(rf"(?<![\w$]){re.escape(table.name)}(?![\w$])", re.I)
                self._others.append((pattern, table))

    def named_in(self, text: str) -> Iterator[TableName]:
        """The tables whose names stand there, quoted or not, in any case."""
        for word in {run.translate(_ALIKE).lower() for run in _RUN.findall(text)}:
            yield from self._plain.get(word, ())
        yield from (table for pattern, table in self._others if pattern.search(text))
