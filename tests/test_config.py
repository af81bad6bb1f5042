"""scanner.toml and the options that stand for it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.config import (
    Config,
    Request,
    SourceConfig,
    config_from_options,
    find_config,
    load_config,
    nearest,
    with_options,
)
from scanner.errors import ConfigError
from scanner.model import Consumer, Engine, RolloutSettings

WHOLE = """
[[databases]]
name = "shop"
engine = "postgres:16"
schema = ["schema/tables.sql", "schema/views/*.sql"]
search_path = ["public", "app"]

[[databases]]
name = "stock"
engine = "mariadb:10.11"
schema = "mysql://reader:${STOCK_PASSWORD}@db.internal/stock"
sql_mode = "STRICT_TRANS_TABLES, only_full_group_by"

[[sources]]
kind = "python"
path = "services"
database = "shop"

[[sources]]
kind = "pg_stat_statements"
dsn = "postgresql://reader:${SHOP_PASSWORD}@db.internal/shop"
database = "shop"

[[sources]]
kind = "mysql_slow_log"
path = "/var/log/mysql"
database = "stock"
service = "fulfilment"

[[services]]
name = "billing"
users = "billing_*"
hosts = ["10.0.3.*"]
paths = ["services/billing"]

[[consumers]]
name = "warehouse"
kind = "cdc"
database = "shop"
tables = ["orders", "order_*"]
note = "Debezium"
"""

ONE = """
[[databases]]
name = "shop"
engine = "postgres"
schema = "schema.sql"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("STOCK_PASSWORD", "s3cret")
    monkeypatch.setenv("SHOP_PASSWORD", "pa55")
    return load_config(write(tmp_path, WHOLE))


def write(folder: Path, text: str) -> Path:
    path = folder / "scanner.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_databases(config: Config, tmp_path: Path) -> None:
    shop, stock = config.databases
    assert shop.database.engine == Engine("postgres", (16,))
    assert shop.database.search_path == ("public", "app")
    assert shop.database.sql_mode is None
    assert shop.schema == (f"{tmp_path}/schema/tables.sql", f"{tmp_path}/schema/views/*.sql")
    assert stock.database.sql_mode == frozenset({"STRICT_TRANS_TABLES", "ONLY_FULL_GROUP_BY"})
    assert stock.schema == ("mysql://reader:s3cret@db.internal/stock",)


def test_sources_are_relative_to_the_file_and_bound_to_a_database(config: Config, tmp_path: Path) -> None:
    assert config.sources == (
        SourceConfig("python", "shop", path=tmp_path / "services"),
        SourceConfig("pg_stat_statements", "shop", dsn="postgresql://reader:pa55@db.internal/shop"),
        SourceConfig("mysql_slow_log", "stock", path=Path("/var/log/mysql"), service="fulfilment"),
    )


def test_a_way_around_leads_to_the_same_paths(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    write(tmp_path, ONE + '[[sources]]\nkind = "python"\npath = "docs/../src"\n')
    config = load_config(tmp_path / "docs" / ".." / "scanner.toml")
    assert (config.root, config.sources[0].path) == (tmp_path, tmp_path / "src")


def test_services_and_consumers(config: Config) -> None:
    (billing,) = config.services
    assert (billing.users, billing.hosts, billing.paths) == (
        ("billing_*",),
        ("10.0.3.*",),
        ("services/billing",),
    )
    assert config.database("shop").consumers == (Consumer("warehouse", "cdc", ("orders", "order_*"), "Debezium"),)
    assert config.database("stock").consumers == ()


def test_the_only_database_need_not_be_named(tmp_path: Path) -> None:
    text = ONE + '[[sources]]\nkind = "sql_files"\npath = "."\n[[consumers]]\nname = "bi"\nkind = "bi"\n'
    config = load_config(write(tmp_path, text))
    assert config.sources[0].database == "shop"
    assert config.database(None).consumers == (Consumer("bi", "bi", ("*",)),)


def test_a_source_is_not_read_twice(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, ONE + '[[sources]]\nkind = "python"\npath = "src"\n'))
    again = SourceConfig("python", "shop", path=tmp_path / "src")
    other = SourceConfig("python", "shop", path=tmp_path / "tools")
    assert config.with_sources([again, other]).sources == (again, other)


