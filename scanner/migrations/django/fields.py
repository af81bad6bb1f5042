"""Fields of Django models → columns.

Facts: docs.djangoproject.com/en/5.2/ref/models/fields/ and what its backends' `data_types` say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import libcst as cst

from scanner.migrations.expressions import bind_index, evaluate
from scanner.migrations.values import Called, Class, Name, Scope, known

# By engine family; {n} is max_length, {d} and {p} the digits and places of a decimal.
_TYPES: dict[str, tuple[str, str]] = {
    "AutoField": ("integer", "integer"), "BigAutoField": ("bigint", "bigint"),
    "SmallAutoField": ("smallint", "smallint"), "BinaryField": ("bytea", "longblob"),
    "BooleanField": ("boolean", "bool"), "NullBooleanField": ("boolean", "bool"),
    "CharField": ("varchar({n})", "varchar({n})"), "DateField": ("date", "date"),
    "DateTimeField": ("timestamp with time zone", "datetime(6)"), "DecimalField": ("numeric({d}, {p})",) * 2,
    "DurationField": ("interval", "bigint"), "FileField": ("varchar({n})",) * 2, "FilePathField": ("varchar({n})",) * 2,
    "FloatField": ("double precision", "double precision"), "IntegerField": ("integer", "integer"),
    "BigIntegerField": ("bigint", "bigint"), "SmallIntegerField": ("smallint", "smallint"),
    "IPAddressField": ("inet", "char(15)"), "GenericIPAddressField": ("inet", "char(39)"),
    "JSONField": ("jsonb", "json"), "PositiveBigIntegerField": ("bigint", "bigint UNSIGNED"),
    "PositiveIntegerField": ("integer", "integer UNSIGNED"),
    "PositiveSmallIntegerField": ("smallint", "smallint UNSIGNED"),
    "SlugField": ("varchar({n})", "varchar({n})"), "TextField": ("text", "longtext"),
    "TimeField": ("time", "time(6)"), "UUIDField": ("uuid", "char(32)"),
    "HStoreField": ("hstore",) * 2, "SearchVectorField": ("tsvector",) * 2,
    "CITextField": ("citext",) * 2, "CICharField": ("citext",) * 2, "CIEmailField": ("citext",) * 2,
    "IntegerRangeField": ("int4range",) * 2, "BigIntegerRangeField": ("int8range",) * 2,
    "DecimalRangeField": ("numrange",) * 2, "DateRangeField": ("daterange",) * 2,
    "DateTimeRangeField": ("tstzrange",) * 2, "GeometryField": ("geometry",) * 2, "PointField": ("geometry", "point"),
}  # fmt: skip
# Kinds that are another kind with a length of their own; those of packages that many projects use too.
_ALIASES: dict[str, tuple[str, int | None]] = {
    "EmailField": ("CharField", 254), "URLField": ("CharField", 200), "ImageField": ("FileField", 100),
    "CommaSeparatedIntegerField": ("CharField", None), "TimeZoneField": ("CharField", 63),
    "PhoneNumberField": ("CharField", 128), "CountryField": ("CharField", 2), "ColorField": ("CharField", 25),
    "AutoSlugField": ("SlugField", 50), "StatusField": ("CharField", 100), "MoneyField": ("DecimalField", None),
    "AutoCreatedField": ("DateTimeField", None), "AutoLastModifiedField": ("DateTimeField", None),
    "CurrencyField": ("CharField", 3),
}  # fmt: skip
_LENGTHS = {"SlugField": 50, "FileField": 100, "FilePathField": 100}
_KEYS = ("ForeignKey", "OneToOneField", "TreeForeignKey", "ParentalKey", "TreeOneToOneField")
_NO_COLUMN = (
    "ManyToManyField", "TaggableManager", "GenericForeignKey", "GenericRelation", "ParentalManyToManyField",
    "SortedManyToManyField", "ClusterTaggableManager", "TreeManyToManyField", "CompositePrimaryKey",
)  # fmt: skip
_TEXTUAL = ("CharField", "TextField", "SlugField", "FileField", "FilePathField")
_REFERRED = {"AutoField": "IntegerField", "BigAutoField": "BigIntegerField", "SmallAutoField": "SmallIntegerField"}

FindClass = Callable[[Name], object]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model, as its migration writes it."""

    name: str
    call: Called
    kind: str  # Django's own field that it is, or is made of; empty: not known
    type: str | None = None  # what its own db_type() returns
    assumed: bool = False  # its kind was read off its name alone

    @property
    def kwargs(self) -> dict[str, object]:
        """Its options."""
        return self.call.kwargs

    @property
    def is_key(self) -> bool:
        """A foreign key: its column is called after what it refers to."""
        return self.kind in _KEYS

    @property
    def has_column(self) -> bool:
        """Whether the table has a column for it."""
        return self.kind not in _NO_COLUMN

    @property
    def column(self) -> str:
        """The name of its column."""
        named = self.kwargs.get("db_column")
        return named if isinstance(named, str) else f"{self.name}_id" if self.is_key else self.name

    @property
    def target(self) -> object:
        """What a relation refers to, as it is written."""
        return self.call.argument(0, "to")

    @property
    def null(self) -> bool:
        """Whether its column takes NULL."""
        return self.kwargs.get("null") is True or self.kind == "NullBooleanField"

    @property
    def primary_key(self) -> bool:
        """Whether it is the key of its table."""
        return self.kwargs.get("primary_key") is True

    @property
    def unique(self) -> bool:
        """Whether its column is unique."""
        return self.kwargs.get("unique") is True or self.kind in ("OneToOneField", "TreeOneToOneField")


