"""What rows are handed to one by one, beside the functions and classes of the project."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.light import Hashed, dataclass
from scanner.collect.python.values import CallableValue, ClassValue, NamedTupleValue, Value, Variants


@dataclass(frozen=True, slots=True)
class GetterValue(CallableValue):
    """``operator.itemgetter(0, "id")`` or ``attrgetter("id")``."""

    items: tuple[Value, ...]  # of the first
    names: tuple[str, ...] = ()  # of the second


@dataclass(frozen=True, slots=True)
class MakeValue(CallableValue):
    """``Order._make`` of a named tuple: it takes the values of a row as one list."""

    of: ClassValue | NamedTupleValue


@dataclass(frozen=True, slots=True)
class LambdaValue(CallableValue, Hashed):
    """``lambda …: …``, with what its free names stand for in the functions around it."""

    written: syntax.Lambda
    path: str
    function: str | None  # dotted name of what encloses it
    around: tuple[tuple[str, Variants], ...]

    @property
    def as_function(self) -> syntax.Function:
        """The function that it stands for."""
        written = self.written
        body = (syntax.Return(written.body),)
        return syntax.Function("the lambda", written.parameters, (), body, 0, written.rest, written.keywords)
