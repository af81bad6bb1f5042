"""What an expression may be worth: texts with gaps, displays, classes, modules.

An expression has variants, one for each way through the branches before it, bounded by MAX_VARIANTS.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal as OneOf

from scanner.collect.python.light import Hashed, dataclass
from scanner.collect.python.weighing import MAX_WEIGHT, Display
from scanner.model import RowUse
from scanner.model.observation import Namesakes

MAX_VARIANTS = 16
MAX_CHARACTERS = 8_000_000  # of a text that was put together

HoleKind = OneOf["identifier", "list", "value", "clause", "unknown"]


@dataclass(frozen=True, slots=True)
class Place(Hashed):
    """Where a literal or a call stands: path within the root, offset in characters, dotted enclosing name."""

    path: str
    at: int
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Literal(Hashed):
    """A known piece of a text."""

    text: str
    place: Place | None = None  # None: computed, as the text of a number


@dataclass(frozen=True, slots=True)
class Gap:
    """An unknown piece of a text."""

    expression: str  # as the source has it, shortened
    kind: HoleKind | None = None  # None: to be told from what stands around it


Sql = tuple[Literal | Gap, ...]


@dataclass(frozen=True, slots=True)
class TextValue(Hashed):
    """A string, known piece by piece."""

    pieces: tuple[Literal | Gap, ...]

    def __post_init__(self) -> None:
        if len(self.pieces) <= 1:
            return
        length = sum(len(piece.text) for piece in self.pieces if isinstance(piece, Literal))
        if len(self.pieces) > MAX_WEIGHT or length > MAX_CHARACTERS:
            object.__setattr__(self, "pieces", (Gap("a text too long to follow"),))

    @property
    def place(self) -> Place | None:
        """Where the statement text stands: the first literal that is not blank."""
        for piece in self.pieces:
            if isinstance(piece, Literal) and piece.place and piece.text.strip():
                return piece.place
        return None

    @property
    def places(self) -> frozenset[Place]:
        """Every place a piece of it comes from."""
        return frozenset(p.place for p in self.pieces if isinstance(p, Literal) and p.place)


@dataclass(frozen=True, slots=True)
class ConstantValue:
    """A number, True, False or None."""

    source: str


@dataclass(frozen=True, slots=True)
class ListValue(Display):
    """A list, tuple or set; open: there may be any number of items like these."""

    items: tuple[Variants, ...]
    open: bool = False
    __hash__ = Display.__hash__

    def __post_init__(self) -> None:
        self.weigh(self.items, ResultValue)
        if self.weight > MAX_WEIGHT:
            object.__setattr__(self, "items", ())
            object.__setattr__(self, "open", True)
            self.weigh((), ResultValue)


@dataclass(frozen=True, slots=True)
class DictValue(Display):
    """A dict with the keys that are known; open: there may be others."""

    entries: tuple[tuple[str, Variants], ...]
    open: bool = False
    __hash__ = Display.__hash__

    def __post_init__(self) -> None:
        self.weigh((values for _, values in self.entries), ResultValue)
        if self.weight > MAX_WEIGHT:
            object.__setattr__(self, "entries", ())
            object.__setattr__(self, "open", True)
            self.weigh((), ResultValue)


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module: of the scanned root when path is set, else a library."""

    name: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ClassValue(Hashed):
    """A class of the scanned root."""

    path: str
    name: str  # dotted: "Outer.Inner"


@dataclass(frozen=True, slots=True)
class NamedTupleValue:
    """A class made by ``namedtuple("Order", "id total")``."""

    name: str
    fields: tuple[str, ...] | None  # None: the names that a statement gives its columns
    place: Place | None
    defaults: int = 0  # how many fields at the end have one


