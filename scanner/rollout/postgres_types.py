"""Types that PostgreSQL has by itself, and those that its common extensions bring."""

from __future__ import annotations

import re
from difflib import get_close_matches

from scanner.model import TableName
from scanner.schema import Schema
from scanner.schema.parse.sql_types import POSTGRES_OWN, is_own_form

# Of citext, hstore, ltree, PostGIS, pgvector and others: no script that creates the extension need be in the schema.
_OF_EXTENSIONS = """
citext hstore ltree lquery ltxtquery cube seg earth geometry geography raster box2d box3d vector halfvec
sparsevec isbn isbn13 issn ean13 upc semver ip4 ip4r ip6 ip6r ipaddress iprange h3index hll roaringbitmap
tdigest agtype
"""
_KNOWN = POSTGRES_OWN | frozenset(_OF_EXTENSIONS.split())
_WORD = re.compile(r'(?:"(?P<quoted>[^"]+)"|(?P<bare>\w+))')


def unknown_type(sql_type: str, schema: Schema) -> tuple[str, str | None] | None:
    """The name of a type that neither PostgreSQL nor the schema has, and the known one that is spelt nearly so."""
    if is_own_form(sql_type):
        return None
    names = [each["quoted"] or each["bare"] for each in _WORD.finditer(sql_type.split("(")[0].split("[")[0])]
    qualified = "." in sql_type.split("(")[0]
    name = names[1] if qualified and len(names) > 1 else names[0] if names else ""
    own = {each.name.name for each in schema.types.values()} | {each.name for each in schema.relations}
    known = own | _KNOWN
    if not name or name.lower() in known or name in known or (qualified and _is_elsewhere(names[0], schema)):
        return None
    near = get_close_matches(name.lower(), sorted(known), 1, 0.6)
    return name, near[0] if near else None


def _is_elsewhere(namespace: str, schema: Schema) -> bool:
    """Whether the schema has nothing else of this namespace: then it was not read."""
    named: list[TableName] = [*schema.relations, *(each.name for each in schema.types.values())]
    return all(each.schema != namespace for each in named)
