"""What the engine would make of one statement: the values that two resolutions are compared by.

A *meaning* is an integer that stands for what an expression, a row source or a written value is made of, with every
name replaced by what it is bound to. Meanings are interned in one `Meanings` table that the resolutions of a
comparison share, so that "does it still mean the same" is the comparison of two integers, however deep the query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from scanner.model import TableName

Meaning = int


class Meanings:
    """Interns structures: equal structures get equal integers."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}
        self._kept: list[object] = []
        # A row used as a value → its fields: what is taken out of the row again does not depend on the others.
        self.rows: dict[Meaning, dict[str, Meaning]] = {}
        self.row_bases: dict[Meaning, Meaning] = {}  # a row used as a value → which row it is, whatever it holds

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, *parts: object) -> Meaning:
        """The integer of a structure made of hashable parts (other meanings among them)."""
        return self._numbers.setdefault(parts, len(self._numbers))

    def field(self, row: Meaning, name: str) -> Meaning:
        """One field of a row value."""
        fields = self.rows.get(row)
        return self.of("field", fields[name] if fields is not None and name in fields else row, name)

    def selected(self, meaning: Meaning, rows: Meaning, outputs: list[Meaning]) -> Meaning:
        """The meaning of a subquery that gives one value, which is a row where its only output is one."""
        if len(outputs) == 1 and outputs[0] in self.row_bases:
            self.row_bases[meaning] = self.of("scalar", rows, self.row_bases[outputs[0]])
        return meaning

    def keep(self, tree: object) -> None:
        """Keeps a tree alive: meanings name its nodes by their identity."""
        self._kept.append(tree)


class Clause(StrEnum):
    """Where in a statement a name stands; how it is looked up depends on it."""

    SELECT = "SELECT list"
    FROM = "FROM"
    ON = "ON"
    WHERE = "WHERE"
    GROUP_BY = "GROUP BY"
    HAVING = "HAVING"
    HAVING_AGGREGATE = "an aggregate in HAVING"
    ORDER_BY = "ORDER BY"
    DISTINCT_ON = "DISTINCT ON"
    SET = "SET"
    VALUES = "VALUES"
    RETURNING = "RETURNING"
    CONFLICT = "ON CONFLICT"


class ErrorKind(StrEnum):
    """The errors an engine raises that a new column can cause or cure."""

    AMBIGUOUS_COLUMN = "ambiguous column"
    AMBIGUOUS_JOIN_KEY = "ambiguous join key"
    UNKNOWN_COLUMN = "unknown column"
    SET_OPERATION_WIDTH = "set operation width"
    SUBQUERY_WIDTH = "subquery width"
    ROW_WIDTH = "row width"
    ALIAS_LIST = "alias list"
    DUPLICATE_COLUMN = "duplicate column name"
    INSERT_WIDTH = "insert width"
    REQUIRED_COLUMN = "required column"
    GENERATED_COLUMN = "value for a generated column"
    UNGROUPED_COLUMN = "ungrouped column"
    TYPE_MISMATCH = "type mismatch"
    INTO_WIDTH = "into width"
    VIEW_COLUMNS = "view columns"
    PARTITION_COLUMNS = "partition columns"
    RETURN_TYPE = "return type"
    LOAD_WIDTH = "load width"
    REFERENCED_TABLE = "referenced table"
    PRIVILEGE = "privilege"
    CACHED_PLAN = "cached plan"


# Errors that are raised for a row, when the statement runs; the others are raised when it is read.
RUN_TIME = frozenset({ErrorKind.REQUIRED_COLUMN})


@dataclass(frozen=True, slots=True)
class SqlError:
    """An error the engine would raise for the statement."""

    kind: ErrorKind
    code: str  # SQLSTATE of PostgreSQL, errno of MySQL and MariaDB
    message: str  # in the engine's manner
    node: int = 0  # identity of the tree node: the same error of two resolutions of one tree
    span: tuple[int, int] | None = None
    column: str | None = None
    table: TableName | None = None
    possible: str | None = None  # why it may not happen all the same
    via: str | None = None  # the routine, trigger or prepared statement in whose body it happens
    within: str | None = None  # of an ambiguous name: the one item of FROM that offers it twice


