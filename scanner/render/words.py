"""Numbers, durations and effects in words, and text made safe to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scanner.model import BlindSpot, BuiltQuery, Coverage, Effect, Hazard, Report, Subject, Suppressed, Unresolved
from scanner.rules import ALL_RULES

EFFECT_WORDS = {
    Effect.BREAKS: "breaks",
    Effect.CHANGES_RESULTS: "changes results",
    Effect.CHANGES_SHAPE: "changes shape",
    Effect.NEEDS_UPDATE: "needs update",
}
_UNITS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


def visible(text: str) -> str:
    r"""The text with each character that cannot be seen as its escape: ``\x1b``, ``\u202e``, ``\udc80``.

    Line breaks and tabs stay. What comes back can be encoded as UTF-8, and can neither steer a terminal
    nor change the direction of what stands beside it.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else _escape(c) for c in text.replace("\r\n", "\n"))


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def one_line(text: str) -> str:
    """The visible text with each run of blanks as one space."""
    return " ".join(visible(text).split())


def number(value: int) -> str:
    """12400 as ``12,400``."""
    return f"{value:,}"


def count(value: int, noun: str) -> str:
    """``1 query``, ``12,400 calls``."""
    return f"{number(value)} {noun if value == 1 else _plural(noun)}"


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def calls_words(calls: int | None) -> str:
    """Calls as production counted them; None says that no production source has the query."""
    return "not seen in production" if calls is None else count(calls, "call")


def duration(milliseconds: float) -> str:
    """A time as people say it: ``0.4 ms``, ``12.4 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if milliseconds < 1_000:
        return f"{milliseconds:.3g} ms" if round(milliseconds) < 1_000 else "1 s"
    if milliseconds < 59_950:
        return f"{milliseconds / 1_000:.1f}".removesuffix(".0") + " s"
    seconds = round(milliseconds / 1_000)
    for size, unit, smaller, smaller_unit in _UNITS:
        if seconds >= size:
            rest = seconds % size // smaller
            return f"{number(seconds // size)} {unit}" + (f" {rest} {smaller_unit}" if rest else "")
    return f"{seconds} s"


def suppressed_words(suppressed: Suppressed) -> str:
    """Why a finding is set apart, where that is written, and until when."""
    until = f" until {suppressed.expires}" if suppressed.expires else ""
    return f"{suppressed.reason} ({suppressed.place}{until})"


def listing(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def subjects_words(subjects: Iterable[Subject]) -> str:
    """Subjects counted by kind: ``4 queries and 1 trigger``."""
    kinds = Counter(s.kind for s in subjects)
    return listing(count(n, kind) for kind, n in sorted(kinds.items(), key=lambda k: (k[0] != "query", k[0])))


def coded(names: Iterable[str]) -> dict[str, str]:
    """The rules with these names, each with its code."""
    known = {rule.name: rule.code for rule in ALL_RULES}
    return {name: known[name] for name in names if name in known}


def blind_spot_words(spot: BlindSpot) -> str:
    """What is not known, with the place that it is not known of, once."""
    return one_line(spot.message if spot.place in spot.message else f"{spot.place}: {spot.message}")


def also_words(names: Iterable[str]) -> str:
    """What other rules say of the same subject, a sentence a rule with its code."""
    known = {rule.name: rule for rule in ALL_RULES}
    said = (f"{known[name].title} ({known[name].code})" if name in known else name for name in names)
    return "; ".join(each if each[1:2].isupper() else each[:1].lower() + each[1:] for each in said)


def why(unresolved: Unresolved) -> str:
    """Why a query could not be checked, in one text."""
    return f"{unresolved.reason}: {unresolved.detail}" if unresolved.detail else unresolved.reason


def built_words(built: BuiltQuery) -> str:
    """What became of a statement with parts built at run time."""
    answer = f"{EFFECT_WORDS[built.effect]} by itself" if built.effect else ""
    doubt = f"by itself not checked: {one_line(why(built.unresolved))}" if built.unresolved else ""
    seen = f"production ran {count(len(built.statements), 'statement')} of it"
    return "; ".join(filter(None, (seen, answer, doubt, "what else it builds was not seen")))


def doubt_words(hazard: Hazard) -> str:
    """Why a hazard is only possible; empty when it is certain."""
    return f" Only possible: {hazard.reason}." if hazard.reason else ""


def coverage_words(coverage: Coverage) -> str:
    """What was read of one source."""
    parts = ((coverage.files, "file"), (coverage.lines, "line"), (coverage.entries, "query sighting"))
    read = ", ".join(count(value, noun) for value, noun in parts if value or noun == "query sighting")
    left = ((coverage.ignored, "other statement"), (coverage.administrator_commands, "administrator command"))
    rest = ", ".join(count(value, noun) for value, noun in left if value)
    return f"{one_line(coverage.source)} {one_line(coverage.place)}: {read}" + (f"; left out: {rest}" if rest else "")


def scope_words(report: Report) -> str:
    """How many of the queries that were read touch the table."""
    table, database = one_line(str(report.change.table)), one_line(report.database.name)
    verb = "touches" if len(report.queries) == 1 else "touch"
    text = f"{count(report.total_queries, 'query')} of {database}, {number(len(report.queries))} {verb} {table}."
    return text + (
        f" {count(report.out_of_scope, 'query')} of other databases left out." if report.out_of_scope else ""
    )
