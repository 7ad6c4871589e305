#!/usr/bin/env python3
"""check-getmail.py FILE...: what getmail's own code makes of its configuration, as JSON; a list, one item a file.

Its password commands are run. The Maildirs have to be there, as for getmail itself.
"""
import contextlib, json, os, sys
from configparser import RawConfigParser

sys.path.insert(0, "/usr/lib/python3/dist-packages")
from getmailcore import destinations, retrievers

OPTIONS = {"delete", "read_all", "max_message_size"}


def read(path):
    config = RawConfigParser()
    with open(path, encoding="utf-8") as f:
        config.read_file(f)
    made = {}
    for section, kinds in (("retriever", retrievers), ("destination", destinations)):
        values = dict(config.items(section))
        kind = values.pop("type")
        known = {item.name for item in getattr(kinds, kind)._confitems}
        unknown = set(values) - known
        assert not unknown, unknown
        more = {"getmaildir": os.path.dirname(path)} if section == "retriever" else {}
        made[section] = getattr(kinds, kind)(configparser=config, **more, **values)
    retriever, destination = made["retriever"], made["destination"]
    retriever.checkconf()
    if retriever.conf["password_command"]:
        retriever.run_password_command()
    options = dict(config.items("options"))
    assert set(options) <= OPTIONS, options
    plain = lambda conf: {k: v for k, v in conf.items() if isinstance(v, (str, int, bool, tuple, type(None)))}
    return {"type": config.get("retriever", "type"), **plain(retriever.conf), "path": destination.conf["path"],
            "delete": config.getboolean("options", "delete"), "read_all": config.getboolean("options", "read_all"),
            "keys": sum(len(config.options(s)) for s in config.sections())}


def tried(path):
    try:
        # Its log goes to standard output.
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            return read(path)
    except Exception as e:
        return {"error": repr(e)}


print(json.dumps([tried(path) for path in sys.argv[1:]]))
