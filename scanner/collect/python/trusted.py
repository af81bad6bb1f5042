"""libcst's trees made and written out in less time, for a process that does nothing else with them.

Its parser makes no wrong node, and nobody changes one: so nodes need not check themselves, nor refuse to be changed.
"""

from __future__ import annotations

import copy
import dataclasses
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import libcst as cst
from libcst._nodes.expression import _BaseParenthesizedNode
from libcst._nodes.internal import CodegenState

# Nine of ten nodes are one of these.
_COMMON = (
    cst.Name,
    cst.SimpleWhitespace,
    cst.Newline,
    cst.TrailingWhitespace,
    cst.ParenthesizedWhitespace,
    cst.EmptyLine,
    cst.Dot,
    cst.Attribute,
    cst.Comma,
    cst.Arg,
    cst.AssignEqual,
    cst.Call,
    cst.Element,
    cst.Param,
    cst.SimpleString,
    cst.SimpleStatementLine,
)
_NO_CONTEXT = nullcontext()
_parenthesize = _BaseParenthesizedNode._parenthesize


def trust_the_parser() -> None:
    """Changes libcst's classes for good; the trees, and where their nodes stand, are the same."""
    node: Any = cst.CSTNode
    whitespace: Any = cst.SimpleWhitespace
    expression: Any = _BaseParenthesizedNode
    if expression._parenthesize is _parenthesize:
        node.__post_init__ = lambda _: None
        whitespace._codegen = _write_whitespace
        expression._parenthesize = _parenthesized
        for kind in _COMMON:
            _make_plainly(kind)


def _make_plainly(kind: Any) -> None:  # noqa: ANN401  # a class of libcst
    """Lets the class set its fields as any other does: a frozen one takes a detour for each."""
    fields = [(field.name, object, copy.copy(field)) for field in dataclasses.fields(kind)]
    plain: Any = dataclasses.make_dataclass(kind.__name__, fields, repr=False, eq=False)
    kind.__init__, kind.__setattr__ = plain.__init__, object.__setattr__


def _write_whitespace(self: cst.SimpleWhitespace, state: CodegenState, **_: object) -> None:
    state.add_token(self.value)


def _parenthesized(self: _BaseParenthesizedNode, state: CodegenState) -> AbstractContextManager[None]:
    """Most have no parentheses; libcst makes a context manager for each all the same."""
    return _parenthesize(self, state) if self.lpar or self.rpar else _NO_CONTEXT
