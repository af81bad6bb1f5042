"""The day of the shop lived through under watch: what migrations really do to its statements and code."""

from __future__ import annotations

import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import django.db
import pandas as pd
import psycopg
import pymysql
import sqlalchemy.exc

from fixtures.shop.scenario import Call, Calls, a_day
from fixtures.shop.servers import ROLES, fill_shop, fill_warehouse, roles, run, services, warehouse_user
from scanner.model import Effect
from tests.engine.servers import Database, Server
from tests.engine.shop_mariadb import copy_tables, table_columns, watching_mariadb
from tests.engine.shop_migrations import Migration
from tests.engine.shop_postgres import watching_postgres
from tests.engine.shop_witness import Place, Sent, Watch, place_of
from tests.engine.witness import Account, Outcome

ROUNDS = 80  # of the recorded day's 240: enough for every function of every service

Code = dict[Place, Literal["raises", "differs"]]

# What a service raises when a change hits it: errors of servers as each library hands them on, and its own.
RAISED = (
    psycopg.Error, pymysql.Error, sqlalchemy.exc.SQLAlchemyError, django.db.Error, pd.errors.DatabaseError,
    ValueError, TypeError, LookupError,
)  # fmt: skip


class Fate(NamedTuple):
    """What becomes of a statement."""

    effect: Effect | None
    text: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What a migration does, as it was seen."""

    statements: Mapping[Sent, Fate]
    # Functions that raise an error of their own, or return something else, though the server is content.
    code: Code

    @property
    def services(self) -> set[str]:
        """The services that are affected."""
        return {sent.service for sent, fate in self.statements.items() if fate.effect is not None}


@dataclass(frozen=True, slots=True)
class Company:
    """The company's databases, and copies of the warehouse's without data."""

    postgres: Server
    shop: Database
    warehouse: Database
    unmigrated: Database
    migrated: Mapping[Migration, Database]


def truths(postgres: Server, mariadb: Server, migrations: Sequence[Migration]) -> dict[Migration, Truth]:
    """The truth about each migration."""
    with _company(postgres, mariadb, migrations) as company, _watches(company, migrations) as watches:
        code = _live(company, watches)
        return {m: _truth(m, watches[m.database], code[m]) for m in migrations}


@contextmanager
def _company(postgres: Server, mariadb: Server, migrations: Sequence[Migration]) -> Iterator[Company]:
    with ExitStack() as stack:
        for people in (roles(postgres), warehouse_user(mariadb)):
            stack.enter_context(people)
        shop = stack.enter_context(postgres.fresh_database())
        warehouse, unmigrated = (stack.enter_context(mariadb.fresh_database()) for _ in range(2))
        fill_shop(shop)
        fill_warehouse(warehouse)
        fill_warehouse(unmigrated, data=False)
        migrated = {m: stack.enter_context(mariadb.fresh_database()) for m in migrations if m.database == "warehouse"}
        for migration, database in migrated.items():
            fill_warehouse(database, data=False)
            database.run(migration.sql)
        yield Company(postgres, shop, warehouse, unmigrated, migrated)


@contextmanager
def _watches(company: Company, migrations: Sequence[Migration]) -> Iterator[dict[str, Watch]]:
    """A watch on either database, for the migrations that come to it."""
    _let_roles_alter(company.shop)
    of_shop = [m for m in migrations if m.database == "shop"]
    with (
        watching_postgres(company.shop, of_shop) as shop,
        watching_mariadb(company.warehouse, company.unmigrated, company.migrated) as warehouse,
    ):
        yield {"shop": shop, "warehouse": warehouse}


def _let_roles_alter(shop: Database) -> None:
    """Makes the services' roles members of the owner, whose rights they have only when they ask for them."""
    ((owner,),) = shop.rows("SELECT quote_ident(current_user)")
    for role in ROLES.values():
        shop.run(f"ALTER ROLE {role} NOINHERIT; GRANT {owner} TO {role}")


def _live(company: Company, watches: Mapping[str, Watch]) -> dict[Migration, Code]:
    """Lives through the day. A function with affected statements is, the next time, called in copies too."""
    code: dict[Migration, Code] = defaultdict(dict)
    affected: dict[str, set[Migration]] = {}  # functions, and the migrations they are still to be called after
    day, result = a_day(ROUNDS), None
    with services(company.shop, company.warehouse):
        while call := _next(day, result):
            with watches["shop"].paused(), watches["warehouse"].paused():
                after = {m: _after(m, company, call) for m in affected.get(call.name, ())}
            result = run(call)
            for migration, outcome in after.items():
                code[migration] |= _differences(call, result, outcome)
            hit = _just_affected(watches.values())
            affected[call.name] = set() if after else affected.get(call.name, hit)
    return code


