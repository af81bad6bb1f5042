"""PL/pgSQL and MySQL's stored-program language: the SQL between the control words.

Both are read by one reader: a chunk up to the semicolon loses its leading control words, each of which may hold an
expression (IF … THEN) or a query (FOR … IN … LOOP), until a statement is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scanner.bodies.blocks import HANDLER, BlockKind
from scanner.bodies.body import Body, Part, VariableRule
from scanner.bodies.parts import READERS, Reading, dynamic_part, plain_name, query_part
from scanner.model import Family

TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|(?:[EeNn])?'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$.*?\$\1\$|[A-Za-z_@#%][\w$.%]*|:=|<<|>>|\s+|.""",
    re.S,
)
_OPENS: dict[str, BlockKind] = {"BEGIN": "begin", "LOOP": "loop", "REPEAT": "loop"}
_BLOCKS: dict[str, BlockKind] = {"IF": "branch", "CASE": "branch", "WHILE": "loop", "FOR": "loop", "FOREACH": "loop"}
_LEAVING = frozenset({"RETURN", "LEAVE", "SIGNAL"})
_RAISES = re.compile(r"(?:RE)?SIGNAL\b|RAISE\b(?!\s+(?:DEBUG|LOG|INFO|NOTICE|WARNING)\b)", re.I)
_OPENERS = frozenset({"BEGIN", "LOOP", "ELSE", "REPEAT", "THEN", "DO"})
_TESTS = {
    "IF": ("THEN",),
    "ELSIF": ("THEN",),
    "ELSEIF": ("THEN",),
    "WHEN": ("THEN",),
    "WHILE": ("LOOP", "DO"),
    "UNTIL": ("END",),
}
_QUERY_WORDS = frozenset(
    {
        "SELECT",
        "WITH",
        "VALUES",
        "TABLE",
        "INSERT",
        "UPDATE",
        "DELETE",
        "MERGE",
        "REPLACE",
        "TRUNCATE",
        "COPY",
        "(",
    }
)
_IGNORED = frozenset(
    {
        "END",
        "EXIT",
        "CONTINUE",
        "LEAVE",
        "ITERATE",
        "NULL",
        "COMMIT",
        "ROLLBACK",
        "GET",
        "RAISE",
        "SIGNAL",
        "RESIGNAL",
        "CLOSE",
        "ASSERT",
    }
    | {"START", "SAVEPOINT", "RELEASE", "LOCK", "UNLOCK", "MOVE", "ANALYZE"}
)
CONFLICT_RULES: dict[str, VariableRule] = {"use_column": "column", "use_variable": "variable", "error": "error"}


def read_procedural(text: str, family: Family) -> Body:
    """The statements of a PL/pgSQL or MySQL body. Total: what it cannot place it passes on as a statement."""
    option = re.match(r"\s*#variable_conflict\s+(\w+)", text)
    rule: VariableRule = "variable" if family == "mysql" else "error"
    if option is not None:
        rule = CONFLICT_RULES.get(option[1].lower(), rule)
        text = text[option.end() :]
    reading = Reading(family)
    for chunk in _chunks(_tokens(text)):
        _chunk(chunk, reading)
    return Body(tuple(reading.placed.parts), tuple(reading.variables), rule)


def _tokens(text: str) -> list[str]:
    found = (match[0] for match in TOKEN.finditer(text))
    return [token for token in found if not token.startswith(("--", "/*"))]


