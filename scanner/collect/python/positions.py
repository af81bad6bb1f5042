"""Where nodes stand in the source, for a quarter of what parsing costs.

libcst's PositionProvider takes twice as long as parsing: it counts lines in every token and keeps a range for
every node. Writing the module out again while noting how much was written before each node gives the same
starts.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from itertools import accumulate

import libcst as cst
from libcst._nodes.internal import CodegenState

_NO_CONTEXT = nullcontext()
_STRINGS = (cst.SimpleString, cst.FormattedString, cst.TemplatedString)
_WANTED = frozenset({*_STRINGS, cst.Name, cst.Call, cst.Subscript, cst.MatchList, cst.MatchTuple})


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


def offsets(module: cst.Module) -> dict[cst.CSTNode, int]:
    """Offsets in characters of strings, names, calls, subscripts and sequence patterns, their parentheses included."""
    writer = _Writer(module)
    module._codegen(writer)
    lengths = [0, *accumulate(map(len, writer.tokens))]
    return {node: lengths[token] for node, token in writer.starts.items()}
