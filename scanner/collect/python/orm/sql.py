"""Pieces of SQL with gaps, and the statements mappers make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.collect.python.orm.mapped import Framework, Mapped, MappedColumn
from scanner.collect.python.values import Gap, Literal, Place, Sql, TextValue
from scanner.model import Family

# Names that a mapper quotes: reserved in PostgreSQL or MySQL and plausible as a table or column.
_RESERVED = frozenset(
    [
        "all",
        "analyse",
        "analyze",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "authorization",
        "between",
        "both",
        "by",
        "case",
        "cast",
        "change",
        "character",
        "check",
        "collate",
        "column",
        "condition",
        "constraint",
        "create",
        "cross",
        "cube",
        "current_date",
        "current_time",
        "current_timestamp",
        "current_user",
        "database",
        "default",
        "deferrable",
        "delete",
        "desc",
        "describe",
        "distinct",
        "div",
        "do",
        "else",
        "end",
        "except",
        "exists",
        "explain",
        "false",
        "fetch",
        "for",
        "foreign",
        "from",
        "full",
        "function",
        "generated",
        "grant",
        "group",
        "groups",
        "having",
        "if",
        "in",
        "index",
        "inner",
        "insert",
        "intersect",
        "interval",
        "into",
        "is",
        "join",
        "key",
        "keys",
        "lateral",
        "leading",
        "leave",
        "left",
        "like",
        "limit",
        "lines",
        "load",
        "localtime",
        "localtimestamp",
        "lock",
        "loop",
        "match",
        "natural",
        "not",
        "null",
        "of",
        "offset",
        "on",
        "only",
        "option",
        "or",
        "order",
        "outer",
        "over",
        "partition",
        "placing",
        "primary",
        "procedure",
        "range",
        "rank",
        "read",
        "references",
        "rename",
        "repeat",
        "replace",
        "returning",
        "right",
        "row",
        "rows",
        "schema",
        "select",
        "session_user",
        "set",
        "show",
        "some",
        "symmetric",
        "system",
        "table",
        "then",
        "to",
        "trailing",
        "trigger",
        "true",
        "union",
        "unique",
        "update",
        "usage",
        "use",
        "user",
        "using",
        "values",
        "verbose",
        "when",
        "where",
        "window",
        "with",
        "write",
    ]
)
_MAX_PIECES = 20_000
_TOO_LONG = Gap("an expression too long to follow", "value")
_UNNAMED = re.compile(r"(\w+)\x1f(\d+)\x1f")
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


def pieces(*parts: str | Gap | Iterable[Literal | Gap]) -> Sql:
    """Strings, gaps and pieces as one; a gap where they are more than anyone writes, as of what is put into itself."""
    together: list[Literal | Gap] = []
    for part in parts:
        if isinstance(part, str):
            together.append(Literal(part))
        elif isinstance(part, Gap):
            together.append(part)
        else:
            together.extend(part)
    return tuple(together) if len(together) <= _MAX_PIECES else (_TOO_LONG,)


def joined(separator: str, parts: Iterable[Sql]) -> Sql:
    """The parts with the separator between them, bounded as `pieces` are."""
    together: list[Literal | Gap] = []
    for number, part in enumerate(parts):
        together.extend((*((Literal(separator),) if number else ()), *part))
    return tuple(together) if len(together) <= _MAX_PIECES else (_TOO_LONG,)


def quoted(name: str, framework: Framework, family: Family | None) -> str:
    """The identifier as the mapper writes it: Django quotes always, SQLAlchemy where it must."""
    needed = not _PLAIN.fullmatch(name) or name in _RESERVED
    if not needed and (framework == "sqlalchemy" or family is None):
        return name
    return f"`{name}`" if family == "mysql" else f'"{name}"'


class Names:
    """The names of one mapped class as its mapper writes them."""

    def __init__(self, mapped: Mapped, family: Family | None) -> None:
        self.mapped = mapped
        self._family = family

    def quoted(self, name: str) -> str:
        """Any identifier."""
        return quoted(name, self.mapped.framework, self._family)

    @property
    def table(self) -> str:
        """The table."""
        if self.mapped.source is not None:
            return self.mapped.source
        table = self.quoted(self.mapped.table)
        return f"{self.quoted(self.mapped.schema)}.{table}" if self.mapped.schema else table

    def column(self, name: str) -> str:
        """A column, by its name in the database, with its table."""
        found = next((each for each in self.mapped.columns if each.name == name), None) if self.mapped.parts else None
        return self.of(found) if found else f"{self.table}.{self.quoted(name)}"

    def of(self, column: MappedColumn) -> str:
        """One of its columns, with the table that it stands in."""
        return f"{column.table or self.table}.{self.quoted(column.name)}"

    def all_columns(self) -> tuple[Sql, ...]:
        """The columns read with a row; a star where the program does not know them."""
        known = tuple(pieces(self.of(column)) for column in self.mapped.read)
        return known or (pieces(f"{self.table}.*"),)


def insert(names: Names, columns: Iterable[MappedColumn], family: Family | None, conflict: str = "") -> Sql:
    """INSERT of these columns; what the database makes is returned, of Django's models the key alone.

    `conflict` is what follows of rows that are there; where that is to do nothing, nothing is returned.
    """
    chosen = tuple(columns)
    listed = ", ".join(names.quoted(column.name) for column in chosen)
    django = names.mapped.framework == "django"
    values = ", ".join("%s" if django else f"%({column.name})s" for column in chosen)
    made = [column for column in names.mapped.columns if column.generated and column not in chosen]
    if django:
        made = [column for column in made if column.primary_key]
    returned = ", ".join(names.column(column.name) for column in made)
    ignoring = conflict.endswith("NOTHING")
    returning = f" RETURNING {returned}" if returned and family != "mysql" and not ignoring else ""
    if ignoring and family == "mysql":
        return pieces(f"INSERT IGNORE INTO {names.table} ({listed}) VALUES ({values})")
    return pieces(f"INSERT INTO {names.table} ({listed}) VALUES ({values}){conflict}{returning}")


def unnamed(base: str, place: Place) -> str:
    """A name that the mapper makes when it writes the statement: orders_1, anon_1."""
    return f"{base}\N{INFORMATION SEPARATOR ONE}{place.at}\N{INFORMATION SEPARATOR ONE}"


def text_at(sql: Sql, place: Place) -> TextValue:
    """The statement as a text that stands at a place of the program, with numbers for what the program did not name."""
    known: dict[str, dict[str, int]] = {}

    def numbered(match: re.Match[str]) -> str:
        numbers = known.setdefault(match[1], {})
        return f"{match[1]}_{numbers.setdefault(match[2], len(numbers) + 1)}"

    def placed(piece: Literal) -> Literal:
        named = "\N{INFORMATION SEPARATOR ONE}" not in piece.text
        return Literal(piece.text if named else _UNNAMED.sub(numbered, piece.text), place)

    return TextValue(tuple(placed(piece) if isinstance(piece, Literal) else piece for piece in sql))
