"""What a second scan gives is what the first would: the cache and the worker processes change no result."""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path

import pytest

from scanner.collect.python import collect, linking, readings
from scanner.collect.python.packing import pack, unpack
from scanner.collect.python.readings import Readings

FILES = {
    "shop/__init__.py": "",
    "shop/names.py": 'TABLE = "orders"\nCOLUMNS = ("id", "total")\n',
    "shop/wrapper.py": 'def all_of(cursor, table):\n    return cursor.execute(f"SELECT * FROM {table}")\n',
    "shop/models.py": (
        "from sqlalchemy import Column, Integer, String\nfrom sqlalchemy.orm import declarative_base\n\n"
        'Base = declarative_base()\n\n\nclass Order(Base):\n    __tablename__ = "orders"\n'
        "    id = Column(Integer, primary_key=True)\n    note = Column(String)\n"
    ),
    "shop/queries.py": (
        "from sqlalchemy import select\n\nfrom shop.models import Order\nfrom shop.names import COLUMNS, TABLE\n"
        "from shop.wrapper import all_of\n\n\ndef run(cursor, session):\n    all_of(cursor, TABLE)\n"
        '    cursor.execute("SELECT " + ", ".join(COLUMNS) + " FROM " + TABLE)\n'
        "    a, b = cursor.fetchone()\n    return session.execute(select(Order))\n"
    ),
    # None of these touches a database by itself; the first is imported by one that does.
    "shop/settings.py": 'SUFFIX = "_archive"\n',
    "shop/plain.py": "def double(x):\n    return 2 * x\n",
    "shop/archive.py": (
        "from shop.settings import SUFFIX\n\n\ndef rows(db):\n"
        '    a, b = db.execute("SELECT * FROM t" + SUFFIX).fetchone()\n'
    ),
    # Nobody imports this one, and it touches a database through others alone.
    "jobs/report.py": (
        "def send(loader, cursor):\n    for key, total in loader.all_of(cursor, 'orders'):\n        pass\n"
    ),
    "jobs/nightly.py": (
        "from shop import names\n\n\ndef clean(cursor):\n"
        '    cursor.execute("DELETE FROM %s WHERE total = 0" % names.TABLE)\n'
    ),
}
EDITS = {
    "shop/names.py": ('TABLE = "customers"\nCOLUMNS = ("id", "name", "region")\n', "TABLE = COLUMNS = None\n"),
    "shop/wrapper.py": (
        'def all_of(cursor, table):\n    return cursor.execute(f"SELECT id FROM {table} x")\n',
        "all_of = len\n",
    ),
    "shop/models.py": (
        FILES["shop/models.py"].replace('"orders"', '"orders_of_old"'),
        FILES["shop/models.py"].replace("note", "remark"),
        "class Order:\n    pass\n",
    ),
    "shop/queries.py": (FILES["shop/queries.py"].replace("a, b", "a, b, c"), "def broken(:\n"),
    "jobs/nightly.py": (FILES["jobs/nightly.py"] + '\n\ndef more(db):\n    db.execute("SELECT 1 FROM users")\n',),
    "jobs/report.py": (
        "def send(loader, cursor):\n    pass\n",
        "def send(loader, cursor):\n    for key in loader.all_of(cursor, 'customers'):\n        key[0]\n",
    ),
    "shop/settings.py": ('SUFFIX = "_old"\n', 'SUFFIX = str("s")\n', "SUFFIX = (\n", "from shop.plain import SUFFIX\n"),
    "shop/plain.py": (
        "def double(x):\n    return x + x\n",
        'SUFFIX = "_plain"\n',
        "def broken(:\n",
        'def run(db):\n    db.execute("SELECT 1 FROM plain")\n',
    ),
    "shop/archive.py": (
        FILES["shop/archive.py"].replace("settings", "plain"),
        "from shop.models import Order as SUFFIX\n",
    ),
    "names.py": ('TABLE = "elsewhere"\n',),
    "shop/names/__init__.py": ('TABLE = "in_package"\nCOLUMNS = ("x",)\n',),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project, and a cache folder of its own."""
    monkeypatch.setenv("SCANNER_CACHE_DIR", str(tmp_path / "cache"))
    for path, text in FILES.items():
        _write(tmp_path / "root" / path, text)
    return tmp_path / "root"


def test_a_second_scan_gives_what_the_first_gave(root: Path) -> None:
    first = _scan(root)
    assert first == _scan(root) == _cold(root)
    assert sum("SELECT * FROM orders" in each for each in first) == 1


def test_a_constant_of_another_file_changes_what_a_statement_says(root: Path) -> None:
    _scan(root)
    _write(root / "shop/names.py", EDITS["shop/names.py"][0])
    warm = _scan(root)
    assert warm == _cold(root)
    assert any("SELECT id, name, region FROM customers" in each for each in warm)


@pytest.mark.parametrize("seed", [*range(8), 28])
def test_after_random_edits_the_warm_scan_is_the_cold_one(root: Path, seed: int) -> None:
    choose = random.Random(seed)
    results = set()
    for _ in range(6):
        for _ in range(choose.randint(1, 3)):
            _edit(root, choose)
        warm = _scan(root)
        assert warm == _cold(root)
        results.add(warm)
        _move(root, random.Random(seed))
        assert _scan(root) == _cold(root)
    assert len(results) > 1


@pytest.mark.parametrize("seed", range(8))
def test_what_only_moved_is_not_linked_again(root: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    choose = random.Random(seed)
    results = {_scan(root)}
    for _ in range(6):
        _move(root, choose)
        expected = _cold(root)
        with monkeypatch.context() as patched:
            patched.setattr(linking, "linked", None)
            assert _scan(root) == expected == _scan(root)
        results.add(expected)
    assert len(results) > 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"""Reads."""', '"""Select what was read from orders."""'),  # it may lead to a database
        ("a, b = db", "a, b, c = db"),
        ("rows(db)", "rows(db, limit=1)"),
        ("SELECT *", "SELECT  *"),
        ("\n    a, b", "\n    if db:\n        a, b"),
        ("from shop.settings import SUFFIX\n", "from shop.settings import SUFFIX\n\nSUFFIX = SUFFIX\n"),
    ],
)
def test_what_did_more_than_move_is_linked_again(root: Path, before: str, after: str) -> None:
    text = FILES["shop/archive.py"].replace("(db):\n", '(db):\n    """Reads."""\n')
    _write(root / "shop/archive.py", text)
    _scan(root)
    assert before in text
    _write(root / "shop/archive.py", text.replace(before, after))
    assert _scan(root) == _cold(root)


def test_a_script_whose_second_statement_moved_is_linked_again(root: Path) -> None:
    script = 'def run(cursor):\n    cursor.executescript("""\nSELECT 1 FROM a;\nSELECT 2 FROM b""")\n'
    _write(root / "shop/queries.py", script)
    _scan(root)
    _write(root / "shop/queries.py", f"# first\n{script}")
    warm = _scan(root)
    assert warm == _cold(root)
    assert any("SELECT 2 FROM b" in each and "line=5" in each for each in warm)


def test_what_is_known_is_not_read_again(root: Path) -> None:
    first = _scan(root)
    seen = {path: path.stat() for path in root.rglob("*.py")}
    for path, stat in seen.items():
        path.chmod(0)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns - 10_000_000_000))
    assert any("cannot be opened" in each for each in _scan(root)) or os.geteuid() == 0
    for path in seen:
        path.chmod(0o600)
    assert _scan(root) == first


def test_a_change_that_no_statement_is_made_of_needs_no_linking(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _scan(root)
    _write(root / "shop/plain.py", EDITS["shop/plain.py"][0] * 3)
    expected = _cold(root)
    monkeypatch.setattr(linking, "linked", None)
    assert _scan(root) == expected == _scan(root)


def test_what_another_scan_has_kept_meanwhile_is_not_mistaken_for_ones_own(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scan(root)
    _write(root / "shop/plain.py", EDITS["shop/plain.py"][0])
    original, others = Readings.read, [EDITS["shop/names.py"][0]]

    def read(readings: Readings) -> None:
        if others:
            _write(root / "shop/names.py", others.pop())
            _scan(root)
            _write(root / "shop/names.py", FILES["shop/names.py"])
        original(readings)

    monkeypatch.setattr(Readings, "read", read)
    assert _scan(root) == _cold(root) == _scan(root)


def test_files_written_while_they_are_read_are_looked_at_again(root: Path) -> None:
    _scan(root)
    file = root / "shop/names.py"
    before = file.stat()
    file.write_text(FILES["shop/names.py"].replace("orders", "ordurs"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert _scan(root) == _cold(root)


def test_worker_processes_read_what_is_read_here(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = _cold(root)
    monkeypatch.setattr(readings, "SMALL", 0)
    assert _cold(root) == here == _scan(root)


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\x00" + bytes(5000)])
def test_a_damaged_cache_is_made_anew(root: Path, damage: bytes) -> None:
    first = _scan(root)
    (cache,) = (root.parent / "cache").iterdir()
    cache.write_bytes(damage)
    assert _scan(root) == first
    assert _scan(root) == first
    assert sqlite3.connect(cache).execute("SELECT count(*) FROM file").fetchone() == (len(FILES),)


def test_damaged_facts_are_read_again(root: Path) -> None:
    first = _scan(root)
    (cache,) = (root.parent / "cache").iterdir()
    with sqlite3.connect(cache) as connection:
        connection.execute("UPDATE facts SET content = x'80055d'")
        connection.execute("UPDATE found SET content = x'00'")
    assert _scan(root) == first


def test_a_cache_that_others_could_write_is_not_used(root: Path) -> None:
    folder = root.parent / "cache"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    _scan(root)
    assert list(folder.iterdir()) == []


def test_without_a_folder_nothing_is_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_CACHE_DIR", "")
    assert _scan(root) == _scan(root)
    assert not (root.parent / "cache").exists()


def test_bytes_of_others_make_no_objects() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.getcwd, ()

    with pytest.raises(Exception, match="no business here"):
        unpack(pack(Evil()))


def _scan(root: Path) -> tuple[str, ...]:
    return tuple(map(repr, collect(root, small=0)))


def _cold(root: Path) -> tuple[str, ...]:
    return tuple(map(repr, collect(root)))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _edit(root: Path, choose: random.Random) -> None:
    path = choose.choice(sorted(EDITS))
    file = root / path
    turn = choose.random()
    if turn < 0.2:
        file.unlink(missing_ok=True)
    elif turn < 0.3 and file.exists():
        file.rename(file.with_name(f"moved_{file.name}"))
    else:
        _write(file, choose.choice((*EDITS[path], FILES.get(path, ""))))


def _move(root: Path, choose: random.Random) -> None:
    """Puts comments, docstrings and blank lines between lines, and breaks some in two."""
    file = root / choose.choice(sorted(path for path in FILES if (root / path).exists()) or ["shop/plain.py"])
    lines = file.read_text().splitlines() if file.exists() else []
    for number in range(len(lines), -1, -1):
        line = lines[number - 1] if number else ""
        turn = choose.random()
        if turn < 0.2:
            lines.insert(number, choose.choice(("", "# a comment", "        # (another")))
        elif turn < 0.4 and line.startswith("def ") and line.endswith(":"):
            lines.insert(number, '    """What it does."""')
        elif turn < 0.6 and "execute(" in line:
            lines[number - 1] = line.replace("execute(", "execute(  # here\n", 1)
    _write(file, "".join(f"{line}\n" for line in lines))
