"""What the commands in ops/ share: where the checkout is, and how they fail."""
import os
import re
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


class Problem(Exception):
    """What went wrong, in one line for the person at the terminal."""


def say(text):
    """To the person, if one still listens: no server ends because its output does."""
    try:
        os.write(1, text.encode(errors="replace") + b"\n")
    except OSError:
        pass


def run(argv, log, **more):
    """Run a command with its output in a file; a failure names the file and its last line."""
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "wb") as out:
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, **more)
        except FileNotFoundError as e:
            raise Problem(f"{e.filename} is missing") from e
    if done.returncode != 0:
        reason = telling_line(log, ("error:", "Error:", "ERROR", "ERR!", "E: "))
        raise Problem(f"{os.path.basename(argv[0])} failed: {reason} (see {log})")


def output(argv):
    """What a command prints; a failure gives its own words."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise Problem(lines[-1] if lines else f"{os.path.basename(argv[0])} failed")
    return done.stdout


def telling_line(path, words, start=0):
    """The first line of a log, from start, that has one of these words; else the last line."""
    lines = log_lines(path, start)
    return next((line for line in lines if any(w in line for w in words)), lines[-1] if lines else "nothing was logged")


def log_lines(path, start=0):
    """The last 64 kB of a log from start on, without empty lines, each cut to 300 characters."""
    try:
        with open(path, "rb") as f:
            end = f.seek(0, os.SEEK_END)
            f.seek(max(start, end - 65536))
            text = f.read().decode(errors="replace")
    except OSError:
        return []
    return [line.strip()[:300] for line in text.splitlines() if line.strip()]


def says_full(path, start=0):
    """Whether a log tells of a full disk."""
    words = re.compile(r"No space left on device|[Ee]rror:? 28\b|Errcode: 28\b")
    return any(words.search(line) for line in log_lines(path, start))


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
