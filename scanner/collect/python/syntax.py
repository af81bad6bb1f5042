"""A slim syntax tree: what of a Python program bears on its SQL, as plain values.

Only `reading` makes these, from libcst; everything else works on them. They hold no whitespace, no comments
and no references to libcst, so they are small, compare by value and can be pickled. `at` is the offset of the
first character in the source text.
"""

from __future__ import annotations

from typing import Literal as OneOf

from scanner.collect.python.light import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A literal of characters or bytes, decoded."""

    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Joined:
    """An f-string, or adjacent literals one of which is one; parts are Text or the formatted expressions."""

    parts: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, True, False or None, as written."""

    source: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name that is read."""

    id: str
    at: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """``base.name``."""

    base: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Subscript:
    """``base[index]``; several indexes are the Items of a tuple."""

    base: Expression
    index: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call; star is ``*`` or ``**`` where it is unpacked."""

    value: Expression
    keyword: str | None = None
    star: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments)``."""

    function: Expression
    arguments: tuple[Argument, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """A binary operation of any kind: arithmetic, comparison, ``and``, ``or``; operator as written."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Unary:
    """``~operand``, ``not operand``, ``yield operand`` or ``yield from operand``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set display; a slice has two items, None where a bound is left out."""

    kind: OneOf["list", "tuple", "set", "slice"]
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Starred:
    """``*value`` inside a display or an assignment."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict display; a key of None stands for ``**value``."""

    entries: tuple[tuple[Expression | None, Expression], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """``body if test else otherwise``."""

    test: Expression
    body: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Comprehension:
    """A list, set, dict comprehension or generator; a dict's element is the Items (key, value)."""

    element: Expression
    target: Expression
    source: Expression
    inner: tuple[Expression, ...] = ()  # conditions, and the parts of further ``for`` clauses
    is_dict: bool = False


@dataclass(frozen=True, slots=True)
class Lambda:
    """``lambda …: body``."""

    parameters: tuple[Parameter, ...]
    body: Expression
    rest: str = ""  # the name of *args
    keywords: str = ""  # the name of **kwargs


@dataclass(frozen=True, slots=True)
class Assigned:
    """``target := value``."""

    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class Opaque:
    """Any other expression; its parts still have to be looked into."""

    parts: tuple[Expression, ...] = ()


Literal = Text | Joined | Constant | Items | Mapping | Comprehension | Lambda
Operation = Call | Binary | Unary | Choice | Assigned | Opaque
Expression = Literal | Operation | Name | Attribute | Subscript | Starred


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function; those that take the rest are apart."""

    name: str
    default: Expression | None = None
    keyword_only: bool = False
    annotation: Expression | None = None


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression as a statement; also ``assert``, ``del``, ``raise`` and the like."""

    value: Expression
    raises: bool = False


@dataclass(frozen=True, slots=True)
class Assign:
    """``targets = value``; operator is ``+=`` and the like for an augmented one."""

    targets: tuple[Expression, ...]
    value: Expression
    operator: str = "="
    annotation: Expression | None = None  # value is then Opaque() when nothing is assigned


@dataclass(frozen=True, slots=True)
class Return:
    """``return value``."""

    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """``if``; ``match`` is a chain of them that compare its subject with the patterns."""

    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class For:
    """``for target in source``."""

    target: Expression
    source: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class While:
    """``while test``."""

    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class With:
    """``with item as target, …``."""

    items: tuple[tuple[Expression, Expression | None], ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """``try``: each handler may or may not run after the body."""

    body: tuple[Statement, ...]
    handlers: tuple[tuple[Statement, ...], ...]
    otherwise: tuple[Statement, ...]
    final: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method; `at` is its name."""

    name: str
    parameters: tuple[Parameter, ...]
    decorators: tuple[Expression, ...]
    body: tuple[Statement, ...]
    at: int
    rest: str = ""  # the name of *args
    keywords: str = ""  # the name of **kwargs
    returns: Expression | None = None  # the annotation
    gist: Gist | None = None  # None: not told


@dataclass(frozen=True, slots=True)
class Gist:
    """What is asked of every function of a project, told once when it is read."""

    tells: bool  # a statement, a call that runs one or an ORM is in it
    writes: bool  # it may return a text that it writes or puts together
    mentions: tuple[str, ...]  # names and attributes in its body, each once
    assigns: tuple[str, ...]  # attributes of its first parameter that it binds, each once
    changes: tuple[str, ...]  # those whose list or dict it changes, but does not bind, each once
    classes: bool  # classes are defined in it


@dataclass(frozen=True, slots=True)
class Class:
    """A class; `at` is its name."""

    name: str
    bases: tuple[Argument, ...]
    decorators: tuple[Expression, ...]
    body: tuple[Statement, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Import:
    """``import a.b as c`` → ("a.b", None, "c"); ``from ..m import x`` → ("m", "x", "x", 2)."""

    module: str
    member: str | None  # "*" for all
    alias: str
    level: int = 0  # number of leading dots


Statement = Evaluate | Assign | Return | If | For | While | With | Try | Function | Class | Import
