"""ops/down: stop what ops/up has started on a data directory, and nothing else."""
import argparse
import os
import select
import signal

import instance
from common import Problem, main, say
from instance import Instance, become_owner, start_time

PATIENCE = 200    # seconds; more than ops/up gives its services together


def down():
    p = argparse.ArgumentParser(prog="down", description="Stop the server that ops/up has started on a data directory.")
    p.add_argument("--data", metavar="DIR", default=instance.default_data(), help="its directory (%(default)s)")
    inst = Instance(p.parse_args().data)
    found = inst.inspect()
    if found != "ours":
        raise Problem(f"{inst.data} is {found}: nothing runs there")
    become_owner(inst.data)
    if inst.lock():
        left = inst.end_leftovers()
        say(f"Ended what was left: {', '.join(left)}" if left else f"Nothing runs on {inst.data}")
        return 0
    pid, start = inst.read_state().get("processes", {}).get("up", (0, 0))
    if not pid or start_time(pid) != start:
        raise Problem(f"ops/up is just starting on {inst.data}: try again, or end it with Ctrl-C")
    watch = os.pidfd_open(pid)
    if start_time(pid) == start:
        os.kill(pid, signal.SIGTERM)
    if not select.select([watch], [], [], PATIENCE)[0]:
        raise Problem(f"process {pid} was told to stop and still runs after {PATIENCE} s; see {inst.log}")
    say("Cairn has stopped.")
    return 0


main(down)
