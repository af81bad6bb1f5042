"""Classes of SQLAlchemy that extend a mapped one: a row stands in the tables of both, or in that of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.collect.python import syntax
from scanner.collect.python.frames import ClassInfo, World
from scanner.collect.python.light import replace
from scanner.collect.python.names import last_name
from scanner.collect.python.orm.mapped import Mapped, MappedColumn, Source
from scanner.collect.python.orm.sql import Names, joined, pieces, unnamed
from scanner.collect.python.values import ClassValue, Place, Sql

_ARGUMENTS = "__mapper_args__"


def extending(own: Mapped, base: Mapped, world: World) -> Mapped:
    """The class, with what it has from the one that it extends."""
    inherited = (each for each in base.relations if own.relation(each.attribute) is None)
    own = replace(own, relations=(*own.relations, *inherited))
    own = replace(own, kind=own.kind or base.kind)
    if own.table == base.table:
        return _in_one_table(own, base)
    parts = (*base.tables, own)
    if _link(parts) is None:
        return own
    above = Names(base.tables[-1], world.family).table
    columns = [replace(each, table=each.table or above) for each in base.columns]
    source = Source.named(Names(own, world.family).table, _joined(parts, {}, world), several=True)
    return replace(own, columns=tuple(_in_order(own, columns)), source=source, parts=parts)


def kind_of(classes: Iterable[ClassValue], columns: Sequence[MappedColumn], world: World) -> str:
    """The column that ``__mapper_args__`` of one of the classes names as ``polymorphic_on``."""
    for of in classes:
        for attribute in _told_by(world.classes[of]):
            found = (each.name for each in columns if attribute in (each.attribute, each.name))
            return next(found, "")
    return ""


def of_kind(mapped: Mapped, world: World) -> tuple[Sql, ...]:
    """The condition that its rows are of it and of what extends it, where others stand in its table too."""
    if not mapped.shares or not mapped.kind:
        return ()
    return (pieces(f"{Names(mapped, world.family).column(mapped.kind)} IN (%({mapped.kind}_1_1)s)"),)


def alias_of_parts(mapped: Mapped, name: str | None, place: Place, world: World) -> Mapped:
    """Each of its tables under another name."""
    own = Names(mapped.parts[-1], world.family).table
    tables = {Names(each, world.family).table: unnamed(each.table, place) for each in mapped.parts}
    names = tables | ({own: name} if name else {})
    columns = tuple(replace(each, table=names.get(each.table, "")) for each in mapped.columns)
    source = Source.named(names[own], _joined(mapped.parts, names, world), several=True)
    return replace(mapped, columns=columns, source=source)


def subquery_of_parts(mapped: Mapped, name: str | None, place: Place, world: World) -> Mapped:
    """Its tables as one, as ``aliased`` makes of them."""
    name = name or unnamed("anon", place)
    columns: list[MappedColumn] = []
    written: list[Sql] = []
    kind = f"{Names(mapped.parts[0], world.family).table}_{mapped.kind}" if mapped.kind else ""
    for part in mapped.parts:
        table = Names(part, world.family)
        for each in part.read:
            label = f"{table.table}_{each.name}".replace(".", "_")
            written.append(pieces(f"{table.of(each)} AS {label}"))
            columns.append(replace(each, name=label))
    inner = pieces("(SELECT ", joined(", ", written), " FROM ", _joined(mapped.parts, {}, world), f") AS {name}")
    return replace(mapped, columns=tuple(columns), source=Source.named(name, inner), kind=kind, parts=())


def refers(column: MappedColumn, table: str) -> bool:
    """Whether it is a foreign key to the table."""
    return column.refers.rpartition(".")[0].rpartition(".")[2] == table


def _in_one_table(own: Mapped, base: Mapped) -> Mapped:
    new = tuple(each for each in own.columns if base.column(each.attribute) is None)
    *above, last = base.parts or (own,)
    parts = (*above, replace(last, columns=(*last.columns, *new))) if base.parts else ()
    return replace(own, columns=(*base.columns, *new), source=base.source, shares=True, parts=parts)


def _told_by(info: ClassInfo) -> Iterator[str]:
    """What the class itself says that its rows are told by: a name, or a column of its body."""
    for arguments in _mapper_arguments(info):
        if isinstance(arguments, syntax.Call):
            named = {each.keyword: each.value for each in arguments.arguments}
        else:
            entries = arguments.entries if isinstance(arguments, syntax.Mapping) else ()
            named = {key.value: value for key, value in entries if isinstance(key, syntax.Text)}
        told = named.get("polymorphic_on")
        if told is not None:
            yield told.value if isinstance(told, syntax.Text) else last_name(told)


def _mapper_arguments(info: ClassInfo) -> Iterator[syntax.Expression | None]:
    """``__mapper_args__ = …``, or what a function of this name returns."""
    for statement in info.syntax.body:
        if isinstance(statement, syntax.Assign):
            if any(isinstance(each, syntax.Name) and each.id == _ARGUMENTS for each in statement.targets):
                yield statement.value
        elif isinstance(statement, syntax.Function) and statement.name == _ARGUMENTS:
            yield from (each.value for each in statement.body if isinstance(each, syntax.Return))


def _joined(parts: Sequence[Mapped], names: Mapping[str, str], world: World) -> Sql:
    """The tables, perhaps under other names, each joined to the one that it extends."""
    tables = [Names(each, world.family).table for each in parts]
    written = [f"{table} AS {names[table]}" if table in names else table for table in tables]
    sql = pieces(written[0])
    for number in range(1, len(parts)):
        link = _link(parts[: number + 1])
        if link is not None:
            at, column = link
            to, of = (names.get(tables[each], tables[each]) for each in (at, number))
            sql = pieces(
                sql, f" JOIN {written[number]} ON {to}.{column.refers.rpartition('.')[2]} = {of}.{column.name}"
            )
    return sql


def _link(parts: Sequence[Mapped]) -> tuple[int, MappedColumn] | None:
    """The key of the last that refers to one before it, with the number of that."""
    for number in range(len(parts) - 2, -1, -1):
        for column in parts[-1].columns:
            if refers(column, parts[number].table):
                return number, column
    return None


def _in_order(own: Mapped, inherited: Iterable[MappedColumn]) -> Iterable[MappedColumn]:
    """As SQLAlchemy reads them: a key that both tables have once for each, then the columns of the class."""
    told = set[str]()
    for column in inherited:
        ours = own.column(column.attribute)
        if ours is not None and column.attribute not in told:
            yield ours
        told.add(column.attribute)
        yield column
    yield from (each for each in own.columns if each.attribute not in told)
