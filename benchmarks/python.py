"""How long Python source takes to scan, beside `libcst.parse_module` alone over the same files.

python benchmarks/python.py [DIRECTORY]

Without a directory, a generated repository of 40 packages is measured, where every second module touches a database.
Each figure is a process of its own, so that loading counts: cold, again with nothing changed, with one file changed.
The cache is a folder that is removed at the end; the directory is copied, and only the copy changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_SCAN = """
from pathlib import Path
from scanner.collect.python import collect
print(sum(1 for _ in collect(Path({root!r}))), "found")
"""
_PARSE = """
from pathlib import Path
import libcst
lines = 0
for file in sorted(Path({root!r}).rglob("*.py")):
    source = file.read_bytes()
    lines += source.count(b"\\n")
    try:
        libcst.parse_module(source)
    except libcst.ParserSyntaxError:
        pass
print(lines, "lines")
"""
_MEASURED = """
import resource, sys, time
begun = time.perf_counter()
exec(sys.argv[1])
own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
print(f"{time.perf_counter() - begun:.2f} s, {cpu:.2f} s of processors, "
      f"{own.ru_maxrss // 1024} MB, its largest child {children.ru_maxrss // 1024} MB")
"""
_PLAIN = """
def work_{n}(values, limit={n}):
    \"\"\"Adds up what is above the limit.\"\"\"
    total = 0
    for position, value in enumerate(values):
        if value > limit and position % 3:
            total += value * {n} + len(str(position))
    return {{"total": total, "limit": limit}}
"""
_DATABASE = """
def load_{n}(cursor, key, table=TABLE):
    \"\"\"Reads the rows of a key.\"\"\"
    sql = f"SELECT id, total_{n} FROM {{table}} WHERE key = %s"
    if key is None:
        sql += " ORDER BY id"
    cursor.execute(sql, (key,))
    return [row[1] for row in cursor.fetchall()]
"""


def main() -> int:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repository"
        if len(sys.argv) > 1:
            shutil.copytree(sys.argv[1], root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        else:
            _generate(root)
        environment = {**os.environ, "SCANNER_CACHE_DIR": str(Path(folder) / "cache")}
        _measure("libcst alone", _PARSE, root, environment)
        _measure("cold", _SCAN, root, environment)
        _measure("nothing changed", _SCAN, root, environment)
        changed = max(root.rglob("*.py"), key=lambda file: file.stat().st_size)
        changed.write_bytes(changed.read_bytes() + b"\nCHANGED = 1\n")
        _measure("one file changed", _SCAN, root, environment)
    return 0


def _measure(name: str, code: str, root: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", _MEASURED, code.format(root=str(root))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    print(f"{name:18}", done.stdout.replace("\n", "; ").rstrip("; "), flush=True)


def _generate(root: Path) -> None:
    """Forty packages of twenty modules, some 300,000 lines."""
    for package in range(40):
        folder = root / f"package_{package}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        (folder / "names.py").write_text(f'TABLE = "orders_{package}"\n')
        for module in range(20):
            piece, head = (_DATABASE, "from .names import TABLE\n") if module % 2 else (_PLAIN, "")
            (folder / f"module_{module}.py").write_text(head + "".join(piece.format(n=n) for n in range(42)))


if __name__ == "__main__":
    sys.exit(main())
