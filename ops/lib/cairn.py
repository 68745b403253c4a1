"""ops/cairn: the admin command of Cairn, against the server of a data directory."""
import os
import sys

import instance
from common import Problem, main
from instance import Instance, become_owner

USAGE = """usage: cairn [--data DIR] COMMAND …

The admin command against the server that ops/up runs on DIR (%s).
  db status|check|migrate|shell    the database; shell reads statements from standard input, too
  doctor                           what is wrong, if anything
  config dump|check                the settings in force
  gc                               delete for good what was deleted
  help                             all of them"""


def cairn():
    args, data = sys.argv[1:], instance.default_data()
    if args[:1] == ["--data"] and len(args) > 1:
        data, args = args[1], args[2:]
    elif args and args[0].startswith("--data="):
        data, args = args[0].removeprefix("--data="), args[1:]
    if not args or args[0] in ("-h", "--help"):
        print(USAGE % instance.default_data())
        return 0 if args else 2
    inst = Instance(data)
    if inst.inspect() != "ours" or not os.path.exists(inst.cairn):
        raise Problem(f"{inst.data} is not a data directory that ops/up has set up")
    become_owner(inst.data)
    if args[0] in ("db", "doctor", "gc") and not os.path.exists(inst.db_socket):
        raise Problem(f"no database runs on {inst.data}: start it with ops/up")
    os.execv(inst.cairn, ["cairn", *with_config(args, inst.cairn_conf)])


def with_config(args, conf):
    """--config behind the words that name the command, before what belongs to it."""
    words = 2 if args[0] in ("db", "config") else 1
    return [*args[:words], f"--config={conf}", *args[words:]]


main(cairn)
