"""The columns that classes of SQLAlchemy and SQLModel declare."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.frames import World
from scanner.collect.python.names import last_name
from scanner.collect.python.orm.declared import Declaration, externals
from scanner.collect.python.orm.mapped import MappedColumn
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ClassValue

COLUMNS = frozenset(("Column", "mapped_column", "deferred"))
_MAKES_VALUE = frozenset(("Identity", "Computed", "Sequence"))
RELATIONS = frozenset(("relationship", "relation", "dynamic_loader", "Relationship"))


def is_column(declaration: Declaration, world: World) -> bool:
    """Whether it is a column of the class's table."""
    if declaration.attribute.startswith("__") or declaration.kind in RELATIONS:
        return False
    if declaration.kind in COLUMNS:
        return True
    annotated = declaration.annotation
    if declaration.kind == "Field":  # SQLModel
        return annotated is not None
    if not isinstance(annotated, syntax.Subscript) or last_name(annotated.base) != "Mapped":
        return _is_sqlmodel_field(declaration, world)
    return declaration.call is None


def is_of_today(declaration: Declaration) -> bool:
    """Whether it is written as SQLAlchemy 2 has it."""
    annotated = declaration.annotation
    is_mapped = isinstance(annotated, syntax.Subscript) and last_name(annotated.base) == "Mapped"
    return is_mapped or declaration.kind == "mapped_column"


def _is_sqlmodel_field(declaration: Declaration, world: World) -> bool:
    of = ClassValue(declaration.frame.module.path, declaration.frame.function or "")
    bases = externals(of, world)
    is_class_variable = "ClassVar" in repr(declaration.annotation)
    return (
        declaration.annotation is not None
        and not is_class_variable
        and any(name.endswith(".SQLModel") for name in bases)
    )


def column(declaration: Declaration) -> MappedColumn:
    """The column that it declares."""
    first = declaration.positional[0] if declaration.positional else None
    deferred = declaration.kind == "deferred"
    if deferred and isinstance(first, syntax.Call):
        return column(Declaration(declaration.attribute, first, None, declaration.frame))
    given = constant_text(declaration.frame.evaluate(first)) if isinstance(first, syntax.Text) else None
    name = given or declaration.text("name") or declaration.attribute
    is_key = declaration.is_true("primary_key")
    made = any(last_name(_called(each)) in _MAKES_VALUE for each in declaration.positional)
    generated = made or declaration.keyword("server_default") is not None or _counts_up(declaration, is_key)
    hidden, refers = declaration.is_true("deferred"), foreign_key(declaration) or ""
    defaults = (declaration.keyword(each) for each in ("default", "insert_default"))
    filled = any(each not in (None, syntax.Constant("None")) for each in defaults)
    return MappedColumn(declaration.attribute or name, name, is_key, generated, hidden, filled=filled, refers=refers)


def _called(expression: syntax.Expression) -> syntax.Expression:
    return expression.function if isinstance(expression, syntax.Call) else expression


def _counts_up(declaration: Declaration, is_key: bool) -> bool:
    """Whether it is an integer key that the database numbers."""
    given = declaration.keyword("default") not in (None, syntax.Constant("None"))
    if not is_key or given or foreign_key(declaration):
        return False
    given_type = declaration.positional[0] if declaration.positional else None
    if isinstance(given_type, syntax.Name) and given_type.id.islower():  # only known when it runs: most keys count
        return True
    shown = repr((declaration.annotation, declaration.positional))
    return "'int'" in shown or "Integer'" in shown


def foreign_key(declaration: Declaration) -> str | None:
    """The "table.column" that a column refers to."""
    given = declaration.text("foreign_key")  # SQLModel
    if given:
        return given
    for each in declaration.positional:
        if isinstance(each, syntax.Call) and last_name(each.function) == "ForeignKey" and each.arguments:
            target = each.arguments[0].value
            if isinstance(target, syntax.Text):
                return target.value
            if isinstance(target, syntax.Attribute):
                return f"{last_name(target.base)}.{target.name}"
    return None
