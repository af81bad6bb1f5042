"""A small repository with a branch that adds a migration."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

CONFIG = """
[[databases]]
name = "shop"
engine = "postgres:16"
schema = "migrations"
[[sources]]
kind = "python"
path = "app"
"""
CODE = """
def read(cur):
    cur.execute("SELECT * FROM orders")
    a, b = cur.fetchone()


def write(cur):
    cur.execute("INSERT INTO orders (id, total) VALUES (%s, %s)", (1, 2))
"""


def git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(("git", "-C", str(folder), *settings, *arguments), check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    for folder in ("app", "migrations"):
        (tmp_path / folder).mkdir()
    (tmp_path / "scanner.toml").write_text(CONFIG)
    (tmp_path / "app" / "code.py").write_text(CODE)
    (tmp_path / "migrations" / "V1__start.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY, total int);\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "start")
    git(tmp_path, "checkout", "-q", "-b", "feature")
    (tmp_path / "migrations" / "V2__status.sql").write_text("ALTER TABLE orders ADD COLUMN status text NOT NULL;\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path
