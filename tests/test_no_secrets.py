"""No literal, no comment and no password reaches an output, a kept scan or the cache."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.cli import run
from tests.planted import Plants, plant

CHANGES = ("ALTER TABLE orders ADD COLUMN status text NOT NULL", "ALTER TABLE kinds ADD COLUMN status text NOT NULL")
# Where a planted text may be: definitions of the schema in a kept scan, what programs say in the cache of them.
MAY_KEEP = {"definition": (".db",), "python": (".sqlite",), "notebook": (".sqlite",)}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plants]:
    folder, plants = tmp_path_factory.mktemp("company"), Plants()
    plant(folder, plants)
    return folder, plants


@pytest.fixture(scope="module")
def written(company: tuple[Path, Plants], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that a scan, questions and exports write, terminal and standard error included."""
    folder, out = company[0], tmp_path_factory.mktemp("written")
    config = ["--config", str(folder / "scanner.toml")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCANNER_CACHE_DIR", str(out / "cache"))
        _ran(out / "scan", "scan", *config, "-o", str(out / "scan.db"))
        _ran(out / "merge", "scan", "--merge", str(out / "scan.db"), "-o", str(out / "merged.db"))
        for database in ("shop", "stock"):
            asked = ["--database", database]
            for number, change in enumerate(CHANGES):
                name = f"{database}-{number}"
                _ran(out / name, "impact", change, *config, *asked)
                files = [text for suffix in ("html", "csv", "json", "md") for text in ("-o", f"{out}/{name}.{suffix}")]
                _ran(out / f"files-{name}", "impact", change, "--scan", str(out / "scan.db"), *asked, *files)
            _ran(out / f"all-{database}", "impact", CHANGES[0], "--scan", str(out / "scan.db"), *asked, "--explain")
            _ran(out / f"outline-{database}", "graph", "orders", "--scan", str(out / "scan.db"), *asked)
        for suffix in ("graphml", "json", "dot"):
            _ran(out / f"graph-{suffix}", "graph", "--scan", str(out / "scan.db"), "-o", f"{out}/graph.{suffix}")
        _ran(out / "doctor", "doctor", *config)
        _ran(out / "doctor-json", "doctor", *config, "--json")
        _ran(out / "init", "init", str(folder), "--dry-run")
        scan = scanner.scan(folder / "scanner.toml")
    impact = scan.impact(CHANGES[0], "shop")
    for name, frame in {"queries": scan.queries, "tables": scan.tables, "findings": impact.findings}.items():
        (out / name).write_text(frame.to_csv() + repr(frame))
    (out / "notebook").write_text(repr(scan) + repr(impact) + impact._repr_html_())
    return out


def _ran(to: Path, *arguments: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as told, contextlib.redirect_stderr(io.StringIO()) as complained:
        code = run(arguments)
    to.with_suffix(".terminal").write_text(f"{code}\n{told.getvalue()}{complained.getvalue()}")


def test_no_secret_is_written(company: tuple[Path, Plants], written: Path) -> None:
    leaks = {
        str(path.relative_to(written)): leaked
        for path in sorted(written.rglob("*"))
        if path.is_file() and (leaked := [text for text in company[1].found_in(_content(path)) if _leaks(text, path)])
    }
    for path, leaked in leaks.items():
        print(path, *leaked, sep="\n    ")
    assert not leaks


def test_what_is_looked_for_is_planted_and_what_is_written_is_about_it(
    company: tuple[Path, Plants], written: Path
) -> None:
    folder, plants = company
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert len(plants.found_in(everything)) == len(plants.places) > 400
    said = json.loads((written / "shop-0.json").read_text())
    assert said["summary"]["breaks"] > 10
    assert said["summary"]["unaffected"] > 10
    assert said["unresolved"]
    assert _read(said) == {
        "pg_stat_statements": {"statements.json", "statements.csv"},
        "sql_file": {"code"},
        "python": {"code"},
    }
    assert _read(json.loads((written / "stock-0.json").read_text())) == {
        "mysql_slow_log": {"slow.log", "mysql.tsv", "mysql.json"},
        "mysql_digests": {"mysql.tsv", "mysql.json"},
        "sql_file": {"stock"},
        "python": {"stock"},
    }
    assert any(path.suffix == ".sqlite" for path in (written / "cache").iterdir())


def _read(said: dict[str, Any]) -> dict[str, set[str]]:
    """The places of which something was read, by kind of source."""
    places = [
        (each["source"], Path(each["place"]).name) for each in said["coverage"]["sources"] if each["entries"] > 10
    ]
    return {source: {place for other, place in places if other == source} for source, _ in places}


def _leaks(text: str, path: Path) -> bool:
    return path.suffix not in MAY_KEEP.get(text.partition(":")[0], ())


def _content(path: Path) -> bytes:
    """The bytes of a file, and those that are packed in the cells of a database."""
    content = path.read_bytes()
    if not content.startswith(b"SQLite format 3"):
        return content
    parts = [content]
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for cell in (cell for row in connection.execute(f"SELECT * FROM {table}") for cell in row):
                with contextlib.suppress(zlib.error, TypeError):
                    parts.append(zlib.decompress(cell))
    return b"".join(parts)


SECRET = "zqx9001qz"
PASSWORDS = tuple(
    f"{before}{SECRET}{after}"
    for before, after in (
        *(("", sign) for sign in ("", "@x", "/x", ":x")),
        *(
            (sign, "")
            for sign in ("p@", "p/", "a:", "a#", "a?", "a,", "50%", "%zq", "[", "a ", "a'", 'a"', "a&", "a=", "a;")
        ),
    )
)
DSNS = (
    "postgresql://me:{}@127.0.0.1:1/shop",
    "postgres://me:{}@127.0.0.1:1/shop?connect_timeout=2",
    "postgresql://127.0.0.1:1/shop?user=me&password={}",
    "postgresql+psycopg://me:{}@[::1/shop",
    "postgresql://me:{}@127.0.0.1:nan/shop",
    "host=127.0.0.1 port=1 dbname=shop user=me password={}",
    "host=127.0.0.1 port=1 dbname=shop user=me password='{}'",
    "host=127.0.0.1 port=1 user=me sslpassword={} nonsense=1",
    "mysql://me:{}@127.0.0.1:1/shop",
    "mysql+pymysql://me:{}@127.0.0.1:1",
    "mariadb://me:{}@127.0.0.1:nan/shop",
    "mysql://127.0.0.1:1/shop?password={}",
    "oracle://me:{}@127.0.0.1:1/shop",
)


@pytest.mark.parametrize("dsn", DSNS)
def test_no_password_is_shown(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    schema = tmp_path / "shop.sql"
    schema.write_text("CREATE TABLE orders (id int);")
    leaks = []
    for password in PASSWORDS:
        written = dsn.format(password)
        monkeypatch.setenv("THE_DSN", written)
        (tmp_path / "scanner.toml").write_text(
            "[[databases]]\nname = 'shop'\nengine = 'postgres:16'\nschema = '${THE_DSN}'\n"
            "[[sources]]\nkind = 'pg_stat_statements'\ndsn = '${THE_DSN}'\n"
        )
        alone = ["--engine", "postgres:16", "--schema"]
        for arguments in (
            ["impact", CHANGES[0]],
            ["scan", "-o", "scan.db"],
            ["graph", "-o", "graph.json"],
            ["impact", CHANGES[0], *alone, written, "shop.sql"],
            ["impact", CHANGES[0], *alone, "shop.sql", "-o", "r.json", "-o", "r.html", "--pg-stat-statements", written],
            ["impact", CHANGES[0], *alone, "shop.sql", "--python", written, "--sql", written, "--slow-log", written],
            ["impact", CHANGES[0], *alone, "shop.sql", written],
            ["impact", CHANGES[0], "--scan", written],
            ["scan", "--merge", written, "-o", "merged.db"],
            ["impact", CHANGES[0], "--engine", written, "--schema", "shop.sql", "shop.sql"],
            ["impact", CHANGES[0], "--config", written],
            ["impact", CHANGES[0], "--database", written],
            ["impact", CHANGES[0], *alone, "shop.sql", "shop.sql", "-o", written],
            ["rule", written],
            ["impact", CHANGES[0], f"--password={written}"],
        ):
            _ran(tmp_path / "told", *arguments)
            leaks += [
                f"{arguments} {path.name}: {path.read_bytes()[-300:]!r}"
                for path in tmp_path.iterdir()
                if path.is_file() and b"zqx9001qz" in _content(path)
            ]
            for path in tmp_path.glob("*.*"):
                if path.name not in ("shop.sql", "scanner.toml"):
                    path.unlink()
    print(*leaks, sep="\n")
    assert not leaks
