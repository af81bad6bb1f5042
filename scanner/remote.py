"""Files behind URLs, such as s3://bucket/logs/slow.log, through fsspec; collectors use them as they use paths."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

if sys.platform == "win32":
    from pathlib import WindowsPath as LocalPath
else:
    from pathlib import PosixPath as LocalPath

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+)://.", re.IGNORECASE)
_SERVERS = re.compile(r"(?:postgres|postgresql|mysql|mariadb)(?:\+|:)", re.IGNORECASE)
_NO_RANGES = "its server gives no ranges: pipe the file into --slow-log -, as in curl URL | scanner …"
_BLOCK_BYTES = 4 << 20  # asked for at a time, and held
_OWN_ERRORS = (  # that are no OSError
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
)
_PATTERN = re.compile(r"[*?\[]")


def is_remote(text: str) -> bool:
    """Whether a text is the URL of files rather than a path or the DSN of a server."""
    return _URL.match(text) is not None and not _SERVERS.match(text)


class RemotePath(LocalPath):
    """A file, a folder or a pattern behind a URL. What asks for it raises OSError."""

    url: str

    @classmethod
    def of(cls, url: str) -> RemotePath | LocalPath:
        """The path of a URL; that of file:// is one of this machine."""
        if url.partition("://")[0].lower() == "file":
            return LocalPath(unquote(urlsplit(url).path))
        made = cls(url)
        made.url = url
        return made

    def __str__(self) -> str:
        return self.url if hasattr(self, "url") else super().__str__()

    def exists(self, **_: object) -> bool:
        """Whether there is a file or folder; of what is not asked for, or refused, reading says why."""
        try:
            return self.url.startswith("http") or bool(_asked(self.url, "exists"))
        except OSError:
            return True

    def is_dir(self, **_: object) -> bool:
        """Whether it is a folder; behind http it never is, and of what is refused reading says why."""
        try:
            return not self.url.startswith("http") and bool(_asked(self.url, "isdir"))
        except OSError:
            return False

    def files(self) -> Iterator[RemotePath]:
        """Itself, or the files of a folder or those that match a pattern, sorted."""
        try:
            yield from self._found()
        except OSError:  # reading it says why
            yield self

    def _found(self) -> Iterator[RemotePath]:
        if not self.url.startswith("http") and _PATTERN.search(self.url):
            found = _asked(self.url, "glob")
        else:
            found = _asked(self.url, "find") if self.is_dir() else None
        if found is None:
            yield self
            return
        scheme = self.url.partition("://")[0]
        yield from [cast(RemotePath, RemotePath.of(f"{scheme}://{path.removeprefix('/')}")) for path in sorted(found)]

    def stat(self, **_: object) -> os.stat_result:
        """Its size, and a time of change and an inode that are others when the file is."""
        info = _asked(self.url, "info")
        changed = next((info[key] for key in ("mtime", "LastModified", "updated", "created") if info.get(key)), 0)
        seconds = changed.timestamp() if isinstance(changed, datetime) else changed if isinstance(changed, float) else 0
        named = repr((changed, info.get("ETag"), info.get("etag"), info.get("generation"))).encode()
        inode = int.from_bytes(blake2b(named, digest_size=7).digest())
        return os.stat_result((0, inode, 0, 1, 0, 0, info.get("size") or 0, 0, int(seconds), 0))

    def open(self, mode: str = "rb", *_: Any, **__: Any) -> Any:  # noqa: ANN401  # as Path.open
        """The content, fetched in ranges as it is read."""
        if mode != "rb":
            raise OSError("it is no file of this machine")
        stream = _asked(self.url, "open", mode="rb", block_size=_BLOCK_BYTES)
        if not stream.seekable():
            raise OSError(_NO_RANGES)
        return _Ranges(stream)


class _Ranges(io.RawIOBase):
    """A stream of which every failure is an OSError."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401  (fsspec's files have no common type)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401  (any writable buffer)
        try:
            content = self._stream.read(len(buffer))
        except ValueError as error:  # the server answers with something else than was asked for
            raise OSError(_NO_RANGES) from error
        except _errors() as error:
            raise OSError(_sentence(error)) from error
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _asked(url: str, what: str, **options: object) -> Any:  # noqa: ANN401  (each method has its own answer)
    """The answer of a method of the file system of a URL. Raises OSError."""
    try:
        file_system, path = _file_system(url)
        return getattr(file_system, what)(path, **options)
    except FileNotFoundError as error:
        raise FileNotFoundError("there is no such file") from error
    except _errors() as error:
        raise OSError(_sentence(error)) from error


def _file_system(url: str) -> tuple[AbstractFileSystem, str]:
    scheme = url.partition("://")[0]
    try:
        from fsspec.core import url_to_fs

        file_system, path = url_to_fs(url)
    except ImportError as error:
        needed = "pip install 'query-dependency-scanner[remote]'"
        raise OSError(f"{scheme}:// needs the extra remote: {needed} ({_sentence(error)})") from error
    file_system.invalidate_cache()
    return file_system, path


def _errors() -> tuple[type[BaseException], ...]:
    """What file systems raise, those that were loaded."""
    loaded = (getattr(sys.modules.get(module), name, None) for module, name in _OWN_ERRORS)
    return OSError, ValueError, RuntimeError, *filter(None, loaded)


def _sentence(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
