"""The code that a branch began with: it runs until the branch is deployed, beside the new column."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from scanner.check import git
from scanner.config import CODE_KINDS, Config
from scanner.model import EARLIER_CODE, Effect, Finding, Report


@contextmanager
def earlier_code(config: Config, base: str) -> Iterator[Config | None]:
    """The configuration with its source code alone, as the base has it; None where the base has none of it."""
    below = [source for source in config.sources if source.kind in CODE_KINDS and source.path is not None]
    with tempfile.TemporaryDirectory() as folder:
        root = git.write_tree(config.root, base, Path(folder) / "tree")
        moved = (
            replace(source, path=root / source.path.relative_to(config.root))
            for source in below
            if source.path is not None and source.path.is_relative_to(config.root)
        )
        sources = tuple(source for source in moved if source.path is not None and source.path.exists())
        yield replace(config, root=root, sources=sources) if sources else None


def told_once(earlier: Report, reports: Iterable[Report], base: str) -> Report | None:
    """What the earlier code alone meets, of a change on which the branch's code has its report; None: nothing.

    That it has to learn the column is what the branch is for.
    """
    same = [report for report in reports if report.change == earlier.change]
    known = {(finding.rule, finding.subject) for report in same for finding in report.findings}
    asked = {each.query.fingerprint for report in same for each in report.unresolved}
    findings = tuple(
        _said_of(finding, base)
        for finding in earlier.findings
        if finding.effect is not Effect.NEEDS_UPDATE and (finding.rule, finding.subject) not in known
    )
    unresolved = tuple(each for each in earlier.unresolved if each.query.fingerprint not in asked)
    if not findings and not unresolved:
        return None
    kept = {finding.subject.name for finding in findings} | {each.query.fingerprint for each in unresolved}
    kept |= {each.finding.subject.name for each in earlier.suppressed}
    return replace(
        without_note(earlier),
        queries=tuple(query for query in earlier.queries if query.fingerprint in kept),
        findings=findings,
        unresolved=unresolved,
        unaffected=(),
        built=(),
        mentions=(),
        likely_places=(),
        hazards=(),
        consumers=(),
        free_names=(),
        plan=None,
    )


def without_note(report: Report) -> Report:
    """The report of a change whose earlier code is judged: it need not say that it is not."""
    return replace(report, blind_spots=tuple(each for each in report.blind_spots if each.source != EARLIER_CODE))


def _said_of(finding: Finding, base: str) -> Finding:
    return replace(finding, message=f"In the code of {base}: {finding.message}")
