#!/usr/bin/env python3
"""https-server.py CERTIFICATE KEY DOCUMENT: answers GET on a free port of 127.0.0.1, whatever the query.

/good is the document, /plain the document as text/plain, /page a web page, /private wants a login, /moved redirects to
/good; else 404. Prints its port. It is ended by its standard input's end.
"""
import http.server, ssl, sys, threading

with open(sys.argv[3], "rb") as f:
    DOCUMENT = f.read()
ANSWERS = {
    "/good": (200, {"Content-Type": "text/xml; charset=utf-8"}, DOCUMENT),
    "/plain": (200, {"Content-Type": "text/plain"}, DOCUMENT),
    "/page": (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Welcome</title>"),
    "/private": (401, {"WWW-Authenticate": "Basic realm=x", "Content-Type": "text/html"}, b""),
    "/moved": (301, {"Location": "/good"}, b""),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, headers, body = ANSWERS.get(self.path.split("?")[0], (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:3])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
