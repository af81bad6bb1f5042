"""Workers of a Dask cluster. The cluster runs this package's own functions and nothing else.

Who may speak to a cluster may run anything on it, and reads what it is sent: its machines are trusted as this one is.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import scanner
from scanner.errors import ClusterError
from scanner.workers.apart import EndedError, Processes, TaskError
from scanner.workers.workers import Workers

if TYPE_CHECKING:
    from distributed import Client

TIMEOUT = 10.0  # seconds, for the scheduler to answer and a worker to be there


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """The workers of the cluster whose scheduler is there: ``tcp://host:8786``, ``tls://…``. Raises ClusterError."""
    with _connected(address) as client:
        count = _count(client, address)
        with _Cluster(client, address) as executor:
            yield Workers(executor, _run, count, elsewhere=True)


def _connected(address: str) -> Client:
    try:
        from distributed import Client, Security
        from distributed.comm.addressing import resolve_address
    except ImportError:
        raise ClusterError(
            "A Dask cluster is reached with the package distributed: pip install 'query-dependency-scanner[dask]'."
        ) from None
    if address.startswith("tls:") and Security().get_connection_args("client").get("ssl_context") is None:
        raise ClusterError(
            f"To reach {address}, name the certificates in Dask's configuration, under distributed.comm.tls."
        )
    try:
        resolve_address(address)  # which a client does without an end
        return Client(address, timeout=TIMEOUT, set_as_default=False, name="scanner")
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ClusterError(
            f"No Dask scheduler answers at {address} ({reason}): give its address, as in tcp://scheduler:8786."
        ) from None


def _count(client: Client, address: str) -> int:
    try:
        client.wait_for_workers(1, timeout=TIMEOUT)
    except TimeoutError:
        raise ClusterError(
            f"The Dask cluster at {address} has no workers: start some, as in dask worker {address}."
        ) from None
    return sum(client.nthreads().values())


class _Cluster(Executor):
    """The cluster's executor, whose failures are said as those of this machine's workers are."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._address = address
        self._open: set[Future[Any]] = set()  # asked for, and without an answer
        self._ended = Event()
        Thread(target=self._watch, daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401  # as Executor
        """As Executor: the function is called by a worker."""
        answer: Future[Any] = Future()
        self._open.add(answer)
        try:
            asked = self._executor.submit(_on_worker, made_by(), fn, *args, **kwargs)
        except RuntimeError:  # the client has given up
            self._settle(answer, None, self._lost)
        else:
            asked.add_done_callback(lambda done: self._settle(answer, *self._outcome(done)))
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  # as Executor
        """As Executor; nothing is waited for."""
        self._ended.set()

    def _watch(self) -> None:
        """Answers for a cluster that is lost: what the client was fetching from it then, it goes on waiting for."""
        while not self._ended.wait(1):
            if self._client.status in ("closing", "closed"):
                for answer in tuple(self._open):
                    self._settle(answer, None, self._lost)

    def _settle(self, answer: Future[Any], value: object, error: Exception | None) -> None:
        self._open.discard(answer)
        with suppress(InvalidStateError):  # it has been answered for
            if error is None:
                answer.set_result(value)
            else:
                answer.set_exception(error)

    @property
    def _lost(self) -> ClusterError:
        return ClusterError(f"The Dask cluster at {self._address} was lost: scan again when it is there.")

    def _outcome(self, done: Future[tuple[Any, Exception | None]]) -> tuple[Any, Exception | None]:
        from distributed import KilledWorker

        try:
            error = done.exception()
        except CancelledError:
            return None, self._lost
        if error is None:
            return done.result()
        if isinstance(error, KilledWorker):
            return None, EndedError()
        sentence = f"A worker of the Dask cluster at {self._address} could not take up a task ({error!r})"
        return None, ClusterError(f"{sentence}: install {made_by()} there.")


_PROCESSES = Processes()  # of a worker: they end when they have nothing to do


def _on_worker(wanted: str, run: Callable[..., Any], *arguments: object) -> tuple[Any, Exception | None]:
    """What a function gives or raises, which is no error of the worker's."""
    if wanted != made_by():
        sentence = f"The worker {platform.node()} of the Dask cluster has {made_by()}, and here is {wanted}"
        return None, ClusterError(f"{sentence}: install the same on all machines.")
    try:
        return run(*arguments), None
    except OSError as error:
        message = f"{error.strerror or error} on the worker {platform.node()}"
        return None, OSError(error.errno, message, error.filename)
    except TaskError as error:
        return None, error


def _run(task: Callable[[Any], Any], argument: object) -> object:
    return _PROCESSES.run(task, argument)


@cache
def made_by() -> str:
    """What makes the answers: other versions may give others."""
    root = Path(scanner.__file__).parent
    seen = blake2b(digest_size=4)
    for file in sorted(root.rglob("*.py")):
        seen.update(os.fsencode(file.relative_to(root)) + b"\0" + file.read_bytes())
    return f"scanner {scanner.__version__} ({seen.hexdigest()}) with libcst {version('libcst')}"
