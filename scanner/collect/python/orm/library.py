"""Models that come with Django and that programs refer to everywhere."""

from __future__ import annotations

from scanner.collect.python.orm.mapped import Mapped, MappedColumn
from scanner.collect.python.values import ClassValue, Place


def _model(dotted: str, table: str, *columns: str) -> Mapped:
    module, name = dotted.rsplit(".", 1)
    key = MappedColumn("id", "id", primary_key=True, generated=True)
    mapped = (key, *(MappedColumn(column, column) for column in columns))
    path = f"{module.replace('.', '/')}.py"
    return Mapped("django", table, mapped, Place(path, 0), ClassValue(path, name))


_MODELS = {
    "django.contrib.auth.models.User": (
        "auth_user",
        "password",
        "last_login",
        "is_superuser",
        "username",
        "first_name",
        "last_name",
        "email",
        "is_staff",
        "is_active",
        "date_joined",
    ),
    "django.contrib.auth.models.Group": ("auth_group", "name"),
    "django.contrib.contenttypes.models.ContentType": ("django_content_type", "app_label", "model"),
}
LIBRARY = {dotted: _model(dotted, *parts) for dotted, parts in _MODELS.items()}
LIBRARY_MODELS = {mapped.of: mapped for mapped in LIBRARY.values() if mapped.of}
