#!/usr/bin/env python3
"""dav-server.py CERTIFICATE KEY: a CardDAV and CalDAV server with one empty collection, on a free port of localhost.

Prints its port; then, for every request, the login and the password in hexadecimal digits. Without a login it asks for
one. It is ended by its standard input's end.
"""
import base64, http.server, ssl, sys, threading

HOME = """<response><href>{path}</href><propstat><status>HTTP/1.1 200 OK</status><prop>
<current-user-principal><href>/principal/</href></current-user-principal>
<C:addressbook-home-set xmlns:C="urn:ietf:params:xml:ns:carddav"><href>/home/</href></C:addressbook-home-set>
<L:calendar-home-set xmlns:L="urn:ietf:params:xml:ns:caldav"><href>/home/</href></L:calendar-home-set>
<resourcetype><collection/>{more}</resourcetype></prop></propstat></response>"""
BOTH = ('<C:addressbook xmlns:C="urn:ietf:params:xml:ns:carddav"/>'
        '<L:calendar xmlns:L="urn:ietf:params:xml:ns:caldav"/>')


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            self.reply(401, "", ("WWW-Authenticate", 'Basic realm="dav"'))
            return
        login, _, password = base64.b64decode(token).partition(b":")
        print(login.hex() or "-", password.hex() or "-", flush=True)
        found = HOME.format(path=self.path, more=BOTH if self.path == "/home/mine/" else "")
        if self.path == "/home/" and self.headers.get("Depth") == "1":
            found += HOME.format(path="/home/mine/", more=BOTH)
        self.reply(207, f'<?xml version="1.0"?><multistatus xmlns="DAV:">{found}</multistatus>')

    do_PROPFIND = do_OPTIONS = do_REPORT = do_GET = answer

    def reply(self, status, text, *headers):
        self.send_response(status)
        for name, value in (("Content-Type", "application/xml"), ("Content-Length", str(len(text))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:3])
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