def _chunks(tokens: list[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if token == ";" and depth <= 0:
            yield chunk
            chunk, depth = [], 0
        else:
            chunk.append(token)
    yield chunk


def _chunk(tokens: list[str], reading: Reading) -> None:
    while tokens := _stripped(tokens):
        word = tokens[0].upper()
        if word == "DECLARE":
            reading.declaring = reading.family == "postgres"
            tokens = tokens[1:]
            if not reading.declaring:
                return _mysql_declaration(tokens, reading)
        elif word == "BEGIN" or (word in _OPENERS and not reading.declaring):
            reading.declaring = False
            if word in _OPENS:
                reading.placed.open(_OPENS[word])
            tokens = tokens[1:]
        elif reading.declaring:
            return _declaration(tokens, reading)
        elif word == "<<":
            tokens = tokens[tokens.index(">>") + 1 :] if ">>" in tokens else []
        elif word in _CONTROL:
            tokens = _control(word, tokens, reading)
        elif len(tokens) > 1 and tokens[1] == ":" and reading.family == "mysql":
            tokens = tokens[2:]  # a label
        else:
            return _statement(word, tokens, reading)
    return None


def _control(word: str, tokens: list[str], reading: Reading) -> list[str]:
    """A word that begins a branch, a loop or the handlers, with its condition; what follows is read on."""
    placed = reading.placed
    if word == "EXCEPTION":
        placed.exception()
        return tokens[1:]
    if word == "WHEN" and placed.guarded is not None:
        then = _position(tokens, ("THEN",))
        placed.when(placed.guarded, "".join(tokens[1:then]))
        return tokens[then + 1 :]
    rest = _CONTROL[word](tokens, reading)
    if word in _BLOCKS:
        placed.open(_BLOCKS[word], maybe=True)
    elif word == "UNTIL":
        placed.close()
        rest = _stripped(rest)[1:]  # of END REPEAT
    return rest


def _stripped(tokens: list[str]) -> list[str]:
    start = next((i for i, token in enumerate(tokens) if not token.isspace()), len(tokens))
    return tokens[start:]


def _declaration(tokens: list[str], reading: Reading) -> None:
    """`name [CONSTANT] type [NOT NULL] [:= value]`, `name CURSOR FOR query`."""
    text = "".join(tokens).strip()
    name, _, rest = text.partition(" ")
    cursor = re.match(r"(?:NO\s+SCROLL\s+|SCROLL\s+)?CURSOR\b.*?\b(?:FOR|IS)\b(?P<query>.*)", rest, re.I | re.S)
    if cursor is not None:
        reading.cursors[name.lower()] = cursor["query"].strip()
        return
    kind, *value = re.split(r":=|\bDEFAULT\b|=", rest, maxsplit=1, flags=re.I)
    kind = re.sub(r"\s*%\s*", "%", kind)
    kind = re.sub(r"\bCONSTANT\b|\bNOT\s+NULL\b|\bCOLLATE\s+\S+", "", kind, flags=re.I).strip().lower()
    reading.variables.append((plain_name(name), kind))
    if value:
        reading.placed.add(Part("test", f"SELECT {value[0].strip()}"))


def _mysql_declaration(tokens: list[str], reading: Reading) -> None:
    text = "".join(tokens).strip()
    cursor = re.match(r"(?P<name>\S+)\s+CURSOR\s+FOR\s+(?P<query>.*)", text, re.I | re.S)
    if cursor is not None:
        reading.cursors[cursor["name"].lower()] = cursor["query"]
        return None
    handler = HANDLER.match(text)
    if handler is not None:
        return _handler(handler["conditions"], _tokens(handler["rest"]), reading)
    names, _, kind = text.partition(" ")
    declared = re.match(r"(?P<names>[\w`]+(?:\s*,\s*[\w`]+)*)\s+(?P<kind>.*)", text, re.S)
    names, kind = (declared["names"], declared["kind"]) if declared else (names, kind)
    for name in names.split(","):
        reading.variables.append((name.strip(" `").lower(), kind.lower()))
    return None


def _handler(conditions: str, tokens: list[str], reading: Reading) -> None:
    """The body of a handler: one statement, or a block that goes on in the next chunk."""
    reading.placed.handle(conditions)
    block = tokens[0].upper() == "BEGIN"
    _chunk(tokens[1:] if block else tokens, reading)
    if not block:
        reading.placed.close()


def _test(tokens: list[str], reading: Reading) -> list[str]:
    """A condition up to its THEN, LOOP or DO; what follows is read on."""
    end = _position(tokens, _TESTS[tokens[0].upper()])
    condition = "".join(tokens[1:end]).strip()
    if condition:
        reading.placed.add(Part("test", f"SELECT {condition}"))
    return tokens[end + 1 :]


def _case(tokens: list[str], reading: Reading) -> list[str]:
    """The statement CASE [value] WHEN …: the value is read, WHEN is left."""
    end = _position(tokens, ("WHEN",))
    operand = "".join(tokens[1:end]).strip()
    if operand:
        reading.placed.add(Part("test", f"SELECT {operand}"))
    return tokens[end:]


def _loop(tokens: list[str], reading: Reading) -> list[str]:
    inside = _position(tokens, ("IN",))
    end = _position(tokens, ("LOOP", "DO"))
    targets = tuple(plain_name(part) for part in "".join(tokens[1:inside]).split(","))
    query = _stripped(tokens[inside + 1 : end])
    first = query[0].upper() if query else ""
    text = "".join(query).strip()
    if first in _QUERY_WORDS:
        reading.placed.add(Part("loop", text, targets))
    elif first == "EXECUTE":
        reading.placed.add(dynamic_part(text[7:], targets))
    elif text.lower() in reading.cursors:
        reading.placed.add(Part("loop", reading.cursors[text.lower()], targets))
    else:
        reading.variables += [(target, "integer") for target in targets]
    return tokens[end + 1 :]


def _position(tokens: list[str], words: tuple[str, ...]) -> int:
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        depth += (token.upper() == "CASE" and index > 0) - (token.upper() == "END" and index > 0 and "END" not in words)
        if depth <= 0 and index > 0 and token.upper() in words:
            return index
    return len(tokens)


def _statement(word: str, tokens: list[str], reading: Reading) -> None:
    text = "".join(tokens).strip()
    if word == "END":
        reading.placed.close()
        rest = re.sub(r"^END(\s+(IF|LOOP|CASE|WHILE|REPEAT))?(\s+\w+)?\s*", "", text, flags=re.I)
        return _chunk(_tokens(rest), reading) if rest else None
    if word in _LEAVING and not re.match(r"RETURN\s+(?:NEXT|QUERY)\b", text, re.I):
        reading.placed.leave(loop=word == "LEAVE")
    if _RAISES.match(text):
        reading.placed.raise_again()
    if word in _IGNORED:
        return None
    reader = READERS.get(word)
    if reader is not None:
        reading.placed.add(reader(text, reading))
    elif word in _QUERY_WORDS:
        reading.placed.add(query_part(text, reading))
    elif (assigned := re.match(r"[\w.\[\]\"]+\s*(?::=|=)(?P<value>.*)", text, re.S)) is not None:
        reading.placed.add(Part("assign", f"SELECT {assigned['value'].strip()}"))
    else:
        reading.placed.add(Part("run", text))
    return None


_CONTROL: dict[str, Callable[[list[str], Reading], list[str]]] = {
    **dict.fromkeys(_TESTS, _test),
    "CASE": _case,
    "FOR": _loop,
    "FOREACH": _loop,
    "EXCEPTION": _test,
}
