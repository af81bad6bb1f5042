"""Classes that are mapped to tables, or write rows of one that is, told from how they are written.

That is before anything is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.collect.python import syntax
from scanner.collect.python.leading import bodies
from scanner.collect.python.names import last_name

_TABLES = frozenset(("__tablename__", "__table__"))
_COLUMNS = frozenset(("Column", "mapped_column", "relationship"))
_FORMS = frozenset(("ModelForm", "ModelSerializer", "HyperlinkedModelSerializer"))
# What programs call the modules of mappers, and Flask's database: ``models.Model``, ``db.Model``.
_MODULES = frozenset(("models", "db", "peewee", "pw"))


def mapped_names(statements: Iterable[syntax.Statement]) -> frozenset[str]:
    """The names of a file's classes that a mapper maps, of forms of such, and of those that extend one of them."""
    found: set[str] = set()
    for each in _classes(statements):
        bases = [base.value for base in each.bases if base.keyword is None]
        if _is_mapped(each, bases) or any(last_name(base) in found for base in bases):
            found.add(each.name)
    return frozenset(found)


def _classes(statements: Iterable[syntax.Statement]) -> Iterator[syntax.Class]:
    """The classes, but for those inside functions and other classes."""
    for statement in statements:
        if isinstance(statement, syntax.Class):
            yield statement
        elif not isinstance(statement, syntax.Function):
            for body in bodies(statement):
                yield from _classes(body)


def _is_mapped(written: syntax.Class, bases: list[syntax.Expression]) -> bool:
    if any(base.keyword == "table" and base.value == syntax.Constant("True") for base in written.bases):  # SQLModel
        return True
    if any(isinstance(base, syntax.Attribute) and base.name == "Model" and _is_module(base.base) for base in bases):
        return True
    if any(last_name(base) in _FORMS for base in bases):
        return True
    is_model = any(last_name(base).endswith("Model") for base in bases)
    return any(_declares(each, is_model) for each in written.body if isinstance(each, syntax.Assign))


def _declares(statement: syntax.Assign, is_model: bool) -> bool:
    """Whether it is a column, or names the table; `is_model`: the class descends from one that is called a model."""
    if any(isinstance(target, syntax.Name) and target.id in _TABLES for target in statement.targets):
        return True
    if not isinstance(statement.value, syntax.Call):
        return False
    function = statement.value.function
    name = last_name(function)
    if name in _COLUMNS:
        return True
    is_field = name == "ForeignKey" or (name.endswith("Field") and name != "Field")  # pydantic's is none of a table
    return is_field and (is_model or (isinstance(function, syntax.Attribute) and _is_module(function.base)))


def _is_module(expression: syntax.Expression) -> bool:
    return last_name(expression) in _MODULES