def test_found_upward(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_config(deep) is None or not find_config(deep).is_relative_to(tmp_path)
    path = write(tmp_path, ONE)
    assert find_config(deep) == path
    nearer = write(tmp_path / "a", ONE)
    assert find_config(deep) == nearer


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "scanner.toml names no database: add a [[databases]] entry with its name, engine and schema."),
        (
            "[[database]]\n",
            "scanner.toml has the key 'database', which means nothing here: did you mean 'databases'?",
        ),
        ("databases = 3\n", "scanner.toml: write databases as [[databases]] entries, one for each."),
        (
            "[databases]\nname = 'a'\n",
            "scanner.toml: write databases as [[databases]] entries, one for each.",
        ),
        ("[[databases]]\nengine = 'postgres'\n", "scanner.toml: [[databases]] entry 1 has no name."),
        (
            "[[databases]]\nname = 'a'\nengine = 'postgres'\n",
            "scanner.toml: [[databases]] a has no schema: give a file of DDL",
        ),
        (
            "[[databases]]\nname = 'a'\nengine = 'oracle'\nschema = 's'\n",
            "scanner.toml: [[databases]] a: 'oracle' is no engine this scanner knows",
        ),
        (
            "[[databases]]\nname = 'a'\nengine = 'postgres:sixteen'\nschema = 's'\n",
            "scanner.toml: [[databases]] a: 'postgres:sixteen' has no version that is a number",
        ),
        (
            "[[databases]]\nname = 'a'\nengine = 'postgres16'\nschema = 's'\n",
            "scanner.toml: [[databases]] a: 'postgres16' is no engine this scanner knows",
        ),
        (
            "[[databases]]\nname = 'a'\nengine = 'mysql'\nschema = ['s.sql', 'mysql://h/d']\n",
            "scanner.toml: [[databases]] a mixes a DSN with other schemas",
        ),
        (ONE + ONE, "scanner.toml names the database 'shop' twice"),
        (
            ONE + "searchpath = ['a']\n",
            "the key 'searchpath', which means nothing here: did you mean 'search_path'?",
        ),
        (
            ONE + "search_path = [1]\n",
            "scanner.toml: [[databases]] shop: search_path must be a text or a list of texts.",
        ),
        (ONE + "sql_mode = 1\n", "scanner.toml: [[databases]] shop: sql_mode must be a text in quotes."),
        (
            ONE + "[[sources]]\nkind = 'pyton'\npath = '.'\n",
            "scanner.toml: [[sources]] entry 1 has the kind 'pyton', which there is not: did you mean 'python'?",
        ),
        (
            ONE + "[[sources]]\nkind = 'jdbc'\npath = '.'\n",
            "there is pg_stat_statements, mysql_digests, mysql_slow_log, mysql_slow_log_table, python or sql_files.",
        ),
        (
            ONE + "[[sources]]\nkind = 'python'\n",
            "scanner.toml: [[sources]] entry 1 needs one of path and dsn.",
        ),
        (ONE + "[[sources]]\nkind = 'python'\ndsn = 'mysql://h/d'\n", "of kind python is read from files"),
        (
            ONE + "[[sources]]\nkind = 'python'\npath = '.'\ndatabase = 'shpo'\n",
            "names the database 'shpo', which is not configured: did you mean 'shop'?",
        ),
        (ONE + "[[services]]\nname = 'billing'\n", "scanner.toml: [[services]] billing recognises nothing"),
        (ONE.replace("schema.sql", "mysql://me:p@ss@h/d"), "percent-encode signs such as @ / : # ? % and blanks"),
        (ONE + "[[services]]\nname = 'a'\ntags = 'shop'\n", "write tags with what they must be"),
        (ONE + "[[services]]\nname = 'a'\ntags = { app = [] }\n", "write tags with what they must be"),
        (ONE + "[[services]]\nname = 'a'\ntags = { app = 5 }\n", "a: tags: app must be a text or a list of texts."),
        (
            ONE + "[[services]]\nname = '{tags.app}'\nusers = 'a'\n",
            "{tags.app} takes its name from {tags.app}: say which values it may have.",
        ),
        (
            ONE + "[[services]]\nname = '{user}'\nusers = 'a'\npaths = 'b'\n",
            "{user} takes its name from {user}: leave out paths, which do not say it.",
        ),
        (ONE + "[[services]]\nname = 'a'\nroles = 'a'\n", "a has the key 'roles', which means nothing here"),
        ("[[databases]\n", "scanner.toml is not valid TOML: "),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(write(tmp_path, text))
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_services_are_recognised_by_connections_and_tags(tmp_path: Path) -> None:
    entry = """
[[services]]
name = "{tags.application}"
users = "app"
databases = "shop"
application_names = ["puma*"]
tags = { application = "*", "db driver" = ["psycopg", "asyncpg"] }
"""
    (rule,) = load_config(write(tmp_path, ONE + entry)).services
    assert rule.tags == (("application", ("*",)), ("db driver", ("psycopg", "asyncpg")))
    assert list(rule.conditions) == ["user", "database", "application_name", "tags.application", "tags.db driver"]


