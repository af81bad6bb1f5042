"""JUnit's XML, which every server of continuous integration can show: a migration is a suite, a result a case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from scanner.model import Report
from scanner.render.gate.results import Result, results
from scanner.render.words import one_line, visible, why

# What XML 1.0 cannot hold, not even as a reference.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(migrations: Iterable[tuple[str, Iterable[Report], str | None]], prefix: str = "") -> str:
    """A suite for each migration: its path, its reports, and why it could not be checked where it could not."""
    root = ElementTree.Element("testsuites", name="query-dependency-scanner")
    for path, reports, unread in migrations:
        _suite(root, path, list(reports), unread, prefix)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _suite(root: ElementTree.Element, path: str, reports: list[Report], unread: str | None, prefix: str) -> None:
    found = results(((path, report) for report in reports), prefix)
    open_ones = [(report, each) for report in reports for each in report.unresolved]
    failures = sum(result.suppressed is None for result in found)
    errors = len(open_ones) + (unread is not None)
    suite = ElementTree.SubElement(root, "testsuite", name=_text(path))
    for result in found:
        _case(suite, result)
    for report, each in open_ones:
        case = _named(suite, str(report.change), f"could not be checked: {each.query.readable()}")
        ElementTree.SubElement(case, "error", message=_text(why(each.why)))
    if unread is not None:
        ElementTree.SubElement(_named(suite, path, "could not be checked"), "error", message=_text(unread))
    if not len(suite):
        _named(suite, path, "affects nothing")
    suite.attrib |= {"tests": str(len(suite)), "failures": str(failures), "errors": str(errors)}
    suite.set("skipped", str(len(found) - failures))


def _case(suite: ElementTree.Element, result: Result) -> None:
    finding = result.finding
    place = f"{result.path}:{result.line}"
    case = _named(suite, ", ".join(result.services) or result.change, f"{finding.rule} {finding.name} at {place}")
    if result.suppressed is not None:
        ElementTree.SubElement(case, "skipped", message=_text(result.suppressed.reason))
    else:
        failure = ElementTree.SubElement(case, "failure", message=_text(finding.message), type=finding.effect.value)
        failure.text = _text("\n".join(filter(None, (place, finding.sql, f"Fix: {finding.help}"))))


def _named(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=_text(group), name=_text(one_line(name)))


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", visible(text))
