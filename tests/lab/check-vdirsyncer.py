#!/usr/bin/env python3
"""check-vdirsyncer.py FILE...: what vdirsyncer's own code makes of its configuration, as JSON; a list, one item a file.

Password commands are run; a password that would be asked for is shown as `asked: ` and the question.
"""
import inspect, json, os, sys

from vdirsyncer.cli import fetchparams
from vdirsyncer.cli.config import load_config
from vdirsyncer.cli.utils import storage_class_from_config
from vdirsyncer.utils import expand_path

fetchparams.STRATEGIES["prompt"] = lambda text: f"asked: {text}"


def storage(config, name):
    args = config.get_storage_args(name)
    kind, rest = storage_class_from_config(args)
    known = set()
    for base in inspect.getmro(kind):
        known |= set(inspect.signature(base.__init__).parameters)
        session = getattr(base, "session_class", None)
        known |= set(inspect.signature(session.__init__).parameters) if session else set()
    unknown = set(rest) - known - {"instance_name"}
    assert not unknown, unknown
    for key in ("path", "verify"):
        if key in args:
            args[key] = expand_path(args[key])
    return args


def read(path):
    config = load_config(path)
    pairs = {}
    for name, pair in config.pairs.items():
        pairs[name] = {"collections": pair.collections, "metadata": list(pair.metadata),
                       "conflict": pair.conflict_resolution, "local": storage(config, pair.name_a),
                       "remote": storage(config, pair.name_b)}
    return {"status": config.general["status_path"], "storages": len(config.storages), "pairs": pairs}


def tried(path):
    try:
        return read(path)
    except Exception as e:
        return {"error": repr(e)}


print(json.dumps([tried(path) for path in sys.argv[1:]]))
