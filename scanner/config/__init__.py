"""scanner.toml, or the options that stand for it, as a value.

Relative paths are relative to the file, ``${NAME}`` in a DSN is taken from the environment, and everything
that cannot be used as written is a ConfigError naming the entry, what is wrong and the nearest valid name.
"""

from scanner.config.discover import kinds_of
from scanner.config.model import (
    NAMED_BY,
    Config,
    DatabaseConfig,
    ServiceRule,
    SourceConfig,
    SourceKind,
    SuppressionEntry,
)
from scanner.config.options import Request, config_from_options, with_options
from scanner.config.toml import find_config, load_config
from scanner.config.values import CODE_KINDS, expand, is_dsn
from scanner.config.wording import nearest

__all__ = [
    "CODE_KINDS",
    "NAMED_BY",
    "Config",
    "DatabaseConfig",
    "Request",
    "ServiceRule",
    "SourceConfig",
    "SourceKind",
    "SuppressionEntry",
    "config_from_options",
    "expand",
    "find_config",
    "is_dsn",
    "kinds_of",
    "load_config",
    "nearest",
    "with_options",
]
