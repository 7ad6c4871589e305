#!/usr/bin/env python3
"""dns-stub.py ADDRESS RECORDS: a DNS server on ADDRESS:53 for the box, answering from a file.

One record a line: NAME TYPE DATA, e.g.
    imap.example.test  A    127.0.0.2
    example.test       MX   10 mx.example.test
    _imaps._tcp.example.test SRV 0 1 993 imap.example.test
    example.test       TXT  mailconf=https://autoconfig.example.test/mail/config-v1.1.xml
Types A, CNAME, MX, SRV, TXT. A name without records is answered NXDOMAIN. The file is read anew for every question.
UDP only.
"""
import fnmatch, socket, struct, sys

TYPES = {"A": 1, "CNAME": 5, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}


def name(text):
    return b"".join(bytes([len(p)]) + p.encode() for p in text.rstrip(".").split(".") if p) + b"\0"


def rdata(kind, data):
    if kind == "A":
        return socket.inet_aton(data)
    if kind == "CNAME":
        return name(data)
    if kind == "MX":
        prio, host = data.split()
        return struct.pack(">H", int(prio)) + name(host)
    if kind == "SRV":
        *numbers, host = data.split()
        return struct.pack(">HHH", *map(int, numbers)) + name(host)
    raw = data.encode()
    return bytes([len(raw)]) + raw  # TXT


def records():
    with open(sys.argv[2], encoding="utf-8") as f:
        return [line.split(None, 2) for line in f if line.strip() and not line.startswith("#")]


def answer(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
        at += query[at] + 1
    question = query[12:at + 5]
    asked, qtype = ".".join(labels).lower(), struct.unpack(">H", query[at + 1:at + 3])[0]
    mine = [r for r in records() if fnmatch.fnmatchcase(asked, r[0].rstrip(".").lower())]
    out = [b"\xc0\x0c" + struct.pack(">HHIH", TYPES[k], 1, 60, len(d)) + d
           for _, k, v in mine if TYPES[k] in (qtype, 5) for d in [rdata(k, v.strip())]]
    rcode = 0 if mine else 3
    return query[:2] + struct.pack(">HHHHH", 0x8580 | rcode, 1, len(out), 0, 0) + question + b"".join(out)


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((sys.argv[1], 53))
    while True:
        query, peer = sock.recvfrom(4096)
        try:
            sock.sendto(answer(query), peer)
        except (OSError, ValueError, KeyError, IndexError, struct.error) as e:
            print("dns-stub:", e, file=sys.stderr)


main()
