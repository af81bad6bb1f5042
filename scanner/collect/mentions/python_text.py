"""Names of tables and of their classes in Python source that may be queries or models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scanner.collect.mentions.contexts import MAPPED, Found, in_sql
from scanner.collect.mentions.names import Names

_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<quote>\"\"\"|'''|\"|')(?P<body>(?:[^\\\"'\n]++|\\.|(?!(?P=quote))[\"'\n])*+)(?P=quote)",
    re.DOTALL,
)
_VISIBLE = re.compile(r"[^\n]")
_STATEMENT_BEFORE = re.compile(r"(?:^|\n|;|:)[ \t]*[rRbBuUfFtT]{0,2}\Z")
_CALLED = re.compile(r"(?P<call>[\w.]+)\(\s*(?:(?P<key>\w+)\s*=\s*)?\Z")
_KEYWORD = re.compile(r"(?P<key>\w+)\s*(?::[ \t]*[\w.\[\]]+\s*)?=\s*[\[({]?\s*\Z")
_DATABASE_WORDS = re.compile(
    r"table|insert|update|upsert|select|delete|query|fetch|copy|truncate|sql|relation|from|into|rows?\b", re.IGNORECASE
)
_TABLE_WORDS = re.compile(r"table|relation", re.IGNORECASE)
_CLASS = re.compile(
    r"^[ \t]*class[ \t]+(?P<name>\w+)[ \t]*(?:\((?P<bases>[^()]*(?:\([^()]*\)[^()]*)*)\))?[ \t]*:", re.M
)
_FUNCTION = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(?P<name>\w+)", re.M)
_GIVES_WHOLE = re.compile(r"serial|to_?dict|to_?json|as_?dict|as_?json|export|dump|represent", re.IGNORECASE)
_VERBS = re.compile(
    r"(?:^|_)(?:serialize[rds]?|to|as|dict|json|export|dump|represent(?:ation)?|from|get|make|build)(?=_|$)"
)
_ROLE = re.compile(
    r"Admin|Form|Serializer|Schema|Resource|Model|ViewSet|Factory|Struct|Tuple|TypedDict|Record|Entity|Row"
)
_USED = re.compile(r"(?<![\w.])(?P<call>[\w.]++)\(\s*(?:\[\s*)?(?:\w+\.)*(?P<name>[A-Z]\w*)\b(?!\s*[.(])")
_REGISTERS = re.compile(
    r"register(?:_?models?)?\b|admin|view|schema|serial|form|factory|mapper|inspect|resource", re.IGNORECASE
)
_ASSIGNED = re.compile(r"^[ \t]*model[ \t]*=[ \t]*(?:\w+\.)*(?P<name>[A-Z]\w*)[ \t]*$", re.M)
_MADE = re.compile(r"(?<![\w.])(?:models?\.)?(?P<name>[A-Z]\w*)\(")
_ATTRIBUTE = re.compile(r"\b(?:tables?|db|database|metadata|schema)\.(?P<name>[a-z_]\w*+)(?!\s*\()")
# participant.settings.language: rows that travel under the table's name, read by a column's name.
_ROW = re.compile(r"\.(?P<name>[a-z_]\w*+)\.(?P<column>[a-z_]\w*+)(?!\s*\()")
_CALLED_TABLE = re.compile(r"[`\"'](?P<name>\w+)[`\"']{1,2}\s+table\b|\btable\s+`{1,2}(?P<named>\w+)`")

DOCUMENTED = "documented as a table"


def in_python(text: str, names: Names) -> Iterator[Found]:
    """The places in a module, in no order; comments and docstrings say nothing."""
    code: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        code += [text[end : token.start()], _blank(token[0])]
        end = token.end()
        if token["comment"] is None:
            yield from _in_string(text, token, names)
    yield from _in_code("".join([*code, text[end:]]), names)


def _blank(text: str) -> str:
    return _VISIBLE.sub(" ", text) if "\n" in text else " " * len(text)


def _in_string(text: str, token: re.Match[str], names: Names) -> Iterator[Found]:
    body, at = token["body"], token.start("body")
    if "\n" in body or " " in body:
        found = [*in_sql(body, names), *_documented(body, names)]
        alone = bool(found) and _STATEMENT_BEFORE.search(_before(text, token)) is not None
        yield from (replace(each, at=at + each.at) for each in found if (each.text == DOCUMENTED) == alone)
        return
    table = names.table(body)
    said = _said_of(_before(text, token)) if table else None
    if table and said:
        yield Found(table, token.start(), said, 2)


def _documented(body: str, names: Names) -> Iterator[Found]:
    """What a docstring calls a table, as in: a row from the `orders` table."""
    for match in _CALLED_TABLE.finditer(body):
        yield from _found(names.table(match["name"] or match["named"]), match, DOCUMENTED, 3, "")


def _before(text: str, token: re.Match[str]) -> str:
    return text[max(0, token.start() - 200) : token.start()]


def _said_of(before: str) -> str | None:
    """What the code does with a string that is the name of a table."""
    called = _CALLED.search(before)
    if called is not None and called["key"] is None and _DATABASE_WORDS.search(called["call"].rpartition(".")[2]):
        return f"passed to {called['call']}()"
    keyword = _KEYWORD.search(before)
    if keyword is not None and _TABLE_WORDS.search(keyword["key"]):
        return f"{MAPPED}, {keyword['key']}"
    return None


def _in_code(code: str, names: Names) -> Iterator[Found]:
    for match in _CLASS.finditer(code):
        yield from _of_class(match, names)
    for match in _FUNCTION.finditer(code):
        yield from _of_function(match, names)
    for match in _ATTRIBUTE.finditer(code):
        yield from _found(names.table(match["name"]), match, MAPPED, 2)
    for match in _ROW.finditer(code):
        table = names.table(match["name"])
        if table and match["column"].lower() in names.columns.get(table, ()):
            yield from _found(table, match, f"reads {match['name']}.{match['column']}", 1)
    if names.classes:
        yield from _of_mapped(code, names)


def _of_mapped(code: str, names: Names) -> Iterator[Found]:
    """Where mapped classes are registered, described or made."""
    for match in _USED.finditer(code):
        if _REGISTERS.search(match["call"]):
            yield from _found(names.classes.get(match["name"]), match, f"{match['call']}() of {match['name']}", 0)
    for match in _ASSIGNED.finditer(code):
        yield from _found(names.classes.get(match["name"]), match, f"made for the model {match['name']}", 0)
    for match in _MADE.finditer(code):
        yield from _found(names.classes.get(match["name"]), match, f"makes a {match['name']}", 1)


def _found(table: str | None, match: re.Match[str], text: str, rank: int, group: str = "name") -> Iterator[Found]:
    if table is not None:
        yield Found(table, match.start(group or 0), text, rank)


def _of_function(match: re.Match[str], names: Names) -> Iterator[Found]:
    """A function that makes something else of a whole row: serialize_order, order_to_dict."""
    if _GIVES_WHOLE.search(match["name"]):
        thing = _VERBS.sub("", match["name"]).strip("_")
        yield from _found(names.described(thing), match, f"function {match['name']}", 1)


def _of_class(match: re.Match[str], names: Names) -> Iterator[Found]:
    name, bases = match["name"], match["bases"] or ""
    if name in names.classes:
        return  # the model itself
    inherited = next((names.classes[base] for base in re.findall(r"\w+", bases) if base in names.classes), None)
    named = names.described(name) if _ROLE.search(bases) or _ROLE.search(name) else None
    yield from _found(inherited or named, match, f"class {name}", 0)
