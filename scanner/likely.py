"""Files that most likely have to change with a table: they name it or a row of it, and its columns.

A column that two files name ties each of them closer to its table than one that every file names, and one that no
other table has closer than one that most have: it counts one divided by the square roots of both numbers. The name of
the table, or of one row of it, counts three divided by the square root of the number of files that name it. The weight
of a file is the sum, divided by the square root of what all columns of the table count together, so that of a table
with many columns a file has to name more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from scanner.model import LikelyPlace, Location, Looked, TableName

# Chosen on half the commits of four applications that add a column, and checked on the other half.
_ENOUGH = 0.4
_ENOUGH_FOR_A_WRITER = 0.2
_ENOUGH_BESIDE = 0.15  # of the weight of the file that is tied to the table most closely
_NAME = 3.0
_LEAST_COLUMNS = 4  # of a file that does not name the table
_COMMON = 200  # files: a column that more of them name ties none of them to a table


@dataclass(frozen=True, slots=True)
class _Counts:
    """What each name counts, and which tables have the columns."""

    columns: Mapping[str, float]
    tables: Mapping[str, float]
    holders: Mapping[str, list[str]]
    whole: Mapping[str, float]  # what all columns of a table count together


def weighed(files: Collection[Looked], tables: Mapping[str, Iterable[str]]) -> list[list[LikelyPlace]]:
    """For each file, and each table, what ties them together, where it would be enough for a file that writes rows."""
    counts = _counted(files, tables)
    return [list(_of_file(file, counts)) for file in files]


def likely_places(
    found: Iterable[LikelyPlace], tables: Collection[TableName], writers: Collection[str], named: Collection[str]
) -> tuple[LikelyPlace, ...]:
    """The places of these tables, likeliest first.

    Writers are the files that write rows of them; named are those that the report names anyway.
    """
    names = set(map(str, tables))
    own = [replace(p, writes=p.location.path in writers) for p in found if p.table in names]
    closest: dict[str, float] = {}
    for place in own:
        closest[place.table] = max(place.weight, closest.get(place.table, 0))
    likely = [p for p in own if p.location.path not in named and _is_likely(p, closest[p.table])]
    return tuple(sorted(likely, key=lambda p: (-p.weight, p.location.path)))


def _counted(files: Iterable[Looked], tables: Mapping[str, Iterable[str]]) -> _Counts:
    known = list(files)
    columns = _shares(Counter(column for file in known for column in file.columns))
    # Partitions and copies have the columns of their table: those are one.
    unlike = {frozenset(name.lower() for name in held) for held in tables.values()}
    having = Counter(column for held in unlike for column in held)
    columns = {column: share * having[column] ** -0.5 for column, share in columns.items() if column in having}
    names = _shares(Counter(table for file in known for table in file.tables))
    holders: dict[str, list[str]] = defaultdict(list)
    whole: dict[str, float] = {}
    for table, held in tables.items():
        own = {name.lower() for name in held} & columns.keys()
        whole[table] = sum(columns[name] for name in own)
        for name in own:
            holders[name].append(table)
    return _Counts(columns, names, holders, whole)


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    return {name: number**-0.5 for name, number in counts.items() if number <= _COMMON}


def _of_file(file: Looked, counts: _Counts) -> Iterable[LikelyPlace]:
    named: dict[str, list[str]] = defaultdict(list)
    known = (column for column in file.columns if column in counts.holders)
    for column in sorted(known, key=lambda name: (-counts.columns[name], file.columns[name], name)):
        for table in counts.holders[column]:
            named[table].append(column)
    for table, columns in named.items():
        names = table in file.tables
        total = sum(counts.columns[column] for column in columns) + names * _NAME * counts.tables.get(table, 0)
        weight = round(total / counts.whole[table] ** 0.5, 4)
        if weight >= _ENOUGH_FOR_A_WRITER:
            location = Location(file.path, file.columns[columns[0]], 0)
            yield LikelyPlace(location, (), table, tuple(columns), weight, names=names)


def _is_likely(place: LikelyPlace, closest: float) -> bool:
    if place.weight < _ENOUGH_BESIDE * closest:
        return False
    return place.writes or (place.weight >= _ENOUGH and (place.names or len(place.columns) >= _LEAST_COLUMNS))
