//! Hostile clients against the real server: the status that each gets, the time and the memory that they can take.
//!
//! Statuses of requests that are no HTTP, or too long, are hyper's; who changes the HTTP library finds out here.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::asking;
use crate::running::{Answer, PATIENCE, Running, answer, answer_of, connect};

const FILE: &str = "providers: { host: { name: Host, domains: [example.org], imap: imap.example.org, \
                    pop3: pop.example.org, smtp: smtp.example.org } }\n";
const HOST: &str = "Host: autoconfig.example.org\r\n";
const PATH: &str = "/mail/config-v1.1.xml";
const POX: &str = "/autodiscover/autodiscover.xml";

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\n{HOST}\r\n")
}

fn post(headers: &str, body: &str) -> String {
    format!("POST {POX} HTTP/1.1\r\n{HOST}{headers}\r\n{body}")
}

/// The document of the domain, by the library.
fn document() -> Vec<u8> {
    asking::get(&asking::site(FILE), "example.org", PATH, "").body.to_vec()
}

/// That the server still does its work.
fn still_serves(server: &Running) {
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
            head("GET /metrics HTTP/1.1", "Host: x\r\nX-Forwarded-For: 127.0.0.1\r\n"),
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

/// A client sends thousands of requests and takes none of the answers; one sends 100 MB in pieces.
#[test]
fn what_is_sent_without_end_takes_no_memory() {
    let server = Running::start(FILE);
    still_serves(&server);
    let before = server.peak();
    let greedy = thread::scope(|scope| {
        let address = server.address;
        for _ in 0..4 {
            // Until the server takes no more, or all is sent.
            scope.spawn(move || flood(address, get(PATH).repeat(1000).as_bytes(), 50 * 1024 * 1024));
        }
        scope.spawn(move || {
            let head = post("Transfer-Encoding: chunked\r\n", "");
            let piece = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
            flood_after(address, head.as_bytes(), piece.as_bytes(), 100 * 1024 * 1024)
        });
        scope.spawn(move || {
            let head = format!("GET {PATH} HTTP/1.1\r\n{HOST}Content-Length: 100000000\r\n\r\n");
            flood_after(address, head.as_bytes(), &[b'a'; 0x10000], 100_000_000)
        });
        let began = Instant::now();
        let refused = server.ask(post("Content-Length: 100000000\r\n", "").as_bytes());
        assert_eq!(refused.status, 413);
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        thread::sleep(Duration::from_millis(1500));
        still_serves(&server);
        server.peak()
    });
    println!("{before} KiB at rest, {greedy} KiB under floods");
    assert!(greedy < before + 16 * 1024, "{before} KiB, then {greedy} KiB");
}

/// Writes the same over and over; how much was taken.
fn flood(address: SocketAddr, what: &[u8], most: usize) -> usize {
    flood_after(address, b"", what, most)
}

fn flood_after(address: SocketAddr, first: &[u8], what: &[u8], most: usize) -> usize {
    let Ok(mut stream) = TcpStream::connect(address) else { return 0 };
    let _ = stream.set_write_timeout(Some(Duration::from_millis(1500)));
    let mut taken = 0;
    if stream.write_all(first).is_err() {
        return 0;
    }
    while taken < most {
        match stream.write(what) {
            Ok(count) => taken += count,
            Err(_) => break,
        }
    }
    taken
}

/// Ten seconds for a head, for a body, for a handshake, and for nothing at all; all at the same time.
#[test]
fn slow_clients_are_cut_off() {
    let server = Running::start(FILE);
    let secure = Running::start(&with_tls());
    let (plain, tls) = (server.address, secure.address);
    let body = asking::outlook("ada@example.org");
    let drips: Vec<(&'static str, SocketAddr, String, String, u16)> = vec![
        ("nothing", plain, String::new(), String::new(), 0),
        ("a head, octet by octet", plain, String::new(), get(PATH), 0),
        ("headers without end", plain, get(PATH).trim_end().to_owned() + "\r\n", "X: y\r\n".repeat(99), 0),
        ("a body, octet by octet", plain, post(&format!("Content-Length: {}\r\n", body.len()), ""), body.clone(), 408),
        ("a body that does not come", plain, post("Content-Length: 9\r\n", ""), String::new(), 408),
        ("pieces without end", plain, post("Transfer-Encoding: chunked\r\n", ""), "1\r\na\r\n".repeat(9), 408),
        ("idle after an answer", plain, get("/health"), String::new(), 200),
        ("nothing to the TLS port", tls, String::new(), String::new(), 0),
        ("half a handshake", tls, "\u{16}\u{3}\u{1}\u{2}".into(), String::new(), 0),
        ("a handshake, octet by octet", tls, "\u{16}\u{3}\u{1}\u{2}".into(), "\u{0}\u{1}\u{0}\u{0}\u{0}".repeat(9), 0),
    ];
    let threads: Vec<_> = drips
        .into_iter()
        .map(|(name, address, first, drip, status)| {
            thread::spawn(move || {
                let (took, got) = slow(address, first.as_bytes(), drip.as_bytes());
                (name, status, took, got)
            })
        })
        .collect();
    // Everybody else is served meanwhile.
    for _ in 0..20 {
        still_serves(&server);
        thread::sleep(Duration::from_millis(100));
    }
    let mut wrong = Vec::new();
    for thread in threads {
        let (name, status, took, got) = thread.join().expect("a client");
        if got != status {
            wrong.push(format!("{name}: {got} instead of {status}"));
        }
        if !(Duration::from_secs(8)..Duration::from_secs(18)).contains(&took) {
            wrong.push(format!("{name}: cut off after {took:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    still_serves(&server);
}

/// Sends the first part at once, the rest slowly; how long until the server closed, and with which last status.
fn slow(address: SocketAddr, first: &[u8], drip: &[u8]) -> (Duration, u16) {
    let began = Instant::now();
    let mut stream = connect(address).expect("the server");
    stream.write_all(first).expect("the first part");
    stream.set_read_timeout(Some(Duration::from_millis(700))).expect("a limit");
    let mut rest = drip.iter();
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    while began.elapsed() < PATIENCE {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&buffer[..count]),
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                if let Some(octet) = rest.next()
                    && stream.write_all(&[*octet]).is_err()
                {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    // TLS says goodbye with an alert, which is no answer.
    let status = answer(&mut &said[..]).map_or(0, |a| a.status);
    (began.elapsed(), status)
}

/// What a process may open; the test itself needs as many.
fn descriptors(wanted: u64) -> u64 {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit");
    if soft < wanted {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, wanted.min(hard), hard);
    }
    getrlimit(Resource::RLIMIT_NOFILE).expect("the limit").0
}

/// The server takes 8192 of them, says 503 to the rest, and serves again as soon as there is room.
#[test]
fn ten_thousand_open_connections_take_bounded_memory() {
    let server = Running::start(FILE);
    still_serves(&server);
    let before = server.peak();
    // Where the system allows less, less has to do.
    let count = descriptors(10_500).saturating_sub(500).min(10_000) as usize;
    assert!(count >= 400, "this system allows too few open files");
    let began = Instant::now();
    // Most say nothing, every tenth has sent 8 KB of a head.
    let part = format!("GET {PATH} HTTP/1.1\r\n{HOST}X: {}", "a".repeat(8 * 1024));
    let mut open = Vec::with_capacity(count);
    for number in 0..count {
        let mut stream = connect(server.address).expect("a connection");
        if number % 10 == 0 {
            let _ = stream.write_all(part.as_bytes());
        }
        open.push(stream);
        // One that works is answered in between.
        if number % 1000 == 500 && number < 8000 {
            still_serves(&server);
        }
    }
    let opened = began.elapsed();
    // On a machine so slow that the first are cut off before the last have come, there is room for all.
    let refused = if opened < Duration::from_secs(9) { count.saturating_sub(8192) } else { 0 };
    if refused > 200 {
        let one_more = server.ask(get("/health").as_bytes());
        assert_eq!(one_more.status, 503);
        assert_eq!(one_more.header("Retry-After"), Some("2"));
        let last = answer(open.last_mut().expect("a connection")).expect("an answer");
        assert_eq!(last.status, 503);
    }
    let peak = server.peak();
    drop(open);
    let end = Instant::now() + PATIENCE;
    while server.ask(get("/health").as_bytes()).status != 200 {
        assert!(Instant::now() < end, "it does not recover");
        thread::sleep(Duration::from_millis(20));
    }
    still_serves(&server);
    println!("{count} connections in {opened:?}: {before} KiB at rest, {peak} KiB at most");
    assert!(peak < 192 * 1024, "{peak} KiB");
    let metrics = server.ask(get("/metrics").as_bytes());
    let line = metrics.text().lines().find_map(|l| l.strip_prefix("mailwright_connections_refused_total "));
    let told: usize = line.expect("the counter").parse().expect("a number");
    assert!(told >= refused, "{told} of {refused} refusals were counted");
}

fn certificate(name: &str) -> String {
    format!("{}/tests/hosting/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn with_tls() -> String {
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
