"""Files that most likely have to change with a table: they name it or a row of it, and its columns.

A column that two files name ties each of them closer to its table than one that every file names: it counts one divided
by the square root of that number. The name of the table, or of one row of it, counts three times as much. The weight of
a file is the sum, divided by the square root of what all columns of the table count together, so that of a table with
many columns a file has to name more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from scanner.model import LikelyPlace, Location, Looked, TableName

# Chosen on half the commits of four applications that add a column, and checked on the other half.
_ENOUGH = 0.4
_ENOUGH_FOR_A_WRITER = 0.2
_NAME = 3.0
_LEAST_COLUMNS = 4  # of a file that does not name the table
_LEAST_WITH_NAME = 2
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
    own = (replace(p, writes=p.location.path in writers) for p in found if p.table in names)
    likely = [place for place in own if place.location.path not in named and _is_likely(place)]
    return tuple(sorted(likely, key=lambda p: (-p.weight, p.location.path)))


def _counted(files: Iterable[Looked], tables: Mapping[str, Iterable[str]]) -> _Counts:
    known = list(files)
    columns = _shares(Counter(column for file in known for column in file.columns))
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


def _is_likely(place: LikelyPlace) -> bool:
    least = _LEAST_WITH_NAME if place.names else _LEAST_COLUMNS
    return place.writes or (place.weight >= _ENOUGH and len(place.columns) >= least)
