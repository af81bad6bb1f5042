"""The models of Django's own apps, whose migrations stand in no project.

Facts: docs.djangoproject.com/en/5.2/ref/contrib/, and what `migrate` makes of them.
"""

from __future__ import annotations

from functools import cache

import libcst as cst

from scanner.migrations.module import define
from scanner.migrations.values import Scope

APPS = ("contenttypes", "auth", "admin", "sessions", "sites")  # each behind those it refers to
_USER = "User"  # swapped out where AUTH_USER_MODEL names another

_SOURCE = """
from django.conf import settings
from django.db import migrations, models

contenttypes = [
    migrations.CreateModel("ContentType", [
        ("id", models.AutoField(primary_key=True)),
        ("app_label", models.CharField(max_length=100)),
        ("model", models.CharField(max_length=100)),
    ], {"db_table": "django_content_type", "unique_together": [("app_label", "model")]}),
]
auth = [
    migrations.CreateModel("Permission", [
        ("id", models.AutoField(primary_key=True)),
        ("name", models.CharField(max_length=255)),
        ("content_type", models.ForeignKey(to="contenttypes.ContentType")),
        ("codename", models.CharField(max_length=100)),
    ], {"unique_together": [("content_type", "codename")]}),
    migrations.CreateModel("Group", [
        ("id", models.AutoField(primary_key=True)),
        ("name", models.CharField(max_length=150, unique=True)),
        ("permissions", models.ManyToManyField(to="auth.Permission")),
    ]),
    migrations.CreateModel("User", [
        ("id", models.AutoField(primary_key=True)),
        ("password", models.CharField(max_length=128)),
        ("last_login", models.DateTimeField(null=True)),
        ("is_superuser", models.BooleanField()),
        ("username", models.CharField(max_length=150, unique=True)),
        ("first_name", models.CharField(max_length=150)),
        ("last_name", models.CharField(max_length=150)),
        ("email", models.EmailField()),
        ("is_staff", models.BooleanField()),
        ("is_active", models.BooleanField()),
        ("date_joined", models.DateTimeField()),
        ("groups", models.ManyToManyField(to="auth.Group")),
        ("user_permissions", models.ManyToManyField(to="auth.Permission")),
    ]),
]
admin = [
    migrations.CreateModel("LogEntry", [
        ("id", models.AutoField(primary_key=True)),
        ("action_time", models.DateTimeField()),
        ("object_id", models.TextField(null=True)),
        ("object_repr", models.CharField(max_length=200)),
        ("action_flag", models.PositiveSmallIntegerField()),
        ("change_message", models.TextField()),
        ("content_type", models.ForeignKey(null=True, to="contenttypes.ContentType")),
        ("user", models.ForeignKey(to=settings.AUTH_USER_MODEL)),
    ], {"db_table": "django_admin_log"}),
]
sessions = [
    migrations.CreateModel("Session", [
        ("session_key", models.CharField(max_length=40, primary_key=True)),
        ("session_data", models.TextField()),
        ("expire_date", models.DateTimeField()),
    ], {"db_table": "django_session"}),
]
sites = [
    migrations.CreateModel("Site", [
        ("id", models.AutoField(primary_key=True)),
        ("domain", models.CharField(max_length=100, unique=True)),
        ("name", models.CharField(max_length=50)),
    ], {"db_table": "django_site"}),
]
"""


def operations(app: str, *, user: bool) -> list[object]:
    """What makes the models of one of these apps; `user` says whether its User is the project's."""
    found = _scope().get(app)
    made = list(found) if isinstance(found, list) else []
    return [each for each in made if user or each.args[0] != _USER]


@cache
def _scope() -> Scope:
    scope: Scope = {}
    define(cst.parse_module(_SOURCE).body, scope)
    return scope
