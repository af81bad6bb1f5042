"""What is done to libcst for speed changes neither its trees nor where their nodes stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SEEN = """
import sys
from pathlib import Path
import libcst as cst
from scanner.collect.python.positions import offsets
from scanner.collect.python.trusted import trust_the_parser

def seen(source):
    module = cst.parse_module(source)
    starts = offsets(module)
    return module.code, repr(module), [(type(node).__name__, at) for node, at in starts.items()]

sources = [path.read_text() for path in sorted(Path(sys.argv[1]).rglob("*.py"))]
before = list(map(seen, sources))
trust_the_parser()
trust_the_parser()
assert list(map(seen, sources)) == before
made = cst.Name("a")
made.value = "b"
print(len(sources), made.value)
"""


def test_trees_and_positions_are_the_same() -> None:
    sources = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", _SEEN, str(sources)], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(len(list(sources.rglob("*.py")))), "b"]
