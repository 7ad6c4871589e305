#!/usr/bin/env python3
"""check-goimapnotify.py FILE...: goimapnotify's configuration as PyYAML or json reads it, as a list of accounts (JSON).

Keys are those of its `config.go`: 2.5.3 for YAML, 2.3.15 for JSON (which is one account). `passwordCMD` is run as its
`command.go` does: through fmt.Sprintf with an empty word when %s stands in it, by sh, line feeds off both ends.
"""
import json, re, subprocess, sys, yaml

ACCOUNT = {"host", "hostCMD", "port", "tls", "tlsOptions", "idleLogoutTimeout", "enableIDCommand", "username", "usernameCMD",
           "alias", "password", "passwordCMD", "xoAuth2", "onNewMail", "onNewMailPost", "onChangedMail",
           "onChangedMailPost", "onDeletedMail", "onDeletedMailPost", "boxes"}
BOX = {"mailbox", "onNewMail", "onNewMailPost", "onChangedMail", "onChangedMailPost", "onDeletedMail", "onDeletedMailPost"}
OLD = {"host", "hostCmd", "port", "tls", "tlsOption", "username", "usernameCmd", "alias", "password", "passwordCmd",
       "xoauth2", "onNewMail", "onNewMailPost", "boxes"}


def sprintf(text):
    if "%s" not in text:
        return text
    words = [""]

    def verb(found):
        if found[1] == "%":
            return "%"
        assert found[1] == "s" and words, f"%{found[1]}"
        return words.pop()

    made = re.sub("%(.)", verb, text)
    assert not words, "a word is left over"
    return made


def password(account, key):
    command = account.get(key)
    if not command:
        return account.get("password")
    return subprocess.run(["sh", "-c", sprintf(command)], capture_output=True, check=True).stdout.decode().strip("\n")


def only(found, known, but=()):
    assert set(found) <= known | set(but), set(found) - known


def from_yaml(text):
    document = yaml.safe_load(text)
    only(document, {"configurations"})
    for account in document["configurations"]:
        only(account, ACCOUNT)
        only(account["tlsOptions"], {"rejectUnauthorized", "starttls"})
        (box,) = account["boxes"]
        only(box, BOX)
        yield {"alias": account["alias"], "host": account["host"], "port": account["port"], "tls": account["tls"],
               "starttls": account["tlsOptions"]["starttls"], "check": account["tlsOptions"]["rejectUnauthorized"],
               "user": account["username"], "password": password(account, "passwordCMD"), "token": account["xoAuth2"],
               "box": box["mailbox"], "run": box["onNewMail"], "then": box.get("onNewMailPost")}


def from_json(text):
    account = json.loads(text)
    # Not minded: a comment, and the options as 2.3.12 calls them.
    only(account, OLD, {"comment", "tlsOptions"})
    assert account["tlsOptions"]["rejectUnauthorized"] is account["tlsOption"]["reject_unauthorized"]
    assert account["tlsOptions"]["starttls"] is account["tlsOption"]["starttls"]
    (box,) = account["boxes"]
    yield {"alias": account["alias"], "host": account["host"], "port": account["port"], "tls": account["tls"],
           "starttls": account["tlsOption"]["starttls"], "check": account["tlsOption"]["reject_unauthorized"],
           "user": account["username"], "password": password(account, "passwordCmd"), "token": account["xoauth2"],
           "box": box, "run": account["onNewMail"], "then": account.get("onNewMailPost")}


accounts = []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        accounts += (from_yaml if path.endswith(".yaml") else from_json)(f.read())
print(json.dumps(accounts))
