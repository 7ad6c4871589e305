//! Hostile requests against the real server: the status that each gets, and what it is told. [`crate::exhausting`] has those
//! who want time and memory.
//!
//! Statuses of requests that are no HTTP, or too long, are hyper's; who changes the HTTP library finds out here.

use std::io::{Read, Write};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::asking;
use crate::running::{Answer, Running, answer, answer_of};

pub const FILE: &str = "providers: { host: { name: Host, domains: [example.org], imap: imap.example.org, \
                    pop3: pop.example.org, smtp: smtp.example.org } }\n";
pub const HOST: &str = "Host: autoconfig.example.org\r\n";
pub const PATH: &str = "/mail/config-v1.1.xml";
const POX: &str = "/autodiscover/autodiscover.xml";

pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\n{HOST}\r\n")
}

pub fn post(headers: &str, body: &str) -> String {
    format!("POST {POX} HTTP/1.1\r\n{HOST}{headers}\r\n{body}")
}

/// The document of the domain, by the library.
fn document() -> Vec<u8> {
    asking::get(&asking::site(FILE), "example.org", PATH, "").body.to_vec()
}

/// That the server still does its work.
pub fn still_serves(server: &Running) {
    let got = server.ask(get(PATH).as_bytes());
    assert_eq!((got.status, &got.body), (200, &document()));
}

