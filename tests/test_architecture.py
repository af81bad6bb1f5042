"""The shape of the code: sizes, what is caught, and what importing it costs. Layers are import-linter's."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "scanner"
HEAVY = ("click", "jinja2", "libcst", "networkx", "pandas", "psycopg", "pymysql", "rich", "sqlglot")


def test_modules_are_short() -> None:
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {path: length for path, length in lengths.items() if length >= 300} == {}


def test_functions_are_short() -> None:
    lengths = dict(_function_lengths())
    assert {name: length for name, length in lengths.items() if length > 50} == {}
    assert statistics.median(lengths.values()) <= 8
    assert statistics.quantiles(lengths.values(), n=20)[-1] < 35


def test_no_exception_is_caught_broadly() -> None:
    broad = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and {"Exception", "BaseException", ""} & set(_caught(node))
    ]
    assert broad == []


@pytest.mark.parametrize("module", ["scanner", "scanner.model", "scanner.errors"])
def test_importing_the_vocabulary_loads_nothing_heavy(module: str) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & set(HEAVY) == set()


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    return ((path, ast.parse(path.read_text())) for path in sorted(PACKAGE.rglob("*.py")))


def _function_lengths() -> Iterator[tuple[str, int]]:
    """Lines of each function without its docstring."""
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}"
                yield name, _lines(node) - (_lines(node.body[0]) if ast.get_docstring(node) else 0)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _caught(handler: ast.ExceptHandler) -> list[str]:
    """The names after `except`; an empty one for none."""
    if handler.type is None:
        return [""]
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [ast.unparse(kind) for kind in kinds]
