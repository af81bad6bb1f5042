"""Mappers and query builders that are not understood, and what of a file is an import of them."""

from __future__ import annotations

import re

# By the first word of what is imported.
NAMES = {
    "edgy": "Edgy",
    "gino": "GINO",
    "ibis": "Ibis",
    "masoniteorm": "Masonite ORM",
    "orator": "Orator",
    "ormar": "ormar",
    "piccolo": "Piccolo",
    "pony": "Pony ORM",
    "prisma": "Prisma",
    "pydal": "pyDAL",
    "pypika": "PyPika",
    "pypika_tortoise": "PyPika",
    "saffier": "Saffier",
    "sqlobject": "SQLObject",
    "storm": "Storm",
    "tortoise": "Tortoise ORM",
    "dataset": "dataset",
}
# Each begins with a word of its own, by which it is found fast. Programs have modules named dataset of their own.
_ANY = b"|".join(name.encode() for name in NAMES if name != "dataset")
_IMPORTS = (re.compile(rb"import[ \t]+(%s)\b" % _ANY), re.compile(rb"from[ \t]+(%s)\b" % _ANY))
_CONNECTED = re.compile(rb"dataset\.connect\(")


def foreign(data: bytes) -> frozenset[str]:
    """The modules of such libraries that a file imports."""
    found = {
        match[1].decode() for each in _IMPORTS for match in each.finditer(data) if _begins_line(data, match.start())
    }
    return frozenset(found | {"dataset"} if _CONNECTED.search(data) else found)


def _begins_line(data: bytes, at: int) -> bool:
    return not data[data.rfind(b"\n", 0, at) + 1 : at].strip()
