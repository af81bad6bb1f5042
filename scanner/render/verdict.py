"""The answer in numbers, and in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.model import Certainty, Effect, FreeNames, Query, Report, Subject, worst_effects
from scanner.render.outline import Item, items, total
from scanner.render.words import EFFECT_WORDS, count, listing, number, subjects_words, visible


@dataclass(frozen=True, slots=True)
class Tally:
    """The subjects whose worst effect is this one."""

    effect: Effect
    subjects: tuple[Subject, ...]
    certain: tuple[Subject, ...]  # those of them that have it for sure; the others only possibly
    services: tuple[str, ...]  # that own or run them, sorted
    calls: int | None

    @property
    def possible(self) -> int:
        """How many have it only possibly."""
        return len(self.subjects) - len(self.certain)

    @property
    def words(self) -> str:
        """What it hits, counted: ``4 queries, possibly 2 more``."""
        if not self.certain:
            return f"possibly {subjects_words(self.subjects)}" if self.subjects else ""
        more = f", possibly {number(self.possible)} more" if self.possible else ""
        return subjects_words(self.certain) + more


def tallies(report: Report) -> tuple[Tally, ...]:
    """One for each effect, worst first, also where there is nothing to count."""
    worst = worst_effects(report.findings)
    found = [item for item in items(report) if item.finding.effect is worst[item.finding.subject]]
    return tuple(_tally(effect, [i for i in found if i.finding.effect is effect]) for effect in Effect)


def headline(report: Report, *, brief: bool = False) -> str:
    """The answer in a few sentences: what is added, whom it hits, what could not be checked.

    The `brief` one is for where lesser effects, other names, and what could not be checked or read are told beside it.
    """
    table = visible(str(report.change.table))
    there = f"{table} has {visible(listing(report.present))} already" if report.present else ""
    if there and set(report.present) == set(report.change.names):
        return f"{there}: the ALTER TABLE adds nothing."
    harm = [_harm(tally) for tally in tallies(report) if tally.subjects]
    said = [f"Adding {_columns(report)} {'; it '.join(harm[:1] if brief else harm)}."] if harm else []
    if not report.queries:
        said.append(f"No query that reaches {table} was found.")
    elif not harm and report.suppressed:
        known = f"Adding {_columns(report)} affects nothing that was not known or suppressed before"
        said.append(f"{known}: {_apart(report)}")
    elif not harm:
        said.append(f"Adding {_columns(report)} affects nothing that was found.")
    if report.suppressed and (harm or not report.queries) and not brief:
        said.append(_apart(report))
    rest = _unaffected(report) if brief else _rest(report)
    names = () if brief else map(_names, report.free_names)
    return " ".join((*said, *rest, *([f"{there}."] if there else []), *names))


def _names(free: FreeNames) -> str:
    """Why the name is no good, and which would be."""
    why = "a reserved word of the engine" if free.reserved else "a name that a statement here has for something else"
    names = [visible(name) for name in free.names]
    *first, last = names or [""]
    better = f"{', '.join(first)} or {last} would collide" if first else f"{last} would collide"
    return f"{visible(free.column)} is {why}: {f'{better} with nothing that was read' if names else 'find another'}."


def answers(report: Report) -> dict[str, str]:
    """What is found of each query that touches the table, in words, by fingerprint; worst first."""
    worst = worst_effects(report.findings)
    hit = {s.name: effect for s, effect in worst.items() if s.kind == "query"}
    words = {name: EFFECT_WORDS[hit[name]] for name in sorted(hit, key=lambda name: hit[name].rank)}
    words |= {b.query.fingerprint: "built at run time" for b in report.built}
    words |= {u.query.fingerprint: "could not be checked" for u in report.unresolved}
    return words | {q.fingerprint: "unaffected" for q in report.unaffected}


def production_only(report: Report) -> list[tuple[Query, str]]:
    """The queries that production runs and no source line was found for, with their answers, worst first.

    None where no source code was read: there it would be all of them.
    """
    alone = {query.fingerprint: query for query in report.production_only} if report.read_source else {}
    return [(alone[name], answer) for name, answer in answers(report).items() if name in alone]


def _tally(effect: Effect, found: list[Item]) -> Tally:
    once = {item.finding.subject: item for item in found}
    sure = {i.finding.subject for i in found if i.finding.certainty is Certainty.CERTAIN}
    services = tuple(sorted({service for item in found for service in item.services}))
    certain = tuple(subject for subject in once if subject in sure)
    return Tally(effect, tuple(once), certain, services, total(i.calls for i in once.values()))


def _columns(report: Report) -> str:
    table, names = visible(str(report.change.table)), [visible(n) for n in report.change.names]
    return f"{table}.{names[0]}" if len(names) == 1 else f"{listing(names)} to {table}"


def _harm(tally: Tally) -> str:
    what = subjects_words(tally.certain or tally.subjects)
    if tally.certain and tally.possible:
        what += f" and possibly {number(tally.possible)} more"
    if tally.services and tally.effect is not Effect.NEEDS_UPDATE:
        what += f" in {count(len(tally.services), 'service')}"
    if tally.calls:
        what += f", {count(tally.calls, 'call')}"
    said = {
        Effect.BREAKS: f"breaks {what}",
        Effect.CHANGES_RESULTS: f"changes the results of {what}",
        Effect.CHANGES_SHAPE: f"changes the shape of {what}",
        Effect.NEEDS_UPDATE: f"leaves {what} to be updated",
    }[tally.effect]
    return said if tally.certain else f"possibly {said}"


def _rest(report: Report) -> Iterator[str]:
    if report.unresolved:
        yield f"{count(len(report.unresolved), 'query')} could not be checked."
    yield from _unaffected(report)
    if report.unread:
        yield f"{count(sum(u.count for u in report.unread), 'entry')} could not be read."


def _apart(report: Report) -> str:
    """What is known before, or decided to be lived with."""
    verb = "is" if len(report.suppressed) == 1 else "are"
    return f"{count(len(report.suppressed), 'finding')} {verb} set apart."


def _unaffected(report: Report) -> Iterator[str]:
    if report.unaffected:
        verb = "is" if len(report.unaffected) == 1 else "are"
        yield f"{count(len(report.unaffected), 'query')} {verb} unaffected."
