#!/usr/bin/env python3
"""read-keyfile.py FILE...: what GLib's own reader reads in key files, as a JSON list: {group: {key: [text, [item, ...]]}}."""
import json, sys

from gi.repository import GLib


def read(path):
    file = GLib.KeyFile()
    file.load_from_file(path, GLib.KeyFileFlags.NONE)
    groups = {}
    for group in file.get_groups()[0]:
        groups[group] = {}
        for key in file.get_keys(group)[0]:
            value = []
            for getter in (file.get_string, file.get_string_list):
                try:
                    value.append(getter(group, key))
                except GLib.Error as error:
                    # A list's `\;` is no escape in a text.
                    value.append({"error": error.message})
            groups[group][key] = value
    return groups


json.dump([read(path) for path in sys.argv[1:]], sys.stdout, ensure_ascii=False)