def read_field(name: str, value: object, find: FindClass) -> Field | None:
    """A field from its call; None for what is none."""
    if not isinstance(value, Called) or not isinstance(value.function, Name | Class):
        return None
    call, kind, own_type = _followed(value, find, 0)
    if kind:
        return Field(name, call, kind, own_type)
    suffixes = [each for each in (*_TYPES, *_ALIASES, *_KEYS, *_NO_COLUMN) if value.name.endswith(each)]
    kind = max(suffixes, key=len, default="")
    return Field(name, _aliased(call, kind), _ALIASES.get(kind, (kind,))[0], own_type, assumed=True)


def _followed(call: Called, find: FindClass, depth: int) -> tuple[Called, str, str | None]:
    """The field of Django's own that this one is, with the options it sets for itself, and its own type."""
    name = call.function.name if isinstance(call.function, Class) else call.name
    own = find(call.function) if isinstance(call.function, Name) and not _djangos(call.function) else call.function
    if isinstance(own, Class) and depth < 5:  # no field is that far from Django's own
        kwargs = {**call.kwargs, **_set_by_itself(own)}
        own_type = _returned(own, "db_type")
        internal = _returned(own, "get_internal_type")
        for base in own.bases:
            followed, kind, base_type = _followed(Called(base, call.args, kwargs, call.node), find, depth + 1)
            if kind:
                return followed, internal if internal in _TYPES else kind, own_type or base_type
        return (
            replace(call, kwargs=kwargs),
            internal if internal in _TYPES else "CharField" if own_type else "",
            own_type,
        )
    if name == "ArrayField" or name in _TYPES or name in _KEYS or name in _NO_COLUMN:
        return call, name, None
    if name in _ALIASES:
        return _aliased(call, name), _ALIASES[name][0], None
    return call, "", None


def _djangos(name: Name) -> bool:
    return name.dotted.startswith(("django.", "models.", "taggit.", "mptt."))


def _aliased(call: Called, kind: str) -> Called:
    length = _ALIASES.get(kind, ("", None))[1]
    return replace(call, kwargs={"max_length": length, **call.kwargs}) if length else call


def _returned(own: Class, method: str) -> str | None:
    """The text that a method of the class returns, whatever it is given."""
    node = own.methods.get(method)
    if node is None:
        return None
    for statement in node.body.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Return) and small.value is not None:
                value = evaluate(small.value, {})
                return value if isinstance(value, str) else None
    return None


def _set_by_itself(own: Class) -> dict[str, object]:
    """``kwargs["max_length"] = 6`` in its __init__."""
    node = own.methods.get("__init__")
    scope: Scope = {**own.body, "kwargs": {}}
    for statement in node.body.body if node is not None else ():
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assign) and isinstance(small.targets[0].target, cst.Subscript):
                bind_index(small.targets[0].target, evaluate(small.value, scope), scope)
    found = scope["kwargs"]
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def column_type(field: Field, family: str, find: FindClass) -> str | None:
    """The type of a field's column; None when it is not known, and of a foreign key, which takes its target's."""
    if field.type is not None:
        return field.type
    if field.kind == "ArrayField":
        item = read_field(field.name, field.call.argument(0, "base_field"), find)
        inner = column_type(item, family, find) if item is not None else None
        return f"{inner}[]" if inner else None
    written = _TYPES.get(field.kind)
    if written is None:
        return None
    length = field.call.argument(1, "max_length") if field.kind != "FilePathField" else field.kwargs.get("max_length")
    if not isinstance(length, int):
        length = _LENGTHS.get(field.kind)
    text = written[family == "mysql"]
    if "{n}" in text and length is None:
        return "varchar" if family == "postgres" else "varchar(255)"
    return text.format(n=length, d=field.kwargs.get("max_digits"), p=field.kwargs.get("decimal_places"))


def column_pattern(kind: str, family: str) -> re.Pattern[str]:
    """What the type of a column of this kind looks like; its groups are the arguments of the field."""
    text = re.escape(_TYPES[kind][family == "mysql"].lower()).replace(",\\ ", r",\s*")
    for mark, argument in (("n", "max_length"), ("d", "max_digits"), ("p", "decimal_places")):
        text = text.replace(rf"\{{{mark}\}}", rf"(?P<{argument}>\d+)")
    return re.compile(text)


def referring_type(field: Field, family: str, find: FindClass) -> str | None:
    """The type of a column that refers to this one: an identity counts only where it is."""
    plain = _REFERRED.get(field.kind)
    return column_type(replace(field, kind=plain) if plain else field, family, find)


def default_of(field: Field) -> object:
    """What Django writes into the rows that are there; None where it has nothing, Ellipsis where only running tells."""
    if "default" in field.kwargs:
        default = field.kwargs["default"]
        if known(default) and isinstance(default, str | int | float | bool | None):
            return default
        empty = {"dict": "{}", "list": "{}" if field.kind == "ArrayField" else "[]"}
        return empty.get(default.last, ...) if isinstance(default, Name) else ...
    if field.kwargs.get("auto_now") is True or field.kwargs.get("auto_now_add") is True:
        return ...
    textual = field.kind in _TEXTUAL and field.kwargs.get("blank") is True and not field.null
    return "" if textual else None
