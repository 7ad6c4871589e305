#!/usr/bin/env python3
"""read-mail.py FILE...: what a mail says, by Python's own reader, as a JSON list.

Each: the headers with their encoded words decoded (lower-case names, all values of one name in a list), the sender as
from = {name, address}, and the text of the body. The sender is read by the older of Python's two readers: the newer one
puts a blank between the encoded words of a name.
"""
import email, email.header, email.policy, email.utils, json, sys


def decoded(text):
    return str(email.header.make_header(email.header.decode_header(text)))


def said(path):
    with open(path, "rb") as f:
        raw = f.read()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    old = email.message_from_bytes(raw)
    headers = {}
    for name, value in mail.items():
        headers.setdefault(name.lower(), []).append(str(value))
    name, address = email.utils.parseaddr(old["From"].replace("\r", "").replace("\n", ""))
    body = mail.get_body(preferencelist=("plain",))
    return {"file": path, "headers": headers, "body": body.get_content() if body else "",
            "from": {"name": decoded(name), "address": address}}


json.dump([said(path) for path in sys.argv[1:]], sys.stdout, ensure_ascii=False)