class CallableValue:
    """Something to call that is no function or class of the project; the kinds are in `callables`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class WriterValue:
    """``csv.DictWriter(file, fieldnames)``: it raises for keys that are not among the names."""

    names: tuple[str, ...] | None  # None: not known
    any_name: bool = False  # it leaves out what it does not know, or knows the statement's own names


@dataclass(frozen=True, slots=True)
class InstanceValue(Hashed):
    """An instance of such a class."""

    of: ClassValue
    stored: bool = False  # it came from the database
    fields: tuple[tuple[str, Variants], ...] = ()  # what its constructor was seen to set
    along: tuple[str, ...] = ()  # paths of relations whose rows came with it: "customer", "customer__country"


@dataclass(frozen=True, slots=True)
class FunctionValue(Hashed):
    """A function or method of the scanned root."""

    path: str
    name: str
    closure: int = 0  # tells apart the functions one definition makes when what is around it is called

    @property
    def definition(self) -> FunctionValue:
        """The function as it is written, whatever is around it."""
        return FunctionValue(self.path, self.name) if self.closure else self


@dataclass(frozen=True, slots=True)
class PartialValue:
    """``functools.partial(function, …)``."""

    function: Variants
    positional: tuple[Variants, ...]
    named: tuple[tuple[str, Variants], ...]


@dataclass(frozen=True, slots=True)
class ExternalValue(Hashed):
    """A member of a library: "sqlalchemy.text", "django.db.models.Model"."""

    name: str


@dataclass(frozen=True, slots=True)
class QueriesValue:
    """Statements loaded from files: their paths, and the folder they were asked for below."""

    folder: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedValue(Hashed):
    """A name bound by an import, followed only when it is used."""

    importer: str  # path
    module: str
    member: str | None
    level: int = 0


@dataclass(frozen=True, slots=True)
class ResultValue:
    """What a statement gave: a cursor, its rows, one row, or what is made of these."""

    queries: tuple[TextValue, ...]
    # Of a row also: each of its values in turn, how many there are, the names of its columns.
    shape: OneOf["cursor", "rows", "row", "value", "width", "names", "frame", "frames", "iloc"]
    start: int = 0  # of a row: how many of its columns were cut off at the front; -1: one value stands before them
    behind: int = 0  # of a row: how many values stand behind it
    namesakes: Namesakes | None = None  # of a row that has names: which of two columns of one name is in it
    own: tuple[str, ...] = ()  # of a frame: columns that the program itself put into it
    turned: bool = False  # of what is as long as a row: its values are columns, as of ``zip(*rows)``


class MapperValue:
    """A value of an object-relational mapper; the kinds are in the package `orm`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ConnectionValue:
    """A connection or cursor that makes rows in a way of its own, or an engine of SQLAlchemy and what it opens."""

    rows: RowUse | None = None  # what a row factory of a library does with a row
    factory: Variants = ()  # a row factory of the project: it is called with a cursor, or with a cursor and a row
    driver: str | None = None  # below SQLAlchemy, as its address names it: "psycopg2"; empty: it does not


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything else; source is the expression, shortened."""

    source: str


Value = (
    TextValue
    | ConstantValue
    | ListValue
    | DictValue
    | ModuleValue
    | ClassValue
    | NamedTupleValue
    | WriterValue
    | InstanceValue
    | FunctionValue
    | CallableValue
    | PartialValue
    | ExternalValue
    | QueriesValue
    | ImportedValue
    | ResultValue
    | ConnectionValue
    | MapperValue
    | Unknown
)
Variants = tuple[Value, ...]


def bounded(values: Iterable[Value]) -> Variants:
    """The distinct values, at most MAX_VARIANTS: the largest and the smallest are kept in any case."""
    every = tuple(values)
    if len(every) <= 1:  # nearly always, and hashing a large value is slow
        return every
    distinct = tuple(dict.fromkeys(every))
    if len(distinct) <= MAX_VARIANTS:
        return distinct
    ordered = sorted(distinct, key=_size)
    extremes = (ordered[-1], ordered[0])
    rest = [value for value in distinct if value not in extremes]
    return (*extremes, *rest[: MAX_VARIANTS - 2])


def _size(value: Value) -> int:
    if isinstance(value, TextValue):
        return len(value.pieces)
    return len(value.items) if isinstance(value, ListValue) else 0
