"""What takes long to make is made once and kept: by all processes of all test runs that share the cache."""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

CACHE = Path(os.environ.get("CAIRN_CACHE", Path(__file__).resolve().parents[2] / "build" / "cache"))


@contextlib.contextmanager
def alone(name):
    """The path of that name in the cache, for one process at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    place = CACHE / name
    with open(f"{place}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


def directory(name, fill):
    """The directory of that name, filled by `fill(directory)` unless that was done to its end."""
    with alone(name) as place:
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            fill(place)
            (place / "complete").touch()
    return place
