"""What the commands in ops/ share: where the checkout is, and how they fail."""
import os
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


class Problem(Exception):
    """What went wrong, in one line for the person at the terminal."""


def say(text):
    print(text, flush=True)


def run(argv, log, **more):
    """Run a command with its output in a file; a failure names the file and its last line."""
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "wb") as out:
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, **more)
        except FileNotFoundError as e:
            raise Problem(f"{e.filename} is missing") from e
    if done.returncode != 0:
        raise Problem(f"{os.path.basename(argv[0])} failed: {last_line(log)} (see {log})")


def last_line(path, words=()):
    """The last line of a log, or the last with one of these words; at most 300 characters."""
    try:
        with open(path, "rb") as f:
            f.seek(0, os.SEEK_END)
            f.seek(max(0, f.tell() - 65536))
            lines = f.read().decode(errors="replace").splitlines()
    except OSError:
        return "no log"
    lines = [line.strip() for line in lines if line.strip()]
    wanted = [line for line in lines if any(w in line for w in words)] or lines
    return wanted[-1][:300] if wanted else "nothing was logged"


def main(function):
    """Call function; a Problem becomes one line and exit status 1."""
    try:
        sys.exit(function())
    except Problem as e:
        sys.exit(f"{os.path.basename(sys.argv[0]).removesuffix('.py')}: {e}")
    except OSError as e:
        where = f"{e.filename}: " if e.filename else ""
        sys.exit(f"{os.path.basename(sys.argv[0]).removesuffix('.py')}: {where}{e.strerror or e}")
    except KeyboardInterrupt:
        sys.exit(130)