def test_a_source_must_choose_between_databases(tmp_path: Path) -> None:
    text = ONE + ONE.replace("shop", "stock") + "[[sources]]\nkind = 'python'\npath = '.'\n"
    with pytest.raises(ConfigError, match=r"must say which database it speaks to: shop or stock\.$"):
        load_config(write(tmp_path, text))


def test_an_unset_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    text = ONE.replace("schema.sql", "postgresql://u:${NOT_SET}@h/d")
    with pytest.raises(ConfigError, match="needs the environment variable NOT_SET, which is not set"):
        load_config(write(tmp_path, text))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"scanner\.toml cannot be read: No such file or directory\.$"):
        load_config(tmp_path / "scanner.toml")


def test_a_binary_file(tmp_path: Path) -> None:
    (tmp_path / "scanner.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load_config(tmp_path / "scanner.toml")


def test_options_stand_for_a_file(tmp_path: Path) -> None:
    config = config_from_options(
        "postgres:16",
        ["schema.sql"],
        sources=[
            ("python", "services"),
            ("pg_stat_statements", "postgresql://h/shop"),
            ("pg_stat_statements", "export.csv"),
            ("mysql_slow_log", "slow.log"),
            ("mysql_slow_log_table", "mysql://h"),
            ("mysql_digests", "mysql://h/shop"),
            ("mysql_digests", "mysql.tsv"),
        ],
        base=tmp_path,
    )
    assert config.database(None).schema == (f"{tmp_path}/schema.sql",)
    assert [(s.kind, s.database, s.path, s.dsn) for s in config.sources] == [
        ("python", "default", tmp_path / "services", None),
        ("pg_stat_statements", "default", None, "postgresql://h/shop"),
        ("pg_stat_statements", "default", tmp_path / "export.csv", None),
        ("mysql_slow_log", "default", tmp_path / "slow.log", None),
        ("mysql_slow_log_table", "default", None, "mysql://h"),
        ("mysql_digests", "default", None, "mysql://h/shop"),
        ("mysql_digests", "default", tmp_path / "mysql.tsv", None),
    ]


def make(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


SLOW_LOG = "mysqld, Version: 8.0\n# Time: 2026-01-02T03:04:05Z\n# User@Host: app[app] @ web1 []\n"
SETTINGS = "Variable_name\tValue\nlog_output\tFILE\n"
DIGESTS = "SCHEMA_NAME\tDIGEST\tDIGEST_TEXT\tCOUNT_STAR\n"
TABLE = "start_time\tuser_host\tquery_time\tsql_text\n"
EXPORT = "userid,dbid,queryid,query,calls\n"


@pytest.mark.parametrize(
    ("files", "root"),
    [
        ({"services/billing/pay.py": ""}, "services"),
        ({"services/pay.py": "", "reports/day.sql": ""}, "."),
        ({}, "."),
    ],
)
def test_locations_are_relative_to_what_holds_all_code(tmp_path: Path, files: dict[str, str], root: str) -> None:
    make(tmp_path, files)
    paths = sorted({name.split("/")[0] for name in files})
    config = config_from_options("mysql", ["schema.sql"], paths=paths, base=tmp_path)
    assert config.root == (tmp_path / root)


def test_a_folder_is_looked_into(tmp_path: Path) -> None:
    files = {
        "a/pay.py": "",
        "b/day.sql": "",
        "log/slow.log": SLOW_LOG,
        "log/app.log": "hello",
        "pg.csv": EXPORT,
    }
    make(
        tmp_path,
        {**files, "package.json": '{"name": "query"}', "pg.json": '[{"query": "SELECT 1", "calls": 3}]'},
    )
    config = config_from_options("mysql", ["schema.sql"], paths=["."], base=tmp_path)
    assert [(s.kind, s.path) for s in config.sources] == [
        ("python", tmp_path),
        ("sql_files", tmp_path),
        ("pg_stat_statements", tmp_path / "pg.csv"),
        ("pg_stat_statements", tmp_path / "pg.json"),
        ("mysql_slow_log", tmp_path / "log/slow.log"),
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("SCHEMA_NAME,DIGEST_TEXT,COUNT_STAR\n", ["mysql_digests"]),
        ('[{"digest_text": "SELECT ?", "count_star": 3}]', ["mysql_digests"]),
        ("start_time\tuser_host\tsql_text\n", ["mysql_slow_log_table"]),
        (
            f"Variable_name\tValue\nlog_output\tFILE\n{DIGESTS}{'x' * 100_000}\n{TABLE}",
            ["mysql_digests", "mysql_slow_log_table"],
        ),
        (f"Variable_name\tValue\nlog_output\tFILE\n{TABLE}", ["mysql_slow_log_table"]),
        (f"Variable_name\tValue\n{DIGESTS}shop\tx\tSELECT `user_host` , `sql_text`\t3\n", ["mysql_digests"]),
    ],
)
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_exports_of_mysql_are_known_by_their_columns(
    tmp_path: Path, text: str, kinds: list[str], compress: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "mysql.tsv").write_bytes(compress(text.encode()))
    config = config_from_options("mysql", ["schema.sql"], paths=["mysql.tsv"], base=tmp_path)
    assert [s.kind for s in config.sources] == kinds


def test_a_compressed_log_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "slow.log.gz").write_bytes(gzip.compress(SLOW_LOG.encode()))
    config = config_from_options("mysql", ["schema.sql"], paths=["slow.log.gz"], base=tmp_path)
    assert [s.kind for s in config.sources] == ["mysql_slow_log"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nowhere", "nowhere does not exist"),
        ("note.txt", "note.txt holds nothing to scan"),
        ("docs", "docs holds nothing"),
    ],
)
def test_a_path_that_is_no_source(tmp_path: Path, path: str, sentence: str) -> None:
    make(tmp_path, {"note.txt": "hello", "docs/index.md": "# Docs"})
    with pytest.raises(ConfigError, match=sentence):
        config_from_options("mysql", ["schema.sql"], paths=[path], base=tmp_path)