def _just_affected(watches: Iterable[Watch]) -> set[Migration]:
    """The migrations that affect a statement that was sent since this was last asked."""
    accounts = [watch.accounts[sent] for watch in watches for sent in watch.take_recent()]
    return {m for known in accounts for m, samples in known.items() if any(map(_effect, samples))}


def _next(day: Calls, result: object) -> Call | None:
    try:
        return day.send(result)
    except StopIteration:
        return None


def _after(migration: Migration, company: Company, call: Call) -> object:
    """What the call returns, or the error that it raises, in a migrated copy of its database."""
    with _migrated(migration, company) as databases, services(*databases):
        try:
            return run(call)
        except RAISED as error:
            return error


@contextmanager
def _migrated(migration: Migration, company: Company) -> Iterator[tuple[Database, Database]]:
    """The two databases; instead of the one that the migration comes to a copy that it has come to."""
    if migration.database == "shop":
        with _copied(company.postgres, company.shop) as shop:
            shop.run(";".join(migration.postgres))
            yield shop, company.warehouse
        return
    warehouse = company.migrated[migration]
    with warehouse.connect() as connection, connection.cursor() as cursor:
        copy_tables(cursor, table_columns(company.warehouse), company.warehouse.name)
    yield company.shop, warehouse


@contextmanager
def _copied(server: Server, database: Database) -> Iterator[Database]:
    """A copy of a PostgreSQL database that nobody is connected to."""
    name = f"{database.name}_copy"
    server.run(f"CREATE DATABASE {name} TEMPLATE {database.name}")
    try:
        yield Database(database.engine, urlsplit(database.dsn)._replace(path=f"/{name}").geturl())
    finally:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


def _differences(call: Call, before: object, after: object) -> Code:
    """What a migration does to a call beyond what it does to its statements."""
    if not isinstance(after, RAISED):
        place = Place(f"services/{call.module.replace('.', '/')}.py", call.function)
        return {} if _plain(before) == _plain(after) else {place: "differs"}
    if _of_the_engine(after):
        return {}
    frames = traceback.walk_tb(after.__traceback__)
    places = [place_of(frame.f_code.co_filename, frame.f_code.co_qualname) for frame, _ in frames]
    return {[place for place in places if place][-1]: "raises"}


def _of_the_engine(error: BaseException | None) -> bool:
    """Whether a server raised it; SQLAlchemy and Django wrap what the driver raises."""
    while error is not None and not isinstance(error, psycopg.Error | pymysql.Error):
        error = error.__cause__
    return error is not None


def _plain(value: Any) -> object:
    """The value in a form that compares."""
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.to_csv()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return _plain(vars(value)) if hasattr(value, "__dict__") else repr(value)


def _truth(migration: Migration, watch: Watch, code: Code) -> Truth:
    statements = {}
    for sent, accounts in watch.accounts.items():
        # pandas tries whether a query is the name of a table: what failed before says nothing.
        effects = [_effect(account) for account in accounts[migration] if account.before.error is None]
        if effects:
            statements[sent] = Fate(min(effects, key=_rank), watch.texts[sent])
    return Truth(statements, code)


def _rank(effect: Effect | None) -> int:
    return len(Effect) if effect is None else effect.rank


def _effect(account: Account) -> Effect | None:
    """The worst that the engine does to a statement."""
    if account.breaks:
        return Effect.BREAKS
    later = (account.after, account.filled)
    if any(_seen(outcome, account.before) != _seen(account.before, account.before) for outcome in later):
        return Effect.CHANGES_RESULTS
    return Effect.CHANGES_SHAPE if account.changes_shape else None


def _seen(outcome: Outcome, before: Outcome) -> object:
    """What was written, and the rows without columns that were not there before."""
    rows = outcome.rows
    if rows is not None and outcome.columns != before.columns:
        kept = _positions(before.columns, outcome.columns)
        rows = [tuple(row[position] for position in kept) for row in rows]
    return rows if rows is None else sorted(rows, key=repr), outcome.row_count, outcome.tables


def _positions(columns: tuple[tuple[str, object], ...], later: tuple[tuple[str, object], ...]) -> list[int]:
    """Where the columns stand among the later ones, in their order."""
    found: list[int] = []
    for column in columns:
        found.append(later.index(column, found[-1] + 1 if found else 0))
    return found
