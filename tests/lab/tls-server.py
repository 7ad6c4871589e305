#!/usr/bin/env python3
"""tls-server.py CERTIFICATE KEY imap|pop3: greets whoever trusts its certificate, on a free port of 127.0.0.1.

Prints its port, then `talked` for every connection on which more was said than who is there and goodbye. It is ended by its standard input's end.
"""
import socket, ssl, sys, threading

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:3])
greeting = {"imap": b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n", "pop3": b"+OK ready\r\n"}[sys.argv[3]]

HARMLESS = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n", b"LOGOUT": b"TAG OK bye\r\n",
            b"CAPA": b"+OK\r\nUSER\r\n.\r\n", b"QUIT": b"+OK\r\n", b"RSET": b"+OK\r\n"}


def serve(plain):
    try:
        with context.wrap_socket(plain, server_side=True) as connection:
            connection.sendall(greeting)
            for line in connection.makefile("rb"):
                tag, *command = line.split()
                harmless = HARMLESS.get((command[:1] or [tag])[0].upper())
                if harmless is None:
                    print("talked", flush=True)
                    return
                connection.sendall(harmless.replace(b"TAG", tag))
    except OSError:
        pass


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)


def accept():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