def test_further_sources_need_to_know_their_database(config: Config, tmp_path: Path) -> None:
    more = with_options(config, "stock", sources=[("mysql_slow_log", "more.log")], base=tmp_path)
    assert more.sources[-1] == SourceConfig("mysql_slow_log", "stock", path=tmp_path / "more.log")
    with pytest.raises(ConfigError, match=r"^The request must say which database it speaks to: shop or stock\.$"):
        with_options(config, None, sources=[("mysql_slow_log", "more.log")], base=tmp_path)
    assert with_options(config, None) == config


def test_options_name_what_is_wrong() -> None:
    with pytest.raises(ConfigError, match=r"^--engine: 'db2' is no engine"):
        config_from_options("db2", ["schema.sql"])
    with pytest.raises(ConfigError, match=r"^The command line has no schema: give a file"):
        config_from_options("postgres", [])


def test_libpq_keywords_are_a_dsn() -> None:
    config = config_from_options("postgres", ["host=/run/pg dbname=shop"])
    assert config.databases[0].schema == ("host=/run/pg dbname=shop",)


def test_nearest() -> None:
    assert nearest("ordres", ["orders", "users", "order_items"], 2) == ("orders",)
    assert nearest("ORDERS", ["Orders"]) == ("Orders",)
    assert nearest("zzz", ["orders"]) == ()


SERVER = """
[[databases]]
name = "shop"
engine = "postgres:16"
schema = "shop.sql"

[[databases]]
name = "billing"
engine = "postgres:16"
schema = "billing.sql"

[[sources]]
kind = "{kind}"
path = "statements.csv"
{keys}
"""


def test_several_databases_of_one_server(tmp_path):
    file = write(tmp_path, SERVER.format(kind="pg_stat_statements", keys='databases = {eu = "shop", pay = "billing"}'))
    path = tmp_path / "statements.csv"
    assert load_config(file).sources == (
        SourceConfig("pg_stat_statements", "shop", path, server_database="eu", elsewhere=("pay",)),
        SourceConfig("pg_stat_statements", "billing", path, server_database="pay", elsewhere=("eu",)),
    )


