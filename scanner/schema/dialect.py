"""Whose dialect a script is written in, told from what only one of the engines reads."""

from __future__ import annotations

import re

from scanner.model import Family

_LOOK_AT = 500_000  # characters
_SIGNS: dict[Family, dict[str, re.Pattern[str]]] = {
    "postgres": {
        "$$ around bodies": re.compile(r"\$\w*\$"),
        "LANGUAGE": re.compile(r"\blanguage\s+'?(?:plpgsql|sql)\b", re.I),
        "::": re.compile(r"[\w')\]]::[\w\"]"),
        "OWNER TO": re.compile(r"\bowner\s+to\b", re.I),
        "timestamptz": re.compile(
            r"\b(?:timestamptz|timestamp\s+with\s+time\s+zone|jsonb|bytea|bigserial|tsvector)\b", re.I
        ),
        "text[]": re.compile(r"\b(?:text|integer|varchar|uuid)\s*\[\]", re.I),
    },
    "mysql": {
        "ENGINE=": re.compile(r"\bengine\s*=\s*\w+", re.I),
        "`…`": re.compile(r"`\w+`"),
        "AUTO_INCREMENT": re.compile(r"\bauto_increment\b", re.I),
        "UNSIGNED": re.compile(r"\b(?:int|bigint|smallint|tinyint)(?:\(\d+\))?\s+unsigned\b", re.I),
        "DELIMITER": re.compile(r"^delimiter\s", re.I | re.M),
        "utf8mb4": re.compile(r"\butf8mb4", re.I),
    },
}


def foreign_signs(script: str, family: Family) -> list[str]:
    """What tells that the script is the other family's: two signs of it at least, and none of this one's."""
    text = script[:_LOOK_AT]
    found = {name: [sign for sign, pattern in signs.items() if pattern.search(text)] for name, signs in _SIGNS.items()}
    other: Family = "mysql" if family == "postgres" else "postgres"
    return found[other] if len(found[other]) > 1 and not found[family] else []