#[test]
fn every_odd_request_gets_its_status() {
    let server = Running::start(FILE);
    let long = |count| "a".repeat(count);
    let head = |line: &str, headers: &str| format!("{line}\r\n{headers}\r\n");
    let line = format!("GET {PATH} HTTP/1.1");
    let cases: Vec<(&str, u16, String)> = vec![
        // Hosts.
        ("HTTP/1.0", 200, head(&format!("GET {PATH} HTTP/1.0"), HOST)),
        ("HTTP/1.0 without a host", 404, head(&format!("GET {PATH} HTTP/1.0"), "")),
        ("no host", 400, head(&line, "")),
        ("two hosts", 400, head(&line, &format!("{HOST}Host: evil.example\r\n"))),
        ("two hosts, ours last", 400, head(&line, &format!("Host: evil.example\r\n{HOST}"))),
        ("the same host twice", 400, head(&line, &format!("{HOST}{HOST}"))),
        ("two hosts at /health", 400, head("GET /health HTTP/1.1", &format!("{HOST}{HOST}"))),
        ("a host with markup", 400, head(&line, "Host: <script>alert(1)</script>\r\n")),
        ("a host with a blank", 400, head(&line, "Host: autoconfig.example.org evil\r\n")),
        ("a host with a path", 400, head(&line, "Host: autoconfig.example.org/..\r\n")),
        ("a host with a user", 400, head(&line, "Host: evil@autoconfig.example.org\r\n")),
        ("an empty host", 404, head(&line, "Host:\r\n")),
        ("an unknown host", 404, head(&line, "Host: evil.example\r\n")),
        ("an IPv6 host", 404, head(&line, "Host: [::1]:8080\r\n")),
        ("a host of 5 KB", 404, head(&line, &format!("Host: {}\r\n", long(5000)))),
        ("a host in capitals with a port", 200, head(&line, "Host: AutoConfig.EXAMPLE.org.:8080\r\n")),
        // RFC 9112 section 3.2.2: the request line counts.
        ("a whole URL", 200, head(&format!("GET http://autoconfig.example.org{PATH} HTTP/1.1"), "Host: x\r\n")),
        ("a foreign URL", 404, head(&format!("GET http://evil.example{PATH} HTTP/1.1"), HOST)),
        // Proxies' headers are not believed.
        ("X-Forwarded-Host", 404, head(&line, "Host: x\r\nX-Forwarded-Host: autoconfig.example.org\r\n")),
        ("Forwarded", 404, head(&line, "Host: x\r\nForwarded: host=autoconfig.example.org\r\n")),
        (
            "X-Forwarded-For at /metrics",
            404,
            head("GET /metrics HTTP/1.1", "Host: localhost\r\nX-Forwarded-For: 127.0.0.1\r\n"),
        ),
        // Paths.
        ("any case", 200, get("/MAIL/Config-V1.1.XML")),
        ("two slashes", 404, get("//mail/config-v1.1.xml")),
        ("..", 404, get("/mail/../mail/config-v1.1.xml")),
        ("/..", 404, get("/../../etc/passwd")),
        ("%2e%2e", 404, get("/%2e%2e/%2e%2e/etc/passwd")),
        ("an encoded slash", 404, get("/mail%2fconfig-v1.1.xml")),
        ("a backslash", 404, get("/mail\\config-v1.1.xml")),
        ("an encoded NUL", 404, get("/mail/config-v1.1.xml%00")),
        ("a NUL", 400, get("/mail\0/config-v1.1.xml")),
        ("a profile outside", 404, get("/apple/..%2f..%2fetc%2fpasswd.mobileconfig")),
        ("a domain outside", 404, get("/v1.1/../example.org")),
        ("15 KB of path", 404, get(&format!("/{}", long(15_000)))),
        ("60 KB of path", 431, get(&format!("/{}", long(60_000)))),
        ("an address of 10 KB", 200, get(&format!("{PATH}?emailaddress={}@example.org", long(10_000)))),
        // Heads.
        ("63 headers", 200, head(&line, &format!("{HOST}{}", "X: y\r\n".repeat(63)))),
        ("64 headers", 431, head(&line, &format!("{HOST}{}", "X: y\r\n".repeat(64)))),
        ("10,000 headers", 431, head(&line, &format!("{HOST}{}", "X: y\r\n".repeat(10_000)))),
        ("a header of 30 KB", 431, head(&line, &format!("{HOST}X: {}\r\n", long(30_000)))),
        ("a folded header", 400, head(&line, &format!("{HOST}X: a\r\n b\r\n"))),
        ("a blank before the colon", 400, head(&line, "Host : autoconfig.example.org\r\n")),
        ("a NUL in a header", 400, head(&line, &format!("{HOST}X: a\0b\r\n"))),
        // Not HTTP.
        ("octets", 400, "\u{0}\u{1}\u{2}\u{fffd}\r\n\r\n".into()),
        ("SSH", 400, "SSH-2.0-OpenSSH_9.2\r\n".into()),
        ("SMTP", 400, "EHLO evil.example\r\n".into()),
        ("HTTP/0.9", 400, "GET /\r\n".into()),
        ("HTTP/2.0 by name", 400, head(&format!("GET {PATH} HTTP/2.0"), HOST)),
        ("HTTP/2's preface", 0, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into()),
        ("an upgrade", 200, head(&line, &format!("{HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n"))),
        // Methods.
        ("OPTIONS", 204, head(&format!("OPTIONS {PATH} HTTP/1.1"), HOST)),
        ("PUT", 405, head(&format!("PUT {PATH} HTTP/1.1"), HOST)),
        ("TRACE", 405, head(&format!("TRACE {PATH} HTTP/1.1"), HOST)),
        ("an own method", 405, head(&format!("BREW {PATH} HTTP/1.1"), HOST)),
        ("POST to autoconfig", 405, head(&format!("POST {PATH} HTTP/1.1"), HOST)),
        ("CONNECT", 404, head("CONNECT mail.example.org:25 HTTP/1.1", HOST)),
        ("automx2's open door", 404, head("DELETE /initdb/ HTTP/1.1", HOST)),
        // Bodies. 100 MB are refused before they come.
        ("no body", 200, post("", "")),
        ("100 MB announced", 413, post("Content-Length: 100000000\r\n", "abc")),
        ("100 MB, asked first", 413, post("Expect: 100-continue\r\nContent-Length: 100000000\r\n", "")),
        (
            "9 KB in pieces",
            413,
            post("Transfer-Encoding: chunked\r\n", &format!("2400\r\n{}\r\n0\r\n\r\n", long(0x2400))),
        ),
        ("two lengths", 400, post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd")),
        ("a negative length", 400, post("Content-Length: -3\r\n", "abc")),
        ("an impossible length", 400, post("Content-Length: 99999999999999999999\r\n", "abc")),
        ("a coding of its own", 400, post("Transfer-Encoding: gzip\r\n", "abc")),
        ("a wrong piece", 400, post("Transfer-Encoding: chunked\r\n", "zz\r\n")),
        ("an endless extension", 400, post("Transfer-Encoding: chunked\r\n", &format!("1;{}", long(40_000)))),
        (
            "10,000 trailers",
            400,
            post("Transfer-Encoding: chunked\r\n", &format!("0\r\n{}\r\n", "X: y\r\n".repeat(10_000))),
        ),
    ];
    let mut wrong = Vec::new();
    let count = cases.len();
    for (name, status, request) in cases {
        let got = server.ask(request.as_bytes());
        if got.status != status {
            wrong.push(format!("{name}: {} instead of {status}", got.status));
        }
        // Whoever gets an answer gets one that repeats nothing and is no page.
        for sign in ["evil", "<script", "passwd", "aaaaaaaa"] {
            if got.head.contains(sign) || String::from_utf8_lossy(&got.body).contains(sign) {
                wrong.push(format!("{name}: {sign:?} comes back"));
            }
        }
        if got.status == 401 || got.head.contains("www-authenticate") {
            wrong.push(format!("{name}: asked to log in"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    still_serves(&server);
    let log = server.log();
    assert_eq!(log.lines().count(), 1, "something was logged: {log}");
    println!("{count} odd requests, {} KiB at most", server.peak());
}

#[test]
fn a_body_hides_no_second_request() {
    let server = Running::start(FILE);
    // Both lengths: the pieces count, and the connection is not used any further (RFC 9112 section 6.1).
    let both = post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n");
    let mut stream = server.connect();
    stream.write_all(format!("{both}{}", get("/health")).as_bytes()).expect("requests");
    assert_eq!(answer(&mut stream).expect("an answer").status, 200);
    assert_eq!(answer(&mut stream).expect("an end").status, 0, "the connection is used any further");
    // The body of a GET is no request.
    let inner = get("/health");
    let mut stream = server.connect();
    let outer = format!("GET {PATH} HTTP/1.1\r\n{HOST}Content-Length: {}\r\n\r\n{inner}", inner.len());
    stream.write_all(format!("{outer}{}", get("/ready")).as_bytes()).expect("requests");
    assert_eq!(answer(&mut stream).expect("an answer").body, document());
    assert_eq!(answer(&mut stream).expect("an answer").text(), "ready\n");
}

#[test]
fn head_says_what_get_says_and_pipelined_requests_are_answered_in_order() {
    let server = Running::start(FILE);
    let whole = server.ask(get(PATH).as_bytes());
    let mut stream = server.connect();
    let body = asking::outlook("ada@example.org");
    let requests = [
        format!("HEAD {PATH} HTTP/1.1\r\n{HOST}\r\n"),
        get("/health"),
        post(&format!("Content-Length: {}\r\n", body.len()), &body),
        get("/nothing"),
        get(PATH),
    ];
    stream.write_all(requests.concat().as_bytes()).expect("requests");
    let head = answer_of(&mut stream, true).expect("an answer");
    assert_eq!((head.status, &head.head, head.body.len()), (200, &whole.head, 0));
    assert_eq!(answer(&mut stream).expect("an answer").text(), "alive\n");
    assert!(answer(&mut stream).expect("an answer").text().contains("<Autodiscover"));
    assert_eq!(answer(&mut stream).expect("an answer").status, 404);
    assert_eq!(answer(&mut stream).expect("an answer"), whole);
}

pub fn certificate(name: &str) -> String {
    format!("{}/tests/hosting/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

pub fn with_tls() -> String {
    format!(
        "{FILE}serve: {{ tls: {{ certificate: {}, key: {} }} }}\n",
        certificate("server.pem"),
        certificate("server.key")
    )
}

/// One port speaks both; who speaks neither goes away with nothing.
#[test]
fn the_tls_port_takes_plain_http_and_no_garbage() {
    let server = Running::start(&with_tls());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate("server.pem")).expect("a certificate")).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("autoconfig.example.org").expect("a name");
    let config = Arc::new(config);
    let secure = || {
        let connection = ClientConnection::new(Arc::clone(&config), name.clone()).expect("a connection");
        StreamOwned::new(connection, server.connect())
    };
    let mut stream = secure();
    stream.write_all(get(PATH).as_bytes()).expect("a request");
    let by_tls: Answer = answer(&mut stream).expect("an answer");
    assert_eq!((by_tls.status, &by_tls.body), (200, &document()));
    assert_eq!(server.ask(get(PATH).as_bytes()), by_tls, "plain HTTP says the same");
    let mut stream = secure();
    stream.write_all(get(&format!("/{}", "a".repeat(60_000))).as_bytes()).expect("a request");
    assert_eq!(answer(&mut stream).expect("an answer").status, 431);

    for (what, octets) in [
        ("a record of nonsense", &b"\x16\x03\x01\x00\x05hello"[..]),
        ("a record without end", &b"\x16\x03\x01\xff\xffaaaaaaaaaaaaaaaa"[..]),
        ("an alert", &b"\x15\x03\x01\x00\x02\x02\x28"[..]),
        ("SSL 2", &b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"[..]),
        ("SSH", &b"SSH-2.0-OpenSSH_9.2\r\n"[..]),
    ] {
        let mut stream = server.connect();
        stream.write_all(octets).expect("garbage");
        stream.shutdown(std::net::Shutdown::Write).expect("an end");
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        let http = said.starts_with(b"HTTP/1.1 400");
        assert!(said.is_empty() || said[0] == 0x15 || http, "{what}: {:?}", String::from_utf8_lossy(&said));
    }
    let mut stream = secure();
    stream.write_all(get(PATH).as_bytes()).expect("a request");
    assert_eq!(answer(&mut stream).expect("an answer"), by_tls);
    assert_eq!(server.log().lines().count(), 1, "something was logged: {}", server.log());
}
