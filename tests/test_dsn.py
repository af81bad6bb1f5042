import pytest

from scanner.dsn import family, mysql_arguments
from scanner.errors import SourceError
from scanner.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://me:secret@db:5432/shop", "postgresql://me:***@db:5432/shop"),
        (
            "could not reach mysql://me:s%40c@db/shop?x=1 today",
            "could not reach mysql://me:***@db/shop?x=1 today",
        ),
        ("postgresql://me:p@ss:w/rd@db/shop", "postgresql://me:***@db/shop"),
        ("postgresql://:secret@db/shop", "postgresql://:***@db/shop"),
        ("host=db password='it is secret' user=me", "host=db password=*** user=me"),
        ("mysql://db/shop?user=me&password=secret&x=1", "mysql://db/shop?user=me&password=***&x=1"),
        ("postgresql://me@db:5432/shop", "postgresql://me@db:5432/shop"),
        ("https://h/slow.log?X-Amz-Signature=abc&v=2&sig=d", "https://h/slow.log?X-Amz-Signature=***&v=2&sig=***"),
        ("postgresql://db:5432/shop", "postgresql://db:5432/shop"),
    ],
)
def test_passwords_are_masked_and_nothing_else(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        ("postgres://db/shop", "postgres"),
        ("PostgreSQL+psycopg://db/shop", "postgres"),
        ("mariadb://db/shop", "mysql"),
        ("mysql+pymysql://db/shop", "mysql"),
    ],
)
def test_the_scheme_names_the_family(dsn, expected):
    assert family(dsn) == expected


@pytest.mark.parametrize("dsn", ["shop.sql", "sqlite://me:secret@x", "host=db password=secret"])
def test_other_texts_are_no_url_of_a_database(dsn):
    with pytest.raises(SourceError, match="postgresql://") as raised:
        family(dsn)
    assert "secret" not in str(raised.value)


def test_a_url_is_what_pymysql_needs():
    assert mysql_arguments("mysql://me%40home:s%2Fc@Db.Example:3307/my%20shop") == {
        "user": "me@home",
        "password": "s/c",
        "host": "db.example",
        "port": 3307,
        "database": "my shop",
    }
    assert mysql_arguments("mariadb://db/shop")["port"] == 3306


@pytest.mark.parametrize(
    "dsn", ["mysql://me@localhost/shop?unix_socket=/Run/my.sock", "mysql://me@%2FRun%2Fmy.sock/shop"]
)
def test_sockets(dsn):
    assert mysql_arguments(dsn) == {
        "user": "me",
        "password": "",
        "database": "shop",
        "unix_socket": "/Run/my.sock",
    }


@pytest.mark.parametrize("dsn", ["mysql://me:secret@db", "mysql://me:secret@db:port/shop"])
def test_urls_that_cannot_be_used_are_said_without_the_password(dsn):
    with pytest.raises(SourceError) as raised:
        mysql_arguments(dsn)
    assert "secret" not in str(raised.value)
