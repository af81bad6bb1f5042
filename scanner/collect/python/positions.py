"""Where nodes stand in the source, for a tenth of what parsing costs.

libcst's PositionProvider takes twice as long as parsing: it counts lines in every token and keeps a range for
every node. Adding up how much is written before each node gives the same starts. Where a node is met whose
spelling is not known, the module is written out again by libcst while noting how much was written before each.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from itertools import accumulate
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from scanner.collect.python.spelling import INDENTATION, PLAIN, SPELLINGS, Parts

_NO_CONTEXT = nullcontext()
_STRINGS = (cst.SimpleString, cst.FormattedString, cst.TemplatedString)
_WANTED = frozenset({*_STRINGS, cst.Name, cst.Call, cst.Subscript, cst.MatchList, cst.MatchTuple})
_SEQUENCES = (tuple, list)
_LINE_ENDS = frozenset((cst.TrailingWhitespace, cst.EmptyLine, cst.ParenthesizedWhitespace))


def offsets(module: cst.Module, length: int) -> dict[cst.CSTNode, int]:
    """Offsets in characters of strings, names, calls, subscripts and sequence patterns, their parentheses included.

    `length` is that of the source.
    """
    counter = _Counter(module)
    try:
        end = counter.after(module, 0)
    except KeyError:
        return _written(module)
    # Without a line end at the end, one was counted too many.
    is_all = end - length in (0, 0 if module.has_trailing_newline else counter.newline)
    return counter.starts if is_all else _written(module)


class _Counter:
    """Adds up what is written before each node."""

    def __init__(self, module: cst.Module) -> None:
        self.starts: dict[cst.CSTNode, int] = {}
        self.newline = len(module.default_newline)
        self._default = len(module.default_indent)
        self._indentation = 0

    def after(self, node: Any, at: int) -> int:  # noqa: ANN401  # a node, with the attributes of its kind
        """The offset behind a node that begins at this one. Raises KeyError where a spelling is not known."""
        kind = type(node)
        if kind in _WANTED:
            self.starts[node] = at
            if kind is cst.Name and not node.lpar:
                return at + len(node.value)
        plain = PLAIN.get(kind)
        if plain is not None:
            return self._parts(plain, node, at)
        if kind in _LINE_ENDS:
            return at + self._line_end(node)
        if kind is cst.IndentedBlock:
            return self._block(node, at)
        for part in SPELLINGS[kind]:
            at = self._parts(part, node, at) if isinstance(part, Parts) else at + self._special(part, node)
        return at

    def _parts(self, parts: Parts, node: cst.CSTNode, at: int) -> int:
        before, given, behind = parts
        for width, part in zip(before, given(node)):  # noqa: B905  # as many; to check it takes a fifth of the time
            at += width
            kind = type(part)
            if kind is cst.SimpleWhitespace:
                at += len(part.value)
            elif kind is str:
                at += len(part)
            elif kind in _SEQUENCES:
                for each in part:
                    at = self.after(each, at)
            elif part is not None and kind is not cst.MaybeSentinel:
                at = self.after(part, at)
        return at + behind

    def _line_end(self, node: Any) -> int:  # noqa: ANN401
        """The width of a line without code, or of what stands behind code: half of all nodes are of these."""
        kind = type(node)
        if kind is cst.ParenthesizedWhitespace:
            width = self._line_end(node.first_line) + sum(map(self._line_end, node.empty_lines))
            return width + (self._indentation if node.indent else 0) + len(node.last_line.value)
        newline, comment = node.newline.value, node.comment
        width = len(node.whitespace.value) + (self.newline if newline is None else len(newline))
        if kind is cst.EmptyLine and node.indent:
            width += self._indentation
        return width if comment is None else width + len(comment.value)

    def _block(self, node: cst.IndentedBlock, at: int) -> int:
        at = self.after(node.header, at)
        around = self._indentation
        self._indentation += self._default if node.indent is None else len(node.indent)
        for each in node.body:
            at = self.after(each, at)
        at += sum(map(self._line_end, node.footer))
        self._indentation = around
        return at

    def _special(self, word: str, node: Any) -> int:  # noqa: ANN401
        """The width of what is spelled by what else is known."""
        if word == INDENTATION:
            return self._indentation
        if word == "ELIF":
            return len("el") if type(node.orelse) is cst.If else 0
        if word == "ARROW":  # of one character more than the colon of other annotations
            return 0 if node.returns is None else 1
        if word == "CONVERSION":
            return 0 if node.conversion is None else len(node.conversion) + 1
        return 0 if node.format_spec is None else 1


class _Writer(CodegenState):
    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.starts: dict[cst.CSTNode, int] = {}

    def before_codegen(self, node: cst.CSTNode) -> None:
        if type(node) in _WANTED:
            self.starts[node] = len(self.tokens)

    def record_syntactic_position(  # type: ignore[override]  # any context manager will do
        self,
        node: cst.CSTNode,  # noqa: ARG002
        *,
        start_node: cst.CSTNode | None = None,  # noqa: ARG002
        end_node: cst.CSTNode | None = None,  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        """Nothing: libcst would make a new context manager for every node."""
        return _NO_CONTEXT


def _written(module: cst.Module) -> dict[cst.CSTNode, int]:
    writer = _Writer(module)
    module._codegen(writer)
    lengths = [0, *accumulate(map(len, writer.tokens))]
    return {node: lengths[token] for node, token in writer.starts.items()}
