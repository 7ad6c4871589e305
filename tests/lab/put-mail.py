#!/usr/bin/env python3
"""put-mail.py LOGIN PASSWORD FOLDER SUBJECT [FOLDER SUBJECT]...: in the box, puts mail into a user's folders by IMAP.

FOLDER is made if it is not there, and written as people read it.
"""
import base64, imaplib, ssl, sys


def on_the_wire(name):
    """Modified UTF-7 (RFC 3501, 5.1.3), quoted."""
    out, odd = "", ""
    for c in name + "\0":
        if " " <= c <= "~" or c == "\0":
            if odd:
                out += "&" + base64.b64encode(odd.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
                odd = ""
            out += "&-" if c == "&" else c.strip("\0")
        else:
            odd += c
    return '"' + out.replace("\\", "\\\\").replace('"', '\\"') + '"'


login, password, *rest = sys.argv[1:]
imap = imaplib.IMAP4_SSL("127.0.0.2", 993, ssl_context=ssl._create_unverified_context())
imap.authenticate("PLAIN", lambda _: f"\0{login}\0{password}".encode())
for folder, subject in zip(rest[::2], rest[1::2]):
    box = on_the_wire(folder)
    imap.create(box)  # fails where it is there
    mail = f"From: {login}\r\nTo: {login}\r\nSubject: {subject}\r\nMessage-ID: <{subject.replace(' ', '.')}@lab>\r\n\r\n{subject}\r\n"
    status, answer = imap.append(box, None, None, mail.encode())
    assert status == "OK", (folder, answer)
imap.logout()
