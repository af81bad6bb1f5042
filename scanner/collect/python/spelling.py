"""How libcst's nodes are spelled: their parts in the order in which they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

import libcst as cst

# What is spelled otherwise by what else is known; everything else is an attribute, or stands there as it is.
INDENTATION = "INDENTATION"
_SPECIAL = frozenset((INDENTATION, "ELIF", "ARROW", "CONVERSION", "COLON"))

_LINE = "leading_lines INDENTATION"
_BODY = "whitespace_before_colon : body"
_NAMES = "whitespace_before_in in whitespace_after_in iter"
_SPELLED = {
    "Module": "header body footer",
    "SimpleStatementLine": f"{_LINE} body trailing_whitespace",
    "SimpleStatementSuite": "leading_whitespace body trailing_whitespace",
    # Statements
    "FunctionDef": "leading_lines decorators lines_after_decorators INDENTATION asynchronous def whitespace_after_def"
    " name whitespace_after_name whitespace_after_type_parameters ( whitespace_before_params params ) ARROW returns"
    f" {_BODY}",
    "ClassDef": "leading_lines decorators lines_after_decorators INDENTATION class whitespace_after_class name"
    f" whitespace_after_name whitespace_after_type_parameters lpar bases keywords rpar {_BODY}",
    "Decorator": f"{_LINE} @ whitespace_after_at decorator trailing_whitespace",
    "Asynchronous": "async whitespace_after",
    "If": f"{_LINE} if whitespace_before_test test whitespace_after_test : body ELIF orelse",
    "Else": f"{_LINE} else {_BODY}",
    "For": f"{_LINE} asynchronous for whitespace_after_for target {_NAMES} {_BODY} orelse",
    "While": f"{_LINE} while whitespace_after_while test {_BODY} orelse",
    "Try": f"{_LINE} try {_BODY} handlers orelse finalbody",
    "TryStar": f"{_LINE} try {_BODY} handlers orelse finalbody",
    "ExceptHandler": f"{_LINE} except whitespace_after_except type name {_BODY}",
    "ExceptStarHandler": f"{_LINE} except whitespace_after_except * whitespace_after_star type name {_BODY}",
    "Finally": f"{_LINE} finally {_BODY}",
    "With": f"{_LINE} asynchronous with whitespace_after_with lpar items rpar {_BODY}",
    "WithItem": "item asname comma",
    "Expr": "value semicolon",
    "Assign": "targets value semicolon",
    "AssignTarget": "target whitespace_before_equal = whitespace_after_equal",
    "AnnAssign": "target annotation equal value semicolon",
    "Annotation": "whitespace_before_indicator : whitespace_after_indicator annotation",
    "AugAssign": "target operator value semicolon",
    "Return": "return whitespace_after_return value semicolon",
    "Raise": "raise whitespace_after_raise exc cause semicolon",
    "Assert": "assert whitespace_after_assert test comma msg semicolon",
    "Del": "del whitespace_after_del target semicolon",
    "Global": "global whitespace_after_global names semicolon",
    "Nonlocal": "nonlocal whitespace_after_nonlocal names semicolon",
    "NameItem": "name comma",
    "Pass": "pass semicolon",
    "Break": "break semicolon",
    "Continue": "continue semicolon",
    "Import": "import whitespace_after_import names semicolon",
    "ImportFrom": "from whitespace_after_from relative module whitespace_before_import import whitespace_after_import"
    " lpar names rpar semicolon",
    "ImportAlias": "name asname comma",
    "ImportStar": "*",
    "AsName": "whitespace_before_as as whitespace_after_as name",
    # Expressions
    **dict.fromkeys(("Name", "SimpleString", "Integer", "Float", "Imaginary"), "lpar value rpar"),
    "Ellipsis": "lpar ... rpar",
    "ConcatenatedString": "lpar left whitespace_between right rpar",
    "FormattedString": "lpar start parts end rpar",
    "FormattedStringText": "value",
    "FormattedStringExpression": "{ whitespace_before_expression expression equal whitespace_after_expression"
    " CONVERSION COLON format_spec }",
    "Attribute": "lpar value dot attr rpar",
    "Call": "lpar func whitespace_after_func ( whitespace_before_args args ) rpar",
    "Arg": "star whitespace_after_star keyword equal value comma whitespace_after_arg",
    "Subscript": "lpar value whitespace_after_value lbracket slice rbracket rpar",
    "SubscriptElement": "slice comma",
    "Index": "star whitespace_after_star value",
    "Slice": "lower first_colon upper second_colon step",
    "Tuple": "lpar elements rpar",
    "List": "lpar lbracket elements rbracket rpar",
    "Set": "lpar lbrace elements rbrace rpar",
    "Dict": "lpar lbrace elements rbrace rpar",
    "Element": "value comma",
    "StarredElement": "lpar * whitespace_before_value value rpar comma",
    "DictElement": "key whitespace_before_colon : whitespace_after_colon value comma",
    "StarredDictElement": "** whitespace_before_value value comma",
    "ListComp": "lpar lbracket elt for_in rbracket rpar",
    "SetComp": "lpar lbrace elt for_in rbrace rpar",
    "GeneratorExp": "lpar elt for_in rpar",
    "DictComp": "lpar lbrace key whitespace_before_colon : whitespace_after_colon value for_in rbrace rpar",
    "CompFor": f"whitespace_before asynchronous for whitespace_after_for target {_NAMES} ifs inner_for_in",
    "CompIf": "whitespace_before if whitespace_before_test test",
    "BinaryOperation": "lpar left operator right rpar",
    "BooleanOperation": "lpar left operator right rpar",
    "UnaryOperation": "lpar operator expression rpar",
    "Comparison": "lpar left comparisons rpar",
    "ComparisonTarget": "operator comparator",
    "IfExp": "lpar body whitespace_before_if if whitespace_after_if test whitespace_before_else else"
    " whitespace_after_else orelse rpar",
    "NamedExpr": "lpar target whitespace_before_walrus := whitespace_after_walrus value rpar",
    "Await": "lpar await whitespace_after_await expression rpar",
    "Yield": "lpar yield whitespace_after_yield value rpar",
    "From": "whitespace_before_from from whitespace_after_from item",
    "Lambda": "lpar lambda whitespace_after_lambda params colon body rpar",
    "Parameters": "posonly_params posonly_ind params star_arg kwonly_params star_kwarg",
    "Param": "star whitespace_after_star name annotation equal default comma whitespace_after_param",
    "ParamStar": "* comma",
    "ParamSlash": "/ whitespace_after comma",
    # Brackets and operators
    "LeftParen": "( whitespace_after",
    "LeftSquareBracket": "[ whitespace_after",
    "LeftCurlyBrace": "{ whitespace_after",
    "RightParen": "whitespace_before )",
    "RightSquareBracket": "whitespace_before ]",
    "RightCurlyBrace": "whitespace_before }",
    "NotEqual": "whitespace_before value whitespace_after",
    "NotIn": "whitespace_before not whitespace_between in whitespace_after",
    "IsNot": "whitespace_before is whitespace_between not whitespace_after",
    **dict.fromkeys(("Plus", "Minus", "BitInvert"), "+ whitespace_after"),
    "Not": "not whitespace_after",
    **{
        name: f"whitespace_before {token} whitespace_after"
        for token, names in {
            "+": "Semicolon Colon Comma Dot AssignEqual Add Subtract Multiply Divide Modulo BitOr BitAnd BitXor"
            " MatrixMultiply LessThan GreaterThan",
            "or": "Or In Is FloorDivide Power LeftShift RightShift Equal LessThanEqual GreaterThanEqual AddAssign"
            " SubtractAssign MultiplyAssign MatrixMultiplyAssign DivideAssign ModuloAssign BitAndAssign BitOrAssign"
            " BitXorAssign",
            "and": "And LeftShiftAssign RightShiftAssign PowerAssign FloorDivideAssign",
        }.items()
        for name in names.split()
    },
}


class Parts(NamedTuple):
    """Some attributes of a node, with how many characters stand before each of them and behind the last."""

    before: tuple[int, ...]
    given: Callable[[Any], tuple[Any, ...]]
    behind: int


# Parts, and words of what is spelled otherwise.
Spelling = tuple[Parts | str, ...]


def _spelling(kind: type[cst.CSTNode], spelled: str) -> Iterator[Parts | str]:
    attributes, words = frozenset(kind.__dataclass_fields__), list[str]()
    for word in spelled.split():
        if word in _SPECIAL:
            yield _parts(words, attributes)
            yield word
            words = []
        else:
            words.append(word)
    yield _parts(words, attributes)


def _parts(words: list[str], attributes: frozenset[str]) -> Parts:
    before, names, count = list[int](), list[str](), 0
    for word in words:
        if word in attributes:
            before.append(count)
            names.append(word)
            count = 0
        else:
            count += len(word)
    return Parts(tuple(before), _getter(names), count)


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda node: (getattr(node, names[0]),)) if names else lambda _: ()


SPELLINGS: dict[type, Spelling] = {
    kind: tuple(_spelling(kind, spelled)) for name, spelled in _SPELLED.items() for kind in (getattr(cst, name),)
}
# Of most the attributes say it all.
PLAIN: dict[type, Parts] = {
    kind: spelling[0] for kind, spelling in SPELLINGS.items() if len(spelling) == 1 and isinstance(spelling[0], Parts)
}
