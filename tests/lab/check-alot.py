#!/usr/bin/env python3
"""What alot's own code makes of configuration files: a JSON object a line, one for each FILE.

Keys are taken for known (alot asks the keyring). What alot logs as unknown, and its errors, are in `wrong`.
"""
import json
import logging
import sys

sys.path.insert(0, "/usr/share/alot")
from alot.settings import manager  # noqa: E402
from alot.utils import configobj as checks  # noqa: E402


class Words(logging.Handler):
    def __init__(self):
        super().__init__(logging.INFO)
        self.words = []

    def emit(self, record):
        self.words.append(record.getMessage())


checks.gpg_key = lambda value: value
manager.checks.gpg_key = checks.gpg_key
for path in sys.argv[1:]:
    words = Words()
    logging.getLogger().handlers = [words]
    logging.getLogger().setLevel(logging.INFO)
    answer = {"accounts": [], "wrong": []}
    try:
        settings = manager.SettingsManager()
        settings.read_config(path)
        for account in settings.get_accounts():
            box = lambda b: None if b is None else b._path  # noqa: E731
            answer["accounts"].append({
                "address": str(account.address), "realname": account.realname,
                "aliases": [str(a) for a in account.aliases], "command": account.cmd,
                "sent": box(account.sent_box), "drafts": box(account.draft_box),
                "signature": account.signature, "key": account.gpg_key, "sign": account.sign_by_default,
            })
    except Exception as error:  # whatever it is, it is what the user would see
        answer["wrong"].append("%s: %s" % (type(error).__name__, error))
    answer["wrong"] += [w for w in words.words if "unknown" in w.lower() or "not present" in w.lower()]
    print(json.dumps(answer, ensure_ascii=False))
