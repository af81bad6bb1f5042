"""One statement of a body, without its control words → Part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scanner.bodies.blocks import Placed
from scanner.bodies.body import Part
from scanner.model import Family


@dataclass(slots=True)
class Reading:
    """What was read of a body so far."""

    family: Family
    placed: Placed = field(default_factory=Placed)
    variables: list[tuple[str, str]] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # MySQL: user variables and prepared statements that hold SQL
    declaring: bool = False


def query_part(text: str, reading: Reading) -> Part:
    """A statement without its INTO clause. MySQL's is left in: the engine checks its width."""
    if reading.family == "mysql":
        return Part("run", text)
    into = re.search(r"\bINTO\s+(?:STRICT\s+)?(?P<names>[\w.\"]+(?:\s*,\s*[\w.\"]+)*)", text, re.I)
    if into is None or re.search(r"\b(?:INSERT|MERGE)\s+$", text[: into.start()], re.I):
        into = re.search(
            r"\bRETURNING\b.*?\bINTO\s+(?:STRICT\s+)?(?P<names>[\w.\"]+(?:\s*,\s*[\w.\"]+)*)\s*$",
            text,
            re.I | re.S,
        )
        if into is None:
            return Part("run", text)
        start = text.upper().rindex("INTO", 0, into.end())
        return Part("into", text[:start], tuple(plain_name(n) for n in into["names"].split(",")))
    rest = text[: into.start()] + text[into.end() :]
    return Part("into", rest, tuple(plain_name(n) for n in into["names"].split(",")))


def _return(text: str, _reading: Reading) -> Part:
    rest = text[6:].strip()
    if re.match(r"QUERY\s+EXECUTE\b", rest, re.I):
        return dynamic_part(re.sub(r"^QUERY\s+EXECUTE", "", rest, flags=re.I), ())
    if re.match(r"QUERY\b", rest, re.I):
        return Part("return query", rest[5:].strip())
    if re.match(r"NEXT\b", rest, re.I):
        return Part("return next", f"SELECT {rest[4:].strip() or 'NULL'}")
    return Part("return", f"SELECT {rest or 'NULL'}")


def dynamic_part(text: str, into: tuple[str, ...]) -> Part:
    """EXECUTE: a plain string is a statement; anything else is made at run time."""
    literal = re.match(r"\s*'(?P<sql>(?:[^']|'')*)'\s*(?:INTO|USING|LOOP|$)", text, re.I)
    if literal is None:
        return Part("dynamic", text.strip(), into)
    return Part(
        "into" if re.search(r"\bINTO\b", text[literal.end("sql") :], re.I) else "run",
        literal["sql"].replace("''", "'"),
        into,
    )


def _fetch(text: str, reading: Reading) -> Part:
    found = re.match(r"FETCH\s+(?:NEXT\s+|FROM\s+|IN\s+)*(?P<cursor>\w+)\s+INTO\s+(?P<names>.*)", text, re.I | re.S)
    if found is None or found["cursor"].lower() not in reading.cursors:
        return Part("test", "SELECT 1")
    names = tuple(plain_name(n) for n in found["names"].split(","))
    return Part("fetch", reading.cursors[found["cursor"].lower()], names)


def _open(text: str, _reading: Reading) -> Part:
    found = re.match(r"OPEN\s+\w+\s+(?:(?:NO\s+)?SCROLL\s+)?FOR\s+(?P<query>.*)", text, re.I | re.S)
    return Part("run", found["query"]) if found else Part("test", "SELECT 1")


def _perform(text: str, _reading: Reading) -> Part:
    return Part("into", f"SELECT {text[7:]}")


def _execute(text: str, reading: Reading) -> Part:
    if reading.family == "postgres":
        return dynamic_part(text[7:], ())
    words = text.split(None, 2)
    prepared = reading.texts.get(words[1].strip("`;").lower()) if len(words) > 1 else None
    return (
        dynamic_part(" ".join(words[2:]) if words[1:2] == ["IMMEDIATE"] else "", ())
        if prepared is None
        else (Part("run", prepared))
    )


def _prepare(text: str, reading: Reading) -> Part:
    """MySQL's PREPARE s FROM 'SELECT …', or FROM @text: what EXECUTE will run, if a plain string says it."""
    found = re.match(r"PREPARE\s+`?(?P<name>\w+)`?\s+FROM\s+(?P<source>.*)", text, re.I | re.S)
    if found is not None:
        _hold(reading, found["name"], found["source"])
    return Part("test", "SELECT 1")


def _hold(reading: Reading, name: str, source: str) -> None:
    """Notes the SQL that a plain string, or a variable set to one, gives to a name; None of it when it is made."""
    literal = re.fullmatch(r"\s*(?P<quote>['\"])(?P<sql>.*)(?P=quote)\s*;?\s*", source, re.S)
    known = reading.texts.get(source.strip(" ;\n").lower())
    sql = literal["sql"].replace("''", "'") if literal and literal["quote"] not in literal["sql"] else known
    if sql is None or name.lower() in reading.texts:
        reading.texts.pop(name.lower(), None)
    else:
        reading.texts[name.lower()] = sql


def _set(text: str, reading: Reading) -> Part:
    assigned = re.fullmatch(r"SET\s+(?P<name>@\w+)\s*:?=(?P<value>.*)", text, re.I | re.S)
    if assigned is not None and reading.family == "mysql":
        _hold(reading, assigned["name"], assigned["value"])
    values = re.findall(r"(?::=|=)\s*(.*?)(?=,\s*[\w.@`]+\s*:?=|$)", text[3:], re.S)
    return Part("test", f"SELECT {', '.join(values) or 'NULL'}")


def _call(text: str, _reading: Reading) -> Part:
    return Part("call", text)


def plain_name(text: str) -> str:
    """A name without its quotes, folded when it has none."""
    bare = text.strip()
    return bare.strip('"') if bare.startswith('"') else bare.strip("`").lower()


READERS = {
    "RETURN": _return,
    "EXECUTE": _execute,
    "PREPARE": _prepare,
    "PERFORM": _perform,
    "FETCH": _fetch,
    "OPEN": _open,
    "SET": _set,
    "CALL": _call,
}
