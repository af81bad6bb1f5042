"""Files that most likely have to change with a table: they write its rows, or speak of columns that few others name.

A column that two files name ties each of them closer to its table than one that every file names: the weight of a file
is the sum, over the table's columns that it names, of one divided by the number of files that name the column.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from scanner.model import LikelyPlace, Location, Looked, TableName

# Chosen on 58 commits of four applications that add a column, and checked on other commits.
_ENOUGH = 0.5
_ENOUGH_FOR_A_WRITER = 0.2
_LEAST_COLUMNS = 3
_COMMON = 100  # files: a column that more of them name ties none of them to a table


def weighed(files: Collection[Looked], tables: Mapping[str, Iterable[str]]) -> list[list[LikelyPlace]]:
    """For each file, and each table, what ties them together, where it would be enough for a file that writes rows."""
    counts = Counter(column for file in files for column in file.columns)
    holders: dict[str, list[str]] = defaultdict(list)
    for table, columns in tables.items():
        for column in {name.lower() for name in columns}:
            holders[column].append(table)
    return [list(_of_file(file, counts, holders)) for file in files]


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


def _of_file(file: Looked, counts: Mapping[str, int], holders: Mapping[str, list[str]]) -> Iterable[LikelyPlace]:
    named: dict[str, list[str]] = defaultdict(list)
    for column in sorted(file.columns, key=lambda name: (counts[name], file.columns[name], name)):
        if counts[column] <= _COMMON:
            for table in holders.get(column, ()):
                named[table].append(column)
    for table, columns in named.items():
        weight = round(sum(1 / counts[column] for column in columns), 4)
        if weight >= _ENOUGH_FOR_A_WRITER:
            location = Location(file.path, file.columns[columns[0]], 0)
            yield LikelyPlace(location, (), table, tuple(columns), weight)


def _is_likely(place: LikelyPlace) -> bool:
    return place.writes or (place.weight >= _ENOUGH and len(place.columns) >= _LEAST_COLUMNS)
