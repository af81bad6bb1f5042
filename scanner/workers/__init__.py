"""Where work is done that can be divided: processes of this machine, or a cluster of machines."""

from scanner.workers.apart import EndedError, NoProcessError, TaskError, TooSlowError
from scanner.workers.workers import VARIABLE, Workers, local, wanted, workers

__all__ = [
    "VARIABLE",
    "EndedError",
    "NoProcessError",
    "TaskError",
    "TooSlowError",
    "Workers",
    "local",
    "wanted",
    "workers",
]