class Binding(NamedTuple):
    """What one name in the statement is bound to."""

    name: str
    clause: Clause
    meaning: Meaning
    span: tuple[int, int] | None
    source: str  # alias of the source, "" for an output alias or a variable
    origin: int = 0  # tree node of the source: the same source in two resolutions
    table: TableName | None = None  # base table, when it is a column of one
    column: str | None = None
    type: str | None = None
    depth: int = 0  # 0: the scope it stands in, 1: the one around it …
    kind: str = "column"  # column, output, row (a whole row), variable, join key
    constant: bool = False  # compared with a constant, whose type the text does not tell


class Output(NamedTuple):
    """One column of a scope's result."""

    name: str | None  # None: the engine makes one up from the expression's text
    meaning: Meaning
    type: str | None = None
    star: bool = False  # comes out of a star
    unset: bool = False  # NULL unless somebody assigned it: a field of a row variable or of a JSON document
    column: str | None = None  # the name of the column that it is, alias or not; None: an expression
    spread: tuple[Output, ...] = ()  # of a part that is built at run time: what it gives if it is a star


@dataclass(frozen=True, slots=True)
class Star:
    """A star and what it stands for."""

    span: tuple[int, int] | None
    tables: tuple[TableName, ...]  # base relations it draws from
    width: int
    names: tuple[str, ...] = ()  # of its columns, in order


@dataclass(frozen=True, slots=True)
class JoinKeys:
    """The columns that NATURAL or USING joins on."""

    span: tuple[int, int] | None
    names: tuple[str, ...]
    natural: bool
    right: str


@dataclass(frozen=True, slots=True)
class WholeRow:
    """A row used as one value: `t::text`, `row_to_json(t)`, `SELECT t`."""

    span: tuple[int, int] | None
    source: str
    table: TableName | None
    columns: tuple[str, ...]
    use: str  # value, not-null-test, identity, literal (a row written as text), stored (such a one, or NULL)


@dataclass(frozen=True, slots=True)
class Write:
    """What is written into one relation."""

    table: TableName
    kind: str  # insert, replace, update, delete, merge, truncate, load
    values: tuple[tuple[str, Meaning], ...] = ()  # column → what it gets
    columns_listed: bool = True  # an INSERT with a column list
    span: tuple[int, int] | None = None
    ignores_errors: bool = False  # INSERT IGNORE, LOAD … IGNORE, lax sql_mode
    upsert: bool = False  # a row whose key is taken, any key, is no error: it changes or drops a row
    via: str | None = None  # the routine or trigger whose body writes
    copied: frozenset[str] = frozenset()  # columns that get what a row of this table has in them


class Gap(NamedTuple):
    """A text that the statement runs and that could not be read."""

    reason: str
    text: str  # empty when it is not there to be read: made at run time, a language of another kind


@dataclass(slots=True)
class Resolution:
    """One statement against one schema. Only `resolve` writes to it; everybody else reads."""

    statement: str  # select, insert, update …
    outputs: tuple[Output, ...] = ()  # of the outermost scope; empty when the statement returns nothing
    rows: Meaning = 0  # which rows: sources, joins, conditions, grouping
    reads: set[TableName] = field(default_factory=set)  # relations named, views as themselves
    behind: set[TableName] = field(default_factory=set)  # relations read through views
    writes: list[Write] = field(default_factory=list)
    routines: set[TableName] = field(default_factory=set)
    bindings: dict[int, Binding] = field(default_factory=dict)  # tree node → binding
    join_keys: dict[int, JoinKeys] = field(default_factory=dict)
    stars: dict[int, Star] = field(default_factory=dict)
    whole_rows: dict[int, WholeRow] = field(default_factory=dict)
    alias_lists: dict[int, tuple[str, ...]] = field(default_factory=dict)
    errors: list[SqlError] = field(default_factory=list)
    unknown_relations: set[TableName] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)  # why the answer can be no more than possible
    bodies: dict[str, Meaning] = field(default_factory=dict)  # routine or trigger set off → what it does
    gaps: list[Gap] = field(default_factory=list)  # what was not looked into: no "unaffected" without a look
    creates: str | None = None  # the object a CREATE … AS makes
