"""The names to look for: tables as they are written, and the classes that stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What a class is called beside the thing that it describes: OrderSerializer, NewOrder.
_ROLES = frozenset(
    (
        *("admin", "base", "create", "data", "dto", "entity", "factory", "form", "in", "input", "item", "mixin"),
        *("model", "new", "node", "out", "output", "payload", "read", "record", "request", "resource", "response"),
        *("row", "schema", "serializer", "struct", "table", "type", "update", "view", "viewset", "write"),
    )
)


@dataclass(frozen=True)
class Names:
    """What names each table, in lower case, to the table's name."""

    tables: Mapping[str, str]  # "order_items"
    classes: Mapping[str, str]  # "OrderItem": mapped classes, in their own case
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of each table, in lower case

    def table(self, written: str) -> str | None:
        """The table of a name as it stands in a text, qualified or not."""
        return self.tables.get(written.rpartition(".")[2].strip("\"'`[]").lower())

    def described(self, name: str) -> str | None:
        """The table that a class or function is named after: OrderItemSerializer, serialize_order_item."""
        words = [word for word in _CAPITAL.sub("_", name).lower().split("_") if word]
        while words and "_".join(words) not in self._things:
            if words[-1] in _ROLES:
                words.pop()
            elif words[0] in _ROLES:
                words.pop(0)
            else:
                return None
        return self._things.get("_".join(words))

    @cached_property
    def column_words(self) -> frozenset[bytes]:
        """The columns of all tables, in lower case."""
        return frozenset(name.encode("utf-8", "replace") for held in self.columns.values() for name in held)

    @cached_property
    def row_words(self) -> dict[bytes, str]:
        """What a table, or one row of it, is called in lower case, to the table: order_items, order_item, orderitem."""
        written = ((word, table) for thing, table in self._things.items() for word in (thing, thing.replace("_", "")))
        found: dict[bytes, str] = {}
        for word, table in written:
            found.setdefault(word.encode("utf-8", "replace"), table)
        return found

    @cached_property
    def words(self) -> frozenset[bytes]:
        """The words without which a file, in lower case, names none of them."""
        words = {*self.tables, *self._things, *(name.lower() for name in self.classes)}
        return frozenset(word.encode("utf-8", "replace") for word in words)

    @cached_property
    def _things(self) -> dict[str, str]:
        """One row's name to the table: order_item, and without the prefix that a framework adds."""
        things: dict[str, str] = {}
        for plural, table in self.tables.items():
            for one in (singular(plural), plural):
                things.setdefault(one, table)
        for name, table in self.classes.items():
            things["_".join(word for word in _CAPITAL.sub("_", name).lower().split("_") if word)] = table
        return things


def names_of(tables: Mapping[str, Iterable[str]], classes: Mapping[str, str]) -> Names:
    """The names of these tables (as `schema.name` or `name`) and their columns, with the classes mapped to them."""
    columns = {table: frozenset(name.lower() for name in names) for table, names in tables.items()}
    return Names({table.rpartition(".")[2].lower(): table for table in tables}, classes, columns)


def singular(word: str) -> str:
    """The English singular of a table's name, roughly."""
    for ending, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ss", "ss")):
        if word.endswith(ending):
            return word.removesuffix(ending) + one
    return word.removesuffix("s")