@pytest.mark.parametrize(
    ("kind", "keys", "message"),
    [
        ("pg_stat_statements", 'databases = ["shop"]', r"write databases = \{ shop_production = \"shop\" \}"),
        ("pg_stat_statements", "databases = {}", "instead of database, write databases ="),
        ("pg_stat_statements", 'database = "shop"\ndatabases = {a = "shop"}', "instead of database, write databases ="),
        ("pg_stat_statements", 'databases = {a = "shp"}', r"names the database 'shp', .* did you mean 'shop'"),
        ("python", 'databases = {a = "shop"}', "of kind python shows no databases of a server"),
    ],
)
def test_databases_of_a_server_that_cannot_be_used(tmp_path, kind, keys, message):
    with pytest.raises(ConfigError, match=message):
        load_config(write(tmp_path, SERVER.format(kind=kind, keys=keys)))


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("0.5 m", 30), ("1h", 3600), ("0s", 0)])
def test_how_long_sessions_are_looked_at(tmp_path, text, seconds):
    entry = f'[[sources]]\nkind = "pg_stat_statements"\ndsn = "postgresql://db/shop"\nsample_activity = "{text}"\n'
    assert load_config(write(tmp_path, ONE + entry)).sources[0].sample_s == seconds
    options = {"engine": "postgres", "schema": ("schema.sql",), "sample_activity": text}
    asked = Request(**options, pg_stat_statements=("postgresql://db/shop", "statements.csv"))
    assert [source.sample_s for source in asked.config_for().sources] == [seconds, 0]


@pytest.mark.parametrize("text", ["30", "2h", "s", "-1s", "1e3s", "ten minutes"])
def test_a_duration_that_is_none(tmp_path, text):
    entry = f'[[sources]]\nkind = "pg_stat_statements"\ndsn = "postgresql://db/shop"\nsample_activity = "{text}"\n'
    with pytest.raises(ConfigError, match="write seconds or minutes as in 30s or 5m, at most 1h"):
        load_config(write(tmp_path, ONE + entry))


def test_only_a_server_has_sessions(tmp_path):
    entry = '[[sources]]\nkind = "pg_stat_statements"\npath = "statements.csv"\nsample_activity = "3s"\n'
    with pytest.raises(ConfigError, match="sample_activity needs a dsn of kind pg_stat_statements"):
        load_config(write(tmp_path, ONE + entry))
    asked = Request(engine="postgres", schema=("schema.sql",), python=("src",), sample_activity="3s")
    with pytest.raises(ConfigError, match="give the DSN of pg_stat_statements"):
        asked.config_for()


def rolled_out(tmp_path: Path, text: str) -> RolloutSettings:
    (tmp_path / "scanner.toml").write_text(
        f"[[databases]]\nname = 'shop'\nengine = 'postgres:16'\nschema = 'a.sql'\n{text}"
    )
    return load_config(tmp_path / "scanner.toml").databases[0].rollout


def test_how_a_company_rolls_out(tmp_path):
    assert rolled_out(tmp_path, "") == RolloutSettings()
    text = "[rollout]\nside_by_side = false\nbatch_rows = 50\n[rollout.fill]\n'orders.status' = \"'placed'\""
    found = rolled_out(tmp_path, text)
    assert (found.side_by_side, found.batch_rows, found.lock_timeout_ms) == (False, 50, 2000)
    assert found.value_for("orders", "status") == "'placed'"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[rollout]\nbatch_rows = 0", "batch_rows must be a whole number from 1"),
        ("[rollout]\nbatch_rows = true", "batch_rows must be a whole number from 1"),
        ("[rollout]\nside_by_side = 1", "side_by_side must be true or false"),
        ("[rollout]\nbatchrows = 1", "did you mean 'batch_rows'|batch_rows"),
        ("[rollout.fill]\n'orders.status' = 7", "fill must be a table of texts"),
        ("[[rollout]]\nbatch_rows = 1", "write rollout as one"),
    ],
)
def test_a_rollout_that_is_wrong_is_said_in_a_sentence(text, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        rolled_out(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("postgres", Engine("postgres", (15,))),
        ("postgresql:16beta1", Engine("postgres", (16,))),
        ("MariaDB 10.11.6-MariaDB-log", Engine("mariadb", (10, 11, 6))),
        ("mysql@8.0.36", Engine("mysql", (8, 0, 36))),
    ],
)
def test_an_engine_is_read_as_people_and_servers_write_it(text, engine):
    assert Engine.parse(text) == engine
