"""What scanner doctor found, on the terminal."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.text import Text

from scanner.cli.console import Output
from scanner.doctor import Finding, Verdict
from scanner.render.words import one_line

_STYLES = {Verdict.UNREADABLE: "bold red", Verdict.PARTLY: "bold yellow", Verdict.BLIND: "yellow"}
_SHOWN = 8  # sentences of one kind about one source
_Line = tuple[Text, Text]  # what stands before the text and what it wraps to, and the text


def print_diagnosis(found: Sequence[Finding], *, quiet: bool) -> None:
    """By database, schemas first; `quiet` prints the numbers alone."""
    width, height = shutil.get_terminal_size((80, 24))
    console = Output(width=width, height=height)
    if not quiet:
        by_database = sorted(found, key=lambda each: each.database)
        for database, findings in groupby(by_database, lambda each: each.database):
            _print((Text(), Text(one_line(database), "bold")), console)
            for line in (line for each in findings for line in _lines(each)):
                _print(line, console)
    counts = Counter(each.verdict for each in found)
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    console.print(Text(f"{len(found)} schemas and sources: {said}."), soft_wrap=True)


def _print(line: _Line, console: Output) -> None:
    before, text = line
    for place, part in enumerate(text.wrap(console, max(console.width - before.cell_len, 1))):
        part.rstrip()
        console.print((Text(" " * before.cell_len) if place else before) + part, soft_wrap=True)


def _lines(found: Finding) -> Iterator[_Line]:
    verdict = (str(found.verdict), _STYLES.get(found.verdict, "green"))
    yield Text("  "), Text.assemble(f"{found.kind} ", (one_line(found.place), "blue"), ": ", verdict, overflow="fold")
    yield from ((Text(" " * 6), Text(one_line(fact), "dim")) for fact in found.facts)
    yield from _labelled("not read", "bold red", found.unread)
    yield from _labelled("blind", "yellow", found.blind)
    yield from _labelled("run", "green", found.remedies)


def _labelled(label: str, style: str, sentences: Sequence[str]) -> Iterator[_Line]:
    for sentence in sentences[:_SHOWN]:
        yield Text.assemble(" " * 6, (f"{label:<10}", style)), Text(one_line(sentence), overflow="fold")
    if len(sentences) > _SHOWN:
        yield Text(" " * 16), Text(f"and {len(sentences) - _SHOWN:,} more", "italic")
