"""All benchmarks, and the table that README quotes.

python -m benchmarks [--write]

Every figure stands beside that of an alternative, measured in the same run on the same data. With --write the table
takes the place of README's.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from benchmarks import assess, cluster, python, slow_log, store
from benchmarks.table import cells, markdown

README = Path(__file__).parents[1] / "README.md"
PASSAGE = re.compile(r"(<!-- make bench -->\n).*?(<!-- end -->)", re.DOTALL)
BENCHMARKS = (slow_log, cluster, store, assess, python)


def main() -> int:
    """Prints the table."""
    rows = []
    for benchmark in BENCHMARKS:
        print(f"# {benchmark.__name__.rpartition('.')[2]}", flush=True)
        found = list(benchmark.measure())
        rows += [cells(figure, benchmark.DATA, each) for figure, each in zip(benchmark.FIGURES, found, strict=True)]
    table = markdown(rows)
    print(f"\n{table}\n{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    if "--write" in sys.argv[1:]:
        README.write_text(PASSAGE.sub(lambda found: f"{found[1]}{table}{found[2]}", README.read_text()))
    return 0


if __name__ == "__main__":
    # The workers of a cluster load this module again.
    sys.exit(main())
