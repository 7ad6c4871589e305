#!/usr/bin/env python3
"""check-offlineimap.py FILE...: what OfflineIMAP's own code makes of its configuration, as JSON; a list, one item a file.

Its password expressions are evaluated, so they run their commands. FOLDERS: more names to ask its folder filter about. `unknown`: keys that its documented example lacks.
"""
import gzip, json, os, re, sys

sys.path.insert(0, "/usr/share/offlineimap3")
from offlineimap.CustomConfig import CustomConfigParser
from offlineimap.accounts import Account, getaccountlist
from offlineimap.repository import Repository
from offlineimap.ui import UI_LIST, setglobalui

# At Gmail, in German, and elsewhere: what the folder filter is asked.
FOLDERS = ["INBOX", "Work", "A/B", "[Gmail]", "[Gmail]x"] + [
    f"[{root}]/{name}" for root in ("Gmail", "Google Mail") for name in (
        "All Mail", "Sent Mail", "Drafts", "Trash", "Bin", "Spam", "Starred", "Important", "Alle Nachrichten", "Gesendet",
        "Entwürfe", "Papierkorb", "Enviados", "Borradores", "Papelera", "Todos")] + json.loads(os.environ.get("FOLDERS", "[]"))


def example():
    for name in ("offlineimap.conf", "offlineimap.conf.gz"):
        path = "/usr/share/doc/offlineimap3/examples/" + name
        if os.path.exists(path):
            with (gzip.open if name.endswith("gz") else open)(path, "rt", encoding="utf-8") as f:
                return set(re.findall(r"^#?\s*(\w+)\s*=", f.read(), re.M))
    return None


def read(path):
    config = CustomConfigParser()
    config.read(path, encoding="utf-8")
    config.set("general", "dry-run", "False")
    setglobalui(UI_LIST["quiet"](config))
    known = example()
    keys = {key for section in config.sections() for key in config.options(section)} - {"dry-run"}
    accounts = {}
    for name in getaccountlist(config):
        account = Account(config, name)
        local, remote = Repository(account, "local"), Repository(account, "remote")
        accounts[name] = {
            "type": type(remote).__name__,
            "host": remote.gethost(), "port": remote.getport(), "ssl": remote.getssl(), "starttls": remote.getstarttls(),
            "ca": remote.getsslcacertfile(), "user": remote.getuser(), "password": remote.getpassword(),
            "token": remote.getoauth2_access_token(), "mechanisms": remote.get_auth_mechanisms(),
            "create": remote.should_create_folders(), "expunge": remote.getexpunge(),
            "folders": [f for f in FOLDERS if remote.folderfilter(f)],
            "root": local.getlocalroot(), "sep": local.getsep(), "utf8": account.utf_8_support,
        }
    return {"asked": FOLDERS, "sections": len(config.sections()), "keys": sum(len(config.options(s)) for s in config.sections()),
            "unknown": sorted(keys - known) if known else [], "accounts": accounts}


def tried(path):
    try:
        return read(path)
    except Exception as e:
        return {"error": repr(e)}


print(json.dumps([tried(path) for path in sys.argv[1:]]))
