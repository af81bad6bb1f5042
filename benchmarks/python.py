"""How long Python source takes to scan, beside `libcst.parse_module` alone over the same files.

python -m benchmarks.python [DIRECTORY]

Without a directory, a generated repository of 40 packages is measured, where every second module touches a database.
Each figure is a process of its own, so that loading counts: cold, again with nothing changed, with the largest file
changed that touches a database, and with the largest that touches none. Memory is that of all its processes at their
highest together, pages they share counted in each; it is looked at in /proc, twenty times a second.
The cache is a folder that is removed at the end; the directory is copied, and only the copy changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Figure, Measured, cells, markdown
from scanner.collect.python.files import may_touch_database

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
import os, resource, sys, threading, time

PAGE, ended, most = os.sysconf("SC_PAGE_SIZE"), threading.Event(), 0

def resident():
    total = 0
    for pid in ("self", *open(f"/proc/self/task/{os.getpid()}/children").read().split(), *started()):
        try:
            total += int(open(f"/proc/{pid}/statm").read().split()[1]) * PAGE
        except OSError:  # it has ended
            pass
    return total

def started():
    mine = str(os.getpid())
    for task in os.listdir("/proc/self/task"):
        if task != mine:
            yield from open(f"/proc/self/task/{task}/children").read().split()

def watch():
    global most
    while not ended.wait(0.05):
        try:
            most = max(most, resident())
        except OSError:  # a thread has ended
            pass

threading.Thread(target=watch, daemon=True).start()
begun = time.perf_counter()
exec(sys.argv[1])
ended.set()
own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
print(f"{time.perf_counter() - begun:.2f} s, {cpu:.2f} s of processors, "
      f"{max(most, own.ru_maxrss << 10) >> 20} MB in all processes")
print(cpu)
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


DATA = "40 packages of 20 modules, 300,000 lines; every second module has statements"
ALONE = "`libcst.parse_module` alone"
FIGURES = (
    Figure("Python source read and linked: CPU", "s", ALONE),
    Figure("the same again, with nothing changed: CPU", "s", ALONE),
    Figure("the same again, with the largest file changed that touches a database: CPU", "s", ALONE),
    Figure("the same again, with a file changed that touches no database: CPU", "s", ALONE),
)


def main() -> int:
    """Prints the figures."""
    root = sys.argv[1] if len(sys.argv) > 1 else None
    data = root or DATA
    print(markdown(cells(figure, data, each) for figure, each in zip(FIGURES, measure(root), strict=True)), end="")
    return 0


def measure(directory: str | None = None) -> Iterator[Measured]:
    """The figures, of a copy of the directory or of generated source."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repository"
        if directory:
            shutil.copytree(directory, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        else:
            _generate(root)
        environment = {**os.environ, "SCANNER_CACHE_DIR": str(Path(folder) / "cache")}
        alone = _measure("libcst alone", _PARSE, root, environment)
        yield _measure("cold", _SCAN, root, environment), alone
        yield _measure("nothing changed", _SCAN, root, environment), alone
        files = sorted(root.rglob("*.py"), key=lambda file: file.stat().st_size)
        touching = [file for file in files if may_touch_database(file.read_bytes())]
        plain = [file for file in files if file not in touching]
        for name, some in (("one file changed", touching or files), ("a plain one", plain or files)):
            some[-1].write_bytes(some[-1].read_bytes() + b"\nCHANGED = 1\n")
            yield _measure(name, _SCAN, root, environment), alone


def _measure(name: str, code: str, root: Path, environment: dict[str, str]) -> float:
    """Seconds of processors."""
    command = [sys.executable, "-c", _MEASURED, code.format(root=str(root))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    *said, processor = done.stdout.splitlines()
    print(f"{name:18}", "; ".join(said), flush=True)
    return float(processor)


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
